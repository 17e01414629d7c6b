"""One medium to a subscriber: payloads of the publisher under numbers of our own, sent at once and
kept for those that get lost.
"""

import asyncio
import random
import secrets
import uuid
from collections.abc import Callable, Iterable, Sequence
from struct import Struct
from typing import Final, Protocol

from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)
from aiortc.stats import RTCStatsReport

from evalroom.clock import Clock
from evalroom.monitoring.rtc import h264, limits, rtp, vp8
from evalroom.monitoring.rtc.history import History
from evalroom.monitoring.rtc.offer import Kind, codec_of
from evalroom.monitoring.rtc.reception import ntp_of
from evalroom.monitoring.rtc.relabel import Pictures, Timeline
from evalroom.monitoring.rtc.stats import OutletStats
from evalroom.wire.media_frame import Codec, EncodedFrame

_MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
_CNAME: Final = 1
_SEQUENCE: Final = Struct("!H")
_WORD: Final = 0xFFFF_FFFF


class Line(Protocol):
    """The way to the subscriber; False when there is none, or no longer."""

    def send_rtp(self, packets: Iterable[bytes]) -> bool: ...

    def send_rtcp(self, packets: bytes) -> bool: ...


class EncodedSender:
    """Stands in a transceiver where the library's sender was. No task: reports are a timer."""

    def __init__(
        self, kind: Kind, transport: RTCDtlsTransport, stream_id: str, clock: Clock
    ) -> None:
        self.kind = kind
        self.transport = transport
        self.link: Line | None = None
        self.on_key_request: Callable[[], None] | None = None
        self.codecs: tuple[Codec, ...] = ()
        self._ssrc = 1 + secrets.randbelow(_WORD)
        self._rtx_ssrc = 1 + secrets.randbelow(_WORD)
        self._stream_id = stream_id
        self._track_id = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
        self._enabled = True
        self._clock = clock
        self._types: dict[Codec, int] = {}
        self._again: dict[int, int] = {}
        """Payload types, and those of their retransmissions."""
        self._extension = b""
        self._cname = ""
        # In the lower half: a wrap right at the beginning could not be told from a jump
        # (RFC 3711 §3.3.1).
        self._sequence = secrets.randbelow(1 << 15)
        self._rtx_sequence = secrets.randbelow(1 << 15)
        self._timeline = Timeline(secrets.randbelow(_WORD))
        self._pictures = Pictures()
        self._history = History()
        self._cuts = False
        """Whether the source sends packets too long for us: then all of its frames are cut anew."""
        self._needs_key = kind == "video"
        self._key_wanted = float("-inf")
        self._last: tuple[int, int, int] | None = None
        """Timestamp, arrival in milliseconds and clock rate of the last frame."""
        self._timer: asyncio.TimerHandle | None = None
        self._open = False
        self._packets = self._bytes = self._frames = self._resent = self._key_requests = 0
        self._lost = 0
        self._rtt_ms: int | None = None

    # What the peer connection asks of a sender.

    @property
    def track(self) -> None:
        return None

    def setTransport(self, transport: RTCDtlsTransport) -> None:
        self.transport = transport

    async def getStats(self) -> RTCStatsReport:
        return RTCStatsReport()

    async def send(self, parameters: RTCRtpSendParameters) -> None:
        """The line is protected: from here on frames go out."""
        for codec in parameters.codecs:
            known = codec_of(codec)
            assert codec.payloadType is not None
            if known is not None:
                self._types.setdefault(known, codec.payloadType)
            elif isinstance(apt := codec.parameters.get("apt"), int):
                self._again[apt] = codec.payloadType
        for one in parameters.headerExtensions:
            if one.uri == _MID and len(parameters.muxId) <= 16:
                self._extension = rtp.extension(one.id, parameters.muxId.encode())
        self._cname = parameters.rtcp.cname or ""
        self._open = True
        self._later()
        if self._needs_key:
            self.want_key()

    async def stop(self) -> None:
        self.end()

    def end(self) -> None:
        """Nothing is sent after this."""
        self._open = False
        if self._timer is not None:
            self._timer.cancel()

    # Frames out.

    def switch(self) -> None:
        """The next frame is of another source: a picture begins with its key frame."""
        self._timeline.switch()
        self._cuts = False
        self._needs_key = self.kind == "video"
        if self._needs_key and self._open:
            self.want_key()

    def forward(self, frame: EncodedFrame) -> None:
        """Send a frame, if there is somebody to send to and it can be understood."""
        payload_type = self._types.get(frame.codec)
        if not self._open or payload_type is None or self.link is None:
            return
        if self._needs_key and not frame.key:
            self.want_key()
            return
        self._cuts = self._cuts or max(map(len, frame.payloads), default=0) > limits.PASSED_ON
        payloads = self._cut(frame) if self._cuts or not frame.payloads else frame.payloads
        if frame.codec is Codec.VP8:
            payloads = self._pictures.relabelled(payloads)
        timestamp = self._timeline.of(frame)
        if not self.link.send_rtp(self._packets_of(payloads, payload_type, timestamp)):
            return
        self._needs_key = False
        self._frames += 1
        self._last = (timestamp, frame.arrival, frame.codec.clock_rate)

    def want_key(self) -> None:
        """Tell whoever listens that the subscriber needs a key frame; not too often."""
        now = self._clock.monotonic()
        if now - self._key_wanted >= limits.KEY_SECONDS and self.on_key_request is not None:
            self._key_wanted = now
            self._key_requests += 1
            self.on_key_request()

    # What the subscriber says.

    def heard(self, packet: AnyRtcpPacket, now: float) -> None:
        """Feedback or a report came, about us or about another slot."""
        match packet:
            case RtcpRtpfbPacket(fmt=form, media_ssrc=about) if form == RTCP_RTPFB_NACK:
                if about == self._ssrc:
                    self._send_again(packet.lost[: limits.NACK_READ], now)
            case RtcpPsfbPacket():
                if self._asks_for_key(packet):
                    self.want_key()
            case RtcpRrPacket() | RtcpSrPacket():
                for report in packet.reports:
                    if report.ssrc == self._ssrc:
                        self._reported(report)
            case _:
                pass

    @property
    def stats(self) -> OutletStats:
        return OutletStats(
            packets=self._packets,
            bytes=self._bytes,
            frames=self._frames,
            resent=self._resent,
            key_requests=self._key_requests,
            lost=self._lost,
            rtt_ms=self._rtt_ms,
        )

    def _cut(self, frame: EncodedFrame) -> tuple[bytes, ...]:
        match frame.codec:
            case Codec.VP8:
                return tuple(vp8.packetise(frame.data, self._frames))
            case Codec.H264:
                return tuple(h264.packetise(h264.units_of(frame.data)))
            case Codec.OPUS:
                return (frame.data,)

    def _packets_of(
        self, payloads: Sequence[bytes], payload_type: int, timestamp: int
    ) -> list[bytes]:
        packets = []
        flags = rtp.VERSION | (rtp.EXTENDED if self._extension else 0)
        last = len(payloads) - 1
        for index, payload in enumerate(payloads):
            mark = rtp.MARKER if index == last and self.kind == "video" else 0
            sequence = self._sequence
            fixed = rtp.HEADER.pack(flags, mark | payload_type, sequence, timestamp, self._ssrc)
            header = fixed + self._extension
            self._history.keep(sequence, header, payload)
            self._sequence = (sequence + 1) & 0xFFFF
            packets.append(header + payload)
        self._packets += len(packets)
        self._bytes += sum(map(len, payloads))
        return packets

    def _send_again(self, sequences: Sequence[int], now: float) -> None:
        assert self.link is not None
        packets = []
        for sequence in sequences:
            sent = self._history.again(sequence, now)
            if sent is not None:
                packets.append(self._wrapped(sent.header, sent.payload))
        self._resent += len(packets)
        self.link.send_rtp(packets)

    def _wrapped(self, header: bytes, payload: bytes) -> bytes:
        """The packet as a retransmission (RFC 4588) or, to a peer without, as it was."""
        flags, second, sequence, timestamp, _ = rtp.HEADER.unpack_from(header)
        again = self._again.get(second & 0x7F)
        if again is None:
            return header + payload
        number = self._rtx_sequence
        self._rtx_sequence = (number + 1) & 0xFFFF
        second = second & rtp.MARKER | again
        head = rtp.HEADER.pack(flags, second, number, timestamp, self._rtx_ssrc)
        return head + self._extension + _SEQUENCE.pack(sequence) + payload

    def _asks_for_key(self, packet: RtcpPsfbPacket) -> bool:
        if packet.fmt == RTCP_PSFB_PLI:
            return packet.media_ssrc == self._ssrc
        own = self._ssrc.to_bytes(4, "big")
        entries = range(0, len(packet.fci) - 7, 8)
        return packet.fmt == RTCP_PSFB_FIR and any(packet.fci[at : at + 4] == own for at in entries)

    def _reported(self, report: RtcpReceiverInfo) -> None:
        self._lost = report.packets_lost
        if report.lsr:
            now = ntp_of(self._clock.wall()) >> 16 & _WORD
            spent = (now - report.lsr - report.dlsr) & _WORD
            # Anything longer is a clock that was set.
            self._rtt_ms = spent * 1_000 >> 16 if spent < 60 << 16 else None

    def _report(self) -> None:
        self._later()
        if self._last is None or self.link is None:
            return
        timestamp, arrival, rate = self._last
        wall = self._clock.wall()
        sender = RtcpSenderInfo(
            ntp_timestamp=ntp_of(wall),
            rtp_timestamp=(timestamp + (wall - arrival) * rate // 1_000) & _WORD,
            packet_count=self._packets & _WORD,
            octet_count=self._bytes & _WORD,
        )
        name = RtcpSourceInfo(ssrc=self._ssrc, items=[(_CNAME, self._cname.encode())])
        report = bytes(RtcpSrPacket(ssrc=self._ssrc, sender_info=sender))
        self.link.send_rtcp(report + bytes(RtcpSdesPacket(chunks=[name])))

    def _later(self) -> None:
        if self._open:
            spread = 1 + limits.REPORT_JITTER * (2 * random.random() - 1)
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(limits.REPORT_SECONDS * spread, self._report)
