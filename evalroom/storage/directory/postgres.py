"""The directory on a PostgreSQL server, which all nodes share."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy import Connection, NullPool, event, text
from sqlalchemy.exc import DBAPIError, DisconnectionError, TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from evalroom.storage.directory import migrate
from evalroom.storage.ledger import LedgerUnavailable
from evalroom.storage.postgres_faults import damaged, unwilling
from evalroom.storage.postgres_server import Connection as ServerConnection, Server
from evalroom.storage.unavailable import unavailable

T = TypeVar("T")

SCHEMA: Final = "evalroom_directory"

CONNECTIONS: Final = 4
"""Connections of one node: the API of a few hundred people asks a handful of times a second."""

WAIT_SECONDS: Final = 5.0
"""How long to wait for a free connection, and for the turn to write."""

WORK_SECONDS: Final = 10.0
"""How long one statement may take, and a transaction may do nothing: then the server ends it, so
that a node that has vanished lets the others write."""

_SETTINGS: Final = {
    "search_path": SCHEMA,
    "lock_timeout": str(int(WAIT_SECONDS * 1_000)),
    "statement_timeout": str(int(WORK_SECONDS * 1_000)),
    "idle_in_transaction_session_timeout": str(int(WORK_SECONDS * 1_000)),
}

# Taken by whoever writes, until he commits: what he has checked stays true, whichever node asks.
_TURN: Final = int.from_bytes(hashlib.sha256(SCHEMA.encode()).digest()[:7], "big")
_TAKE_TURN: Final = text(f"select pg_advisory_xact_lock({_TURN})")


class ServerStore:
    """Runs transactions on a server: those that read at once, those that write in turn."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use `open`."""
        self._engine = engine

    @classmethod
    async def open(cls, server: Server) -> "ServerStore":
        """Look at the tables.

        Raises `Refused`: `directory_newer`, `directory_older`, `storage_unavailable`.
        """
        # A thread: both look into files, the one for the dialect, the other for the steps.
        store = cls(await asyncio.to_thread(_engine, server))
        known = await asyncio.to_thread(migrate.known)
        try:
            await store.run(False, lambda connection: migrate.check(connection, known))
        except BaseException:
            await store.close()
            raise
        return store

    async def run(self, writing: bool, work: Callable[[Connection], T]) -> T:
        """Do `work` in a transaction of its own. Raises `Refused("storage_unavailable")`."""
        try:
            return await self._transact(writing, work)
        except (DBAPIError, LedgerUnavailable, NoneFree, OSError) as fault:
            reason = _reason(fault)
            if reason is None:
                raise
            raise unavailable(reason) from None

    async def close(self) -> None:
        """Finish what is under way and disconnect."""
        await self._engine.dispose()

    async def _transact(self, writing: bool, work: Callable[[Connection], T]) -> T:
        # Readers see one moment, writers what was committed before their turn.
        level = "READ COMMITTED" if writing else "REPEATABLE READ"
        async with self._engine.connect() as connection:
            await connection.execution_options(
                isolation_level=level, postgresql_readonly=not writing
            )
            async with connection.begin():
                if writing:
                    await connection.execute(_TAKE_TURN)
                return await connection.run_sync(work)


async def migrate_on(server: Server, owner: Server | None = None) -> None:
    """Make the directory's tables, or bring them up to date: all steps or none.

    `owner` is the same database as the role that makes and keeps the tables; without it the role
    that serves does. Raises `Refused("directory_newer")`, `LedgerUnavailable`.
    """
    # On a loop of its own: the steps are files to be read, and their work is not awaited.
    await asyncio.to_thread(asyncio.run, _migrated(server, owner or server))


async def _migrated(server: Server, keeper: Server) -> None:
    serving = await server.connect()
    try:
        role = await serving.fetchval("select quote_ident(current_user)")
    finally:
        await serving.close()
    engine = create_async_engine(
        _DIALECT, async_creator=_connector(keeper), poolclass=NullPool, hide_parameters=True
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(_TAKE_TURN)
            if not (await connection.execute(_SCHEMA_EXISTS)).scalar_one():
                await connection.execute(text(f"create schema {SCHEMA}"))
            await connection.run_sync(migrate.upgrade)
            for statement in _PRIVILEGES:
                await connection.execute(text(statement.format(schema=SCHEMA, role=role)))
    except DBAPIError as fault:
        raise keeper.explained(_own(fault)) from None
    finally:
        await engine.dispose()


def _engine(server: Server) -> AsyncEngine:
    engine = create_async_engine(
        _DIALECT,
        async_creator=_connector(server),
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        # An error of the database is logged: it must not carry hashes, names or tenders along.
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _connector(server: Server) -> Any:
    async def connect() -> ServerConnection:
        return await server.connect(_SETTINGS, seconds=WORK_SECONDS)

    return connect


def _refuse_closed(adapted: Any, _record: object, _proxy: object) -> None:
    # The server was restarted while the connection lay idle: the pool makes another.
    if adapted.driver_connection.is_closed():
        raise DisconnectionError


def _own(fault: Exception) -> Exception:
    """The driver's fault inside of SQLAlchemy's."""
    inner = fault.orig.__cause__ if isinstance(fault, DBAPIError) and fault.orig else None
    return inner if isinstance(inner, Exception) else fault


def _reason(fault: Exception) -> str | None:
    """Why the server will not serve, as a word for the log; None for a bug of ours."""
    inner = _own(fault)
    if isinstance(inner, asyncpg.exceptions.LockNotAvailableError | NoneFree):
        return "locked"
    if isinstance(inner, asyncpg.exceptions.DiskFullError):
        return "full"
    if isinstance(inner, asyncpg.exceptions.InsufficientPrivilegeError):
        return "not_allowed"
    if damaged(inner):
        return "damaged"
    if isinstance(inner, LedgerUnavailable) or unwilling(inner) is not None:
        return "out_of_reach"
    return None


_DIALECT: Final = "postgresql+asyncpg://"

_SCHEMA_EXISTS: Final = text(f"select exists (select from pg_namespace where nspname = '{SCHEMA}')")

# The role that serves may do this much, also where it is the one that made the tables.
_PRIVILEGES: Final = (
    "grant usage on schema {schema} to {role}",
    "grant select, insert, update, delete on all tables in schema {schema} to {role}",
    "grant usage on all sequences in schema {schema} to {role}",
    "revoke update, delete, truncate on {schema}.audit from {role}",
)
