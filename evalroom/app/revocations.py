"""Whose log-in ends at one place is out everywhere: at once by the bus, within a second without.

What has ended stands in the directory, which all nodes and the command line share, and its lines
of revocations only grow. A node reads what has come since its last look each second, and when
another node tells it to; the message says nothing more than that there is something to read.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from typing import Final, Protocol

from evalroom.bus.bus import Bus
from evalroom.clock import Clock
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory, revocations

log = logging.getLogger(__name__)

TOPIC: Final = "node:revocations"

LOOK_SECONDS: Final = 1.0
"""Between two looks, which is how late a log-in's end is noticed where nobody acts and no bus
tells. A look is one read of a table that is nearly always unchanged."""


class Edge(Protocol):
    """Where people have been let in: the sockets of sessions, or those of pictures and sound."""

    def doubt(self, accounts: Collection[str] | None) -> None:
        """Something of these accounts has ended, or of any (None): nobody of theirs acts now."""
        ...

    async def look(self) -> None:
        """Ask for all in doubt or past their end. Raises `Refused` while nobody can be asked."""
        ...


class Revocations:
    """One node's looks at who may still be here."""

    def __init__(self, directory: Directory, edges: Sequence[Edge], bus: Bus, clock: Clock) -> None:
        self._directory = directory
        self._edges = tuple(edges)
        self._bus = bus
        self._clock = clock
        self._read: int | None = None
        self._due = asyncio.Event()
        self._blind = False
        self._unsubscribe = bus.subscribe(TOPIC, lambda _: self._due.set())

    async def begin(self) -> None:
        """Remember where the lines end; before anybody is let in."""
        await self._look()

    async def run(self) -> None:
        """Look now and again, and when told to, for ever."""
        while True:
            await self._pause()
            self._due.clear()
            await self._look()

    def close(self) -> None:
        """Hear no more."""
        self._unsubscribe()

    def __call__(self, account: str) -> None:
        """Something of this account has just ended here: nobody of it acts before it is looked at,
        on this node or another.
        """
        self._doubt((account,))
        self._bus.publish(TOPIC, b"")
        self._due.set()

    async def _look(self) -> None:
        try:
            await self._read_on()
            for edge in self._edges:
                await edge.look()
        except Refused as refused:
            if not self._blind:
                log.warning("nobody knows who is still logged in: %s", refused.code)
            self._blind = True
        except Exception:
            # Told, and tried again: without looks nobody would be sent away any more.
            log.exception("bug: a look at who is still logged in failed")
        else:
            self._blind = False

    async def _read_on(self) -> None:
        if self._read is None:
            self._read = await self._directory.read(revocations.newest)
            # Whoever came before the first look might have come too early to be told of.
            self._doubt(None)
            return
        while True:
            found = await self._directory.read(revocations.since, self._read)
            if found.newest == self._read:
                return
            self._doubt(found.accounts)
            self._read = found.newest

    def _doubt(self, accounts: Collection[str] | None) -> None:
        for edge in self._edges:
            edge.doubt(accounts)

    async def _pause(self) -> None:
        waiting = (
            asyncio.ensure_future(self._clock.sleep(LOOK_SECONDS)),
            asyncio.ensure_future(self._due.wait()),
        )
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
