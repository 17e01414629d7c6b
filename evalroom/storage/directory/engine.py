"""The directory as everybody uses it, wherever it lies: in a file, or on a server."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.sqlite import FileStore

if TYPE_CHECKING:
    from evalroom.storage.postgres_server import Server

P = ParamSpec("P")
T = TypeVar("T")

# A query takes well under a millisecond, a write one flush: 256 waiting is about a second of
# work. Past that the caller is told to come back instead of piling up behind a sick disk.
MAX_WAITING = 256
BUSY_RETRY_MS = 500


class Store(Protocol):
    """Where a directory lies."""

    async def run(self, writing: bool, work: Callable[[Connection], T]) -> T:
        """Do `work` in a transaction of its own, durable when this returns; a writer is alone.

        Raises `Refused("storage_unavailable")` when the disk or the server will not serve.
        """
        ...

    async def close(self) -> None:
        """Finish what is under way and let go."""
        ...


class Directory:
    """Runs reads and writes of the directory off or beside the event loop.

    A read or write is a function whose first parameter is a `Connection`; it runs in a
    transaction of its own that is committed before the awaited answer, and rolled back if the
    function raises. Writers take turns, on all nodes: what one has checked stays true until it
    commits.

    Raises `Refused("busy")` when too much is waiting and `Refused("storage_unavailable")` when
    the disk or the server will not serve.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting = 0

    @classmethod
    async def open(cls, path: Path) -> "Directory":
        """Open the file, making or upgrading its tables.

        Raises `Refused("directory_newer")` when a later version of the program wrote it, and
        `Refused("storage_unavailable")` when the folder cannot be written.
        """
        return cls(await FileStore.open(path))

    @classmethod
    async def on(cls, server: "Server") -> "Directory":
        """Use the tables that `directory.postgres.migrate_on` has made on a server.

        Raises `Refused`: `directory_newer`, `directory_older` (not made, not brought up to date),
        `storage_unavailable`.
        """
        # Here, so that a node with files alone needs no driver.
        from evalroom.storage.directory.postgres import ServerStore

        return cls(await ServerStore.open(server))

    async def read(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What `query` finds; it must not write."""
        return await self._run(False, query, *args, **kwargs)

    async def write(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do `act` as a whole or not at all, durable when this returns."""
        return await self._run(True, act, *args, **kwargs)

    async def close(self) -> None:
        """Finish what is under way and let go of the store."""
        await self._store.close()

    async def _run(
        self,
        writing: bool,
        work: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if self._waiting >= MAX_WAITING:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)
        self._waiting += 1
        try:
            return await self._store.run(writing, lambda c: work(c, *args, **kwargs))
        finally:
            self._waiting -= 1
