"""Key frames opened for a look, by real encoders' hands."""

import av
import pytest

from evalroom.monitoring import picture
from evalroom.monitoring.findings import BLACK_MEAN, FLAT
from evalroom.monitoring.picture import Unreadable, look_at, snapshot
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.media import Motion, frames

BOTH = pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])


def key(codec: Codec, motion: Motion = "moving") -> EncodedFrame:
    return frames(codec, 30, motion=motion)[0]


@BOTH
def test_a_black_a_covered_and_a_living_picture_differ_in_their_figures(codec: Codec) -> None:
    black, covered, living = (look_at(key(codec, m)) for m in ("black", "covered", "moving"))
    assert black.mean <= BLACK_MEAN
    assert black.deviation <= FLAT
    assert covered.mean > BLACK_MEAN
    assert covered.deviation <= FLAT
    assert living.deviation > 3 * FLAT
    assert living.edges > 5 * covered.edges
    assert len(living.thumbnail) == 144


@BOTH
def test_the_same_scene_has_the_same_thumbnail_and_a_moving_one_has_not(codec: Codec) -> None:
    def spread(motion: Motion) -> float:
        first, second = (look_at(f).thumbnail for f in frames(codec, 60, motion=motion) if f.key)
        return max(abs(a - b) for a, b in zip(first, second, strict=True))

    assert spread("frozen") < picture_still()
    assert spread("moving") > 2 * picture_still()


@BOTH
def test_a_snapshot_is_a_jpeg_of_the_same_size(codec: Codec) -> None:
    from io import BytesIO

    jpeg = snapshot(key(codec))
    assert jpeg.startswith(b"\xff\xd8")
    assert jpeg.endswith(b"\xff\xd9")
    with av.open(BytesIO(jpeg), "r", format="mjpeg") as file:
        [shown] = file.decode(video=0)
        assert (shown.width, shown.height) == (160, 90)


@BOTH
@pytest.mark.parametrize("broken", [b"", b"\x00" * 40, b"\xff" * 200])
def test_what_is_no_picture_is_unreadable(codec: Codec, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        look_at(EncodedFrame(codec, broken, True, 0, 0, 0))


def test_a_picture_that_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "PIXELS", 100)
    with pytest.raises(Unreadable, match="too large"):
        look_at(key(Codec.VP8))


def picture_still() -> float:
    from evalroom.monitoring.findings import STILL

    return STILL
