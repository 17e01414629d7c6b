"""One medium of a publisher, taken encoded: put into order, repaired, reported on."""

import asyncio
import random
from collections.abc import Callable
from typing import Final, Protocol

from aiortc import MediaStreamTrack
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtp import RtcpRrPacket
from aiortc.stats import RTCStatsReport

from evalroom.clock import Clock
from evalroom.monitoring.rtc import feedback, limits, rtp
from evalroom.monitoring.rtc.assembly import Assembly
from evalroom.monitoring.rtc.offer import Kind, codec_of
from evalroom.monitoring.rtc.reception import Reception
from evalroom.monitoring.rtc.reorder import Due, Reorder
from evalroom.monitoring.rtc.stats import InletStats
from evalroom.wire.media_frame import Codec, EncodedFrame

_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"


class Feedback(Protocol):
    """The way back to the publisher."""

    def send_rtcp(self, packets: bytes) -> bool: ...


class EncodedReceiver:
    """Stands in a transceiver where the library's receiver was; `take` is called for each packet.

    Nothing here is a task: what must happen later is a timer of the loop, and `stop` cancels it.
    """

    def __init__(
        self,
        kind: Kind,
        transport: RTCDtlsTransport,
        on_frame: Callable[[EncodedFrame], None],
        clock: Clock,
        remb_bps: int,
    ) -> None:
        self.kind = kind
        self.transport = transport
        self.level: int | None = None
        self.codec: Codec | None = None
        self.link: Feedback | None = None
        self._track: MediaStreamTrack | None = None
        self._enabled = True
        self._on_frame = on_frame
        self._clock = clock
        self._remb_bps = remb_bps
        self._codecs: dict[int, Codec] = {}
        self._again: dict[int, int] = {}
        """Payload types of retransmissions, and of what they retransmit."""
        self._feedback: set[tuple[str, str | None]] = set()
        self._level_id: int | None = None
        self._own_ssrc = 0
        self._ssrc: int | None = None
        self._heard = 0.0
        self._reorder = Reorder(0, repair=False)
        self._assembly = Assembly(Codec.OPUS, clock.wall)
        self._reception = Reception(90_000)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._key_asked = float("-inf")
        self._owed = False
        """A key frame was asked for and has not come."""
        self._fir = 0
        self._stopped = False
        self._packets = self._bytes = self._frames = self._keys = self._key_requests = 0

    # What the peer connection asks of a receiver.

    @property
    def track(self) -> MediaStreamTrack | None:
        return self._track

    def setTransport(self, transport: RTCDtlsTransport) -> None:
        self.transport = transport

    def _set_rtcp_ssrc(self, ssrc: int) -> None:
        self._own_ssrc = ssrc

    async def getStats(self) -> RTCStatsReport:
        return RTCStatsReport()

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        """The line is protected: from here on packets are understood."""
        for codec in parameters.codecs:
            known = codec_of(codec)
            assert codec.payloadType is not None
            if known is not None:
                self._codecs[codec.payloadType] = known
                self._feedback |= {(one.type, one.parameter) for one in codec.rtcpFeedback}
            elif isinstance(apt := codec.parameters.get("apt"), int):
                self._again[codec.payloadType] = apt
        for one in parameters.headerExtensions:
            if one.uri == _LEVEL:
                self._level_id = one.id
        self._later("report", limits.REPORT_SECONDS, self._report)

    async def stop(self) -> None:
        self.end()

    def end(self) -> None:
        """No frame and no feedback after this."""
        self._stopped = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    # What comes in.

    @property
    def payload_types(self) -> set[int]:
        return {*self._codecs, *self._again}

    def hears(self, ssrc: int) -> bool:
        """Whether a report about this source is about us."""
        return ssrc == self._ssrc

    def take(self, data: bytes, now: float) -> None:
        """A packet with one of our payload types came."""
        packet = rtp.parse(data, self._level_id)
        if packet is None or self._stopped:
            return
        self._packets += 1
        self._bytes += len(data)
        if packet.payload_type in self._again:
            self._take_again(packet, now)
            return
        codec = self._codecs.get(packet.payload_type)
        if codec is None:
            return
        if packet.ssrc != self._ssrc or codec is not self.codec:
            if not self._begin(packet.ssrc, codec, now):
                return
        self._heard = now
        self._reception.came(packet.sequence, packet.timestamp, now)
        if packet.level is not None:
            self.level = packet.level
        due = self._reorder.push(packet, now)
        if due is None:
            self._frames_of(packet)
        else:
            self._settle(due)

    def told(self, ntp: int, timestamp: int, now: float) -> None:
        """The publisher reported which time its media clock shows."""
        self._reception.told(ntp, timestamp, now)

    def wall_of(self, ticks: int) -> int | None:
        """The publisher's own time of day, in milliseconds, at a frame's `ticks`."""
        timestamp = ticks - self._assembly.ticks.offset
        return self._reception.wall_of(timestamp & 0xFFFF_FFFF)

    # What goes back.

    def request_key(self) -> None:
        """Ask for a key frame: at once, or as soon as it is not too soon after the last request."""
        if self.kind != "video" or self._stopped:
            return
        since = self._clock.monotonic() - self._key_asked
        if since < limits.KEY_SECONDS:
            self._later("key", limits.KEY_SECONDS - since, self._ask_key)
        else:
            self._ask_key()

    @property
    def stats(self) -> InletStats:
        return InletStats(
            packets=self._packets,
            bytes=self._bytes,
            frames=self._frames,
            keys=self._keys,
            dropped=self._assembly.dropped,
            lost=self._reorder.lost,
            recovered=self._reorder.recovered,
            duplicates=self._reorder.duplicates,
            nacked=self._reorder.asked,
            key_requests=self._key_requests,
        )

    def _begin(self, ssrc: int, codec: Codec, now: float) -> bool:
        """Follow a source; another one only when the present one has fallen silent."""
        if ssrc != self._ssrc and self._ssrc is not None:
            if now - self._heard < limits.REPORT_SECONDS:
                return False
        ticks = self._assembly.ticks if codec is self.codec else None
        self._ssrc, self.codec = ssrc, codec
        video = codec is not Codec.OPUS
        patience = limits.VIDEO_PATIENCE if video else limits.AUDIO_PATIENCE
        self._reorder = Reorder(patience, repair=("nack", None) in self._feedback)
        self._assembly = Assembly(codec, self._clock.wall)
        if ticks is not None:
            self._assembly.ticks = ticks
        self._reception = Reception(codec.clock_rate)
        if video:
            self._send(self._remb())
        return True

    def _take_again(self, packet: rtp.Packet, now: float) -> None:
        again = self._again[packet.payload_type]
        if self._ssrc is None or self._codecs.get(again) is not self.codec:
            return
        first = rtp.unwrap_retransmission(packet, again, self._ssrc)
        if first is not None:
            self._settle(self._reorder.fill(first, now))

    def _settle(self, due: Due) -> None:
        for packet in due.packets:
            self._frames_of(packet)
        if due.nack:
            self._send_nack(due.nack)
        if self._reorder.waiting:
            patience = limits.NACK_SECONDS if self.kind == "video" else limits.AUDIO_PATIENCE
            self._later("repair", patience, self._repair)

    def _repair(self) -> None:
        self._settle(self._reorder.due(self._clock.monotonic()))

    def _frames_of(self, packet: rtp.Packet) -> None:
        for frame in self._assembly.push(packet):
            self._frames += 1
            self._keys += frame.key
            if not self._stopped:
                self._on_frame(frame)
        if self._assembly.needs_key != self._owed:
            self._mind_key()

    def _mind_key(self) -> None:
        self._owed = self._assembly.needs_key
        if not self._owed:
            return
        # The first picture of a publisher is a key frame: while it comes, it is not asked for.
        if self._frames or self._assembly.dropped:
            self.request_key()
        else:
            self._owed = False
        self._later("remind", limits.KEY_AGAIN_SECONDS, self._remind)

    def _remind(self) -> None:
        if self._assembly.needs_key:
            self.request_key()
            self._later("remind", limits.KEY_AGAIN_SECONDS, self._remind)

    def _ask_key(self) -> None:
        if self._ssrc is None:
            return
        self._key_asked = self._clock.monotonic()
        self._key_requests += 1
        if ("nack", "pli") in self._feedback:
            self._send(feedback.picture_lost(self._own_ssrc, self._ssrc))
        else:
            self._fir = (self._fir + 1) & 0xFF
            self._send(feedback.full_intra(self._own_ssrc, self._ssrc, self._fir))

    def _send_nack(self, sequences: list[int]) -> None:
        assert self._ssrc is not None
        self._send(feedback.nack(self._own_ssrc, self._ssrc, sequences))

    def _remb(self) -> bytes:
        """How much the publisher may send, in the words of those who listen to that."""
        if self.kind != "video" or ("goog-remb", None) not in self._feedback:
            return b""
        assert self._ssrc is not None
        return feedback.bandwidth(self._own_ssrc, self._ssrc, self._remb_bps)

    def _report(self) -> None:
        if self._ssrc is not None:
            report = self._reception.report(self._ssrc, self._clock.monotonic())
            packets = bytes(RtcpRrPacket(ssrc=self._own_ssrc, reports=[report]))
            self._send(packets + self._remb())
        spread = 1 + limits.REPORT_JITTER * (2 * random.random() - 1)
        self._later("report", limits.REPORT_SECONDS * spread, self._report)

    def _send(self, packet: bytes) -> None:
        if packet and self.link is not None:
            self.link.send_rtcp(packet)

    def _later(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        """One timer of each name: the earlier one stands."""
        if self._stopped or name in self._timers:
            return

        def run() -> None:
            self._timers.pop(name, None)
            do()

        self._timers[name] = asyncio.get_running_loop().call_later(seconds, run)
