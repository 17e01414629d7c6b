"""Connections that only read, each used by one thread at a time, off the event loop."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from evalroom.storage.ledger import LedgerUnavailable
from evalroom.storage.sqlite_file import SqliteFile, in_our_words

MAX_READS_WAITING: Final = 1_024
"""Reads under way at once. Each holds its thread for milliseconds: more than a second's worth."""

T = TypeVar("T")


class Readers:
    """Runs queries on the file's reading connections."""

    def __init__(self, file: SqliteFile) -> None:
        self._path = file.path
        self._idle = deque(file.readers)
        self._threads = ThreadPoolExecutor(len(file.readers), "ledger-reader")
        self._under_way = 0
        self._closed = False

    async def run(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Raises `LedgerUnavailable` when closed or overloaded, and what a read can raise."""
        if self._closed:
            raise LedgerUnavailable("the ledger is closed")
        if self._under_way >= MAX_READS_WAITING:
            raise LedgerUnavailable(f"{MAX_READS_WAITING} reads are waiting already")
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._with_a_connection, query)
        finally:
            self._under_way -= 1

    async def close(self) -> None:
        """Finish what is under way."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)

    def _with_a_connection(self, query: Callable[[sqlite3.Connection], T]) -> T:
        # There are as many connections as threads: one is always idle.
        db = self._idle.pop()
        try:
            with in_our_words(self._path):
                return query(db)
        finally:
            self._idle.append(db)
