"""Ledger and directory on a PostgreSQL server; what cannot be used becomes `CannotStart`."""

from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from evalroom.app.folder import CannotStart, Random
from evalroom.identity.keys import KeyRing
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory
from evalroom.storage.ledger import (
    LedgerDamaged,
    LedgerTooNew,
    LedgerTooOld,
    LedgerUnavailable,
)

if TYPE_CHECKING:
    from evalroom.storage.ledger_postgres import PostgresLedger

ON_START: Final = "yes"
NEVER: Final = "no"
"""What `migrate` may say, if it is not the address of the tables' owner."""


class Database:
    """A database, opened part by part; `stack` lets go of what was opened, last first."""

    def __init__(self, stack: AsyncExitStack, url: str, migrate: str, random: Random) -> None:
        """Raises CannotStart without the driver, which not every node needs."""
        try:
            from evalroom.storage.postgres_server import Server
        except ModuleNotFoundError as missing:
            reason = f"{missing.name} is missing: install evalroom[postgres]"
            raise CannotStart("database_unusable", "database", reason=reason) from None
        self._stack = stack
        self._server = Server(url)
        self._owner = None if migrate in (ON_START, NEVER) else Server(migrate)
        self._migrate = migrate != NEVER
        self._random = random

    async def sealed_under(self) -> frozenset[bytes]:
        """The ids of keys that entries are sealed under. Raises CannotStart."""
        from evalroom.storage.ledger_postgres import key_ids

        with self._in_our_words():
            return await key_ids(self._server)

    async def make_tables(self) -> None:
        """Make all tables, or bring them up to date, if that was asked for. Raises CannotStart."""
        if not self._migrate:
            return
        from evalroom.storage.directory.postgres import migrate_on
        from evalroom.storage.postgres_schema import migrate

        with self._in_our_words():
            await migrate(self._server, self._owner)
            await migrate_on(self._server, self._owner)

    async def ledger(self, keys: KeyRing) -> "PostgresLedger":
        """Every session's record. Raises CannotStart."""
        from evalroom.storage.ledger_postgres import PostgresLedger

        with self._in_our_words():
            ledger = await PostgresLedger.open(self._server, keys.at_rest, self._random)
            self._stack.push_async_callback(ledger.close)
            foreign = await ledger.foreign_key()
        if foreign is not None:
            raise CannotStart("keys_foreign", self._server, key=foreign.hex())
        return ledger

    async def directory(self) -> Directory:
        """Accounts, places and tenders. Raises CannotStart."""
        with self._in_our_words():
            # The directory's own refusals are for everybody's eyes and name no server.
            await (await self._server.connect()).close()
            directory = await Directory.on(self._server)
        self._stack.push_async_callback(directory.close)
        return directory

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        where = self._server
        try:
            yield
        except LedgerTooNew as fault:
            raise CannotStart("ledger_newer", where, found=fault.found, known=fault.known) from None
        except LedgerTooOld:
            raise CannotStart("database_older", where) from None
        except LedgerUnavailable as fault:
            raise CannotStart(
                "database_unavailable", where, reason=self._without_address(fault)
            ) from None
        except LedgerDamaged as fault:
            raise CannotStart(
                "ledger_damaged", where, reason=self._without_address(fault)
            ) from None
        except Refused as refused:
            code = "database_older" if refused.code == "directory_older" else refused.code
            raise CannotStart(code, where, **refused.params) from None

    def _without_address(self, fault: Exception) -> str:
        return str(fault).removeprefix(f"{self._server}: ")
