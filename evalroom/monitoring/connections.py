"""The WebRTC connections of one kind that a node has open: publications, or subscriptions. Each has
a name that nobody can guess, by which its owner ends it.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

from msgspec import Struct

from evalroom.identity.principal import Principal
from evalroom.monitoring import rtc
from evalroom.sessions.refusals import Refused

ANSWER_SECONDS: Final = 10.0
"""Gathering addresses and answering takes milliseconds; what takes longer is stuck."""

BUSY_RETRY_MS: Final = 1_000
LOST_RETRY_MS: Final = 1_000


class Answered(Struct, frozen=True):
    """An offer that was taken: the answer, and the name under which the connection is ended."""

    name: str
    answer: str


class Connection:
    """Whose connection it is, and of which source."""

    def __init__(self, name: str, principal: Principal, session: str, source: str) -> None:
        self.name: Final = name
        self.principal = principal
        self.session: Final = session
        self.source: Final = source
        self.doubted = True
        """Whether something of his may have ended since he was last asked for: while the offer was
        read and answered, too.
        """
        self.over = False


C = TypeVar("C", bound=Connection)


class Connections(ABC, Generic[C]):
    """All of a kind. A connection is open from `_add` on, and over once."""

    def __init__(self, most: int, names: Callable[[], str]) -> None:
        """`most` may be open at once; `names` gives each a name."""
        self._most = most
        self._names = names
        self._open: dict[str, C] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[C]:
        return iter(tuple(self._open.values()))

    @abstractmethod
    def cut(self, connection: C, code: str) -> None:
        """End a connection, and tell whoever is at its other ends why."""

    async def end(self, name: str, account: str, session: str, source: str) -> None:
        """End a connection of one's own. Raises `Refused("unknown_publication")`."""
        found = self._open.get(name)
        if found is None or (found.principal.id, found.session, found.source) != (
            account, session, source,
        ):  # fmt: skip
            raise Refused("unknown_publication")
        self.cut(found, "closed")
        await self._closed()

    async def close(self) -> None:
        """End them all."""
        for connection in self:
            self.cut(connection, "restart")
        await self._closed()

    def _check_room(self) -> None:
        if len(self._open) >= self._most:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)

    def _add(self, connection: C) -> None:
        self._open[connection.name] = connection

    def _take_out(self, connection: C, end: rtc.Inlet | rtc.Outlet | None) -> None:
        """It is over; its end here closes beside everything else."""
        self._open.pop(connection.name, None)
        if end is not None:
            task = asyncio.get_running_loop().create_task(end.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _closed(self) -> None:
        await asyncio.gather(*self._closing)
