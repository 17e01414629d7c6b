"""What goes back to a publisher is what the library, which is one, reads."""

from typing import Any

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPacket,
    unpack_remb_fci,
)
from hypothesis import given, strategies as st

from evalroom.monitoring.rtc import feedback


def read(data: bytes) -> Any:
    (packet,) = RtcpPacket.parse(data)
    return packet


@given(
    st.integers(0, 65_535),
    st.lists(st.integers(0, 600), min_size=1, max_size=256, unique=True).map(sorted),
)
def test_what_is_asked_for_is_what_is_missing_across_a_wrap_too(
    start: int, missing: list[int]
) -> None:
    wanted = [(start + one) & 0xFFFF for one in missing]
    packet = read(feedback.nack(1, 2, wanted))
    assert (packet.fmt, packet.ssrc, packet.media_ssrc) == (RTCP_RTPFB_NACK, 1, 2)
    assert [one & 0xFFFF for one in packet.lost] == wanted


def test_a_key_frame_is_asked_for_in_either_way() -> None:
    lost = read(feedback.picture_lost(1, 2))
    assert (lost.fmt, lost.ssrc, lost.media_ssrc, lost.fci) == (RTCP_PSFB_PLI, 1, 2, b"")
    full = read(feedback.full_intra(1, 2, 200))
    assert (full.fmt, full.media_ssrc) == (RTCP_PSFB_FIR, 0)
    assert full.fci == b"\x00\x00\x00\x02\xc8\x00\x00\x00"


def test_bandwidth_is_told_of_one_source() -> None:
    packet = read(feedback.bandwidth(1, 2, 600_000))
    assert (packet.fmt, packet.media_ssrc) == (RTCP_PSFB_APP, 0)
    bits, sources = unpack_remb_fci(packet.fci)
    assert (bits, sources) == (600_000, [2])
