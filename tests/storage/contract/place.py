"""Where a ledger under test lives, and who opens it."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Appended, Ledger
from tests.storage.parts import session_id

Store = Callable[[], Awaitable[Ledger]]
"""Opens a ledger on the place that the test has to itself."""

ROOM = session_id(7)
OTHER = session_id(8)


async def stored(ledger: Ledger, entries: list[Entry], due: int | None = None) -> None:
    for entry in entries:
        assert await ledger.append(entry, due) is Appended.STORED


class Place(ABC):
    """Inherit, and provide the fixtures `store` and `strangers_store`, and `rewrite`."""

    @pytest.fixture
    async def ledger(self, store: Store) -> AsyncIterator[Ledger]:
        opened = await store()
        yield opened
        await opened.close()

    @abstractmethod
    async def rewrite(self, ledger: Ledger, session: bytes, seq: int, change: str) -> None:
        """Tamper with a stored entry behind the ledger's back: "flip" its content or "drop" it."""
