"""The ledger of the simulator keeps the contract of ledgers, as far as memory can."""

from typing import Any

import pytest

from evalroom.storage.ledger import Ledger
from tests.simulator.memory import MemoryLedger, Store, forget
from tests.storage import contract


class TestMemory(contract.LedgerContract):
    @pytest.fixture
    def store(self) -> contract.Store:
        place = Store()

        async def opened() -> Ledger:
            return MemoryLedger(place)

        return opened

    async def rewrite(self, ledger: Ledger, session: bytes, seq: int, change: str) -> None:
        assert isinstance(ledger, MemoryLedger)
        if change == "drop":
            forget(ledger.store, session, seq)
        else:
            ledger.store.damaged.add((session, seq))

    # Memory has no keys, and nobody waits for it.
    test_another_servers_keys_open_nothing: Any = None
    test_more_than_can_wait_are_turned_away_at_once: Any = None
