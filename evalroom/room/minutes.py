"""The minutes of one session: lines read from the ledger, kept as far as they have been read."""

import asyncio

from evalroom.room.limits import MINUTES_KEPT
from evalroom.room.standing import records
from evalroom.sessions.minutes import Line, lines
from evalroom.storage.ledger import Ledger


class MinuteBook:
    """Reads on from where it stopped, so that asking again costs what is new."""

    def __init__(self, ledger: Ledger, session: bytes) -> None:
        self._ledger = ledger
        self._session = session
        self._lines: list[Line] = []
        self._seq = 0
        self._reading = asyncio.Lock()

    async def lines(self) -> tuple[Line, ...]:
        """All lines up to now, whoever may read them. Raises `LedgerUnavailable`."""
        async with self._reading:
            while page := await self._ledger.read(self._session, self._seq):
                for entry in page:
                    self._lines += lines(records.read(entry).events, entry.at)
                    self._seq = entry.seq
            found = tuple(self._lines)
            if len(found) > MINUTES_KEPT:
                self._lines, self._seq = [], 0
            return found
