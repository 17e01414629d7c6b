"""Time as a command: sessions whose deadline has come are told so, each deadline once."""

import logging
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from evalroom.room.bugs import place_of
from evalroom.room.limits import DEADLINE_RETRY_SECONDS, DEADLINE_SECONDS
from evalroom.room.means import Means
from evalroom.sessions.deadlines import next_due
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import ID_BYTES
from evalroom.storage.ledger import MAX_OVERDUE, LedgerUnavailable

if TYPE_CHECKING:
    from evalroom.room.room import Room

log = logging.getLogger(__name__)


class Deadlines:
    """The sweep of one node. What one node misses another does: the ledger knows what is due."""

    def __init__(self, means: Means, open_room: Callable[[str], "Awaitable[Room]"]) -> None:
        self._means = means
        self._open = open_room
        # When to look again at sessions whose deadline could not be met.
        self._put_off: dict[str, float] = {}

    async def run(self) -> None:
        """Sweep every second, for ever."""
        while True:
            await self._means.clock.sleep(DEADLINE_SECONDS)
            try:
                await self.sweep()
            except LedgerUnavailable:
                log.warning("deadlines cannot be read now")
            except Exception as bug:
                log.error("bug: the sweep for deadlines failed: %s", place_of(bug))

    async def sweep(self) -> None:
        """Submit `Tick` wherever a deadline has come. Raises `LedgerUnavailable`."""
        now = self._means.clock.monotonic()
        self._put_off = {session: until for session, until in self._put_off.items() if until > now}
        for session in await self._means.ledger.overdue(self._means.clock.wall()):
            if session.hex() not in self._put_off:
                await self._meet(session.hex())

    async def _meet(self, session: str) -> None:
        try:
            room = await self._open(session)
            due = next_due(room.session)
            if due is not None:
                await room.submit(Actor(principal=SYSTEM), tick_id(session, due), "Tick", {}, None)
                if next_due(room.session) != due:
                    return
        except Refused as refused:
            log.warning("a deadline could not be met: %s", refused.code)
        self._leave_alone(session)

    def _leave_alone(self, session: str) -> None:
        if len(self._put_off) < MAX_OVERDUE:
            self._put_off[session] = self._means.clock.monotonic() + DEADLINE_RETRY_SECONDS


def tick_id(session: str, due: int) -> bytes:
    """The command id of a deadline: on every node the same, so that it is met once."""
    return sha256(f"tick/{session}/{due}".encode()).digest()[:ID_BYTES]
