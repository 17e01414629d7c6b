"""The SQLite ledger keeps the contract, and what belongs to a file of one's own."""

import asyncio
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from evalroom.storage.ledger import Appended, Ledger
from evalroom.storage.ledger_sqlite import SqliteLedger
from tests.storage.contract import LedgerContract, Store
from tests.storage.parts import Scribe, ring, session_id

if TYPE_CHECKING:
    from evalroom.storage.entry import Entry

Step = tuple[str, int, int | None]

# None: the node is started again.
steps = st.lists(
    st.none()
    | st.tuples(
        st.sampled_from(["append", "append", "retry", "lose"]),
        st.integers(0, 2),
        st.none() | st.integers(0, 3),
    ),
    max_size=20,
)


class TestSqlite(LedgerContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        keys = ring(tmp_path).at_rest
        return lambda: SqliteLedger.open(tmp_path / "ledger.sqlite3", keys)

    @pytest.fixture
    def strangers_store(self, tmp_path: Path) -> Store:
        keys = ring(tmp_path, seed=2).at_rest
        return lambda: SqliteLedger.open(tmp_path / "ledger.sqlite3", keys)

    @pytest.fixture(autouse=True)
    def where(self, tmp_path: Path) -> None:
        self.path = tmp_path / "ledger.sqlite3"

    async def rewrite(self, ledger: Ledger, session: bytes, seq: int, change: str) -> None:
        await asyncio.to_thread(tamper, self.path, session, seq, change)


def tamper(path: Path, session: bytes, seq: int, change: str) -> None:
    """What somebody does who has the file and knows its schema."""
    db = sqlite3.connect(path)
    where = "where session = (select id from session where session = ?) and seq = ?"
    with db:
        db.execute("drop trigger entry_is_never_changed")
        db.execute("drop trigger entry_is_never_removed")
        if change == "drop":
            db.execute(f"delete from entry {where}", (session, seq))
        else:
            (sealed,) = db.execute(f"select sealed from entry {where}", (session, seq)).fetchone()
            flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
            db.execute(f"update entry set sealed = ? {where}", (flipped, session, seq))
    db.close()


class Model:
    """What a ledger of three sessions must hold, in a few lines."""

    def __init__(self) -> None:
        self.scribes = {number: Scribe(session_id(number)) for number in range(3)}
        self.entries: dict[int, list[Entry]] = {number: [] for number in range(3)}
        self.due: dict[int, int | None] = dict.fromkeys(range(3))

    async def act(self, ledger: SqliteLedger, step: Step) -> None:
        what, number, due = step
        scribe, kept = self.scribes[number], self.entries[number]
        if what == "append" or not kept:
            entry = scribe.write()
            assert await ledger.append(entry, due) is Appended.STORED
            kept.append(entry)
            self.due[number] = due
        elif what == "retry":
            again = scribe.next(command_id=kept[0].command_id)
            assert await ledger.append(again, due) is Appended.COMMAND_KNOWN
        else:
            late = msgspec.structs.replace(scribe.next(), seq=len(kept))
            assert await ledger.append(late, due) is Appended.SEQ_TAKEN

    async def compare(self, ledger: SqliteLedger) -> None:
        begun = [number for number, kept in self.entries.items() if kept]
        assert [each async for each in ledger.sessions()] == [session_id(n) for n in begun]
        for number in begun:
            kept = self.entries[number]
            assert await ledger.read(session_id(number), 0) == tuple(kept)
            assert await ledger.head(session_id(number)) == self.scribes[number].head
            for entry in kept:
                assert await ledger.find(session_id(number), entry.command_id) == entry
        for now in range(4):
            late = {session_id(n) for n, due in self.due.items() if due is not None and due <= now}
            assert set(await ledger.overdue(now)) == late


@pytest.mark.rule("L30", "L31", "L32", "L33", "L36")
@settings(max_examples=25)
@given(steps)
def test_whatever_happens_the_ledger_holds_what_was_stored(
    tmp_path_factory: pytest.TempPathFactory, happened: list[Step | None]
) -> None:
    folder = tmp_path_factory.mktemp("model")
    keys = ring(folder)

    async def live() -> None:
        model = Model()
        ledger = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
        for step in happened:
            if step is None:
                await ledger.close()
                ledger = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
            else:
                await model.act(ledger, step)
        await model.compare(ledger)
        await ledger.close()

    asyncio.run(live())
