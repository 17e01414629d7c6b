"""RTCP that goes back to a publisher: what is missing, and what picture or bandwidth is wanted."""

from collections.abc import Sequence
from struct import Struct
from typing import Final

from aiortc.rtp import (
    RTCP_PSFB,
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB,
    RTCP_RTPFB_NACK,
    pack_remb_fci,
    pack_rtcp_packet,
)

_FROM_ABOUT: Final = Struct("!II")
_LOST: Final = Struct("!HH")
_FIR: Final = Struct("!IB3x")


def nack(own: int, about: int, sequences: Sequence[int]) -> bytes:
    """Packets that are missing, in the order of the sequence (RFC 4585 §6.2.1)."""
    items: list[tuple[int, int]] = []
    for sequence in sequences:
        if items and 0 < (after := (sequence - items[-1][0]) & 0xFFFF) <= 16:
            first, following = items[-1]
            items[-1] = (first, following | 1 << after - 1)
        else:
            items.append((sequence, 0))
    body = b"".join(_LOST.pack(*item) for item in items)
    return pack_rtcp_packet(RTCP_RTPFB, RTCP_RTPFB_NACK, _FROM_ABOUT.pack(own, about) + body)


def picture_lost(own: int, about: int) -> bytes:
    """A key frame is wanted (RFC 4585 §6.3.1)."""
    return pack_rtcp_packet(RTCP_PSFB, RTCP_PSFB_PLI, _FROM_ABOUT.pack(own, about))


def full_intra(own: int, about: int, number: int) -> bytes:
    """The same for a peer that only knows this (RFC 5104 §4.3.1); each request has a number."""
    body = _FROM_ABOUT.pack(own, 0) + _FIR.pack(about, number)
    return pack_rtcp_packet(RTCP_PSFB, RTCP_PSFB_FIR, body)


def bandwidth(own: int, about: int, bits_per_second: int) -> bytes:
    """What the source may take (draft-alvestrand-rmcat-remb-03)."""
    body = _FROM_ABOUT.pack(own, 0) + pack_remb_fci(bits_per_second, [about])
    return pack_rtcp_packet(RTCP_PSFB, RTCP_PSFB_APP, body)
