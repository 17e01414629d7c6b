"""The data folder: whose it is and what lies in it; what cannot be used becomes `CannotStart`."""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from evalroom.clock import Clock
from evalroom.identity.keys import FILE as KEYS, KeyRing, KeysUnusable
from evalroom.sessions.refusals import Refused
from evalroom.storage.blobs import Blobs, BlobsUnavailable
from evalroom.storage.directory import Directory
from evalroom.storage.ledger import LedgerDamaged, LedgerTooNew, LedgerUnavailable
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.storage.sqlite_file import LockFile

log = logging.getLogger(__name__)

Random = Callable[[int], bytes]

LOCK: Final = "node.lock"
LEDGER: Final = "ledger.sqlite"
DIRECTORY: Final = "directory.sqlite"
DOCUMENTS: Final = "documents"
FOOTAGE: Final = "footage"
"""What lies in the folder, beside the keys."""

DRAFT_MS: Final = 24 * 3600 * 1000
"""Since the last byte of an upload: no line is silent for so long, whichever node it came to."""

FORGET_SECONDS: Final = 3600.0
"""Between two looks for such remains: few, and in nobody's way."""


class CannotStart(Exception):
    """Something outside of the program keeps the node from starting; `code` is stable, `where`
    names the folder, file or address.
    """

    def __init__(self, code: str, where: object, /, **params: Any) -> None:
        super().__init__(code, str(where), params)
        self.code = code
        self.params = {"where": str(where), **params}


class Folder:
    """A data folder, opened part by part; `stack` lets go of what was opened, last first."""

    def __init__(self, stack: AsyncExitStack, path: Path, random: Random) -> None:
        self._stack = stack
        self._path = path
        self._random = random

    async def make(self) -> None:
        """Make the folder where there is none, for its owner alone."""
        with _in_our_words(self._path):
            await asyncio.to_thread(self._path.mkdir, 0o700, parents=True, exist_ok=True)

    async def lock(self) -> None:
        """One process a folder: two would each believe to be the only writer."""
        try:
            lock = await asyncio.to_thread(LockFile, self._path / LOCK)
        except LedgerUnavailable:
            raise CannotStart("folder_in_use", self._path) from None
        except OSError as fault:
            raise CannotStart("folder_unusable", self._path, reason=fault.strerror) from None
        self._stack.callback(lock.release)

    async def keys(self, sealed_under: Collection[bytes] = ()) -> KeyRing:
        """The server's keys; made at the first start and never again: new ones open nothing of
        what the old ones sealed. `sealed_under` are the ids of keys in use elsewhere.

        Raises CannotStart.
        """
        with _in_our_words(self._path):
            await asyncio.to_thread(self._refuse_to_replace_keys, frozenset(sealed_under))
            return await asyncio.to_thread(KeyRing.load_or_create, self._path, self._random)

    async def sealed_under(self) -> frozenset[bytes]:
        """Nothing that the folder itself would not show."""
        return frozenset()

    async def make_tables(self) -> None:
        """Nothing: a file is made, and brought up to date, when it is opened."""

    async def ledger(self, keys: KeyRing) -> SqliteLedger:
        """Every session's record."""
        path = self._path / LEDGER
        with _in_our_words(path):
            ledger = await SqliteLedger.open(path, keys.at_rest, self._random)
            self._stack.push_async_callback(ledger.close)
            foreign = await ledger.foreign_key()
        if foreign is not None:
            raise CannotStart("keys_foreign", path, key=foreign.hex())
        return ledger

    async def directory(self) -> Directory:
        """Accounts, places and tenders; older tables are brought up to date."""
        path = self._path / DIRECTORY
        with _in_our_words(path):
            directory = await Directory.open(path)
        self._stack.push_async_callback(directory.close)
        return directory

    def documents(self, keys: KeyRing, clock: Clock) -> Blobs:
        """The files of the bids. What a crash has left of uploads goes when it is a day old."""
        blobs = Blobs(self._path / DOCUMENTS, keys.at_rest, self._random)
        forgetting = asyncio.create_task(_forget_drafts(blobs, clock))
        self._stack.callback(forgetting.cancel)
        return blobs

    def _refuse_to_replace_keys(self, sealed_under: frozenset[bytes]) -> None:
        missing = self._path / KEYS
        if missing.exists():
            return
        if sealed_under:
            named = ", ".join(sorted(key.hex() for key in sealed_under))
            raise CannotStart("keys_missing_of_database", missing, key=named)
        for name in (LEDGER, DIRECTORY, DOCUMENTS, FOOTAGE):
            kept = self._path / name
            if kept.exists():
                raise CannotStart("keys_missing", missing, beside=name)


async def _forget_drafts(blobs: Blobs, clock: Clock) -> None:
    """Now and again, for ever."""
    while True:
        try:
            await blobs.forget_drafts(clock.wall() - DRAFT_MS)
        except BlobsUnavailable as fault:
            log.warning("what is left of uploads could not be removed: %s", fault)
        await clock.sleep(FORGET_SECONDS)


@contextmanager
def _in_our_words(where: Path) -> Iterator[None]:
    """Turn what disk and files refuse into reasons for not starting."""
    try:
        yield
    except KeysUnusable as fault:
        raise CannotStart("keys_unusable", fault.path, reason=fault.reason) from None
    except LedgerTooNew as fault:
        raise CannotStart("ledger_newer", where, found=fault.found, known=fault.known) from None
    except LedgerUnavailable as fault:
        raise CannotStart("ledger_unavailable", where, reason=fault) from None
    except LedgerDamaged as fault:
        raise CannotStart("ledger_damaged", where, reason=fault) from None
    except Refused as refused:
        raise CannotStart(refused.code, where, **refused.params) from None
    except OSError as fault:
        raise CannotStart("folder_unusable", where, reason=fault.strerror) from None
