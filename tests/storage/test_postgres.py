"""The PostgreSQL ledger keeps the contract, and what belongs to a database that many share."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from evalroom.identity.keys import KeyRing
from evalroom.storage import postgres_readers
from evalroom.storage.chain import check
from evalroom.storage.entry import GENESIS, Entry, Head
from evalroom.storage.ledger import Appended, Ledger, LedgerUnavailable
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.postgres_server import Server
from evalroom.storage.records import compose
from tests.postgres import Database
from tests.storage.contract import LedgerContract, Store
from tests.storage.parts import ADA, NINETY, NOON, ScoreEntered, Scribe, history, ring, session_id

ROOM = session_id(7)


class TestPostgres(LedgerContract):
    @pytest.fixture
    def store(self, tmp_path: Path, database: Database) -> Store:
        keys = ring(tmp_path).at_rest
        return lambda: PostgresLedger.open(Server(database.address()), keys)

    @pytest.fixture
    def strangers_store(self, tmp_path: Path, database: Database) -> Store:
        keys = ring(tmp_path, seed=2).at_rest
        return lambda: PostgresLedger.open(Server(database.address()), keys)

    @pytest.fixture(autouse=True)
    def where(self, database: Database) -> None:
        self.database = database

    async def rewrite(self, ledger: Ledger, session: bytes, seq: int, change: str) -> None:
        await asyncio.to_thread(tamper, self.database, session, seq, change)


def tamper(database: Database, session: bytes, seq: int, change: str) -> None:
    """What the server's superuser can do."""
    where = f"where session = '\\x{session.hex()}' and seq = {seq}"
    if change == "drop":
        act = f"delete from evalroom_ledger.entry {where}"
    else:
        last = "length(sealed) - 1"
        flipped = f"set_byte(sealed, {last}, get_byte(sealed, {last}) # 1)"
        act = f"update evalroom_ledger.entry set sealed = {flipped} {where}"
    database.psql(f"alter table evalroom_ledger.entry disable trigger entry_stays; {act}")


@pytest.fixture
def other_keys(tmp_path: Path) -> KeyRing:
    return ring(tmp_path, seed=2)


@pytest.fixture
async def nodes(
    database: Database, keys: KeyRing
) -> AsyncIterator[tuple[PostgresLedger, PostgresLedger]]:
    server = Server(database.address())
    opened = (
        await PostgresLedger.open(server, keys.at_rest),
        await PostgresLedger.open(server, keys.at_rest),
    )
    yield opened
    for ledger in opened:
        await ledger.close()


@pytest.fixture
def ledger(nodes: tuple[PostgresLedger, PostgresLedger]) -> PostgresLedger:
    return nodes[0]


@pytest.mark.rule("L60")
async def test_two_nodes_that_race_on_one_session_yield_one_order(
    nodes: tuple[PostgresLedger, PostgresLedger],
) -> None:
    scribe = Scribe(ROOM)
    for _ in range(50):
        rivals = scribe.next(), scribe.next()
        outcomes = await asyncio.gather(
            *(node.append(rival, None) for node, rival in zip(nodes, rivals, strict=True))
        )
        assert Counter(outcomes) == Counter([Appended.STORED, Appended.SEQ_TAKEN])
        won = rivals[outcomes.index(Appended.STORED)]
        scribe.head = Head(won.seq, won.head)
    kept = await nodes[0].read(ROOM, 0)
    assert kept == await nodes[1].read(ROOM, 0)
    assert check(kept, ROOM) == scribe.head


async def live(node: PostgresLedger, chance: Random, sessions: int, commands: int) -> int:
    """A node whose rooms act by chance and read on when they came too late; lost races."""
    heads = dict.fromkeys(map(session_id, range(sessions)), GENESIS)
    lost = 0

    async def act(session: bytes) -> bool:
        entry = compose(
            heads[session],
            session,
            NOON,
            ADA,
            chance.randbytes(16),
            "X",
            [NINETY],
            chance.randbytes,
        )
        if await node.append(entry, chance.choice([None, NOON, NOON + 1])) is Appended.STORED:
            heads[session] = Head(entry.seq, entry.head)
            return True
        page = await node.read(session, heads[session].seq)
        heads[session] = check(page, session, heads[session])
        return False

    async def room(session: bytes) -> None:
        nonlocal lost
        for _ in range(commands):
            while not await act(session):
                lost += 1

    await asyncio.gather(*(room(session) for session in heads))
    return lost


@pytest.mark.rule("L60")
async def test_two_busy_nodes_store_every_command_once_and_nobody_waits_in_a_circle(
    nodes: tuple[PostgresLedger, PostgresLedger],
) -> None:
    lost = await asyncio.gather(
        *(live(node, Random(seed), 40, 12) for seed, node in enumerate(nodes))
    )
    assert sum(lost) > 0
    for number in range(40):
        kept = await nodes[0].read(session_id(number), 0)
        assert check(kept, session_id(number)).seq == len({e.command_id for e in kept}) == 24


@pytest.mark.rule("L60")
async def test_a_command_that_another_node_has_stored_is_known(
    nodes: tuple[PostgresLedger, PostgresLedger],
) -> None:
    here, there = nodes
    scribe = Scribe(ROOM)
    first = scribe.write()
    assert await here.append(first, None) is Appended.STORED
    again = scribe.next(command_id=first.command_id)
    assert await there.append(again, None) is Appended.COMMAND_KNOWN
    assert await there.find(ROOM, first.command_id) == first


@pytest.mark.rule("L36", "L60")
async def test_a_deadline_that_another_node_has_moved_is_moved_back(
    nodes: tuple[PostgresLedger, PostgresLedger],
) -> None:
    here, there = nodes
    scribe = Scribe(ROOM)
    for node, due in ((here, 5), (here, 5), (there, None), (here, 5), (there, 5), (here, None)):
        assert await node.append(scribe.write(), due) is Appended.STORED
        assert await here.overdue(NOON) == (() if due is None else (ROOM,))


@pytest.mark.rule("L60")
async def test_an_append_that_follows_what_another_node_wrote_leaves_no_gap(
    nodes: tuple[PostgresLedger, PostgresLedger],
) -> None:
    here, there = nodes
    first, second, third, fourth, fifth = history(ROOM, 5)
    assert await here.append(first, None) is Appended.STORED
    assert await there.append(second, None) is Appended.STORED
    with pytest.raises(ValueError, match="entry 4 would leave a gap"):
        await here.append(fourth, None)
    assert await here.append(third, None) is Appended.STORED
    with pytest.raises(ValueError, match="entry 5 would leave a gap"):
        await there.append(fifth, None)


async def test_a_large_page_is_opened_beside_the_loop_and_is_the_same(
    ledger: PostgresLedger,
) -> None:
    scribe = Scribe(ROOM)
    entries: list[Entry] = [scribe.write(ScoreEntered("b1", "1.00", "x" * 9_000)) for _ in range(9)]
    for entry in entries:
        await ledger.append(entry, None)
    assert await ledger.read(ROOM, 0) == tuple(entries)


async def test_more_reads_than_can_wait_are_turned_away(
    ledger: PostgresLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_readers, "MAX_READS_WAITING", 10)
    outcomes = await asyncio.gather(*(ledger.head(ROOM) for _ in range(15)), return_exceptions=True)
    assert outcomes.count(None) == 10
    assert [str(each) for each in outcomes if each] == ["10 reads are waiting already"] * 5
    assert await ledger.head(ROOM) is None


@pytest.mark.rule("L61")
async def test_a_reader_that_stops_waiting_leaves_the_ledger_as_it_was(
    ledger: PostgresLedger,
) -> None:
    (entry,) = history(ROOM, 1)
    await ledger.append(entry, None)
    for _ in range(20):
        reading = asyncio.ensure_future(ledger.read(ROOM, 0))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert await ledger.read(ROOM, 0) == (entry,)


@pytest.mark.rule("L68")
async def test_the_servers_clock_is_told_in_milliseconds(ledger: PostgresLedger) -> None:
    before = time.time_ns() // 1_000_000
    now = await ledger.database_now()
    # The same machine: nothing but rounding lies between the two.
    assert before - 1 <= now <= time.time_ns() // 1_000_000 + 1


@pytest.mark.rule("L68")
async def test_a_ledger_that_is_held_takes_nothing_and_is_read(ledger: PostgresLedger) -> None:
    first, second = history(ROOM, 2)
    assert await ledger.append(first, None) is Appended.STORED
    ledger.hold("the clock is off")
    with pytest.raises(LedgerUnavailable, match="the clock is off"):
        await ledger.append(second, None)
    assert await ledger.read(ROOM, 0) == (first,)
    ledger.hold(None)
    assert await ledger.append(second, None) is Appended.STORED


@pytest.mark.rule("L69")
async def test_a_node_with_other_keys_is_noticed(
    database: Database, ledger: PostgresLedger, keys: KeyRing, other_keys: KeyRing
) -> None:
    stranger = await PostgresLedger.open(Server(database.address()), other_keys.at_rest)
    # As long as nothing is written, everybody's keys will do.
    assert await stranger.foreign_key() is None
    await ledger.append(Scribe(ROOM).next(), None)
    assert await stranger.foreign_key() == keys.at_rest.current
    assert await ledger.foreign_key() is None
    await stranger.close()
