"""How a ledger in PostgreSQL opens and closes, whatever its server is doing."""

import asyncio

import pytest

from evalroom.identity.keys import KeyRing
from evalroom.storage.ledger import Appended, LedgerUnavailable
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.postgres_server import Server
from tests.postgres import Database
from tests.storage.outages import crash, hanging, send_away
from tests.storage.parts import Scribe, history, session_id

ROOM = session_id(7)


@pytest.mark.rule("L62")
async def test_a_ledger_does_not_open_without_its_server(database: Database, keys: KeyRing) -> None:
    await crash(database)
    with pytest.raises(LedgerUnavailable, match="cannot be reached: connection refused"):
        await PostgresLedger.open(Server(database.address()), keys.at_rest)


@pytest.mark.rule("L62")
async def test_a_ledger_that_opens_half_lets_go_of_the_other_half(
    database: Database, keys: KeyRing
) -> None:
    database.psql("alter role evalroom connection limit 1")
    try:
        with pytest.raises(LedgerUnavailable, match="as many connections as it takes"):
            await PostgresLedger.open(Server(database.address()), keys.at_rest)
        ledger_gone = f"select count(*) from pg_stat_activity where datname = '{database.name}'"
        async with asyncio.timeout(5):
            while await asyncio.to_thread(database.server.psql, ledger_gone) != "0":
                pass
    finally:
        database.psql("alter role evalroom connection limit -1")


@pytest.mark.rule("L43", "L63")
async def test_a_ledger_that_is_upgraded_under_a_node_is_not_written_after_a_break(
    own_database: Database, keys: KeyRing
) -> None:
    ledger = await PostgresLedger.open(Server(own_database.address()), keys.at_rest)
    await asyncio.to_thread(own_database.psql, "update evalroom_ledger.version set version = 9")
    await send_away(own_database)
    async with asyncio.timeout(10):
        while True:
            try:
                await ledger.append(Scribe(ROOM).next(), None)
            except LedgerUnavailable as unavailable:
                if "written by a newer EvalRoom" in str(unavailable):
                    break
                await asyncio.sleep(0.01)
    assert await ledger.head(ROOM) is None
    await ledger.close()


@pytest.mark.rule("L39")
async def test_a_ledger_is_closed_while_its_server_is_away(
    database: Database, keys: KeyRing
) -> None:
    ledger = await PostgresLedger.open(Server(database.address()), keys.at_rest)
    await crash(database)
    with pytest.raises(LedgerUnavailable):
        await ledger.append(Scribe(ROOM).next(), None)
    async with asyncio.timeout(5):
        await ledger.close()
    with pytest.raises(LedgerUnavailable, match="the ledger is closed"):
        await ledger.append(Scribe(ROOM).next(), None)
    await ledger.close()


@pytest.mark.rule("L39", "L67")
async def test_a_connection_that_breaks_while_the_ledger_is_closed_keeps_nobody_waiting(
    database: Database, keys: KeyRing
) -> None:
    ledger = await PostgresLedger.open(Server(database.address()), keys.at_rest)
    async with hanging(database), asyncio.timeout(10):
        appending = asyncio.ensure_future(ledger.append(Scribe(ROOM).next(), None))
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(ledger.close())
        await send_away(database)
        with pytest.raises(LedgerUnavailable):
            await appending
        await closing


def test_a_loop_that_ends_first_waits_for_no_server(database: Database, keys: KeyRing) -> None:
    async def leave() -> None:
        ledger = await PostgresLedger.open(Server(database.address()), keys.at_rest)
        async with hanging(database):
            appending = asyncio.ensure_future(ledger.append(Scribe(ROOM).next(), None))
            for _ in range(10):
                await asyncio.sleep(0)
            assert not appending.done()

    asyncio.run(leave())


@pytest.mark.rule("L39")
async def test_a_read_that_hangs_keeps_the_ledger_from_closing_for_a_while_only(
    database: Database, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = await PostgresLedger.open(Server(database.address()), keys.at_rest)
    reading = asyncio.ensure_future(ledger._readers.rows("select pg_sleep(5)"))
    await ledger._readers.rows("select 1")
    monkeypatch.setattr("evalroom.storage.postgres_readers.READ_SECONDS", 0.1)
    async with asyncio.timeout(3):
        await ledger.close()
        with pytest.raises(LedgerUnavailable):
            await reading


@pytest.mark.rule("L39")
async def test_closing_stores_what_was_put_off_for_its_session(
    database: Database, keys: KeyRing
) -> None:
    ledger = await PostgresLedger.open(Server(database.address()), keys.at_rest)
    entries = history(ROOM, 30)
    waiting = [asyncio.ensure_future(ledger.append(entry, None)) for entry in entries]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await ledger.close()
    assert await asyncio.gather(*waiting) == [Appended.STORED] * 30
