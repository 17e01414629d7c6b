"""A ledger that fails when it is told to."""

import asyncio
from collections.abc import Sequence

from evalroom.storage.entry import Entry, Head
from evalroom.storage.ledger import MAX_READ, Appended, LedgerUnavailable
from tests.simulator.memory import MemoryLedger, Store


class FaultyLedger(MemoryLedger):
    """Fails when it is told to, and waits when it is told to."""

    def __init__(self, store: Store | None = None) -> None:
        super().__init__(store or Store())
        self.fail: list[str] = []
        """What becomes of the next appends: "before" they are stored, "after", or "" for none."""
        self.unreadable = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.reads: list[str] = []

    async def append(self, entry: Entry, due: int | None) -> Appended:
        await self.gate.wait()
        fate = self.fail.pop(0) if self.fail else ""
        if fate == "before":
            raise LedgerUnavailable("the disk is full")
        outcome = await super().append(entry, due)
        if fate == "after":
            raise LedgerUnavailable("nobody knows")
        return outcome

    async def read(self, session: bytes, after: int, limit: int = MAX_READ) -> tuple[Entry, ...]:
        self._note("read")
        return await super().read(session, after, limit)

    async def find(self, session: bytes, command_id: bytes) -> Entry | None:
        self._note("find")
        return await super().find(session, command_id)

    async def head(self, session: bytes) -> Head | None:
        self._note("head")
        return await super().head(session)

    async def heads(self, sessions: Sequence[bytes]) -> dict[bytes, Head]:
        self._note("heads")
        return await super().heads(sessions)

    def _note(self, kind: str) -> None:
        self.reads.append(kind)
        if self.unreadable:
            raise LedgerUnavailable("locked")
