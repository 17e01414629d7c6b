"""Connections beside those that append, for reading and for saving snapshots: a bounded few."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import asyncpg
from asyncpg import Record

from evalroom.storage.ledger import LedgerUnavailable
from evalroom.storage.postgres_server import Connection, Server

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

READERS: Final = 4
"""Reading connections of a node: opening a room must not wait for others' long histories, and a
dozen nodes stay far below the hundred connections that a server takes by default."""

MAX_READS_WAITING: Final = 1_024
"""Reads under way at once. Each holds its connection for milliseconds: about a second's worth."""

READ_SECONDS: Final = 10.0
"""How long a read may wait for a connection, and then for its answer: a snapshot of 64 MiB takes
under two seconds."""

# As for appends: plans are kept, so they must be those for large tables.
_SETTINGS: Final = {
    "enable_seqscan": "off",
    "jit": "off",
    "default_transaction_isolation": "read committed",
    "statement_timeout": str(int(READ_SECONDS * 1_000)),
}


class Readers:
    """Runs queries. A connection that broke is replaced when it is next needed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._pool: asyncpg.Pool[Record] = asyncpg.create_pool(
            min_size=0,
            max_size=READERS,
            connect=self._connect,
            # Nothing here changes what a connection is: no time spent to undo it.
            reset=_leave,
        )
        self._under_way = 0
        self._closed = False

    async def start(self) -> None:
        """Make ready; the first reads connect."""
        await self._pool

    async def rows(self, query: str, *given: Any) -> list[Record]:
        """All that `query` finds.

        Raises `LedgerUnavailable` when closed, overloaded or without the database, `LedgerDamaged`.
        """
        async with self._borrowed() as connection:
            return await connection.fetch(query, *given, timeout=READ_SECONDS)

    async def row(self, query: str, *given: Any) -> Record | None:
        """The first of them. Raises what `rows` does."""
        async with self._borrowed() as connection:
            return await connection.fetchrow(query, *given, timeout=READ_SECONDS)

    async def close(self) -> None:
        """Finish what is under way."""
        if self._closed:
            return
        self._closed = True
        try:
            async with asyncio.timeout(READ_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator["PoolConnectionProxy[Record]"]:
        if self._closed:
            raise LedgerUnavailable("the ledger is closed")
        if self._under_way >= MAX_READS_WAITING:
            raise LedgerUnavailable(f"{MAX_READS_WAITING} reads are waiting already")
        self._under_way += 1
        try:
            async with self._pool.acquire(timeout=READ_SECONDS) as connection:
                yield connection
        except Exception as fault:
            raise self._server.explained(fault) from None
        finally:
            self._under_way -= 1

    async def _connect(self, *_: Any, **__: Any) -> Connection:
        return await self._server.connect(_SETTINGS)


async def _leave(_: Connection) -> None:
    return
