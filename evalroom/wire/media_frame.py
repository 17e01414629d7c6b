"""A picture or a sound as it travels: encoded by the source, never decoded on the way, and the 28
bytes that stand before it on the wall's socket.

One header serves all viewers of a frame: it names the stream by its handle, not by a viewer's slot.
"""

from enum import IntEnum
from struct import Struct
from typing import Final

from msgspec import Struct as Value

VERSION: Final = 1

LAYERS: Final = 3
"""Temporal layers a source may have (VP8 L1T3); layer 0 alone is a picture every few frames."""

_HEADER: Final = Struct("!BBBxIIIQI")

HEADER_BYTES: Final = _HEADER.size

_KEY: Final = 1
_LAYER_SHIFT: Final = 1


class Codec(IntEnum):
    """What the bytes of a frame are."""

    VP8 = 1
    H264 = 2
    """Annex B; parameter sets come before each key frame."""
    OPUS = 3

    @property
    def clock_rate(self) -> int:
        """Ticks of the media's clock in a second (RFC 7741, RFC 6184, RFC 7587)."""
        return 48_000 if self is Codec.OPUS else 90_000


class EncodedFrame(Value, frozen=True, gc=False):
    """One whole frame. `ticks` is the media's time at the codec's clock rate, unwrapped so that it
    only grows within an epoch; `arrival` is server time in milliseconds; `payloads` are the RTP
    payloads it came in, for those who pass them on, and empty for a source that does not speak RTP.
    """

    codec: Codec
    data: bytes
    key: bool
    layer: int
    ticks: int
    arrival: int
    payloads: tuple[bytes, ...] = ()

    @property
    def media_us(self) -> int:
        """The media's time in microseconds."""
        return self.ticks * 1_000_000 // self.codec.clock_rate


class FrameHeader(Value, frozen=True, gc=False):
    """What a viewer reads before the picture. `seq` counts the source's frames within an epoch;
    gaps are layers that were left out. `server_ms` is server time modulo 2³².
    """

    key: bool
    layer: int
    codec: Codec
    stream: int
    epoch: int
    seq: int
    media_us: int
    server_ms: int


def header_of(frame: EncodedFrame, stream: int, epoch: int, seq: int) -> bytes:
    """The 28 bytes for a frame of this stream."""
    return _HEADER.pack(
        VERSION,
        frame.key | frame.layer << _LAYER_SHIFT,
        frame.codec,
        stream,
        epoch,
        seq & 0xFFFF_FFFF,
        frame.media_us,
        frame.arrival & 0xFFFF_FFFF,
    )


def read_header(message: bytes | memoryview) -> FrameHeader:
    """The header of a message; raises ValueError for one that this version cannot read."""
    if len(message) < HEADER_BYTES:
        raise ValueError("shorter than a header")
    version, flags, codec, stream, epoch, seq, media_us, server_ms = _HEADER.unpack_from(message)
    if version != VERSION:
        raise ValueError(f"version {version}")
    layer = flags >> _LAYER_SHIFT
    if layer >= LAYERS:
        raise ValueError(f"flags {flags:#x}")
    return FrameHeader(
        key=bool(flags & _KEY),
        layer=layer,
        codec=Codec(codec),
        stream=stream,
        epoch=epoch,
        seq=seq,
        media_us=media_us,
        server_ms=server_ms,
    )
