"""Streams across nodes: what is published on one node is seen on another as soon as somebody there
looks, and not before.

    media:{session}            who publishes what: each node tells, every two seconds and on change;
                               how loud its microphones are, while somebody elsewhere listens
    media:{session}:{node}     wishes to that node: frames of a source, a key frame, loudness
    media:{session}:{node}:{stream}    the frames, sealed like everything on the bus

A wish lapses unless it is repeated; a gap in the frames waits for a key frame. When the bus is
gone, streams of this node go on, those of others stop and come back by themselves.
"""

import logging
from functools import partial
from typing import Final

import msgspec

from evalroom.bus.bus import Bus
from evalroom.clock import Clock
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.keyframes import Use
from evalroom.monitoring.relay_messages import (
    Loudness,
    Shown,
    Telling,
    Wish,
    encode,
    frames_topic,
    passed_in,
    said_in,
    wish_in,
)
from evalroom.monitoring.relayed import Borrowed, Sender
from evalroom.monitoring.stream import Stream

log = logging.getLogger(__name__)

TELL_SECONDS: Final = 2.0
"""Between two tellings of what is published, and between two repetitions of a wish."""

LAPSE_SECONDS: Final = 5.0
"""After which a telling or a wish is no more: two of them may be lost."""

LEVEL_SECONDS: Final = 0.2
"""Between two tellings of how loud the microphones are."""

ELSEWHERE: Final = "elsewhere"
"""How a stream of another node ends here when that node says so."""

LAPSED: Final = "failed"
"""How it ends when nothing is heard of that node any more, for LAPSE_SECONDS by then."""


class Relay:
    """One session's streams between this node and the others. `node` is this one's name."""

    def __init__(self, session: str, node: str, hub: Hub, bus: Bus, clock: Clock) -> None:
        self._session = session
        self._node = node
        self._hub = hub
        self._bus = bus
        self._clock = clock
        self._topic = f"media:{session}"
        self._senders: dict[str, Sender] = {}
        self._borrowed: dict[str, Borrowed] = {}
        self._others: dict[str, tuple[float, frozenset[str]]] = {}
        self._listened_to = float("-inf")
        self._listening = False
        self._told = float("-inf")
        self._undo = [
            bus.subscribe(self._topic, self._heard),
            bus.subscribe(f"{self._topic}:{node}", self._wished_for),
            hub.watch(session, self._changed),
        ]

    @property
    def borrowed(self) -> tuple[str, ...]:
        """The sources that other nodes show here."""
        return tuple(self._borrowed)

    def elsewhere(self, source: str) -> bool:
        """Whether another node shows this source, and this one need not; of several that do, the
        one with the least name does.
        """
        nodes = [node for node, (_, told) in self._others.items() if source in told]
        own = any(stream.source == source for stream in self._own())
        return bool(nodes) and not (own and self._node < min(nodes))

    def listen(self, listening: bool) -> None:
        """Somebody here hears the talk, or nobody does."""
        self._listening = listening

    def beat(self) -> None:
        """A fifth of a second has passed: tell, wish, let go of what has lapsed."""
        now = self._clock.monotonic()
        if now < self._listened_to:
            self._tell_levels()
        if now - self._told < TELL_SECONDS:
            return
        self._told = now
        self._tell()
        self._others = {n: t for n, t in self._others.items() if now - t[0] <= LAPSE_SECONDS}
        for node in {b.node for b in self._borrowed.values()} if self._listening else ():
            self._wish(node, Wish(self._node, None))
        for source, borrowed in tuple(self._borrowed.items()):
            if now - borrowed.seen > LAPSE_SECONDS:
                self._give_back(source, LAPSED)
            elif borrowed.wanted:
                self._wish(borrowed.node, Wish(self._node, source))
        for source, sender in tuple(self._senders.items()):
            if now > sender.until:
                self._stop_sending(source)

    def close(self) -> None:
        """Take no further part."""
        for undo in self._undo:
            undo()
        for source in tuple(self._borrowed):
            self._give_back(source)
        for source in tuple(self._senders):
            self._stop_sending(source)
        self._bus.publish(self._topic, encode(Telling(self._node, ())))

    # What this node has, for others

    def _own(self) -> tuple[Stream, ...]:
        streams = self._hub.streams(self._session)
        return tuple(s for s in streams if s.live and s.source not in self._borrowed)

    def _tell(self) -> None:
        shown = tuple(Shown(stream.source, stream.kind, stream.codec) for stream in self._own())
        self._bus.publish(self._topic, encode(Telling(self._node, shown)))

    def _tell_levels(self) -> None:
        levels = {s.source: told for s in self._own() if (told := s.loudness) is not None}
        if levels:
            self._bus.publish(self._topic, encode(Loudness(self._node, levels)))

    def _changed(self, stream: Stream) -> None:
        """Something has come or gone here: others know within a fifth of a second."""
        if stream.source not in self._borrowed:
            self._told = float("-inf")

    def _wished_for(self, message: bytes) -> None:
        try:
            wish = wish_in(message)
        except msgspec.MsgspecError:
            return
        until = self._clock.monotonic() + LAPSE_SECONDS
        if wish.source is None:
            self._listened_to = until
            return
        stream = self._hub.stream(self._session, wish.source)
        if stream is None or not stream.live or wish.source in self._borrowed:
            return
        sender = self._senders.get(wish.source)
        if sender is None:
            topic = frames_topic(self._session, self._node, wish.source)
            sender = self._senders[wish.source] = Sender(self._bus, topic, until)
        sender.until = until
        stream.attach(sender, need_key=False, use=Use.VIEWED)
        if wish.key:
            stream.want_key("peer")

    def _stop_sending(self, source: str) -> None:
        sender = self._senders.pop(source)
        stream = self._hub.stream(self._session, source)
        if stream is not None:
            stream.detach(sender)

    # What others have, shown here

    def _heard(self, message: bytes) -> None:
        try:
            said: Telling | Loudness = said_in(message)
        except msgspec.MsgspecError:
            return
        if said.node == self._node:
            return
        match said:
            case Telling(node=node, streams=streams):
                self._learn(node, streams)
            case Loudness(levels=levels):
                for source, level in levels.items():
                    stream = self._hub.stream(self._session, source)
                    if stream is not None and source in self._borrowed:
                        stream.level = level

    def _learn(self, node: str, streams: tuple[Shown, ...]) -> None:
        now = self._clock.monotonic()
        told = frozenset(shown.source for shown in streams)
        self._others[node] = now, told
        for source, borrowed in tuple(self._borrowed.items()):
            if borrowed.node == node and source not in told:
                self._give_back(source)
        for shown in streams:
            held = self._borrowed.get(shown.source)
            if held is not None and held.node == node:
                held.seen = now
                held.publishing.expect(shown.codec)
            elif held is not None or not self._has_it_here(shown.source):
                self._borrow(node, shown, now)

    def _has_it_here(self, source: str) -> bool:
        stream = self._hub.stream(self._session, source)
        return stream is not None and stream.live

    def _borrow(self, node: str, shown: Shown, now: float) -> None:
        source = shown.source
        if source in self._borrowed:
            self._give_back(source)
        publishing = self._hub.publish(
            self._session,
            source,
            shown.kind,
            None if shown.kind == "microphone" else partial(self._ask_key, source),
            True,
            on_end=partial(self._replaced, source),
            on_wanted=partial(self._wanted, source),
        )
        self._borrowed[source] = Borrowed(node, publishing, now)
        publishing.expect(shown.codec)
        if publishing.stream.takers:
            self._wanted(source, True)

    def _wanted(self, source: str, wanted: bool) -> None:
        borrowed = self._borrowed.get(source)
        if borrowed is None or borrowed.wanted == wanted:
            return
        borrowed.wanted = wanted
        borrowed.unsubscribe()
        borrowed.unsubscribe = lambda: None
        borrowed.begin_anew()
        if wanted:
            topic = frames_topic(self._session, borrowed.node, source)
            borrowed.unsubscribe = self._bus.subscribe(topic, partial(self._frame, source))
            self._ask_key(source)

    def _frame(self, source: str, message: bytes) -> None:
        borrowed = self._borrowed.get(source)
        if borrowed is None:
            return
        try:
            passed = passed_in(message)
        except msgspec.MsgspecError:
            return
        if not borrowed.take(passed):
            borrowed.publishing.stream.want_key("hole")

    def _ask_key(self, source: str) -> None:
        borrowed = self._borrowed.get(source)
        if borrowed is not None:
            self._wish(borrowed.node, Wish(self._node, source, key=True))

    def _wish(self, node: str, wish: Wish) -> None:
        self._bus.publish(f"{self._topic}:{node}", encode(wish))

    def _replaced(self, source: str, _code: str) -> None:
        """It is published on this node now, or the session is let go."""
        borrowed = self._borrowed.pop(source, None)
        if borrowed is not None:
            borrowed.unsubscribe()

    def _give_back(self, source: str, code: str = ELSEWHERE) -> None:
        borrowed = self._borrowed.pop(source)
        borrowed.unsubscribe()
        borrowed.publishing.end(code)
