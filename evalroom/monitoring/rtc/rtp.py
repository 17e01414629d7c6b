"""RTP as bytes: the header of a packet, and what stands in it."""

from struct import Struct
from typing import Final

from msgspec import Struct as Value
from msgspec.structs import replace

HEADER: Final = Struct("!BBHII")
_EXTENSION: Final = Struct("!HH")
_WORD: Final = Struct("!H")

VERSION: Final = 0x80
MARKER: Final = 0x80
EXTENDED: Final = 0x10

_ONE_BYTE: Final = 0xBEDE
_TWO_BYTES: Final = 0x1000


class Packet(Value, frozen=True, gc=False):
    """A packet of media, unprotected. `sequence` and `timestamp` are as they came."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    level: int | None = None
    """Loudness (RFC 6464): 0 is the loudest, 127 silence."""


def is_rtcp(datagram: bytes) -> bool:
    """Whether a datagram of the SRTP range is control (RFC 5761 §4)."""
    return 192 <= datagram[1] <= 223


def ssrc_of(datagram: bytes) -> int:
    """The source of a packet of at least 12 bytes; it is not encrypted."""
    return int.from_bytes(datagram[8:12], "big")


def parse(data: bytes, level_id: int | None = None) -> Packet | None:
    """Read a packet, or nothing if its lengths lie. `level_id` is the negotiated number of the
    audio level extension.
    """
    if len(data) < HEADER.size:
        return None
    flags, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    start = HEADER.size + 4 * (flags & 0x0F)
    end = len(data)
    level = None
    if flags & EXTENDED:
        if start + 4 > end:
            return None
        profile, words = _EXTENSION.unpack_from(data, start)
        begin = start + 4
        start = begin + 4 * words
        if level_id is not None and start <= end:
            level = _level(data[begin:start], profile, level_id)
    if flags & 0x20:
        end -= data[-1]
    if start > end:
        return None
    return Packet(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, data[start:end], level)


def unwrap_retransmission(packet: Packet, payload_type: int, ssrc: int) -> Packet | None:
    """The packet that is sent again (RFC 4588 §4), or nothing: an empty one only probes."""
    if len(packet.payload) <= _WORD.size:
        return None
    (sequence,) = _WORD.unpack_from(packet.payload)
    payload = packet.payload[_WORD.size :]
    return replace(packet, payload_type=payload_type, ssrc=ssrc, sequence=sequence, payload=payload)


def extension(identity: int, value: bytes) -> bytes:
    """One header extension of up to 16 bytes, with its frame (RFC 8285 §4.2, §4.3)."""
    if identity <= 14:
        profile, body = _ONE_BYTE, bytes([identity << 4 | len(value) - 1]) + value
    else:
        profile, body = _TWO_BYTES, bytes([identity, len(value)]) + value
    body += bytes(-len(body) % 4)
    return _EXTENSION.pack(profile, len(body) // 4) + body


def _level(extensions: bytes, profile: int, wanted: int) -> int | None:
    at = 0
    while at + 1 < len(extensions):
        if extensions[at] == 0:
            at += 1
            continue
        if profile == _ONE_BYTE:
            identity, length, at = extensions[at] >> 4, (extensions[at] & 0x0F) + 1, at + 1
        elif profile & 0xFFF0 == _TWO_BYTES:
            identity, length, at = extensions[at], extensions[at + 1], at + 2
        else:
            return None
        if identity == wanted and length >= 1 and at < len(extensions):
            return extensions[at] & 0x7F
        at += length
    return None
