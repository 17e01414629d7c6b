"""When the database goes: said at once, nothing lost, and back by itself when it is."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from evalroom.identity.keys import KeyRing
from evalroom.storage import postgres_writer
from evalroom.storage.chain import check
from evalroom.storage.entry import Entry
from evalroom.storage.group_commit import MAX_BATCH
from evalroom.storage.ledger import Appended, LedgerUnavailable
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.postgres_line import Append, Line
from evalroom.storage.postgres_server import Server
from evalroom.storage.postgres_writer import LINES, WORTH_SHARING
from tests.postgres import Database
from tests.storage.outages import crash, hanging, send_away, start
from tests.storage.parts import Scribe, history, session_id

ROOM = session_id(7)


@pytest.fixture
async def ledger(database: Database, keys: KeyRing) -> AsyncIterator[PostgresLedger]:
    opened = await PostgresLedger.open(Server(database.address()), keys.at_rest)
    yield opened
    await opened.close()


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Line, int]]:
    """Which line commits how many, in their order."""
    seen: list[tuple[Line, int]] = []
    commit = Line.commit

    async def watched(line: Line, batch: list[Append], places: Any) -> Any:
        seen.append((line, len(batch)))
        return await commit(line, batch, places)

    monkeypatch.setattr(Line, "commit", watched)
    return seen


async def stored(ledger: PostgresLedger, entry: Entry) -> Appended:
    """Append until it is known what became of it."""
    async with asyncio.timeout(15):
        while True:
            try:
                return await ledger.append(entry, None)
            except LedgerUnavailable:
                # Turned away at once: somebody has to let the others run.
                await asyncio.sleep(0.01)


@pytest.mark.rule("L35")
async def test_a_crowd_shares_a_flush_and_a_large_one_both_connections(
    ledger: PostgresLedger, batches: list[tuple[Line, int]]
) -> None:
    for turn, size in enumerate((1, 20, WORTH_SHARING, 2 * MAX_BATCH + 1)):
        sessions = map(session_id, range(turn * 10_000, turn * 10_000 + size))
        entries = [Scribe(session).next() for session in sessions]
        await asyncio.gather(*(ledger.append(each, None) for each in entries))
    sizes = [size for _, size in batches]
    assert sizes[:4] == [1, 20, WORTH_SHARING // 2, WORTH_SHARING // 2]
    assert batches[2][0] is not batches[3][0]
    assert max(sizes) == MAX_BATCH


@pytest.mark.rule("L35")
async def test_one_session_has_one_append_under_way_and_keeps_its_order(
    ledger: PostgresLedger, batches: list[tuple[Line, int]]
) -> None:
    entries = history(ROOM, 10)
    outcomes = await asyncio.gather(*(ledger.append(entry, None) for entry in entries))
    assert outcomes == [Appended.STORED] * 10
    assert [size for _, size in batches] == [1] * 10


@pytest.mark.rule("L63")
async def test_connections_that_rest_lock_nothing_so_that_tables_can_be_upgraded_beside_them(
    database: Database, ledger: PostgresLedger
) -> None:
    await ledger.head(ROOM)
    locked = "select count(*) from pg_locks where relation = 'evalroom_ledger.entry'::regclass"
    assert await asyncio.to_thread(database.psql, locked) == "0"
    await ledger.append(Scribe(ROOM).next(), None)
    assert await asyncio.to_thread(database.psql, locked) == "0"


@pytest.mark.rule("L67")
async def test_a_server_that_crashes_is_said_to_be_gone_and_is_found_again(
    database: Database, ledger: PostgresLedger
) -> None:
    scribe = Scribe(ROOM)
    first = scribe.write()
    assert await ledger.append(first, None) is Appended.STORED
    await crash(database)
    for attempt in (
        lambda: ledger.append(scribe.next(), None),
        lambda: ledger.read(ROOM, 0),
        lambda: ledger.head(ROOM),
        lambda: ledger.overdue(1),
    ):
        with pytest.raises(LedgerUnavailable, match=str(Server(database.address()))):
            await attempt()
    await start(database)
    await stored(ledger, scribe.next())
    assert check(await ledger.read(ROOM, 0), ROOM).seq == 2


@pytest.mark.rule("L67")
async def test_what_waits_when_the_last_connection_breaks_is_answered(
    database: Database, ledger: PostgresLedger
) -> None:
    entries = [Scribe(session_id(number)).next() for number in range(400)]
    waiting = [asyncio.ensure_future(ledger.append(each, None)) for each in entries]
    await crash(database)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each) for each in outcomes} <= {Appended, LedgerUnavailable}
    await start(database)
    await stored(ledger, Scribe(session_id(1_000)).next())
    # Whatever was answered is there, and the rest can be sent again.
    again = await asyncio.gather(*(ledger.append(each, None) for each in entries))
    for before, after in zip(outcomes, again, strict=True):
        assert after in (Appended.STORED, Appended.COMMAND_KNOWN)
        if before is Appended.STORED:
            assert after is Appended.COMMAND_KNOWN


@pytest.mark.rule("L67")
async def test_connections_that_are_cut_are_made_again(
    database: Database, ledger: PostgresLedger
) -> None:
    entries = history(ROOM, 4)
    for entry in entries:
        await stored(ledger, entry)
        await send_away(database)
    assert await stored(ledger, entries[3]) is Appended.COMMAND_KNOWN
    async with asyncio.timeout(5):
        while True:
            try:
                assert await ledger.read(ROOM, 0) == tuple(entries)
                return
            except LedgerUnavailable:
                await asyncio.sleep(0.01)


@pytest.mark.rule("L67")
async def test_one_connection_is_enough_to_go_on(
    database: Database, ledger: PostgresLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_writer, "BACK_OFF_SECONDS", (60.0, 60.0))
    entries = history(ROOM, 8)
    assert await ledger.append(entries[0], None) is Appended.STORED
    appends = "query like '%on conflict%'"
    oldest = f"(select min(pid) from pg_stat_activity where {appends})"
    await send_away(database, f"{appends} and pid = {oldest}")
    broken = 0
    for entry in entries[1:]:
        try:
            outcome = await ledger.append(entry, None)
        except LedgerUnavailable:
            # Met the one that is broken, before it was noticed.
            broken += 1
            outcome = await ledger.append(entry, None)
        assert outcome is Appended.STORED
    assert broken < LINES
    assert await ledger.read(ROOM, 0) == tuple(entries)


@pytest.mark.rule("L67")
async def test_a_server_that_hangs_is_given_up_and_what_it_did_is_not_guessed(
    database: Database, ledger: PostgresLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalroom.storage.postgres_line.APPEND_SECONDS", 0.2)
    (entry,) = history(ROOM, 1)
    async with hanging(database):
        with pytest.raises(LedgerUnavailable, match="in time"):
            await ledger.append(entry, None)
    # Stored by now, or never: the same entry sent again tells, and is there once.
    assert await stored(ledger, entry) in (Appended.STORED, Appended.COMMAND_KNOWN)
    assert await ledger.read(ROOM, 0) == (entry,)


async def test_forgotten_places_are_found_again(
    ledger: PostgresLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_writer, "MAX_PLACES", 2)
    scribes = [Scribe(session_id(number)) for number in range(5)]
    for _ in range(3):
        for scribe in scribes:
            assert await ledger.append(scribe.write(), scribe.head.seq) is Appended.STORED
            assert len(ledger._writer._places) <= 2
    assert len(await ledger.overdue(3)) == 5
