"""A ledger in memory that keeps the contract of `Ledger`, for as many nodes as open it."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import msgspec

from evalroom.storage.entry import Entry, Head
from evalroom.storage.ledger import (
    MAX_OVERDUE,
    MAX_READ,
    MAX_READ_BYTES,
    MAX_STATE_BYTES,
    Appended,
    LedgerDamaged,
    LedgerUnavailable,
    Snapshot,
    refuse_misshapen,
    refuse_too_many,
)


class Store:
    """What all nodes share: the entries, deadlines and snapshots of all sessions."""

    def __init__(self) -> None:
        self.entries: dict[bytes, list[Entry]] = {}
        self.due: dict[bytes, int | None] = {}
        self.snapshots: dict[bytes, tuple[str, Snapshot]] = {}
        self.commands: dict[bytes, dict[bytes, int]] = {}
        self.damaged: set[tuple[bytes, int]] = set()

    def append(self, entry: Entry, due: int | None) -> Appended:
        """Store an entry now, or say why not."""
        refuse_misshapen(entry)
        kept = self.entries.get(entry.session, [])
        if entry.command_id in self.commands.get(entry.session, ()):
            return Appended.COMMAND_KNOWN
        if entry.seq <= len(kept):
            return Appended.SEQ_TAKEN
        if entry.seq > len(kept) + 1:
            place = f"session {entry.session.hex()}: entry {entry.seq}"
            raise ValueError(f"{place} would leave a gap")
        self.entries.setdefault(entry.session, []).append(entry)
        self.commands.setdefault(entry.session, {})[entry.command_id] = entry.seq
        self.due[entry.session] = due
        return Appended.STORED

    def at(self, session: bytes, seq: int) -> Entry:
        """One entry. Raises `LedgerDamaged`."""
        entry = self.entries[session][seq - 1]
        if entry.seq != seq:
            raise LedgerDamaged("missing", session, seq)
        if (session, seq) in self.damaged:
            raise LedgerDamaged("its content does not open", session, seq)
        return entry


class MemoryLedger:
    """Implements `Ledger` over a store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._closed = False

    async def append(self, entry: Entry, due: int | None) -> Appended:
        """See `Ledger.append`."""
        self._check_open()
        # Nobody's disk answers within the same turn of the loop.
        await asyncio.sleep(0)
        return self.store.append(entry, due)

    async def read(self, session: bytes, after: int, limit: int = MAX_READ) -> tuple[Entry, ...]:
        """See `Ledger.read`."""
        self._check_open()
        if limit < 1:
            raise ValueError("a read of no entries")
        page: list[Entry] = []
        size = 0
        last = len(self.store.entries.get(session, []))
        for seq in range(after + 1, min(last, after + min(limit, MAX_READ)) + 1):
            page.append(self.store.at(session, seq))
            size += _size(page[-1])
            if size > MAX_READ_BYTES:
                break
        return tuple(page)

    async def find(self, session: bytes, command_id: bytes) -> Entry | None:
        """See `Ledger.find`."""
        self._check_open()
        seq = self.store.commands.get(session, {}).get(command_id)
        return None if seq is None else self.store.at(session, seq)

    async def head(self, session: bytes) -> Head | None:
        """See `Ledger.head`."""
        self._check_open()
        kept = self.store.entries.get(session)
        return Head(kept[-1].seq, kept[-1].head) if kept else None

    async def heads(self, sessions: Sequence[bytes]) -> dict[bytes, Head]:
        """See `Ledger.heads`."""
        self._check_open()
        refuse_too_many(sessions)
        found = {session: self.store.entries.get(session) for session in sessions}
        return {s: Head(kept[-1].seq, kept[-1].head) for s, kept in found.items() if kept}

    async def sessions(self) -> AsyncIterator[bytes]:
        """See `Ledger.sessions`."""
        self._check_open()
        for session in sorted(self.store.entries):
            yield session

    async def overdue(self, now: int) -> tuple[bytes, ...]:
        """See `Ledger.overdue`."""
        self._check_open()
        found = sorted((due, s) for s, due in self.store.due.items() if due is not None)
        return tuple(session for due, session in found if due <= now)[:MAX_OVERDUE]

    async def save_snapshot(
        self, session: bytes, seq: int, head: bytes, schema: str, state: bytes
    ) -> None:
        """See `Snapshots.save_snapshot`."""
        self._check_open()
        if len(state) > MAX_STATE_BYTES:
            raise ValueError(f"a state of {len(state)} bytes; at most {MAX_STATE_BYTES}")
        kept = self.store.snapshots.get(session)
        if kept is None or kept[0] != schema or kept[1].seq <= seq:
            self.store.snapshots[session] = schema, Snapshot(seq, head, state)

    async def load_snapshot(self, session: bytes, schema: str) -> Snapshot | None:
        """See `Snapshots.load_snapshot`."""
        self._check_open()
        kept_schema, snapshot = self.store.snapshots.get(session, ("", Snapshot(0, b"", b"")))
        entries = self.store.entries.get(session, [])
        if kept_schema != schema or not 0 < snapshot.seq <= len(entries):
            return None
        return snapshot if entries[snapshot.seq - 1].head == snapshot.head else None

    async def close(self) -> None:
        """See `Ledger.close`."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise LedgerUnavailable("the ledger is closed")


def _size(entry: Entry) -> int:
    return sum(map(len, entry.bodies)) + sum(map(len, entry.salts))


def copy_of(store: Store) -> Store:
    """A backup: the same entries, and no snapshots."""
    copy = Store()
    copy.entries = {session: list(kept) for session, kept in store.entries.items()}
    copy.commands = {session: dict(known) for session, known in store.commands.items()}
    copy.due = dict(store.due)
    return copy


def forget(store: Store, session: bytes, seq: int) -> None:
    """Tamper: take one entry out."""
    kept = store.entries[session]
    kept[seq - 1] = msgspec.structs.replace(kept[seq - 1], seq=0)
