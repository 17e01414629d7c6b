"""What every ledger promises. A backend runs the whole suite:

    class TestSqlite(LedgerContract):
        @pytest.fixture
        def store(self, ...) -> Store: ...

where a `Store` opens ledgers on one and the same place, after a restart or for a second node.
"""

from tests.storage.contract.appending import Appending
from tests.storage.contract.ending import Ending
from tests.storage.contract.keeping import Keeping
from tests.storage.contract.place import Store
from tests.storage.contract.racing import Racing

__all__ = ["LedgerContract", "Store"]


class LedgerContract(Appending, Racing, Keeping, Ending):
    """Inherit, and provide the fixtures `store` and `strangers_store`, and `rewrite`."""
