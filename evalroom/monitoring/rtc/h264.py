"""H.264 in RTP (RFC 6184): NAL units out of payloads, and payloads out of Annex B."""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Final

from evalroom.monitoring.rtc.limits import MTU

START_CODE: Final = b"\x00\x00\x00\x01"
_SHORT_CODE: Final = b"\x00\x00\x01"
_LENGTH: Final = Struct("!H")

SLICE: Final = 1
IDR: Final = 5
SPS: Final = 7
PPS: Final = 8
_STAP_A: Final = 24
_FU_A: Final = 28

_PICTURE: Final = frozenset(range(1, 6))
"""Units that carry a part of a picture."""


def kind(unit: bytes) -> int:
    return unit[0] & 0x1F


def has_picture(units: Sequence[bytes]) -> bool:
    return any(kind(unit) in _PICTURE for unit in units)


def annex_b(units: Sequence[bytes]) -> bytes:
    """Units one after another, each behind a start code of four bytes."""
    return b"".join(START_CODE + unit for unit in units)


def units_of(stream: bytes) -> list[bytes]:
    """NAL units of an Annex B byte stream; the zeros before a start code belong to no unit."""
    units = []
    begin = stream.find(_SHORT_CODE)
    while begin >= 0:
        begin += 3
        end = stream.find(_SHORT_CODE, begin)
        unit = stream[begin : end if end >= 0 else len(stream)].rstrip(b"\x00")
        if unit:
            units.append(unit)
        begin = end
    return units


def assemble(payloads: Sequence[bytes]) -> list[bytes] | None:
    """The units that the payloads of one picture carry, or nothing if some are not whole."""
    units: list[bytes] = []
    parts: list[bytes] = []
    for payload in payloads:
        form = payload[0] & 0x1F if payload else 0
        if form == _FU_A:
            if not _add_part(parts, payload):
                return None
            if payload[1] & 0x40:
                units.append(b"".join(parts))
                parts = []
            continue
        found = _aggregated(payload) if form == _STAP_A else [payload]
        if parts or not found or not 0 < form <= _STAP_A:
            return None
        units += found
    return None if parts else units


def packetise(units: Sequence[bytes]) -> list[bytes]:
    """Cut units into payloads: small ones together (STAP-A), long ones in parts (FU-A)."""
    payloads: list[bytes] = []
    small: list[bytes] = []
    room = MTU - 1
    for unit in units:
        if len(unit) + 2 <= room:
            small.append(unit)
            room -= len(unit) + 2
            continue
        payloads += _together(small)
        small, room = [], MTU - 1
        if len(unit) + 2 <= room:
            small.append(unit)
            room -= len(unit) + 2
        elif len(unit) <= MTU:
            payloads.append(unit)
        else:
            payloads += _in_parts(unit)
    return payloads + _together(small)


def _add_part(parts: list[bytes], payload: bytes) -> bool:
    """Whether a part of a unit follows on those before it, or begins one after none."""
    if len(payload) < 3 or bool(payload[1] & 0x80) == bool(parts):
        return False
    if not parts:
        parts.append(bytes([payload[0] & 0xE0 | payload[1] & 0x1F]))
    parts.append(payload[2:])
    return True


def _aggregated(payload: bytes) -> list[bytes] | None:
    units = []
    at = 1
    while at < len(payload):
        if at + 2 > len(payload):
            return None
        (length,) = _LENGTH.unpack_from(payload, at)
        at += 2
        if not length or at + length > len(payload):
            return None
        units.append(payload[at : at + length])
        at += length
    return units


def _together(units: list[bytes]) -> list[bytes]:
    if len(units) < 2:
        return units
    importance = max(unit[0] & 0x60 for unit in units)
    body = b"".join(_LENGTH.pack(len(unit)) + unit for unit in units)
    return [bytes([importance | _STAP_A]) + body]


def _in_parts(unit: bytes) -> Iterator[bytes]:
    indicator = unit[0] & 0xE0 | _FU_A
    room = MTU - 2
    for at in range(1, len(unit), room):
        header = unit[0] & 0x1F
        header |= 0x80 if at == 1 else 0
        header |= 0x40 if at + room >= len(unit) else 0
        yield bytes([indicator, header]) + unit[at : at + room]
