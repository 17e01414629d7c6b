"""What lies between the parts: a ledger that may fail, and a bus that may lose."""

import asyncio
import contextvars
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from msgspec import Struct

from evalroom.storage.entry import Entry, Head
from evalroom.storage.ledger import MAX_READ, Appended, LedgerUnavailable
from tests.simulator.loop import NODE
from tests.simulator.memory import MemoryLedger, Store

Said = TypeVar("Said")


class Weather(Struct):
    """How bad it is just now: probabilities, and seconds at most. All zero is fair weather."""

    lost: float = 0.0
    """A message of the bus is lost."""
    repeated: float = 0.0
    late: float = 0.0
    """How late a message of the bus may come, so that others overtake it."""
    refused: float = 0.0
    """An append fails before it is stored."""
    doubtful: float = 0.0
    """An append fails after it was stored."""
    unreadable: float = 0.0
    """A read fails."""
    slow: float = 0.0
    """How long a commit may take."""
    gone: float = 0.0
    """Until when, in seconds of the loop, the ledger answers nobody."""


class SimulatedLedger(MemoryLedger):
    """One node's way to the ledger."""

    def __init__(self, store: Store, weather: Weather, chance: Random, seen: Counter[str]) -> None:
        super().__init__(store)
        self.answering = 0
        """Appends that are stored and not answered yet."""
        self.next_stored: Callable[[], None] | None = None
        """To be called once, when the next append has just been stored."""
        self._weather = weather
        self._chance = chance
        self._seen = seen

    async def append(self, entry: Entry, due: int | None) -> Appended:
        """Stored at a moment of its own: also when whoever asked for it is no more by then."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Appended] = loop.create_future()
        # What is on its way when the ledger goes away may have arrived, or not.
        refused = self._chance.random() < self._weather.refused or self._gone()
        doubtful = self._chance.random() < self._weather.doubtful

        def commit() -> None:
            if refused or self._gone():
                self._seen["appends refused"] += 1
                fail(answer, LedgerUnavailable("the disk is full"))
                return
            outcome = self.store.append(entry, due)
            self._seen[f"append: {outcome.value}"] += 1
            self._stored()
            if doubtful:
                self._seen["appends in doubt"] += 1
                fail(answer, LedgerUnavailable("nobody knows how it went"))
            else:
                loop.call_later(self._wait(), succeed, answer, outcome)

        loop.call_later(self._wait(), commit)
        try:
            return await answer
        finally:
            self.answering = 0

    async def read(self, session: bytes, after: int, limit: int = MAX_READ) -> tuple[Entry, ...]:
        await self._reading()
        page = await super().read(session, after, limit)
        self._seen["entries read"] += len(page)
        return page

    async def find(self, session: bytes, command_id: bytes) -> Entry | None:
        await self._reading()
        return await super().find(session, command_id)

    async def head(self, session: bytes) -> Head | None:
        await self._reading()
        return await super().head(session)

    async def heads(self, sessions: Sequence[bytes]) -> dict[bytes, Head]:
        await self._reading()
        return await super().heads(sessions)

    def _stored(self) -> None:
        self.answering = 1
        happen, self.next_stored = self.next_stored, None
        if happen is not None:
            happen()

    async def _reading(self) -> None:
        await asyncio.sleep(self._wait())
        if self._chance.random() < self._weather.unreadable or self._gone():
            self._seen["reads refused"] += 1
            raise LedgerUnavailable("locked")

    def _gone(self) -> bool:
        return asyncio.get_running_loop().time() < self._weather.gone

    def _wait(self) -> float:
        return 0.001 + self._chance.random() ** 3 * self._weather.slow


def succeed(answer: "asyncio.Future[Appended]", outcome: Appended) -> None:
    if not answer.done():
        answer.set_result(outcome)


def fail(answer: "asyncio.Future[Appended]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)


class Ether:
    """Carries what nodes publish, as well as the weather lets it, and not to or from who is cut
    off.
    """

    def __init__(self, weather: Weather, chance: Random, seen: Counter[str]) -> None:
        self.weather = weather
        self._up = True
        self._cut_off: set[str] = set()
        self._watchers: dict[int, tuple[str, Callable[[bool], None]]] = {}
        self._chance = chance
        self._seen = seen
        self._listeners: dict[str, dict[int, tuple[str, Callable[[bytes], None]]]] = {}
        self._next = 0

    def publish(self, node: str, topic: str, message: bytes) -> None:
        for key, (other, _) in tuple(self._listeners.get(topic, {}).items()):
            if other == node:
                continue
            heard = self.reaches(node) and self.reaches(other)
            if not heard or self._chance.random() < self.weather.lost:
                self._seen["hints lost"] += 1
                continue
            copies = 2 if self._chance.random() < self.weather.repeated else 1
            self._seen["hints repeated"] += copies - 1
            for _ in range(copies):
                wait = 0.001 + self._chance.random() * self.weather.late
                asyncio.get_running_loop().call_later(wait, self._deliver, topic, key, message)

    def subscribe(
        self, node: str, topic: str, heard: Callable[[bytes], None]
    ) -> Callable[[], None]:
        self._next += 1
        key, listeners = self._next, self._listeners.setdefault(topic, {})
        listeners[key] = node, heard

        def unsubscribe() -> None:
            listeners.pop(key, None)

        return unsubscribe

    def watch(self, node: str, changed: Callable[[bool], None]) -> Callable[[], None]:
        self._next += 1
        key = self._next
        self._watchers[key] = node, changed

        def unwatch() -> None:
            self._watchers.pop(key, None)

        return unwatch

    def reaches(self, node: str) -> bool:
        """Whether this node can be heard, and hears."""
        return self._up and node not in self._cut_off

    def turn(self, up: bool | None = None) -> None:
        """Let everybody be heard, or nobody; without a word, the other of the two."""
        self._change(not self._up if up is None else up, self._cut_off)

    def cut_off(self, *nodes: str) -> None:
        """Let these nodes, and no others, neither hear nor be heard."""
        self._change(self._up, set(nodes))

    def _change(self, up: bool, cut_off: set[str]) -> None:
        before = {key: self.reaches(node) for key, (node, _) in self._watchers.items()}
        self._up, self._cut_off = up, cut_off
        for key, (node, changed) in tuple(self._watchers.items()):
            if before[key] != self.reaches(node):
                on(node, changed, self.reaches(node))

    def forget(self, node: str) -> None:
        """A node is no more."""
        for key in [key for key, (other, _) in self._watchers.items() if other == node]:
            del self._watchers[key]
        for listeners in self._listeners.values():
            for key in [key for key, (other, _) in listeners.items() if other == node]:
                del listeners[key]

    def _deliver(self, topic: str, key: int, message: bytes) -> None:
        listener = self._listeners.get(topic, {}).get(key)
        if listener is not None:
            node, heard = listener
            on(node, heard, message)


def on(node: str, act: Callable[[Said], None], said: Said) -> None:
    """Let a node act: what it begins is its own, and does not die with whoever spoke to it."""
    context = contextvars.copy_context()
    context.run(NODE.set, node)
    context.run(act, said)


class SimulatedBus:
    """One node's place in the ether."""

    def __init__(self, ether: Ether, node: str) -> None:
        self.ether = ether
        self._node = node

    @property
    def up(self) -> bool:
        return self.ether.reaches(self._node)

    def publish(self, topic: str, message: bytes) -> None:
        self.ether.publish(self._node, topic, message)

    def subscribe(self, topic: str, heard: Callable[[bytes], None]) -> Callable[[], None]:
        return self.ether.subscribe(self._node, topic, heard)

    def watch(self, changed: Callable[[bool], None]) -> Callable[[], None]:
        return self.ether.watch(self._node, changed)
