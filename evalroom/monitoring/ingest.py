"""Publications: a browser's offer for a source becomes streams of the hub, for as long as the rules
let it.

The camera of a seat may bring its microphone along: two streams, one connection. A new publication
of a source takes the place of the old one. Rights are asked at the offer and again whenever the
session's state moves; an expired log-in alone never cuts a running publication.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.identity.principal import Principal
from evalroom.monitoring import rtc
from evalroom.monitoring.gate import Gate, Kind
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import EncodedFrame

log = logging.getLogger(__name__)

PUBLICATIONS: Final = 512
"""Of a node: four times what one core takes in."""

ANSWER_SECONDS: Final = 10.0
"""Gathering addresses and answering takes milliseconds; what takes longer is stuck."""


LOST_RETRY_MS: Final = 1_000


class Published(Struct, frozen=True):
    """An offer that was taken: the answer, and the name under which the publication is ended."""

    name: str
    answer: str


class Publication:
    """One connection that publishes."""

    def __init__(self, name: str, principal: Principal, session: str, source: str) -> None:
        self.name: Final = name
        self.principal = principal
        self.session: Final = session
        self.source: Final = source
        self.doubted = True
        """Whether something of his may have ended since he was last asked for: while the offer was
        read and answered, too.
        """
        self.inlet: rtc.Inlet | None = None
        self.hands: dict[str, Publishing] = {}
        self.unwatch: Callable[[], None] = lambda: None
        self.over = False

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources it shows."""
        return tuple(hand.stream.source for hand in self.hands.values())


class Publications:
    """All publications that browsers send to this node. `names` gives each a name that nobody can
    guess.
    """

    def __init__(
        self,
        hub: Hub,
        gate: Gate,
        clock: Clock,
        settings: rtc.RtcSettings,
        names: Callable[[], str],
    ) -> None:
        self._hub = hub
        self._gate = gate
        self._clock = clock
        self._settings = settings
        self._names = names
        self._open: dict[str, Publication] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Publication]:
        return iter(tuple(self._open.values()))

    async def publish(
        self, principal: Principal, session: str, source: str, offer: str
    ) -> Published:
        """Take an offer. Raises `Refused`, `rtc.BadOffer`, `rtc.NoPort`."""
        self._gate.may_publish(principal, session, source)
        if len(self._open) >= PUBLICATIONS:
            raise Refused("busy", retry_ms=1_000)
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
            self._end(publication, "refused")
            await inlet.close()
            raise
        return Published(publication.name, inlet.answer)

    async def end(self, name: str, account: str, session: str, source: str) -> None:
        """End a publication of one's own. Raises `Refused("unknown_publication")`."""
        found = self._open.get(name)
        if found is None or (found.principal.id, found.session, found.source) != (
            account, session, source,
        ):  # fmt: skip
            raise Refused("unknown_publication")
        self.cut(found, "closed")
        await self._closed()

    def cut(self, publication: Publication, code: str) -> None:
        """End a publication, and tell whoever takes its streams why."""
        self._end(publication, code)

    async def close(self) -> None:
        """End them all."""
        for publication in tuple(self._open.values()):
            self._end(publication, "restart")
        await self._closed()

    def _begin(self, publication: Publication, inlet: rtc.Inlet) -> None:
        session, source = publication.session, publication.source
        if publication.over:
            raise Refused("connection_lost", retry_ms=LOST_RETRY_MS)
        _check_tracks(source, [track.kind for track in inlet.tracks])
        for track in inlet.tracks:
            name = _source_of(source, track.kind)
            if name != source:
                self._gate.may_publish(publication.principal, session, name)
        self._open[publication.name] = publication
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
            self._end(publication, refused.code)

    def _ended(self, publication: Publication, reason: rtc.Reason) -> None:
        self._end(publication, reason)

    def _replaced(self, publication: Publication, kind: str, code: str) -> None:
        """The hub gives one of its sources to a newer publication, or lets the session go."""
        publication.hands.pop(kind, None)
        if not publication.hands:
            self._end(publication, code)

    def _end(self, publication: Publication, code: str) -> None:
        if publication.over:
            return
        publication.over = True
        self._open.pop(publication.name, None)
        publication.unwatch()
        for hand in publication.hands.values():
            hand.end(code)
        if publication.inlet is not None:
            task = asyncio.get_running_loop().create_task(publication.inlet.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _closed(self) -> None:
        await asyncio.gather(*self._ending)


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
