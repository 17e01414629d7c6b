"""The bytes of RTP: read as the library writes them, and refused when their lengths lie."""

import pytest
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from hypothesis import given, strategies as st
from msgspec.structs import replace

from evalroom.monitoring.rtc import rtp

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"


def written(identity: int, level: int | None, payload: bytes = b"sound") -> bytes:
    known = HeaderExtensionsMap()
    known.configure(
        RTCRtpParameters(headerExtensions=[RTCRtpHeaderExtensionParameters(identity, LEVEL)])
    )
    packet = RtpPacket(111, 1, 65_535, 0xFFFF_FFFF, 0xDEADBEEF, payload)
    if level is not None:
        packet.extensions.audio_level = (True, level)
    return packet.serialize(known)


@pytest.mark.parametrize("identity", [1, 14, 15, 200])
def test_the_level_of_a_sound_is_read(identity: int) -> None:
    packet = rtp.parse(written(identity, 42), identity)
    assert packet == rtp.Packet(111, True, 65_535, 0xFFFF_FFFF, 0xDEADBEEF, b"sound", 42)
    assert rtp.parse(written(identity, 42), 3) == replace(packet, level=None)
    assert rtp.parse(written(identity, 42)) == replace(packet, level=None)


def test_padding_and_contributors_are_left_out() -> None:
    packet = RtpPacket(96, 0, 1, 2, 3, b"picture")
    packet.csrc, packet.padding_size = [7, 8], 9
    read = rtp.parse(packet.serialize())
    assert read is not None
    assert read.payload == b"picture"


def test_a_retransmission_is_the_packet_that_was_lost() -> None:
    again = rtp.Packet(97, True, 5, 90, 2222, b"\x01\x02picture")
    first = rtp.unwrap_retransmission(again, 96, 1111)
    assert first == rtp.Packet(96, True, 0x0102, 90, 1111, b"picture")
    assert rtp.unwrap_retransmission(replace(again, payload=b"\x01\x02"), 96, 1111) is None


@pytest.mark.parametrize("identity", [1, 14, 15, 255])
def test_the_library_reads_the_extension_that_we_write(identity: int) -> None:
    header = rtp.HEADER.pack(rtp.VERSION | rtp.EXTENDED, 96, 1, 2, 3)
    known = HeaderExtensionsMap()
    uri = "urn:ietf:params:rtp-hdrext:sdes:mid"
    known.configure(
        RTCRtpParameters(headerExtensions=[RTCRtpHeaderExtensionParameters(identity, uri)])
    )
    packet = RtpPacket.parse(header + rtp.extension(identity, b"video0") + b"data", known)
    assert packet.extensions.mid == "video0"
    assert packet.payload == b"data"


@given(st.binary(max_size=80), st.integers(1, 255))
def test_any_bytes_are_a_packet_or_nothing(data: bytes, identity: int) -> None:
    packet = rtp.parse(data, identity)
    if packet is not None:
        assert len(packet.payload) <= len(data) - 12
        assert packet.level is None or 0 <= packet.level <= 127
