"""Encoded frames put into a container, without transcoding: WebM for VP8, fragmented MP4 for H264,
Opus beside either.

Both are written so that what has been written can be played whatever happens next, in clusters and
fragments of at most two seconds. The writer never seeks.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from io import BytesIO
from typing import Final, Literal

import av
from av import Packet
from av.stream import Stream
from msgspec import Struct

Codec = Literal["vp8", "h264", "opus"]

MICROSECOND: Final = Fraction(1, 1_000_000)

ALWAYS: Final = {
    "flush_packets": "1",
    # Picture does not wait longer for a sound that has stopped coming: half a second.
    "max_interleave_delta": "500000",
}
OPTIONS: Final = {
    "webm": {**ALWAYS, "cluster_time_limit": "2000"},
    "mp4": {
        **ALWAYS,
        "movflags": "frag_keyframe+empty_moov+default_base_moof",
        # Half a second: a fragment is not there before it is whole.
        "frag_duration": "500000",
    },
}

FRAMES_PER_SECOND: Final = 15
"""Written into the header as an estimate; each frame carries its own time."""


class Piece(Struct, frozen=True):
    """A frame for the container: `time` in microseconds since the segment began."""

    codec: Codec
    data: bytes
    key: bool
    time: int


class Size(Struct, frozen=True):
    """A picture's width and height in pixels."""

    width: int
    height: int


def length_ms(data: bytes) -> int | None:
    """When the last of a recording comes, broken off or not; 0 when it holds nothing yet, None when
    it is none.
    """
    last = 0
    try:
        with av.open(BytesIO(data), "r") as recorded:
            for packet in recorded.demux():
                if packet.pts is not None and packet.time_base is not None:
                    last = max(last, round(packet.pts * packet.time_base * 1000))
    except av.FFmpegError:
        # Broken off in the middle: what came before counts.
        return last or None
    return last


class Muxer:
    """A container on its way. `first` is the key frame it begins with, None for sound alone.

    `out` is given the container's bytes as they come. Raises av.FFmpegError for frames that are not
    what their codec says.
    """

    def __init__(self, out: Callable[[bytes], None], first: Piece | None, sound: bool) -> None:
        self.format: Final = "mp4" if first is not None and first.codec == "h264" else "webm"
        self._line = _Line(out)
        self._container = av.open(self._line, "w", format=self.format, options=OPTIONS[self.format])
        self._streams: dict[Codec, Stream] = {}
        self._last: dict[Codec, int] = {}
        if first is not None:
            self._streams[first.codec] = self._picture(first)
        if sound:
            self._streams["opus"] = self._container.add_stream_from_template(_opus())

    def write(self, piece: Piece) -> None:
        """Add a frame; one whose codec the container was not begun with is left out."""
        stream = self._streams.get(piece.codec)
        if stream is None:
            return
        packet = Packet(piece.data)
        packet.stream = stream
        packet.time_base = MICROSECOND
        # Players want each stream's times to grow: frames of one millisecond are a tick apart.
        time = max(piece.time, self._last.get(piece.codec, -1_000) + 1_000)
        self._last[piece.codec] = time
        packet.pts = packet.dts = time
        packet.is_keyframe = piece.key
        self._container.mux_one(packet)

    def close(self) -> None:
        """Write what is left."""
        self._container.close()

    def _picture(self, first: Piece) -> Stream:
        if first.codec == "h264":
            with av.open(BytesIO(first.data), format="h264") as sample:
                return self._container.add_stream_from_template(sample.streams.video[0])
        size = vp8_size(first.data)
        return self._container.add_mux_stream(
            "vp8", rate=FRAMES_PER_SECOND, width=size.width, height=size.height
        )


def vp8_size(key_frame: bytes) -> Size:
    """The size of a VP8 key frame (RFC 6386 9.1). Raises ValueError for what is none."""
    if len(key_frame) < 10 or key_frame[0] & 1 or key_frame[3:6] != b"\x9d\x01\x2a":
        raise ValueError("not a VP8 key frame")
    width = int.from_bytes(key_frame[6:8], "little") & 0x3FFF
    height = int.from_bytes(key_frame[8:10], "little") & 0x3FFF
    return Size(width, height)


class _Line:
    """A file that can only be written to, which keeps the container from seeking."""

    def __init__(self, out: Callable[[bytes], None]) -> None:
        self._out = out

    def write(self, part: bytes) -> int:
        self._out(bytes(part))
        return len(part)


@cache
def _opus() -> Stream:
    """What a container has to know of Opus, taken from a moment of silence encoded here."""
    made = BytesIO()
    with av.open(made, "w", format="ogg") as ogg:
        stream = ogg.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=960)
        frame.sample_rate = 48_000
        frame.pts = 0
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for packet in (*stream.encode(frame), *stream.encode(None)):
            ogg.mux(packet)
    made.seek(0)
    # Kept open for good: the stream lives as long as its container.
    return av.open(made).streams.audio[0]
