"""A subscription's connection: an offer in, slots to put frames into."""

import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiortc.rtp import AnyRtcpPacket

from evalroom.clock import Clock
from evalroom.monitoring.rtc import private
from evalroom.monitoring.rtc.life import Life, Reason, new_connection
from evalroom.monitoring.rtc.link import Link
from evalroom.monitoring.rtc.offer import BadOffer, Kind, Offer, read_offer
from evalroom.monitoring.rtc.sender import EncodedSender
from evalroom.monitoring.rtc.settings import RtcSettings
from evalroom.monitoring.rtc.stats import OutletStats
from evalroom.monitoring.rtc.stock import StockSender, StockTrack
from evalroom.wire.media_frame import Codec, EncodedFrame


@dataclass(frozen=True)
class SlotSpec:
    """A slot that a subscription shall have. With a codec, the peer must understand it."""

    kind: Kind
    codec: Codec | None = None


class OutletSlot:
    """One medium to a subscriber, for one source at a time."""

    def __init__(
        self, kind: Kind, codecs: tuple[Codec, ...], sender: EncodedSender | StockSender
    ) -> None:
        self.kind: Kind = kind
        self.codecs = codecs
        """What the subscriber understands, in the order of its wishes."""
        self.on_key_request: Callable[[], None] | None = None
        """Called on the loop when the subscriber needs a key frame: at the beginning, after a
        switch, and when it lost a picture."""
        self._sender = sender
        sender.on_key_request = self._wanted

    @property
    def stats(self) -> OutletStats:
        return self._sender.stats

    def send(self, frame: EncodedFrame) -> None:
        """Send at once. Dropped when there is no connection, when the subscriber does not
        understand the codec, and before the first key frame.
        """
        self._sender.forward(frame)

    def switch(self) -> None:
        """The next frame is of another source: for the subscriber it is the same one going on."""
        self._sender.switch()

    def _wanted(self) -> None:
        if self.on_key_request is not None:
            self.on_key_request()


class Outlet:
    """A subscription's peer connection. Made by `send`."""

    def __init__(self, on_end: Callable[[Reason], None], clock: Clock) -> None:
        self._on_end = on_end
        self._clock = clock
        self._connection = new_connection()
        self._life = Life(self._connection, self._ended, clock)
        self._senders: list[EncodedSender | StockSender] = []
        self.slots: tuple[OutletSlot, ...] = ()
        self.answer = ""

    async def close(self) -> None:
        """End the subscription; comes back when its socket is closed."""
        await self._life.close()

    async def _open(
        self,
        offer: Offer,
        places: Sequence[int | None],
        specs: Sequence[SlotSpec],
        settings: RtcSettings,
    ) -> None:
        stream = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
        slots: dict[int, OutletSlot] = {}
        for index, place in enumerate(places):
            kind: Kind = "audio" if offer.media[index].kind == "audio" else "video"
            if place is None:
                self._connection.addTransceiver(kind, direction="inactive")
                continue
            codecs = offer.codecs(index)
            sender = self._add_stock(kind, codecs) if settings.stock else self._add(kind, stream)
            self._senders.append(sender)
            slots[place] = OutletSlot(kind, codecs, sender)
        self.slots = tuple(slots[place] for place in range(len(specs)))
        transport = private.transport_of(self._connection.getTransceivers()[0])
        link = Link(transport, settings, self, self._clock)
        for sender in self._senders:
            sender.link = link
        self.answer = await self._life.answer(offer)
        self._life.watch(link, speaks=False)

    def _add(self, kind: Kind, stream: str) -> EncodedSender:
        transceiver = self._connection.addTransceiver(kind, direction="sendonly")
        transport = private.transport_of(transceiver)
        sender = EncodedSender(kind, transport, stream, self._clock)
        private.put_sender(transceiver, sender)
        return sender

    def _add_stock(self, kind: Kind, codecs: tuple[Codec, ...]) -> StockSender:
        track = StockTrack(kind)
        transceiver = self._connection.addTransceiver(track, direction="sendonly")
        return StockSender(kind, codecs[0], track, transceiver.sender)

    def _ended(self, reason: Reason) -> None:
        for sender in self._senders:
            sender.end()
        self._on_end(reason)

    # What the link brings.

    def rtp(self, data: bytes, now: float) -> None:
        """A subscriber has no media to bring."""

    def rtcp(self, packets: list[AnyRtcpPacket], now: float) -> None:
        for packet in packets:
            for sender in self._senders:
                sender.heard(packet, now)


async def send(
    offer: str,
    slots: Sequence[SlotSpec],
    on_end: Callable[[Reason], None],
    clock: Clock,
    settings: RtcSettings,
) -> Outlet:
    """Answer a subscriber's offer: its sections of each kind, in their order, become the slots;
    what it offers beyond them stays silent.

    `on_end` is called once, also when `close` is. Raises BadOffer for the peer's fault, NoPort if
    this node is full.
    """
    judged = read_offer(offer, "recvonly")
    places = _places(judged, slots)
    outlet = Outlet(on_end, clock)
    await outlet._open(judged, places, slots, settings)
    return outlet


def _places(offer: Offer, specs: Sequence[SlotSpec]) -> list[int | None]:
    """For each section of the offer the slot that it becomes."""
    free = list(range(len(specs)))
    places: list[int | None] = []
    for index, media in enumerate(offer.media):
        place = next((one for one in free if specs[one].kind == media.kind), None)
        if place is not None:
            free.remove(place)
            codec = specs[place].codec
            if codec is not None and codec not in offer.codecs(index):
                raise BadOffer("unsupported_codec", codec.name)
        places.append(place)
    if free:
        raise BadOffer("missing_media", specs[free[0]].kind)
    return places
