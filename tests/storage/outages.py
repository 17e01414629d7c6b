"""What can become of a PostgreSQL server while a ledger is open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.postgres import Database


async def crash(database: Database) -> None:
    await asyncio.to_thread(database.server.stop, "immediate")


async def start(database: Database) -> None:
    await asyncio.to_thread(database.server.start)


async def send_away(database: Database, which: str = "true") -> None:
    """End the server's side of connections, as a restart or a firewall does."""
    ended = "select pg_terminate_backend(pid) from pg_stat_activity"
    where = f"where datname = '{database.name}' and application_name = 'evalroom' and {which}"
    await asyncio.to_thread(database.server.psql, f"{ended} {where}")


@asynccontextmanager
async def hanging(database: Database) -> AsyncIterator[None]:
    """Let every append wait for a lock."""
    other = await asyncpg.connect(database.address("postgres"))
    await other.execute("begin; lock table evalroom_ledger.entry in share mode")
    yield
    await other.close()
