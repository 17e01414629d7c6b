"""The file of a SQLite ledger: its lock, its schema, its connections, its errors in our words."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from evalroom.storage.durable import sync_folder
from evalroom.storage.ledger import LedgerDamaged, LedgerTooNew, LedgerUnavailable

VERSION: Final = 1
"""Kept in `PRAGMA user_version`."""

APPLICATION_ID: Final = 0x45764C67
"""Kept in `PRAGMA application_id` ("EvLg"): another program's database is never taken for ours."""

BUSY_SECONDS: Final = 1.0
"""How long a commit waits for a lock that another process holds (a backup, a shell) at most."""

WAL_PAGES: Final = 4_000
"""Pages (4 KiB) between checkpoints: a batch dirties hundreds, and rewriting them less often is
what a checkpoint gains. 16 MB of log is read back in well under a second after a crash."""

WAL_BYTES_KEPT: Final = 64 << 20
"""A log that grew past this beside a long read is cut back at the next checkpoint."""

READERS: Final = 2
"""Reading connections: opening a room must not wait for another's long history; more would only
take turns on the interpreter."""

_SAFE_SQLITE: Final = (3, 51, 3)

# Sessions get small numbers, so that the two indexes stay a third of the size that 16-byte ids
# would make them: half the CPU of an append. Entries lie in the order of their arrival, so that
# a commit fills a few pages rather than one a session.
_SCHEMA: Final = f"""
begin immediate;
create table session (
    id integer primary key,
    session blob not null unique check (length(session) = 16),
    due integer
);
create index session_due on session (due) where due is not null;
create table entry (
    id integer primary key,
    session integer not null references session (id),
    seq integer not null check (seq >= 1),
    at integer not null,
    command_id blob not null check (length(command_id) = 16),
    sealed blob not null,
    head blob not null check (length(head) = 32),
    unique (session, seq),
    unique (session, command_id)
);
create trigger entry_is_never_changed before update on entry
begin select raise(abort, 'an entry is never changed'); end;
create trigger entry_is_never_removed before delete on entry
begin select raise(abort, 'an entry is never removed'); end;
create table snapshot (
    session integer primary key references session (id),
    seq integer not null,
    head blob not null,
    schema text not null,
    sealed blob not null
);
pragma application_id = {APPLICATION_ID};
pragma user_version = {VERSION};
commit;
"""


class LockFile:
    """Keeps a second process away. The lock ends with its process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises `LedgerUnavailable` when another process has it."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise LedgerUnavailable(f"{path}: in use by another process ({holder})") from None
        os.truncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of a name."""
        os.close(self._file)


class SqliteFile:
    """An open ledger file: `writer` is its one writing connection, `readers` cannot write."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it and its folder.

        Raises `LedgerUnavailable` (another process has it, the folder cannot be written),
        `LedgerTooNew`, `LedgerDamaged` (not a ledger).
        """
        self.path = path
        with in_our_words(path), ExitStack() as opened:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened.callback(LockFile(path.with_name(path.name + ".lock")).release)
            # Made here so that nobody else may read it; SQLite gives its log the same mode.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self.writer = opened.enter_context(closing(_connect(path, "rw")))
            _prepare(self.writer, path)
            sync_folder(path.parent)
            self.readers = [
                # Read-only connections never checkpoint.
                opened.enter_context(closing(_connect(path, "ro")))
                for _ in range(READERS)
            ]
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Readers first, then the writer (which empties the log into the file), then the lock."""
        self._opened.close()


def use_log(db: sqlite3.Connection) -> None:
    """Write-ahead log, flushed at every commit. Raises `LedgerUnavailable` where it cannot be."""
    (mode,) = db.execute("pragma journal_mode = wal").fetchone()
    if mode != "wal":
        raise LedgerUnavailable(f"no write-ahead log on this file system (it offers {mode!r})")
    # NORMAL may lose the last commits at a power cut, after they were answered.
    db.execute("pragma synchronous = full")
    db.execute(f"pragma wal_autocheckpoint = {WAL_PAGES}")
    db.execute(f"pragma journal_size_limit = {WAL_BYTES_KEPT}")


def advice(version: tuple[int, int, int]) -> tuple[str, ...]:
    """What an operator should know about this SQLite; empty when there is nothing."""
    if version >= _SAFE_SQLITE:
        return ()
    told = (
        f"SQLite {'.'.join(map(str, version))} has a fault (mended in 3.51.3) that can damage a "
        "database when two connections write at once. EvalRoom writes through one; do not open "
        "the ledger with other programs while it runs."
    )
    return (told,)


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Turn errors of the operating system and of SQLite into those of the ledger."""
    try:
        yield
    except OSError as fault:
        raise LedgerUnavailable(f"{path}: {fault.strerror}") from fault
    except sqlite3.Error as fault:
        raise explained(fault) from fault


def explained(fault: sqlite3.Error) -> Exception:
    """What an error of SQLite means for the ledger; itself, when it is a bug of ours."""
    code = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LedgerDamaged(f"the ledger's file is damaged: {fault}")
    if isinstance(fault, sqlite3.OperationalError) and code != sqlite3.SQLITE_ERROR:
        return LedgerUnavailable(str(fault))
    return fault


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    (version,) = db.execute("pragma user_version").fetchone()
    (application,) = db.execute("pragma application_id").fetchone()
    (tables,) = db.execute("select count(*) from sqlite_master").fetchone()
    if (version or tables) and application != APPLICATION_ID:
        raise LedgerDamaged(f"{path}: another program's database, not a ledger")
    # Before anything is written: a newer file is left as it is.
    if version > VERSION:
        raise LedgerTooNew(str(path), version, VERSION)
    use_log(db)
    if not version:
        db.executescript(_SCHEMA)
