"""The directory in one file: its one connection, and the thread that connection lives in."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import migrate
from evalroom.storage.unavailable import unavailable

T = TypeVar("T")

# Long enough for `evalroom user …` in another process to finish its one transaction.
LOCK_WAIT_SECONDS = 5.0


class FileStore:
    """Runs transactions on a file, one after the other."""

    def __init__(self, engine: Engine, thread: ThreadPoolExecutor) -> None:
        """Use `open`."""
        self._engine = engine
        self._thread = thread

    @classmethod
    async def open(cls, path: Path) -> "FileStore":
        """Open the file, making or upgrading its tables.

        Raises `Refused`: `directory_newer`, `storage_unavailable`.
        """
        # One thread only: SQLite has one writer anyway, and without WAL a second reader would
        # make it wait.
        thread = ThreadPoolExecutor(1, thread_name_prefix="directory")
        loop = asyncio.get_running_loop()
        try:
            store = cls(await loop.run_in_executor(thread, _engine, path), thread)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        try:
            await store.run(True, migrate.upgrade)
        except BaseException:
            await store.close()
            raise
        return store

    async def run(self, writing: bool, work: Callable[[Connection], T]) -> T:
        """Do `work` in a transaction of its own. Raises `Refused("storage_unavailable")`."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._thread, _in_transaction, self._engine, writing, work
            )
        except DBAPIError as error:
            reason = _DISK_SAYS_NO.get(_sqlite_code(error))
            if reason is None:
                raise
            raise unavailable(reason) from error

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown(wait=False)


def _engine(path: Path) -> Engine:
    _for_its_owner_only(path)
    engine = create_engine(
        f"sqlite+pysqlite:///{path}",
        poolclass=StaticPool,
        # An error of the database is logged: it must not carry hashes, names or tenders along.
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_SECONDS},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _for_its_owner_only(path: Path) -> None:
    # SQLite would make it readable for everybody on the machine; its journal copies the mode.
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise Refused("storage_unavailable", reason="cannot_open") from error


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # sqlite3's own transaction control would commit before DDL; we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    # A rollback journal, not WAL: the directory is small, rarely written, and safe to copy as
    # one file. EXTRA also syncs the folder after the journal is deleted, so that a revoked
    # log-in does not come back with the power.
    for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: what it checks stays true until it commits, whichever
    # process asks.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _in_transaction(engine: Engine, writing: bool, work: Callable[[Connection], T]) -> T:
    with engine.connect() as connection:
        connection = connection.execution_options(writing=writing)
        with connection.begin():
            return work(connection)


# What is the disk's or the file's fault; any other error of the database is a bug of ours.
_DISK_SAYS_NO = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "readonly",
    sqlite3.SQLITE_CANTOPEN: "cannot_open",
    sqlite3.SQLITE_PERM: "cannot_open",
    sqlite3.SQLITE_IOERR: "failed",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}


def _sqlite_code(error: DBAPIError) -> int:
    # The low byte is the kind; the rest says where in SQLite it happened.
    code: object = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF if isinstance(code, int) else 0
