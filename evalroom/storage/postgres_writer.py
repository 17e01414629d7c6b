"""Two connections that commit together whatever is waiting, and come back when the database does.

There is no delay to fill a batch: what gathers while both connections are at work shares the next
one. Of one session only one entry is under way at a time. While no connection is up, appends are
turned away at once; what was under way when one broke may or may not have been stored.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from evalroom.storage.group_commit import MAX_BATCH
from evalroom.storage.ledger import MAX_WAITING, Appended, LedgerUnavailable
from evalroom.storage.postgres_line import Append, Line, Place
from evalroom.storage.postgres_server import Server
from evalroom.storage.records import SealedBodies

log = logging.getLogger(__name__)

LINES: Final = 2
"""Appending connections: one works while the other's answer is on the way; a third found nothing
left to do."""

WORTH_SHARING: Final = 64
"""From so many waiting appends on, a second connection that is free takes half of them: two of the
server's processes work at once, and a batch still has enough to share its flush."""

MAX_PLACES: Final = 65_536
"""Sessions whose place is remembered (300 bytes each); past it all are forgotten."""

BACK_OFF_SECONDS: Final = 0.05, 2.0
"""Pauses between attempts to connect, doubling: a restart is noticed at once, and a long absence
costs the server that comes back two connections a second from each node."""


class _Waiting(NamedTuple):
    waiter: "asyncio.Future[Appended]"
    append: Append


class Writer:
    """Takes appends, hands them to its lines in batches, answers all waiters of a batch at once."""

    def __init__(
        self, server: Server, bodies: SealedBodies, random: Callable[[int], bytes]
    ) -> None:
        """Made on the event loop that it will answer to."""
        self._server = server
        self._bodies = bodies
        self._random = random
        self._loop = asyncio.get_running_loop()
        self._pending: deque[_Waiting] = deque()
        self._busy: set[bytes] = set()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._places: dict[bytes, Place] = {}
        self._up = 0
        self._committing = 0
        self._under_way = 0
        self._closed = False
        self._down: Exception = LedgerUnavailable(f"{server}: not connected yet")
        self._lanes: list[asyncio.Task[None]] = []
        self._away: set[asyncio.Task[None] | None] = set()

    async def start(self) -> None:
        """Connect. Raises what keeps a line from opening."""
        lines = [await Line.open(self._server, self._bodies)]
        try:
            while len(lines) < LINES:
                lines.append(await Line.open(self._server, self._bodies))
        except BaseException:
            for line in lines:
                line.drop()
            raise
        self._up = LINES
        self._lanes = [self._loop.create_task(self._live(line)) for line in lines]

    def submit(self, append: Append) -> "asyncio.Future[Appended]":
        """Commit an append with others. Raises `LedgerUnavailable` when closed, overloaded or
        without a connection.
        """
        if self._closed:
            raise LedgerUnavailable("the ledger is closed")
        if not self._up:
            raise LedgerUnavailable(str(self._down))
        if self._under_way >= MAX_WAITING:
            raise LedgerUnavailable(f"{MAX_WAITING} appends are waiting already")
        self._under_way += 1
        waiter: asyncio.Future[Appended] = self._loop.create_future()
        self._pending.append(_Waiting(waiter, append))
        self._wake_one()
        return waiter

    async def close(self) -> None:
        """Take nothing more, finish what was taken, disconnect."""
        self._closed = True
        while self._idle:
            self._wake_one()
        for lane in self._lanes:
            if lane in self._away:
                lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)

    async def _live(self, line: Line) -> None:
        """One lane: work on a line until it breaks, get a new one, for ever."""
        while True:
            try:
                await self._work(line)
                await line.close()
                return
            except asyncio.CancelledError:
                line.drop()
                raise
            except Exception as fault:
                line.drop()
                self._lose(fault)
            if self._closed:
                return
            line = await self._connected()

    async def _work(self, line: Line) -> None:
        """Commit batch after batch until the ledger is closed. Raises what broke the line."""
        while self._pending or not self._closed:
            batch = self._choose()
            if not batch:
                await self._doze()
                continue
            await self._commit(line, batch)
            if len(self._places) > MAX_PLACES:
                self._places.clear()

    async def _commit(self, line: Line, batch: list[_Waiting]) -> None:
        outcomes: Sequence[Appended | Exception]
        self._committing += 1
        try:
            outcomes = await line.commit([waiting.append for waiting in batch], self._places)
        except BaseException as fault:
            outcomes = [self._explained(fault)] * len(batch)
            raise
        finally:
            self._committing -= 1
            self._settle(batch, outcomes)

    def _choose(self) -> list[_Waiting]:
        """The next batch: at most one append of a session, and none that is under way."""
        most = len(self._pending)
        if most >= WORTH_SHARING:
            most = -(-most // (self._up - self._committing))
        batch: list[_Waiting] = []
        put_off: list[_Waiting] = []
        while self._pending and len(batch) < min(most, MAX_BATCH):
            waiting = self._pending.popleft()
            session = waiting.append.entry.session
            if session in self._busy:
                put_off.append(waiting)
            else:
                self._busy.add(session)
                batch.append(waiting)
        if self._pending:
            self._wake_one()
        self._pending.extendleft(reversed(put_off))
        return batch

    def _settle(self, batch: list[_Waiting], outcomes: Sequence[Appended | Exception]) -> None:
        self._under_way -= len(batch)
        for (waiter, append), outcome in zip(batch, outcomes, strict=True):
            self._busy.discard(append.entry.session)
            if waiter.done():
                continue
            if isinstance(outcome, Exception):
                waiter.set_exception(outcome)
            else:
                waiter.set_result(outcome)
        if self._closed:
            # The other may have put an append of one of these sessions off.
            self._wake_one()

    async def _doze(self) -> None:
        nudge: asyncio.Future[None] = self._loop.create_future()
        self._idle.append(nudge)
        await nudge

    def _wake_one(self) -> None:
        if self._idle:
            self._idle.popleft().set_result(None)

    def _lose(self, fault: Exception) -> None:
        """A line has broken; with the last one, whoever still waits is turned away."""
        self._up -= 1
        self._down = self._explained(fault)
        # Whoever answers next may be a backup of an earlier day.
        self._places.clear()
        log.warning("a connection for appends is lost: %s", self._down)
        if not self._up:
            waiting = list(self._pending)
            self._pending.clear()
            self._settle(waiting, [self._down] * len(waiting))
        self._wake_one()

    async def _connected(self) -> Line:
        """A new line, as soon as there can be one."""
        lane = asyncio.current_task()
        self._away.add(lane)
        try:
            line = await self._tried_again()
        finally:
            self._away.discard(lane)
        self._up += 1
        log.info("connected to %s again", self._server)
        return line

    async def _tried_again(self) -> Line:
        pause, longest = BACK_OFF_SECONDS
        while True:
            # Up to half of it by chance, so that not all nodes come at the same moment.
            await asyncio.sleep(pause * (1 - self._random(1)[0] / 512))
            pause = min(2 * pause, longest)
            try:
                return await Line.open(self._server, self._bodies)
            except Exception as fault:
                self._down = self._explained(fault)

    def _explained(self, fault: BaseException) -> Exception:
        if not isinstance(fault, Exception):
            return LedgerUnavailable("the ledger is being closed")
        return self._server.explained(fault)
