"""VP8 in RTP (RFC 7741): the descriptor before each payload, and pictures cut into payloads."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct as Value

from evalroom.monitoring.rtc.limits import MTU

_EXTENDED: Final = 0x80
_START: Final = 0x10
_PARTITION: Final = 0x0F
_PICTURE_ID: Final = 0x80
_TL0: Final = 0x40
_TEMPORAL: Final = 0x20
_KEY_INDEX: Final = 0x10


class Descriptor(Value, frozen=True, gc=False):
    """What stands before the data of one payload."""

    length: int
    starts: bool
    """The payload begins a picture."""
    layer: int
    """The temporal layer, 0 if none is told."""
    picture_at: int
    """Where the picture id stands; 0 without one."""
    picture_bytes: int
    tl0_at: int
    """Where the count of layer 0 stands; 0 without one."""


def descriptor(payload: bytes) -> Descriptor | None:
    """Read it, or nothing if it is cut off or no data follows."""
    if len(payload) < 2:
        return None
    first = payload[0]
    starts = first & (_START | _PARTITION) == _START
    if not first & _EXTENDED:
        return Descriptor(1, starts, 0, 0, 0, 0)
    bits = payload[1]
    at = 2
    layer = picture_at = picture_bytes = tl0_at = 0
    if bits & _PICTURE_ID:
        if at >= len(payload):
            return None
        picture_at = at
        picture_bytes = 2 if payload[at] & 0x80 else 1
        at += picture_bytes
    if bits & _TL0:
        tl0_at = at
        at += 1
    if bits & (_TEMPORAL | _KEY_INDEX):
        if at >= len(payload):
            return None
        layer = payload[at] >> 6 if bits & _TEMPORAL else 0
        at += 1
    if at >= len(payload):
        return None
    return Descriptor(at, starts, layer, picture_at, picture_bytes, tl0_at)


def is_key(picture: bytes) -> bool:
    """Whether the picture needs no other (RFC 6386 §9.1)."""
    return not picture[0] & 1


def picture_id(payload: bytes, found: Descriptor) -> int:
    """The picture's number, of 7 or 15 bits."""
    if found.picture_bytes == 2:
        return (payload[found.picture_at] & 0x7F) << 8 | payload[found.picture_at + 1]
    return payload[found.picture_at]


def renumbered(payload: bytes, found: Descriptor, picture: int, tl0: int) -> bytes:
    """The payload under another picture id and another count of layer 0, where it has them."""
    head = bytearray(payload[: found.length])
    if found.picture_bytes == 2:
        head[found.picture_at] = 0x80 | picture >> 8 & 0x7F
        head[found.picture_at + 1] = picture & 0xFF
    elif found.picture_bytes == 1:
        head[found.picture_at] = picture & 0x7F
    if found.tl0_at:
        head[found.tl0_at] = tl0 & 0xFF
    return bytes(head) + payload[found.length :]


def packetise(picture: bytes, identity: int) -> Sequence[bytes]:
    """Cut a picture into payloads, with a picture id of 15 bits."""
    tail = bytes([_PICTURE_ID, 0x80 | identity >> 8 & 0x7F, identity & 0xFF])
    room = MTU - 1 - len(tail)
    return [
        bytes([_EXTENDED | (0 if at else _START)]) + tail + picture[at : at + room]
        for at in range(0, len(picture), room)
    ]
