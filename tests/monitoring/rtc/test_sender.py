"""What a subscriber is sent, and sent again, with a line that only notes."""

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiortc.rtcrtpparameters import (
    RTCRtcpParameters,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpSendParameters,
)
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSrPacket,
)
from msgspec.structs import replace

from evalroom.monitoring.rtc import h264, limits, rtp, vp8
from evalroom.monitoring.rtc.assembly import Assembly
from evalroom.monitoring.rtc.reception import milliseconds_of, ntp_of
from evalroom.monitoring.rtc.sender import EncodedSender
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc import media
from tests.monitoring.rtc.test_receiver import Hours

if TYPE_CHECKING:
    from aiortc.rtcdtlstransport import RTCDtlsTransport

KEY = RTCP_PSFB_PLI


class Line:
    def __init__(self) -> None:
        self.up = True
        self.sent: list[rtp.Packet] = []
        self.control: list[Any] = []

    def send_rtp(self, packets: Iterable[bytes]) -> bool:
        read = [rtp.parse(packet) for packet in packets]
        if self.up:
            self.sent += [one for one in read if one is not None]
        return self.up

    def send_rtcp(self, packets: bytes) -> bool:
        self.control += RtcpPacket.parse(packets)
        return True


class Scene:
    def __init__(self, kind: Any = "video") -> None:
        self.clock, self.line, self.keys = Hours(), Line(), 0
        self.clock.now = 1_700_000_000.0
        nowhere = cast("RTCDtlsTransport", None)
        self.sender = EncodedSender(kind, nowhere, "stream", self.clock)
        self.sender.link = self.line
        self.sender.on_key_request = self.asked

    def asked(self) -> None:
        self.keys += 1

    async def begin(self, *, rtx: bool = True) -> None:
        codecs = [
            RTCRtpCodecParameters("video/VP8", 90_000, payloadType=96),
            RTCRtpCodecParameters("video/rtx", 90_000, payloadType=97, parameters={"apt": 96}),
            RTCRtpCodecParameters(
                "video/H264", 90_000, payloadType=102, parameters={"packetization-mode": "1"}
            ),
            RTCRtpCodecParameters("audio/opus", 48_000, payloadType=111),
        ]
        uri = "urn:ietf:params:rtp-hdrext:sdes:mid"
        await self.sender.send(
            RTCRtpSendParameters(
                codecs=codecs if rtx else [codecs[0]],
                headerExtensions=[RTCRtpHeaderExtensionParameters(id=4, uri=uri)],
                muxId="0",
                rtcp=RTCRtcpParameters(cname="node"),
            )
        )

    def frame(self, number: int, codec: Codec = Codec.VP8) -> EncodedFrame:
        made = {Codec.VP8: media.vp8, Codec.H264: media.h264, Codec.OPUS: media.opus}[codec]()
        one, wall = made[number], self.clock.wall()
        return EncodedFrame(codec, one.data, one.key, 0, one.ticks, wall)

    def says(self, *packets: Any) -> None:
        for packet in packets:
            self.sender.heard(packet, self.clock.now)

    def nack(self, *sequences: int) -> RtcpRtpfbPacket:
        return RtcpRtpfbPacket(
            fmt=RTCP_RTPFB_NACK, ssrc=9, media_ssrc=self.sender._ssrc, lost=list(sequences)
        )


@pytest.fixture
async def scene() -> Any:
    scene = Scene()
    await scene.begin()
    yield scene
    scene.sender.end()


@pytest.mark.rule("M15")
async def test_a_publishers_payloads_are_sent_on_under_our_own_numbers(scene: Scene) -> None:
    payloads = tuple(vp8.packetise(media.vp8()[0].data, 500))
    scene.sender.forward(replace(scene.frame(0), payloads=payloads))
    assert tuple(packet.payload for packet in scene.line.sent) == payloads
    assert {packet.ssrc for packet in scene.line.sent} == {scene.sender._ssrc}
    assert {packet.payload_type for packet in scene.line.sent} == {96}
    assert [packet.marker for packet in scene.line.sent][-1]
    assert sum(packet.marker for packet in scene.line.sent) == 1
    sequences = [packet.sequence for packet in scene.line.sent]
    assert sequences == list(range(sequences[0], sequences[0] + len(payloads)))


@pytest.mark.parametrize("codec", list(Codec))
@pytest.mark.rule("M19")
async def test_a_source_without_rtp_is_cut_by_us(codec: Codec) -> None:
    scene = Scene("audio" if codec is Codec.OPUS else "video")
    await scene.begin()
    assembly, out = Assembly(codec, lambda: 0), list[EncodedFrame]()
    for number in range(20):
        scene.sender.forward(scene.frame(number, codec))
    for packet in scene.line.sent:
        assert len(packet.payload) <= limits.MTU
        out += assembly.push(packet)
    sent = [scene.frame(number, codec).data for number in range(20)]
    if codec is Codec.H264:
        assert [h264.units_of(frame.data) for frame in out] == [h264.units_of(d) for d in sent]
    else:
        assert [frame.data for frame in out] == sent
    steps = {b.ticks - a.ticks for a, b in pairwise(out)}
    assert steps == {960 if codec is Codec.OPUS else 6_000}
    scene.sender.end()


@pytest.mark.rule("M19")
async def test_packets_too_long_to_be_passed_on_are_cut_anew(scene: Scene) -> None:
    whole = scene.frame(0)
    long = replace(whole, payloads=(b"\x10" + bytes(limits.PASSED_ON),))
    scene.sender.forward(long)
    # One frame of them and none of this source's packets is as it came.
    short = scene.frame(1)
    scene.sender.forward(short)
    assert scene.line.sent
    assert all(len(packet.payload) <= limits.MTU for packet in scene.line.sent)
    assembly, out = Assembly(Codec.VP8, lambda: 0), list[EncodedFrame]()
    for packet in scene.line.sent:
        out += assembly.push(packet)
    assert [frame.data for frame in out] == [whole.data, short.data]


@pytest.mark.rule("M17")
async def test_a_subscriber_begins_with_a_key_frame_and_asks_for_it(scene: Scene) -> None:
    assert scene.keys == 1
    for number in range(1, 5):
        scene.sender.forward(scene.frame(number))
    assert scene.line.sent == []
    assert scene.keys == 1
    scene.clock.now += limits.KEY_SECONDS + 0.01
    scene.sender.forward(scene.frame(5))
    assert scene.keys == 2
    scene.sender.forward(scene.frame(15))
    scene.sender.forward(scene.frame(16))
    assert scene.sender.stats.frames == 2


@pytest.mark.rule("M17")
async def test_after_a_switch_the_next_picture_is_a_key_frame_again(scene: Scene) -> None:
    scene.sender.forward(scene.frame(0))
    scene.clock.now += 1
    scene.sender.switch()
    assert scene.keys == 2
    before = len(scene.line.sent)
    last = scene.line.sent[-1]
    scene.sender.forward(scene.frame(3))
    assert len(scene.line.sent) == before
    scene.sender.forward(replace(scene.frame(15), ticks=5))
    first = scene.line.sent[before]
    assert first.sequence == (last.sequence + 1) & 0xFFFF
    assert (first.timestamp - last.timestamp) & 0xFFFF_FFFF == 90_000


async def test_a_lost_packet_is_sent_again_as_a_retransmission(scene: Scene) -> None:
    scene.sender.forward(scene.frame(0))
    lost = scene.line.sent[1]
    scene.line.sent.clear()
    scene.says(scene.nack(lost.sequence), scene.nack(lost.sequence))
    (again,) = scene.line.sent
    assert again.payload_type == 97
    assert again.ssrc == scene.sender._rtx_ssrc
    assert rtp.unwrap_retransmission(again, 96, lost.ssrc) == lost
    assert scene.sender.stats.resent == 1


async def test_without_retransmission_the_same_packet_is_sent_again() -> None:
    scene = Scene()
    await scene.begin(rtx=False)
    scene.sender.forward(scene.frame(0))
    lost = scene.line.sent[1]
    scene.line.sent.clear()
    scene.says(scene.nack(lost.sequence))
    assert scene.line.sent == [lost]
    scene.sender.end()


async def test_one_feedback_packet_is_read_only_so_far(scene: Scene) -> None:
    for number in range(20):
        scene.sender.forward(scene.frame(15 * (number % 4)))
    scene.line.sent.clear()
    scene.says(scene.nack(*range(65_536)))
    assert len(scene.line.sent) <= limits.NACK_READ


async def test_requests_for_a_key_frame_are_heard_in_either_form_and_not_too_often(
    scene: Scene,
) -> None:
    own, step = scene.sender._ssrc, limits.KEY_SECONDS + 0.01
    full = own.to_bytes(4, "big") + b"\x01\x00\x00\x00"
    scene.clock.now += step
    scene.says(RtcpPsfbPacket(fmt=KEY, ssrc=9, media_ssrc=own))
    assert scene.keys == 2
    scene.says(RtcpPsfbPacket(fmt=KEY, ssrc=9, media_ssrc=own))
    assert scene.keys == 2
    scene.clock.now += step
    scene.says(RtcpPsfbPacket(fmt=RTCP_PSFB_FIR, ssrc=9, media_ssrc=0, fci=bytes(8) + full))
    assert scene.keys == 3
    scene.clock.now += step
    scene.says(
        RtcpPsfbPacket(fmt=KEY, ssrc=9, media_ssrc=own ^ 1),
        RtcpPsfbPacket(fmt=RTCP_PSFB_FIR, ssrc=9, media_ssrc=0, fci=bytes(8) + full[:5]),
        RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=9, media_ssrc=own),
        scene.nack(5),
    )
    assert scene.keys == 3


async def test_a_report_ties_the_media_clock_to_the_time_of_day(scene: Scene) -> None:
    scene.sender.forward(scene.frame(0))
    timestamp = scene.line.sent[-1].timestamp
    scene.clock.now += 0.5
    scene.sender._report()
    report, name = scene.line.control
    assert isinstance(report, RtcpSrPacket)
    assert isinstance(name, RtcpSdesPacket)
    told = report.sender_info
    assert milliseconds_of(told.ntp_timestamp) == pytest.approx(scene.clock.wall(), abs=1)
    assert told.rtp_timestamp == (timestamp + 45_000) & 0xFFFF_FFFF
    assert told.packet_count == len(scene.line.sent)


async def test_the_subscribers_report_is_kept(scene: Scene) -> None:
    sent = ntp_of(scene.clock.wall()) >> 16 & 0xFFFF_FFFF
    scene.clock.now += 0.25
    info = RtcpReceiverInfo(scene.sender._ssrc, 0, 17, 5, 0, lsr=sent, dlsr=6_554)
    scene.says(RtcpRrPacket(ssrc=9, reports=[info]))
    assert scene.sender.stats.lost == 17
    assert scene.sender.stats.rtt_ms == pytest.approx(150, abs=2)


async def test_nothing_is_sent_where_nobody_is_or_where_it_is_not_understood() -> None:
    scene = Scene()
    scene.sender.forward(scene.frame(0))
    assert scene.line.sent == []
    await scene.begin(rtx=False)
    scene.sender.forward(scene.frame(0, Codec.H264))
    assert scene.line.sent == []
    scene.line.up = False
    scene.sender.forward(scene.frame(0))
    assert scene.sender.stats.frames == 0
    scene.line.up = True
    scene.sender.forward(scene.frame(1))
    assert scene.sender.stats.frames == 0
    scene.sender.end()
    scene.sender.forward(scene.frame(0))
    assert scene.sender.stats.frames == 0
