"""RTSP (RFC 2326) over TCP: a network camera's H.264 out of its stream, whole pictures, undecoded.

Everything here blocks and belongs in a thread. Faults are told by a code alone: FFmpeg's own words
repeat the address, and with it the password.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from ctypes import CDLL, c_size_t
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import av
import av.utils
from av import error as faults
from msgspec import Struct

from evalroom.monitoring.camera_address import CameraAddress
from evalroom.monitoring.media_time import MediaTime
from evalroom.monitoring.picture import PIXELS
from evalroom.monitoring.rtc.h264 import IDR, PPS, SPS, annex_b, has_picture, kind, units_of
from evalroom.wire.media_frame import Codec, EncodedFrame

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

OPEN_SECONDS: Final = 5.0
"""For a camera to answer; one on the house's own network takes less than one."""

READ_SECONDS: Final = 5.0
"""Without a picture: even the slowest camera sends one each second."""

FRAME_BYTES: Final = 2 << 20
"""Of one picture: a key frame of a 4K camera has half of it."""

ALLOCATION_BYTES: Final = 64 << 20
"""That FFmpeg takes at once, for whatever in this process: what says it is a camera may announce a
description of two gigabytes. A 4K picture takes 14 MiB.
"""

PICTURE_SETS: Final = 8
"""That are remembered; cameras have one or two."""

OPTIONS: Final = {
    # Through every firewall of a centre, and without loss.
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "protocol_whitelist": "rtsp,rtp,tcp,tls,crypto",
    "timeout": str(int(READ_SECONDS * 1_000_000)),
    # No picture waits in FFmpeg for the next ones. What it looks at to know the stream is kept: a
    # key frame among it may be the only one for a long time.
    "max_delay": "0",
    "analyzeduration": "500000",
    "probesize": "32768",
}

_CODES: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (faults.HTTPUnauthorizedError, "wrong_credentials"),
    (faults.HTTPForbiddenError, "wrong_credentials"),
    (faults.HTTPNotFoundError, "not_found"),
    (faults.ConnectionRefusedError, "refused"),
    (faults.TimeoutError, "timeout"),
    # What PyAV's own watch over the seconds makes FFmpeg say.
    (faults.ExitError, "timeout"),
    (faults.EOFError, "ended"),
    (faults.ConnectionResetError, "ended"),
    (faults.BrokenPipeError, "ended"),
    (faults.InvalidDataError, "unreadable"),
)


# PyAV does not offer it.
CDLL(av.utils.__file__).av_max_alloc(c_size_t(ALLOCATION_BYTES))

TRIAL_SECONDS: Final = 6.0
"""To get to know a camera: long enough for two key frames of one that may be shown."""


class Glimpse(Struct, frozen=True):
    """What a camera showed when it was tried: its size, pictures each second, and how far its key
    frames lie apart (ms), None when there was no second one.
    """

    width: int
    height: int
    rate: int
    gop_ms: int | None


class CameraFault(Exception):
    """A camera does not show anything, or nothing more: `wrong_credentials`, `not_found`,
    `refused`, `timeout`, `ended`, `unreadable`, `codec_unsupported`, `unreachable`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def frames(
    address: CameraAddress, wall: Callable[[], int], wanted: Callable[[], bool]
) -> Generator[EncodedFrame]:
    """What a camera shows, from its first key frame on, as long as it is `wanted`.

    `wall` gives the server's time (ms). Blocks; raises `CameraFault`.
    """
    with _in_our_words(), _opened(address) as container:
        video = _video(container)
        repair = Repair(bytes(video.codec_context.extradata or b""))
        time = MediaTime(Codec.H264.clock_rate)
        for packet in container.demux(video):
            if not wanted():
                return
            if packet.size:
                yield from _frame(packet, repair, time, wall())
    raise CameraFault("ended")


def glimpse(address: CameraAddress, wall: Callable[[], int]) -> Glimpse:
    """Look through a camera for some seconds. Blocks; raises `CameraFault`."""
    until = monotonic() + OPEN_SECONDS + TRIAL_SECONDS
    seen: list[EncodedFrame] = []
    keys: list[EncodedFrame] = []
    with closing(frames(address, wall, lambda: monotonic() < until)) as showing:
        for frame in showing:
            seen.append(frame)
            keys += [frame] if frame.key else []
            if len(keys) == 2 or frame.media_us - seen[0].media_us >= TRIAL_SECONDS * 1_000_000:
                break
    if not keys:
        raise CameraFault("unreadable")
    passed = seen[-1].media_us - seen[0].media_us
    return Glimpse(
        *_size(keys[0]),
        rate=round((len(seen) - 1) * 1_000_000 / passed) if passed else 0,
        gop_ms=(keys[1].media_us - keys[0].media_us) // 1_000 if len(keys) == 2 else None,
    )


class Repair:
    """Makes each key frame decodable by itself: parameter sets that a camera told once stand before
    it again. `told` is what its description said (Annex B).
    """

    def __init__(self, told: bytes) -> None:
        self._sequence = b""
        self._pictures: list[bytes] = []
        self._begun = False
        self._learn(units_of(told))

    def __call__(self, data: bytes) -> tuple[bytes, bool] | None:
        """A picture as it is passed on and whether it is a key frame; None for what is no picture
        or comes before the first key frame.
        """
        units = units_of(data)
        self._learn(units)
        if not has_picture(units):
            return None
        kinds = {kind(unit) for unit in units}
        key = IDR in kinds
        self._begun = self._begun or key
        if not self._begun:
            return None
        if not key or kinds >= {SPS, PPS}:
            return data, key
        if not (self._sequence and self._pictures):
            # Nobody could decode it: wait for a camera that tells them later.
            self._begun = False
            return None
        # The delimiter of access units has to come first or not at all.
        rest = [unit for unit in units if kind(unit) not in (_DELIMITER, SPS, PPS)]
        return annex_b([self._sequence, *self._pictures, *rest]), True

    def lost(self) -> None:
        """A picture is missing: the next are of no use before a key frame."""
        self._begun = False

    def _learn(self, units: list[bytes]) -> None:
        for unit in units:
            if kind(unit) == SPS and unit != self._sequence:
                self._sequence, self._pictures = unit, []
            elif kind(unit) == PPS and unit not in self._pictures:
                self._pictures = [*self._pictures[1 - PICTURE_SETS :], unit]


_DELIMITER: Final = 9


def _opened(address: CameraAddress) -> "InputContainer":
    seconds = OPEN_SECONDS, READ_SECONDS
    return av.open(address.url, "r", format="rtsp", options=dict(OPTIONS), timeout=seconds)


def _video(container: "InputContainer") -> "VideoStream":
    for stream in container.streams.video:
        if stream.codec_context.name == "h264":
            return stream
    raise CameraFault("codec_unsupported" if container.streams.video else "unreadable")


def _frame(
    packet: "av.Packet[Any]", repair: Repair, time: MediaTime, now: int
) -> Iterator[EncodedFrame]:
    if packet.size > FRAME_BYTES:
        repair.lost()
        return
    made = repair(bytes(packet))
    if made is None:
        return
    data, key = made
    pts, base = packet.pts, packet.time_base
    told = None if pts is None or base is None else round(pts * base * Codec.H264.clock_rate)
    yield EncodedFrame(Codec.H264, data, key, 0, time.of(told, now), now)


def _size(key: EncodedFrame) -> tuple[int, int]:
    with _in_our_words():
        parser = av.CodecContext.create("h264", "r")
        assert isinstance(parser, av.VideoCodecContext)
        parser.thread_count = 1
        parser.options = {"max_pixels": str(PIXELS)}
        pictures = [*parser.decode(av.Packet(key.data)), *parser.decode(None)]
    if not pictures:
        raise CameraFault("unreadable")
    return pictures[0].width, pictures[0].height


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except faults.FFmpegError as fault:
        raise CameraFault(_code(fault)) from None


def _code(fault: faults.FFmpegError) -> str:
    return next((code for family, code in _CODES if isinstance(fault, family)), "unreachable")
