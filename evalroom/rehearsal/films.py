"""What simulated cameras show: a minute of small pictures, encoded once.

Each picture carries two clocks: the second of the minute in digits, for people, and sixteen blocks
above it, black or white, that count the pictures of the minute, for whoever measures. A film that
is sent by the wall clock shows the true second.
"""

from collections.abc import Iterable
from fractions import Fraction
from functools import cache, lru_cache
from typing import Final, Literal

import av

from evalroom.rehearsal.drawing import HEIGHT, WIDTH, Pixels, Sight, drawn, flat

Scene = Literal["moving", "frozen", "black", "covered"]
"""People move; the same picture again and again; nothing; a hand before the lens."""

PICTURES_PER_SECOND: Final = 6
MINUTE: Final = 60
PICTURES: Final = MINUTE * PICTURES_PER_SECOND
"""Of a film: a minute, after which nobody sees that it begins again."""

KEY_EVERY: Final = PICTURES_PER_SECOND
"""Pictures: who begins to watch waits for a second at most, as nobody can ask these for a key."""

BITS_PER_SECOND: Final = 50_000

STILLS: Final = 64
"""Films of a second that are kept: a frozen, a black and a covered one for each of many cameras."""

_OPTIONS: Final = {
    "deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0",
    "keyint_min": str(KEY_EVERY),
}  # fmt: skip


@cache
def minute(sight: Sight) -> tuple[bytes, ...]:
    """The VP8 pictures of a whole minute, from second 0 on, each second beginning with a key frame.
    Takes some tenths of a second, once.
    """
    return _encoded(drawn(sight, number, PICTURES_PER_SECOND) for number in range(PICTURES))


@lru_cache(STILLS)
def still(sight: Sight, scene: Scene, second: int) -> tuple[bytes, ...]:
    """The pictures of one second in which nothing moves, a key frame first; one that is `frozen`
    stands at the beginning of this second.
    """
    match scene:
        case "black":
            picture = flat(16)
        case "covered":
            picture = flat(96)
        case _:
            picture = drawn(sight, second * PICTURES_PER_SECOND, PICTURES_PER_SECOND)
    return _encoded(picture for _ in range(KEY_EVERY))


def _encoded(pictures: Iterable[Pixels]) -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base = Fraction(1, PICTURES_PER_SECOND)
    encoder.bit_rate, encoder.gop_size = BITS_PER_SECOND, KEY_EVERY
    encoder.thread_count = 1
    encoder.options = dict(_OPTIONS)
    made: list[bytes] = []
    for number, pixels in enumerate(pictures):
        picture = av.VideoFrame.from_ndarray(pixels, format="yuv420p")
        picture.pts = number
        made += [bytes(packet) for packet in encoder.encode(picture)]
    return (*made, *(bytes(packet) for packet in encoder.encode(None)))
