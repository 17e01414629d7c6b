"""Publications: a browser's offer for a source becomes streams of the hub, for as long as the rules
let it.

The camera of a seat may bring its microphone along: two streams, one connection. A new publication
of a source takes the place of the old one. Rights are asked at the offer and again whenever the
session's state moves; an expired log-in alone never cuts a running publication.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from evalroom.clock import Clock
from evalroom.identity.principal import Principal
from evalroom.monitoring import rtc
from evalroom.monitoring.connections import (
    ANSWER_SECONDS,
    LOST_RETRY_MS,
    Answered,
    Connection,
    Connections,
)
from evalroom.monitoring.gate import Gate, Kind
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import EncodedFrame

log = logging.getLogger(__name__)

PUBLICATIONS: Final = 512
"""Of a node: four times what one core takes in."""

PUBLICATIONS_OF_ONE: Final = 64
"""Of one account: an encoder with the cameras of a whole centre."""


class Publication(Connection):
    """One connection that publishes."""

    def __init__(self, name: str, principal: Principal, session: str, source: str) -> None:
        super().__init__(name, principal, session, source)
        self.inlet: rtc.Inlet | None = None
        self.hands: dict[str, Publishing] = {}
        self.unwatch: Callable[[], None] = lambda: None

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources it shows."""
        return tuple(hand.stream.source for hand in self.hands.values())


class Publications(Connections[Publication]):
    """All publications that browsers send to this node."""

    def __init__(
        self,
        hub: Hub,
        gate: Gate,
        clock: Clock,
        settings: rtc.RtcSettings,
        names: Callable[[], str],
    ) -> None:
        super().__init__(PUBLICATIONS, names)
        self._hub = hub
        self._gate = gate
        self._clock = clock
        self._settings = settings

    async def publish(
        self, principal: Principal, session: str, source: str, offer: str
    ) -> Answered:
        """Take an offer. Raises `Refused`, `rtc.BadOffer`, `rtc.NoPort`."""
        self._gate.may_publish(principal, session, source)
        self._check_room()
        publication = Publication(self._names(), principal, session, source)
        async with asyncio.timeout(ANSWER_SECONDS):
            inlet = await rtc.receive(
                offer,
                partial(self._came, publication),
                partial(self._ended, publication),
                self._clock,
                self._settings,
            )
        publication.inlet = inlet
        try:
            # Time has passed: what was allowed before the answer may not be any more.
            self._gate.may_publish(principal, session, source)
            self._begin(publication, inlet)
        except Refused:
            self.cut(publication, "refused")
            await inlet.close()
            raise
        return Answered(publication.name, inlet.answer)

    def cut(self, publication: Publication, code: str) -> None:
        """End a publication, and tell whoever takes its streams why."""
        if publication.over:
            return
        publication.over = True
        self._take_out(publication, publication.inlet)
        publication.unwatch()
        for hand in publication.hands.values():
            hand.end(code)

    def _begin(self, publication: Publication, inlet: rtc.Inlet) -> None:
        session, source = publication.session, publication.source
        if publication.over:
            raise Refused("connection_lost", retry_ms=LOST_RETRY_MS)
        own = sum(one.principal.id == publication.principal.id for one in self._open.values())
        if own >= PUBLICATIONS_OF_ONE:
            raise Refused("too_many_streams", most=PUBLICATIONS_OF_ONE)
        _check_tracks(source, [track.kind for track in inlet.tracks])
        for track in inlet.tracks:
            name = _source_of(source, track.kind)
            if name != source:
                self._gate.may_publish(publication.principal, session, name)
        self._add(publication)
        for track in inlet.tracks:
            name = _source_of(source, track.kind)
            publication.hands[track.kind] = self._hub.publish(
                session,
                name,
                _kind_of(name),
                track.request_key if track.kind == "video" else None,
                True,
                on_end=partial(self._replaced, publication, track.kind),
            )
        publication.unwatch = self._gate.watch(session, partial(self._ask_again, publication))

    def _came(self, publication: Publication, track: rtc.InletTrack, frame: EncodedFrame) -> None:
        hand = publication.hands.get(track.kind)
        if hand is not None:
            if track.kind == "audio":
                hand.stream.level = track.level
            hand.push(frame)

    def _ask_again(self, publication: Publication) -> None:
        try:
            for source in publication.sources:
                self._gate.may_publish(publication.principal, publication.session, source)
        except Refused as refused:
            log.info("a publication is ended: %s", refused.code)
            self.cut(publication, refused.code)

    def _ended(self, publication: Publication, reason: rtc.Reason) -> None:
        self.cut(publication, reason)

    def _replaced(self, publication: Publication, kind: str, code: str) -> None:
        """The hub gives one of its sources to a newer publication, or lets the session go."""
        publication.hands.pop(kind, None)
        if not publication.hands:
            self.cut(publication, code)


def _check_tracks(source: str, kinds: list[rtc.Kind]) -> None:
    """A microphone speaks, a screen shows; a seat's camera may do both."""
    wanted: rtc.Kind = "audio" if source.endswith(".microphone") else "video"
    beside = _source_of(source, "audio") != source
    if wanted not in kinds:
        raise Refused("offer_faulty", fault="missing_media", detail=wanted)
    if len(kinds) > 1 and not beside:
        raise Refused("offer_faulty", fault="too_many_media", detail=source)


def _source_of(source: str, kind: str) -> str:
    """The sound that comes with a seat's camera is the seat's microphone."""
    if kind == "audio" and source.endswith(".camera") and source.startswith("seat."):
        return source.removesuffix("camera") + "microphone"
    return source


def _kind_of(source: str) -> Kind:
    if source.endswith(".microphone"):
        return "microphone"
    return "screen" if source.endswith(".screen") else "camera"
