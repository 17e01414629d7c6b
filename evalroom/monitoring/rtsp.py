"""A network camera's H.264 out of RTSP: whole pictures, undecoded.

Everything here blocks and belongs in a thread. Faults are told by a code alone.
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from ctypes import CDLL, c_size_t
from time import monotonic
from typing import Final, NamedTuple

import av
import av.utils
from msgspec import Struct

from evalroom.monitoring.camera_address import CameraAddress
from evalroom.monitoring.media_time import MediaTime
from evalroom.monitoring.picture import PIXELS
from evalroom.monitoring.rtc import rtp
from evalroom.monitoring.rtc.h264 import (
    IDR,
    PPS,
    SPS,
    annex_b,
    assemble,
    has_picture,
    kind,
    units_of,
)
from evalroom.monitoring.rtsp_line import OPEN_SECONDS, RtspLine
from evalroom.monitoring.rtsp_words import CameraFault
from evalroom.wire.media_frame import Codec, EncodedFrame

__all__ = ["OPEN_SECONDS", "READ_SECONDS", "CameraFault", "Glimpse", "Repair", "frames", "glimpse"]

READ_SECONDS: Final = 5.0
"""Without a picture: even the slowest camera sends one each second."""

FRAME_BYTES: Final = 2 << 20
"""Of one picture: a key frame of a 4K camera has half of it."""

FRAME_PACKETS: Final = 4_096
"""Of one picture, some of which carry little."""

ALLOCATION_BYTES: Final = 64 << 20
"""That FFmpeg takes at once, for whatever in this process: a picture may announce any size. A 4K
picture takes 14 MiB.
"""

PICTURE_SETS: Final = 8
"""That are remembered; cameras have one or two."""

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


def frames(
    address: CameraAddress, wall: Callable[[], int], wanted: Callable[[], bool]
) -> Generator[EncodedFrame]:
    """What a camera shows, from its first key frame on, as long as it is `wanted`.

    `wall` gives the server's time (ms). Blocks; raises `CameraFault`.
    """
    with closing(RtspLine(address)) as line:
        track = line.play()
        gathered, repair = Gathered(track.payload_type), Repair(track.sets)
        time = MediaTime(Codec.H264.clock_rate)
        until = monotonic() + READ_SECONDS
        while wanted():
            for picture in gathered.push(line.packet(until)):
                until = monotonic() + READ_SECONDS
                if picture.gap:
                    repair.lost()
                made = repair(picture.data)
                if made is not None:
                    ticks = time.of(picture.timestamp, now := wall())
                    yield EncodedFrame(Codec.H264, *made, 0, ticks, now)


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


class Picture(NamedTuple):
    """One picture (Annex B) with its time; after a `gap` something before it is missing."""

    data: bytes
    timestamp: int
    gap: bool


class Gathered:
    """Packets (RTP) of one payload type become pictures: whole at the marker, or when a camera
    without markers tells another time.
    """

    def __init__(self, payload_type: int) -> None:
        self._payload_type = payload_type
        self._parts: list[bytes] = []
        self._bytes = 0
        self._timestamp = 0
        self._expected: int | None = None
        self._gap = False

    def push(self, data: bytes) -> Iterator[Picture]:
        """Take the next packet; gives the pictures that end with it."""
        packet = rtp.parse(data)
        if packet is None or packet.payload_type != self._payload_type or not packet.payload:
            return
        if packet.timestamp != self._timestamp:
            yield from self._whole()
        if self._expected not in (None, packet.sequence):
            self._break()
        self._expected = packet.sequence + 1 & 0xFFFF
        self._timestamp = packet.timestamp
        self._bytes += len(packet.payload)
        self._parts.append(packet.payload)
        if self._bytes > FRAME_BYTES or len(self._parts) > FRAME_PACKETS:
            self._break()
        if packet.marker:
            yield from self._whole()

    def _whole(self) -> Iterator[Picture]:
        parts, self._parts, self._bytes = self._parts, [], 0
        units = assemble(parts)
        if units is None:
            self._gap = True
        elif units:
            yield Picture(annex_b(units), self._timestamp, self._gap)
            self._gap = False

    def _break(self) -> None:
        self._parts, self._bytes, self._gap = [], 0, True


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


def _size(key: EncodedFrame) -> tuple[int, int]:
    parser = av.CodecContext.create("h264", "r")
    assert isinstance(parser, av.VideoCodecContext)
    parser.thread_count = 1
    parser.options = {"max_pixels": str(PIXELS)}
    try:
        pictures = [*parser.decode(av.Packet(key.data)), *parser.decode(None)]
    except av.FFmpegError:
        raise CameraFault("unreadable") from None
    if not pictures:
        raise CameraFault("unreadable")
    return pictures[0].width, pictures[0].height
