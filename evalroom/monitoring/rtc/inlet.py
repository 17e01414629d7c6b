"""A publication's connection: an offer in, encoded frames out."""

from collections.abc import Callable

from aiortc.rtp import AnyRtcpPacket, RtcpSrPacket

from evalroom.clock import Clock
from evalroom.monitoring.rtc import private
from evalroom.monitoring.rtc.life import Life, Reason, new_connection
from evalroom.monitoring.rtc.link import Link
from evalroom.monitoring.rtc.offer import BadOffer, Kind, Offer, read_offer
from evalroom.monitoring.rtc.receiver import EncodedReceiver
from evalroom.monitoring.rtc.settings import RtcSettings
from evalroom.monitoring.rtc.stats import InletStats
from evalroom.monitoring.rtc.stock import StockReceiver
from evalroom.wire.media_frame import Codec, EncodedFrame


class InletTrack:
    """One medium of a publication."""

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind
        self._receiver: EncodedReceiver | StockReceiver | None = None

    @property
    def codec(self) -> Codec | None:
        """What comes; nothing before the first packet."""
        return self._of.codec

    @property
    def level(self) -> int | None:
        """Loudness of the last packet (RFC 6464), 0 the loudest, 127 silence, if it is told."""
        return self._of.level

    @property
    def stats(self) -> InletStats:
        return self._of.stats

    def request_key(self) -> None:
        """Ask the publisher for a key frame; more often than it can answer is not passed on."""
        self._of.request_key()

    def wall_of(self, ticks: int) -> int | None:
        """The publisher's own time of day, in milliseconds, at the `ticks` of a frame; nothing
        before its first report. It aligns sound with picture, no more: its clock may be wrong.
        """
        return self._of.wall_of(ticks)

    @property
    def _of(self) -> EncodedReceiver | StockReceiver:
        assert self._receiver is not None
        return self._receiver


OnFrame = Callable[[InletTrack, EncodedFrame], None]


class Inlet:
    """A publication's peer connection. Made by `receive`."""

    def __init__(self, on_end: Callable[[Reason], None], clock: Clock) -> None:
        self._on_end = on_end
        self._clock = clock
        self._connection = new_connection()
        self._life = Life(self._connection, self._ended, clock)
        self._receivers: list[EncodedReceiver | StockReceiver] = []
        self._by_type: dict[int, EncodedReceiver] = {}
        self.tracks: tuple[InletTrack, ...] = ()
        self.answer = ""

    async def close(self) -> None:
        """End the publication; comes back when its socket is closed."""
        await self._life.close()

    async def _open(self, offer: Offer, on_frame: OnFrame, settings: RtcSettings) -> None:
        for media in offer.media:
            kind: Kind = "audio" if media.kind == "audio" else "video"
            ssrc = media.ssrc[0].ssrc if media.ssrc else None
            self._add(kind, ssrc, on_frame, settings)
        transport = private.transport_of(self._connection.getTransceivers()[0])
        link = Link(transport, settings, self, self._clock)
        for receiver in self._receivers:
            receiver.link = link
        self.answer = await self._life.answer(offer)
        self._life.watch(link, speaks=True)

    def _add(self, kind: Kind, ssrc: int | None, on_frame: OnFrame, settings: RtcSettings) -> None:
        transceiver = self._connection.addTransceiver(kind, direction="recvonly")
        track = InletTrack(kind)

        def pass_on(frame: EncodedFrame) -> None:
            on_frame(track, frame)

        receiver: EncodedReceiver | StockReceiver
        if settings.stock:
            ssrcs = (private.ssrc_of(transceiver), ssrc)
            receiver = StockReceiver(kind, transceiver.receiver, ssrcs, pass_on, self._clock)
        else:
            receiver = EncodedReceiver(
                kind,
                private.transport_of(transceiver),
                pass_on,
                self._clock,
                settings.remb_bps,
            )
            receiver._set_rtcp_ssrc(private.ssrc_of(transceiver))
            private.put_receiver(transceiver, receiver)
        track._receiver = receiver
        self._receivers.append(receiver)
        self.tracks = (*self.tracks, track)

    def _ended(self, reason: Reason) -> None:
        for receiver in self._receivers:
            receiver.end()
        self._on_end(reason)

    # What the link brings.

    def rtp(self, data: bytes, now: float) -> None:
        payload_type = data[1] & 0x7F
        receiver = self._by_type.get(payload_type)
        if receiver is None:
            receiver = self._find(payload_type)
            if receiver is None:
                return
        receiver.take(data, now)

    def rtcp(self, packets: list[AnyRtcpPacket], now: float) -> None:
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                for receiver in self._receivers:
                    if receiver.hears(packet.ssrc):
                        told = packet.sender_info
                        receiver.told(told.ntp_timestamp, told.rtp_timestamp, now)

    def _find(self, payload_type: int) -> EncodedReceiver | None:
        for receiver in self._receivers:
            if isinstance(receiver, EncodedReceiver) and payload_type in receiver.payload_types:
                self._by_type[payload_type] = receiver
                return receiver
        return None


async def receive(
    offer: str,
    on_frame: OnFrame,
    on_end: Callable[[Reason], None],
    clock: Clock,
    settings: RtcSettings,
) -> Inlet:
    """Answer a publisher's offer: at most one video and one audio, sent by it.

    `on_frame` is called on the loop for each whole frame and never after `on_end`, which is called
    once, also when `close` is. Raises BadOffer for the peer's fault, NoPort if this node is full.
    """
    judged = read_offer(offer, "sendonly")
    kinds = [media.kind for media in judged.media]
    if len(set(kinds)) != len(kinds):
        raise BadOffer("too_many_media", "one video and one audio at most")
    inlet = Inlet(on_end, clock)
    await inlet._open(judged, on_frame, settings)
    return inlet
