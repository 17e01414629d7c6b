"""The ledger in PostgreSQL: for any number of nodes, and for one that is to be kept by others.

The unique keys are the authority on order, whichever node asks. Two connections append with group
commit, a few others read; bodies, salts and snapshots are sealed before they leave the node, times,
heads and ids lie open. The tables are made and brought up to date by `migrate`, and only by it.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import asyncpg
from asyncpg import Record

from evalroom.storage.entry import Entry, Head
from evalroom.storage.ledger import (
    MAX_OVERDUE,
    MAX_READ,
    MAX_READ_BYTES,
    Appended,
    LedgerDamaged,
    LedgerUnavailable,
    Snapshot,
    refuse_misshapen,
    refuse_too_many,
)
from evalroom.storage.postgres_line import Append
from evalroom.storage.postgres_readers import Readers
from evalroom.storage.postgres_schema import SCHEMA, advice, look_over
from evalroom.storage.postgres_server import Server
from evalroom.storage.postgres_writer import Writer
from evalroom.storage.records import SealedBodies, SealedStates
from evalroom.storage.sealing import KEY_ID_BYTES, LOOKED_AT, AtRestKeys, Seal, first_not_held

_SESSIONS_PAGE: Final = 512

_OPENED_ON_THE_LOOP: Final = 64 << 10
"""Sealed bytes up to which a page is opened where it is: under 1 ms; larger ones take a thread."""


class PostgresLedger:
    """Implements `Ledger` on a server. `warnings` holds what its operator should be told."""

    def __init__(self, server: Server, keys: AtRestKeys, random: Callable[[int], bytes]) -> None:
        """Use `open`."""
        self.warnings: tuple[str, ...] = ()
        self._keys = keys
        self._bodies = SealedBodies(Seal(keys, b"entries", random))
        self._states = SealedStates(Seal(keys, b"snapshots", random))
        self._writer = Writer(server, self._bodies, random)
        self._readers = Readers(server)
        self._held: str | None = None

    @classmethod
    async def open(
        cls, server: Server, keys: AtRestKeys, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> "PostgresLedger":
        """Open the ledger that `migrate` has made.

        Raises `LedgerUnavailable` (out of reach, user or password not accepted), `LedgerTooNew`,
        `LedgerTooOld` (not made, not brought up to date), `LedgerDamaged` (not a ledger).
        """
        told = await _looked_over(server)
        ledger = cls(server, keys, random)
        ledger.warnings = told
        await ledger._readers.start()
        await ledger._writer.start()
        return ledger

    async def append(self, entry: Entry, due: int | None) -> Appended:
        """See `Ledger.append`."""
        refuse_misshapen(entry)
        if self._held is not None:
            raise LedgerUnavailable(self._held)
        return await self._writer.submit(Append(entry, due))

    async def read(self, session: bytes, after: int, limit: int = MAX_READ) -> tuple[Entry, ...]:
        """See `Ledger.read`. A missing entry is `LedgerDamaged`."""
        if limit < 1:
            raise ValueError("a read of no entries")
        rows = await self._readers.rows(_PAGE, session, after, min(limit, MAX_READ), MAX_READ_BYTES)
        if sum(len(row["sealed"]) for row in rows) > _OPENED_ON_THE_LOOP:
            return await asyncio.to_thread(self._page, session, after, rows)
        return self._page(session, after, rows)

    async def find(self, session: bytes, command_id: bytes) -> Entry | None:
        """See `Ledger.find`."""
        row = await self._readers.row(_FIND, session, command_id)
        return None if row is None else self._entry(session, *row)

    async def head(self, session: bytes) -> Head | None:
        """See `Ledger.head`."""
        row = await self._readers.row(_HEAD, session)
        return None if row is None else Head(*row)

    async def heads(self, sessions: Sequence[bytes]) -> dict[bytes, Head]:
        """See `Ledger.heads`."""
        refuse_too_many(sessions)
        rows = await self._readers.rows(_HEADS, list(sessions))
        return {session: Head(seq, head) for session, seq, head in rows}

    async def sessions(self) -> AsyncIterator[bytes]:
        """See `Ledger.sessions`."""
        last = b""
        while rows := await self._readers.rows(_SESSIONS, last, _SESSIONS_PAGE):
            for (last,) in rows:
                yield last

    async def overdue(self, now: int) -> tuple[bytes, ...]:
        """See `Ledger.overdue`."""
        rows = await self._readers.rows(_OVERDUE, now, MAX_OVERDUE)
        return tuple(session for (session,) in rows)

    async def save_snapshot(
        self, session: bytes, seq: int, head: bytes, schema: str, state: bytes
    ) -> None:
        """See `Snapshots.save_snapshot`. Raises ValueError past `MAX_STATE_BYTES`."""
        sealed = await asyncio.to_thread(self._states.seal, session, seq, schema, state)
        await self._readers.rows(_SAVE_SNAPSHOT, session, seq, head, schema, sealed)

    async def load_snapshot(self, session: bytes, schema: str) -> Snapshot | None:
        """See `Snapshots.load_snapshot`. One that does not open is as good as none."""
        row = await self._readers.row(_LOAD_SNAPSHOT, session, schema)
        if row is None:
            return None
        seq, head, sealed = row
        state = await asyncio.to_thread(self._states.open, session, seq, schema, sealed)
        return None if state is None else Snapshot(seq, head, state)

    async def database_now(self) -> int:
        """The time by the server's clock, in milliseconds: the one that all nodes share.

        Raises `LedgerUnavailable`.
        """
        row = await self._readers.row(_NOW)
        assert row is not None
        now: int = row[0]
        return now

    async def foreign_key(self) -> bytes | None:
        """The id of a key that entries are sealed under and this node does not hold, if it is so
        for one of those that are looked at: such a node must not serve. Raises
        `LedgerUnavailable`.
        """
        rows = await self._readers.rows(_KEY_IDS, KEY_ID_BYTES, LOOKED_AT)
        return first_not_held(self._keys, (row[0] for row in rows))

    def hold(self, reason: str | None) -> None:
        """Refuse appends as `LedgerUnavailable` with this reason, until called with None."""
        self._held = reason

    async def close(self) -> None:
        """See `Ledger.close`."""
        await self._writer.close()
        await self._readers.close()

    def _page(self, session: bytes, after: int, rows: Sequence[Record]) -> tuple[Entry, ...]:
        entries = []
        for expected, row in enumerate(rows, after + 1):
            if row["seq"] != expected:
                raise LedgerDamaged("missing", session, expected)
            entries.append(self._entry(session, *row))
        return tuple(entries)

    def _entry(
        self, session: bytes, seq: int, at: int, command_id: bytes, sealed: bytes, head: bytes
    ) -> Entry:
        bodies, salts = self._bodies.open(session, seq, sealed)
        return Entry(session, seq, at, command_id, bodies, salts, head)


async def key_ids(server: Server) -> frozenset[bytes]:
    """The ids of the keys that entries are sealed under, as `LOOKED_AT` of them at both ends tell;
    none where there are no such tables. Raises `LedgerUnavailable`.
    """
    connection = await server.connect()
    try:
        rows = await connection.fetch(_KEY_IDS, KEY_ID_BYTES, LOOKED_AT)
    except asyncpg.exceptions.SyntaxOrAccessError:
        # No tables yet, or another program's: that is seen, and said, when the ledger is opened.
        return frozenset()
    except Exception as fault:
        raise server.explained(fault) from None
    finally:
        await connection.close()
    return frozenset(row[0] for row in rows)


async def _looked_over(server: Server) -> tuple[str, ...]:
    """See that there is a ledger to open; what its operator should know."""
    connection = await server.connect()
    try:
        await look_over(connection, server)
        return await advice(connection)
    except Exception as fault:
        raise server.explained(fault) from None
    finally:
        await connection.close()


# The bytes are counted where they lie, so that no page is sent that nobody could hold.
_PAGE: Final = f"""
select seq, at, command_id, sealed, head from (
    select *, sum(length(sealed)) over (order by seq) - length(sealed) as before from (
        select seq, at, command_id, sealed, head from {SCHEMA}.entry
        where session = $1 and seq > $2 order by seq limit $3
    ) as following
) as counted
where before <= $4 order by seq
"""
_FIND: Final = f"""
select seq, at, command_id, sealed, head from {SCHEMA}.entry
where session = $1 and command_id = $2
"""
_HEAD: Final = f"""
select seq, head from {SCHEMA}.entry where session = $1 order by seq desc limit 1
"""
_HEADS: Final = f"""
select asked.session, last.seq, last.head
from unnest($1::bytea[]) as asked (session) cross join lateral (
    select seq, head from {SCHEMA}.entry
    where entry.session = asked.session order by seq desc limit 1
) as last
"""
_SESSIONS: Final = f"""
select session from {SCHEMA}.session where session > $1 order by session limit $2
"""
_OVERDUE: Final = f"""
select session from {SCHEMA}.session where due <= $1 order by due limit $2
"""
_SAVE_SNAPSHOT: Final = f"""
insert into {SCHEMA}.snapshot as kept (session, seq, head, schema, sealed)
select $1, $2, $3, $4, $5 where exists (select from {SCHEMA}.session where session = $1)
on conflict (session) do update
set seq = excluded.seq, head = excluded.head, schema = excluded.schema, sealed = excluded.sealed
where excluded.schema <> kept.schema or excluded.seq >= kept.seq
"""
_LOAD_SNAPSHOT: Final = f"""
select kept.seq, kept.head, kept.sealed
from {SCHEMA}.snapshot as kept join {SCHEMA}.entry using (session, seq, head)
where kept.session = $1 and kept.schema = $2
"""
_NOW: Final = "select (extract(epoch from clock_timestamp()) * 1000)::bigint"
_KEY_IDS: Final = f"""
(select substring(sealed for $1) from {SCHEMA}.entry order by session, seq limit $2) union
(select substring(sealed for $1) from {SCHEMA}.entry order by session desc, seq desc limit $2)
"""
