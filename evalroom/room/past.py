"""What lies before the entries at hand, read when somebody comes back from there."""

import asyncio
import logging

from evalroom.room.limits import TAIL_ENTRIES, UNAVAILABLE_RETRY_MS
from evalroom.room.loading import Folding
from evalroom.room.tail import Tail
from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import Head
from evalroom.storage.ledger import LedgerDamaged, LedgerUnavailable
from evalroom.storage.records import UnknownEvent

log = logging.getLogger(__name__)


class Past:
    """The past of one room: read once at most, however many come from there."""

    def __init__(self, folding: Folding, session: bytes, tail: Tail) -> None:
        self._folding = folding
        self._session = session
        self._tail = tail
        self._reading: asyncio.Task[None] | None = None
        self._read = False

    async def reach(self, known: Head, present: Head) -> None:
        """Have at hand what followed `known`, if anything can; nobody else waits for it.

        Raises `Refused("ledger_unavailable")`.
        """
        at_hand = known.seq >= self._tail.start.seq
        if at_hand or self._read or present.seq - known.seq > TAIL_ENTRIES:
            return
        if self._reading is None:
            self._reading = asyncio.get_running_loop().create_task(self._deepen())
        # One of those who wait may go; the others still want it.
        await asyncio.shield(self._reading)

    def stop(self) -> None:
        """Let go of what is under way."""
        if self._reading is not None:
            self._reading.cancel()

    async def _deepen(self) -> None:
        try:
            await self._folding.deepen(self._session, self._tail)
            self._read = True
        except LedgerUnavailable:
            raise Refused("ledger_unavailable", retry_ms=UNAVAILABLE_RETRY_MS) from None
        except (LedgerDamaged, UnknownEvent) as fault:
            # What is at hand is right all the same: only who comes from further back starts anew.
            log.error("the past of a session cannot be followed: %s", fault)
            self._read = True
        finally:
            self._reading = None
