"""What the receiver asks of a publisher, and how often, with a line that only notes."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpReceiveParameters,
)
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
)

from evalroom.monitoring.rtc import limits, rtp, vp8
from evalroom.monitoring.rtc.receiver import EncodedReceiver
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc import media

if TYPE_CHECKING:
    from aiortc.rtcdtlstransport import RTCDtlsTransport

FEEDBACK = [("nack", None), ("nack", "pli"), ("goog-remb", None)]


class Hours:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def wall(self) -> int:
        return int(self.now * 1_000)

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


class Notes:
    """The way back to the publisher."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send_rtcp(self, packets: bytes) -> bool:
        self.sent += RtcpPacket.parse(packets)
        return True

    def of(self, form: int) -> list[Any]:
        """Feedback about pictures and bandwidth."""
        return [one for one in self.sent if isinstance(one, RtcpPsfbPacket) and one.fmt == form]

    @property
    def nacks(self) -> list[Any]:
        return [one for one in self.sent if isinstance(one, RtcpRtpfbPacket)]


class Scene:
    def __init__(self, kind: Any = "video", feedback: Any = FEEDBACK) -> None:
        self.clock = Hours()
        self.notes = Notes()
        self.frames: list[EncodedFrame] = []
        nowhere = cast("RTCDtlsTransport", None)
        self.receiver = EncodedReceiver(kind, nowhere, self.frames.append, self.clock, 600_000)
        self.receiver._set_rtcp_ssrc(1)
        self.receiver.link = self.notes
        self.kind, self.feedback = kind, feedback
        self.sequence = 65_000

    async def begin(self) -> None:
        name, rate, number = ("VP8", 90_000, 96) if self.kind == "video" else ("opus", 48_000, 111)
        codec = RTCRtpCodecParameters(f"{self.kind}/{name}", rate, payloadType=number)
        codec.rtcpFeedback = [RTCRtcpFeedback(*one) for one in self.feedback]
        again = RTCRtpCodecParameters(f"{self.kind}/rtx", rate, payloadType=97)
        again.parameters = {"apt": number}
        level = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
        await self.receiver.receive(
            RTCRtpReceiveParameters(
                codecs=[codec, again],
                headerExtensions=[RTCRtpHeaderExtensionParameters(id=1, uri=level)],
            )
        )

    def packets(self, number: int) -> list[bytes]:
        payloads = vp8.packetise(media.vp8()[number].data, number)
        made = []
        for index, payload in enumerate(payloads):
            mark = rtp.MARKER if index == len(payloads) - 1 else 0
            sequence, ticks = self.sequence & 0xFFFF, number * 6_000
            made.append(rtp.HEADER.pack(0x80, mark | 96, sequence, ticks, 1111) + payload)
            self.sequence += 1
        return made

    def take(self, *packets: bytes) -> None:
        for packet in packets:
            self.receiver.take(packet, self.clock.now)

    def fire(self, name: str) -> None:
        """The time of a timer has come."""
        timer: Any = self.receiver._timers[name]
        due = timer._callback
        timer.cancel()
        due()


@pytest.fixture
async def scene() -> Any:
    scene = Scene()
    await scene.begin()
    yield scene
    scene.receiver.end()
    assert scene.receiver._timers == {}


def again(packet: bytes, number: int) -> bytes:
    """The packet as a retransmission."""
    _, second, sequence, ticks, _ = rtp.HEADER.unpack_from(packet)
    head = rtp.HEADER.pack(0x80, second & rtp.MARKER | 97, number, ticks, 2222)
    moved: bytes = head + sequence.to_bytes(2, "big") + packet[12:]
    return moved


async def test_the_first_packet_is_answered_with_the_bandwidth(scene: Scene) -> None:
    scene.take(*scene.packets(0))
    assert len(scene.notes.of(RTCP_PSFB_APP)) == 1
    assert [frame.key for frame in scene.frames] == [True]
    # It came with a key frame: none is asked for.
    assert scene.notes.of(RTCP_PSFB_PLI) == []


async def test_a_lost_packet_is_asked_for_and_taken_from_its_retransmission(scene: Scene) -> None:
    first, *rest = scene.packets(0)
    lost, *others = rest
    scene.take(first, *others)
    if not others:
        following = scene.packets(1)
        scene.take(*following)
    (nack,) = scene.notes.nacks
    assert (nack.ssrc, nack.media_ssrc) == (1, 1111)
    assert nack.lost == [rtp.HEADER.unpack_from(lost)[2]]
    assert scene.frames == []
    scene.take(again(lost, 7))
    assert scene.frames[0].data == media.vp8()[0].data
    assert scene.receiver.stats.recovered == 1


@pytest.mark.rule("M2")
async def test_a_request_is_repeated_and_in_the_end_a_key_frame_is_the_quicker_way(
    scene: Scene,
) -> None:
    scene.take(*scene.packets(0))
    scene.packets(1)
    scene.take(*scene.packets(2))
    rounds = 0
    while scene.receiver._reorder.waiting:
        scene.clock.now += limits.NACK_SECONDS
        scene.fire("repair")
        rounds += 1
    assert rounds == 9
    assert scene.receiver.stats.nacked >= 9
    assert scene.receiver.stats.lost >= 1
    assert len(scene.notes.of(RTCP_PSFB_PLI)) == 1
    # Reminded each second until it is there.
    for _ in range(3):
        scene.clock.now += limits.KEY_AGAIN_SECONDS
        scene.fire("remind")
    assert len(scene.notes.of(RTCP_PSFB_PLI)) == 4
    scene.take(*scene.packets(15))
    assert scene.frames[-1].key
    scene.clock.now += limits.KEY_AGAIN_SECONDS
    scene.fire("remind")
    assert len(scene.notes.of(RTCP_PSFB_PLI)) == 4


@pytest.mark.rule("M5")
async def test_key_frames_are_asked_for_no_closer_than_300_ms(scene: Scene) -> None:
    scene.take(*scene.packets(0))
    for _ in range(10):
        scene.receiver.request_key()
        scene.clock.now += 0.01
    assert len(scene.notes.of(RTCP_PSFB_PLI)) == 1
    # The ones that came too soon are one request, when its time has come.
    scene.clock.now += limits.KEY_SECONDS
    scene.fire("key")
    assert len(scene.notes.of(RTCP_PSFB_PLI)) == 2


@pytest.mark.rule("M5")
async def test_a_publisher_that_knows_no_pli_is_asked_by_fir() -> None:
    scene = Scene(feedback=[("ccm", "fir")])
    await scene.begin()
    scene.take(*scene.packets(0))
    scene.receiver.request_key()
    scene.clock.now += 1
    scene.receiver.request_key()
    numbers = [one.fci[4] for one in scene.notes.of(RTCP_PSFB_FIR)]
    assert numbers == [1, 2]
    scene.receiver.end()


@pytest.mark.rule("M9")
async def test_reports_and_bandwidth_are_told_each_second(scene: Scene) -> None:
    scene.take(*scene.packets(0))
    scene.receiver.told(5 << 32, 7, scene.clock.now)
    scene.notes.sent.clear()
    scene.clock.now += 1
    scene.fire("report")
    (report,) = [one for one in scene.notes.sent if isinstance(one, RtcpRrPacket)]
    assert report.reports[0].ssrc == 1111
    assert report.reports[0].dlsr == 65_536
    assert len(scene.notes.of(RTCP_PSFB_APP)) == 1
    assert "report" in scene.receiver._timers


async def test_another_source_is_followed_when_the_first_one_is_silent(scene: Scene) -> None:
    scene.take(*scene.packets(0))
    other = [packet[:8] + b"\x00\x00\x00\x05" + packet[12:] for packet in scene.packets(15)]
    scene.take(*other)
    assert len(scene.frames) == 1
    scene.clock.now += 2
    scene.take(*other)
    assert len(scene.frames) == 2
    assert scene.frames[1].ticks > scene.frames[0].ticks
    assert scene.receiver.hears(5)
    assert not scene.receiver.hears(1111)


async def test_the_level_of_a_sound_is_that_of_its_last_packet() -> None:
    scene = Scene(kind="audio", feedback=[])
    await scene.begin()
    for number, level in enumerate((20, 127, 64)):
        head = rtp.HEADER.pack(0x90, 111, number, number * 960, 3333)
        scene.take(head + rtp.extension(1, bytes([0x80 | level])) + b"opus")
        assert scene.receiver.level == level
    assert len(scene.frames) == 3
    assert scene.receiver.codec is Codec.OPUS
    scene.receiver.request_key()
    assert scene.notes.sent == []
    scene.receiver.end()


async def test_sound_waits_60_ms_for_a_packet_and_goes_on_without() -> None:
    scene = Scene(kind="audio", feedback=[])
    await scene.begin()
    for number in (0, 1, 3):
        scene.take(rtp.HEADER.pack(0x80, 111, number, number * 960, 3333) + b"opus")
    assert len(scene.frames) == 2
    scene.clock.now += limits.AUDIO_PATIENCE
    scene.fire("repair")
    assert len(scene.frames) == 3
    assert scene.notes.sent == []
    scene.receiver.end()


async def test_nothing_comes_after_the_end(scene: Scene) -> None:
    packets = scene.packets(0)
    scene.take(*packets[:-1])
    scene.receiver.end()
    scene.take(packets[-1])
    scene.receiver.request_key()
    assert scene.frames == []
    assert scene.notes.of(RTCP_PSFB_PLI) == []
    await asyncio.sleep(0)
    assert scene.receiver._timers == {}


async def test_what_nobody_negotiated_is_not_looked_at(scene: Scene) -> None:
    scene.take(rtp.HEADER.pack(0x80, 99, 1, 2, 1111) + b"data")
    scene.take(again(scene.packets(0)[0], 1))
    assert scene.receiver.codec is None
    assert scene.notes.sent == []
