"""Who listens to what here, and what the server is to be told of it."""

from collections.abc import Callable
from typing import NamedTuple

from evalroom.bus.bus import Heard


class Topic:
    """A topic somebody here listens to."""

    __slots__ = ("listeners", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.listeners: dict[object, Heard] = {}


class Turn(NamedTuple):
    """What has changed since the last turn: topics to subscribe to, and to leave."""

    joined: list[bytes]
    left: list[bytes]


class Topics:
    """All topics that somebody here listens to, by their name on the wire."""

    def __init__(self) -> None:
        self._topics: dict[bytes, Topic] = {}
        self._asked: set[bytes] = set()
        self._touched: dict[bytes, bool] = {}

    def listen(self, name: str, heard: Heard) -> Callable[[], None]:
        """Add a listener, until the returned function is called."""
        wire = name.encode()
        topic = self._topics.get(wire)
        if topic is None:
            topic = self._topics[wire] = Topic(name)
            self._touch(wire, joining=True)
        mark = object()
        topic.listeners[mark] = heard

        def stop() -> None:
            if topic.listeners.pop(mark, None) is not None and not topic.listeners:
                del self._topics[wire]
                self._touch(wire, joining=False)

        return stop

    def find(self, wire: bytes) -> Topic | None:
        """The topic, if anybody here still listens to it."""
        return self._topics.get(wire)

    def all(self) -> tuple[bytes, ...]:
        """Every topic, for a line that knows none of them yet."""
        self._asked = set(self._topics)
        self._touched.clear()
        return tuple(self._topics)

    def turn(self) -> Turn:
        """What the line is to be told now; a topic that came and went again is not mentioned."""
        touched, self._touched = self._touched, {}
        joined = [wire for wire, joining in touched.items() if joining]
        left = [wire for wire, joining in touched.items() if not joining]
        self._asked.update(joined)
        self._asked.difference_update(left)
        return Turn(joined, left)

    def _touch(self, wire: bytes, *, joining: bool) -> None:
        if joining == (wire in self._asked):
            # It is so already: what the line was to be told has been taken back.
            self._touched.pop(wire, None)
        else:
            self._touched[wire] = joining
