"""The ledger in one SQLite file: the embedded default, for one node.

One thread writes, with group commit and a flush before every answer; a few connections that cannot
write read beside it. Bodies, salts and snapshots are sealed; times, heads and ids lie open.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

from evalroom.storage.entry import Entry, Head
from evalroom.storage.group_commit import GroupCommit
from evalroom.storage.ledger import (
    MAX_OVERDUE,
    MAX_READ,
    MAX_READ_BYTES,
    Appended,
    LedgerDamaged,
    Snapshot,
    refuse_misshapen,
    refuse_too_many,
)
from evalroom.storage.records import SealedBodies, SealedStates
from evalroom.storage.sealing import KEY_ID_BYTES, LOOKED_AT, AtRestKeys, Seal, first_not_held
from evalroom.storage.sqlite_appends import Append, Appends
from evalroom.storage.sqlite_file import SqliteFile, advice, in_our_words
from evalroom.storage.sqlite_readers import Readers

_SESSIONS_PAGE: Final = 512


class SqliteLedger:
    """Implements `Ledger` on a file. `warnings` holds what its operator should be told at start."""

    def __init__(self, file: SqliteFile, keys: AtRestKeys, random: Callable[[int], bytes]) -> None:
        """Use `open`."""
        self.warnings = advice(sqlite3.sqlite_version_info)
        self._file = file
        self._keys = keys
        self._bodies = SealedBodies(Seal(keys, b"entries", random))
        self._states = SealedStates(Seal(keys, b"snapshots", random))
        appends = Appends(file.writer, self._bodies)
        self._writer = GroupCommit(appends.commit, attrgetter("entry.session"))
        self._readers = Readers(file)
        self._closing = False

    @classmethod
    async def open(
        cls, path: Path, keys: AtRestKeys, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> "SqliteLedger":
        """Open the ledger at `path`; where there is none, make it and its folder.

        Raises `LedgerUnavailable` (another process has it, the folder cannot be written),
        `LedgerTooNew`, `LedgerDamaged` (not a ledger).
        """
        ledger = cls(await asyncio.to_thread(SqliteFile, path), keys, random)
        await asyncio.to_thread(ledger._writer.start)
        return ledger

    async def append(self, entry: Entry, due: int | None) -> Appended:
        """See `Ledger.append`."""
        refuse_misshapen(entry)
        return await self._writer.submit(Append(entry, due))

    async def read(self, session: bytes, after: int, limit: int = MAX_READ) -> tuple[Entry, ...]:
        """See `Ledger.read`. A missing entry is `LedgerDamaged`."""
        if limit < 1:
            raise ValueError("a read of no entries")
        most = min(limit, MAX_READ)
        return await self._readers.run(lambda db: self._page(db, session, after, most))

    async def find(self, session: bytes, command_id: bytes) -> Entry | None:
        """See `Ledger.find`."""
        return await self._readers.run(lambda db: self._found(db, session, command_id))

    async def head(self, session: bytes) -> Head | None:
        """See `Ledger.head`."""
        row = await self._readers.run(lambda db: db.execute(_HEAD, (session,)).fetchone())
        return None if row is None else Head(*row)

    async def heads(self, sessions: Sequence[bytes]) -> dict[bytes, Head]:
        """See `Ledger.heads`."""
        refuse_too_many(sessions)
        return await self._readers.run(lambda db: _heads(db, sessions))

    async def sessions(self) -> AsyncIterator[bytes]:
        """See `Ledger.sessions`."""
        query = "select session from session where session > ? order by session limit ?"
        page: list[tuple[bytes]] = [(b"",)]
        while page:
            (last,) = page[-1]
            page = await self._readers.run(partial(_rows, query, (last, _SESSIONS_PAGE)))
            for (session,) in page:
                yield session

    async def overdue(self, now: int) -> tuple[bytes, ...]:
        """See `Ledger.overdue`."""
        query = "select session from session where due <= ? order by due limit ?"
        rows = await self._readers.run(partial(_rows, query, (now, MAX_OVERDUE)))
        return tuple(session for (session,) in rows)

    async def save_snapshot(
        self, session: bytes, seq: int, head: bytes, schema: str, state: bytes
    ) -> None:
        """See `Snapshots.save_snapshot`. Raises ValueError past `MAX_STATE_BYTES`."""
        sealed = await asyncio.to_thread(self._states.seal, session, seq, schema, state)
        row = (seq, head, schema, sealed, session)
        await self._writer.submit_alone(lambda: self._write_snapshot(row))

    async def load_snapshot(self, session: bytes, schema: str) -> Snapshot | None:
        """See `Snapshots.load_snapshot`. One that does not open is as good as none."""
        return await self._readers.run(lambda db: self._snapshot(db, session, schema))

    async def foreign_key(self) -> bytes | None:
        """The id of a key that entries are sealed under and this node does not hold, if it is so
        for one of those that are looked at. Raises `LedgerUnavailable`, `LedgerDamaged`.
        """
        rows = await self._readers.run(partial(_rows, _KEY_IDS, (KEY_ID_BYTES, LOOKED_AT)))
        return first_not_held(self._keys, (bytes(key_id) for (key_id,) in rows))

    async def close(self) -> None:
        """See `Ledger.close`."""
        if not self._closing:
            self._closing = True
            await self._writer.close()
            await self._readers.close()
            await asyncio.to_thread(self._file.close)

    def _page(
        self, db: sqlite3.Connection, session: bytes, after: int, limit: int
    ) -> tuple[Entry, ...]:
        query = f"{_ENTRY} and seq > ? order by seq limit ?"
        entries: list[Entry] = []
        size = 0
        # Closed at once: an unfinished query would keep the log from being emptied.
        with closing(db.execute(query, (session, after, limit))) as rows:
            for row in rows:
                expected = after + 1 + len(entries)
                if row[0] != expected:
                    raise LedgerDamaged("missing", session, expected)
                entries.append(self._entry(session, row))
                size += len(row[3])
                if size > MAX_READ_BYTES:
                    break
        return tuple(entries)

    def _found(self, db: sqlite3.Connection, session: bytes, command_id: bytes) -> Entry | None:
        row = db.execute(f"{_ENTRY} and command_id = ?", (session, command_id)).fetchone()
        return None if row is None else self._entry(session, row)

    def _entry(self, session: bytes, row: tuple[int, int, bytes, bytes, bytes]) -> Entry:
        seq, at, command_id, sealed, head = row
        bodies, salts = self._bodies.open(session, seq, sealed)
        return Entry(session, seq, at, command_id, bodies, salts, head)

    def _write_snapshot(self, row: tuple[Any, ...]) -> None:
        with in_our_words(self._file.path):
            self._file.writer.execute(_SAVE_SNAPSHOT, row)

    def _snapshot(self, db: sqlite3.Connection, session: bytes, schema: str) -> Snapshot | None:
        row = db.execute(_LOAD_SNAPSHOT, (session, schema)).fetchone()
        if row is None:
            return None
        seq, head, sealed = row
        state = self._states.open(session, seq, schema, sealed)
        return None if state is None else Snapshot(seq, head, state)


def _heads(db: sqlite3.Connection, sessions: Sequence[bytes]) -> dict[bytes, Head]:
    rows = ((session, db.execute(_HEAD, (session,)).fetchone()) for session in sessions)
    return {session: Head(*row) for session, row in rows if row is not None}


def _rows(query: str, bound: tuple[Any, ...], db: sqlite3.Connection) -> list[Any]:
    return db.execute(query, bound).fetchall()


_ENTRY: Final = (
    "select seq, at, command_id, sealed, head from entry "
    "where session = (select id from session where session = ?)"
)
_HEAD: Final = (
    "select seq, head from entry where session = (select id from session where session = ?) "
    "order by seq desc limit 1"
)
_KEY_IDS: Final = """
select substr(sealed, 1, ?1) from (select sealed from entry order by id limit ?2) union
select substr(sealed, 1, ?1) from (select sealed from entry order by id desc limit ?2)
"""
_SAVE_SNAPSHOT: Final = """
insert into snapshot (session, seq, head, schema, sealed)
select session.id, ?1, ?2, ?3, ?4 from session where session.session = ?5
on conflict (session) do update
set seq = excluded.seq, head = excluded.head, schema = excluded.schema, sealed = excluded.sealed
where excluded.schema <> snapshot.schema or excluded.seq >= snapshot.seq
"""
_LOAD_SNAPSHOT: Final = """
select snapshot.seq, snapshot.head, snapshot.sealed
from snapshot
join session on session.id = snapshot.session
join entry on entry.session = snapshot.session and entry.seq = snapshot.seq
    and entry.head = snapshot.head
where session.session = ? and snapshot.schema = ?
"""
