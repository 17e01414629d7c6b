"""Subscriptions over WebRTC: one source for a player that speaks WHEP, or the talk of a session.

Talk has three places; who has the floor is heard in one of them, and a place changes its voice
without the listener noticing. Rights, and that nobody hears himself, are asked at the offer and
whenever the session's state moves; what may no longer be heard stops in the same step.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from evalroom.clock import Clock
from evalroom.identity.principal import Principal
from evalroom.monitoring import rtc
from evalroom.monitoring.connections import (
    ANSWER_SECONDS,
    LOST_RETRY_MS,
    Answered,
    Connections,
)
from evalroom.monitoring.floor import PLACES, RANK_SECONDS, Floor
from evalroom.monitoring.gate import Gate
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.stream import Stream
from evalroom.monitoring.subscription import Line, Subscription
from evalroom.monitoring.watching import Looks
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import Codec

log = logging.getLogger(__name__)

SUBSCRIPTIONS: Final = 1_024
"""Of a node: what one core passes on, at a millisecond of it a second each."""

SUBSCRIPTIONS_OF_ONE: Final = 64
"""Of one account: nobody listens to so many, and nobody takes the places of all others."""

TALK: Final = "talk"
"""The name under which a session's voices are heard together."""


class Mutes(Protocol):
    """Whose microphone is closed, by the session's rules."""

    def __call__(self, session: str) -> frozenset[str]:
        """The sources that nobody hears in the talk now."""
        ...


class Subscriptions(Connections[Subscription]):
    """All WebRTC subscriptions of this node, and the floor of each session somebody listens to."""

    def __init__(
        self,
        hub: Hub,
        gate: Gate,
        looks: Looks,
        mutes: Mutes,
        clock: Clock,
        settings: rtc.RtcSettings,
        names: Callable[[], str],
    ) -> None:
        super().__init__(SUBSCRIPTIONS, names)
        self._hub = hub
        self._gate = gate
        self._looks = looks
        self._mutes = mutes
        self._clock = clock
        self._settings = settings
        self._floors: dict[str, Floor] = {}

    def listening(self, session: str) -> bool:
        """Whether anybody here hears the talk of a session."""
        return any(s.session == session and s.source == TALK for s in self)

    async def subscribe(
        self, principal: Principal, session: str, source: str, offer: str
    ) -> Answered:
        """Take an offer for a source, or for `talk`. Raises `Refused`, `rtc.BadOffer`,
        `rtc.NoPort`.
        """
        self._check_room()
        slots = self._slots(principal, session, source)
        subscription = Subscription(self._names(), principal, session, source)
        async with asyncio.timeout(ANSWER_SECONDS):
            outlet = await rtc.send(
                offer,
                [slot for slot, _ in slots],
                lambda reason: self.cut(subscription, reason),
                self._clock,
                self._settings,
            )
        subscription.outlet = outlet
        try:
            self._begin(subscription, outlet, [name for _, name in slots])
        except Refused as refused:
            self.cut(subscription, refused.code)
            raise
        return Answered(subscription.name, outlet.answer)

    def cut(self, subscription: Subscription, code: str) -> None:
        """End a subscription."""
        if subscription.over:
            return
        subscription.over = True
        self._take_out(subscription, subscription.outlet)
        log.debug("a subscription is over: %s", code)
        for undo in subscription.undo:
            undo()
        for line in subscription.lines:
            line.listen_to(None)
        for looking in subscription.looking:
            self._looks.end(looking)

    async def run(self) -> None:
        """Rank the voices of each session that is listened to, for ever."""
        while True:
            await self._clock.sleep(RANK_SECONDS)
            self.rank()

    def rank(self) -> None:
        """Hear who speaks, and give each listener the three who have the floor."""
        listened = {s.session for s in self if s.source == TALK}
        self._floors = {session: self._floors.get(session, Floor()) for session in listened}
        for session, floor in self._floors.items():
            muted = self._mutes(session)
            voices = {
                stream.source: level
                for stream in self._hub.streams(session)
                if stream.source not in muted and (level := stream.loudness) is not None
            }
            floor.rank(voices, self._clock.monotonic())
        for subscription in self:
            if subscription.source == TALK:
                self._give_voices(subscription)

    def _slots(
        self, principal: Principal, session: str, source: str
    ) -> list[tuple[rtc.SlotSpec, str]]:
        """What a subscription to this source has: kinds, and which stream each shows."""
        if source == TALK:
            self._gate.sources(principal, session)
            return [(rtc.SlotSpec("audio", Codec.OPUS), TALK)] * PLACES
        self._gate.may_watch(principal, session, source)
        stream = self._hub.stream(session, source)
        if stream is None or not stream.live or stream.codec is None:
            raise Refused("not_live", source=source)
        kind: rtc.Kind = "audio" if stream.kind == "microphone" else "video"
        return [(rtc.SlotSpec(kind, stream.codec), source)]

    def _begin(self, subscription: Subscription, outlet: rtc.Outlet, names: list[str]) -> None:
        if subscription.over:
            raise Refused("connection_lost", retry_ms=LOST_RETRY_MS)
        own = sum(one.principal.id == subscription.principal.id for one in self._open.values())
        if own >= SUBSCRIPTIONS_OF_ONE:
            raise Refused("too_many_streams", most=SUBSCRIPTIONS_OF_ONE)
        subscription.lines = tuple(Line(slot) for slot in outlet.slots)
        self._add(subscription)
        again = partial(self._ask_again, subscription)
        subscription.undo.append(self._gate.watch(subscription.session, again))
        principal, session = subscription.principal.id, subscription.session
        subscription.looking.append(self._looks.begin(principal, session, subscription.source))
        if subscription.source == TALK:
            return
        self._gate.may_watch(subscription.principal, subscription.session, subscription.source)
        changed = partial(self._stream_changed, subscription)
        subscription.undo.append(self._hub.watch(session, changed))
        for line, name in zip(subscription.lines, names, strict=True):
            line.listen_to(self._hub.stream(session, name))

    def _stream_changed(self, subscription: Subscription, stream: Stream) -> None:
        """The source is published again: it goes on."""
        if stream.source == subscription.source and stream.live:
            for line in subscription.lines:
                line.listen_to(stream)

    def _give_voices(self, subscription: Subscription) -> None:
        """Keep whoever is heard in his place, and give free places to whoever is not heard yet."""
        session, floor = subscription.session, self._floors[subscription.session]
        heard: list[Stream] = []
        for source in floor.ranking:
            stream = self._hub.stream(session, source)
            if stream is not None and self._may(subscription, source):
                heard.append(stream)
        heard = heard[:PLACES]
        for line in subscription.lines:
            if line.stream not in heard:
                line.listen_to(None)
        waiting = [s for s in heard if all(line.stream is not s for line in subscription.lines)]
        for line in subscription.lines:
            if line.stream is None and waiting:
                line.listen_to(waiting.pop(0))

    def _may(self, subscription: Subscription, source: str) -> bool:
        try:
            self._gate.may_watch(subscription.principal, subscription.session, source)
        except Refused:
            return False
        return True

    def _ask_again(self, subscription: Subscription) -> None:
        try:
            if subscription.source == TALK:
                self._gate.sources(subscription.principal, subscription.session)
                for line in subscription.lines:
                    if line.stream is not None and not self._may(subscription, line.stream.source):
                        line.listen_to(None)
            else:
                self._gate.may_watch(
                    subscription.principal, subscription.session, subscription.source
                )
        except Refused as refused:
            self.cut(subscription, refused.code)
