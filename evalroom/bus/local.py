"""The bus of nodes that live in one process: as weak in its promises as one over a network.

Messages are sealed and opened like everywhere else, and arrive in a later turn of the loop. A node
that is alone on its hub pays nothing: there is nobody to seal for.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from evalroom.bus.bus import Heard, check_size
from evalroom.bus.mailbox import Mailbox
from evalroom.bus.sealed import ClusterKeys, Opener, Sealer

WAITING: Final = 4096
"""Envelopes that wait for one node's next turn: many ticks of a busy cluster; more are dropped."""


class LocalHub:
    """What the buses of one process are plugged into."""

    def __init__(self) -> None:
        self.buses: list[LocalBus] = []


class LocalBus:
    """One node's plug in a hub."""

    def __init__(self, hub: LocalHub, keys: ClusterKeys, random: Callable[[int], bytes]) -> None:
        self._hub = hub
        self._sealer = Sealer(keys, random)
        self._opener = Opener(keys)
        self._heard: dict[str, list[Heard]] = {}
        self._watchers: list[Callable[[bool], None]] = []
        self._waiting: Mailbox[tuple[str, bytes]] = Mailbox(WAITING)
        self._overflowed = 0
        self._due: asyncio.Handle | None = None
        self.up = True
        hub.buses.append(self)

    @property
    def dropped(self) -> int:
        """Messages that came and were not delivered."""
        return self._opener.dropped + self._overflowed

    def publish(self, topic: str, message: bytes) -> None:
        """Seal a message once for all others on the hub."""
        check_size(topic, message)
        others = [bus for bus in self._hub.buses if bus is not self and bus.listens(topic)]
        if others and self.up:
            envelope = self._sealer.seal(topic, message)
            for bus in others:
                bus.deliver(topic, envelope)

    def subscribe(self, topic: str, heard: Heard) -> Callable[[], None]:
        """Hear what others publish under `topic`, until the returned function is called."""
        check_size(topic, b"")
        self._heard.setdefault(topic, []).append(heard)

        def unsubscribe() -> None:
            listeners = self._heard.get(topic, [])
            if heard in listeners:
                listeners.remove(heard)
            if not listeners:
                self._heard.pop(topic, None)

        return unsubscribe

    def watch(self, changed: Callable[[bool], None]) -> Callable[[], None]:
        """Be told when the plug is put in or pulled, until the returned function is called."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    def plug(self, up: bool) -> None:
        """Put the plug in, or pull it: nothing is heard or told meanwhile."""
        if up != self.up:
            self.up = up
            for changed in tuple(self._watchers):
                changed(up)

    def listens(self, topic: str) -> bool:
        """Whether a message under this topic has anybody here to go to."""
        return self.up and topic in self._heard

    def deliver(self, topic: str, envelope: bytes) -> None:
        """Take an envelope as a network would bring it, to be opened in the next turn."""
        if not self._waiting.put((topic, envelope)):
            self._overflowed += 1
        if self._due is None:
            self._due = asyncio.get_running_loop().call_soon(self._read)

    def close(self) -> None:
        """Leave the hub."""
        self.plug(False)
        self._hub.buses.remove(self)
        if self._due is not None:
            self._due.cancel()

    def _read(self) -> None:
        self._due = None
        for topic, envelope in self._waiting.take():
            listeners = self._heard.get(topic)
            if listeners and self.up:
                message = self._opener.open(topic, envelope)
                if message is not None:
                    for heard in tuple(listeners):
                        self._tell(heard, topic, message)

    def _tell(self, heard: Heard, topic: str, message: bytes) -> None:
        """A listener's fault is its own: the other messages of this turn still have theirs."""
        try:
            heard(message)
        except Exception as fault:
            context = {"message": f"a listener to {topic} failed", "exception": fault}
            asyncio.get_running_loop().call_exception_handler(context)
