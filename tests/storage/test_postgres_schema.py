"""The ledger's tables are made when asked, looked at otherwise, and never let an entry change."""

import asyncio

import asyncpg
import pytest

from evalroom.identity.keys import KeyRing
from evalroom.storage import postgres_schema
from evalroom.storage.ledger import (
    Appended,
    LedgerDamaged,
    LedgerTooNew,
    LedgerTooOld,
    LedgerUnavailable,
)
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.postgres_line import Line
from evalroom.storage.postgres_schema import STEPS, migrate
from evalroom.storage.postgres_server import Server
from evalroom.storage.records import SealedBodies
from evalroom.storage.sealing import Seal
from tests.postgres import OWNER, Database, PostgresServer
from tests.storage.parts import Scribe, session_id

ROOM = session_id(7)
SECOND_STEP = "alter table evalroom_ledger.entry add later integer"


@pytest.fixture
def database(own_database: Database) -> Database:
    return own_database


async def refuse(database: Database, keys: KeyRing, why: type[Exception]) -> str:
    with pytest.raises(why) as refused:
        await PostgresLedger.open(Server(database.address()), keys.at_rest)
    told = str(refused.value)
    assert told.startswith(f"{Server(database.address())}: ")
    return told


@pytest.mark.rule("L63")
async def test_nothing_is_made_without_being_asked_for(
    empty_database: Database, keys: KeyRing
) -> None:
    told = await refuse(empty_database, keys, LedgerTooOld)
    assert told.endswith(": holds no ledger yet: start EvalRoom once with `--migrate`.")
    schemas = empty_database.psql("select count(*) from pg_namespace where nspname ~ 'evalroom'")
    assert schemas == "0"


@pytest.mark.rule("L63")
async def test_tables_made_twice_are_as_they_were(empty_database: Database, keys: KeyRing) -> None:
    server = Server(empty_database.address())
    await migrate(server)
    ledger = await PostgresLedger.open(server, keys.at_rest)
    entry = Scribe(ROOM).next()
    await ledger.append(entry, None)
    await migrate(server)
    # The open ledger works on, as the nodes do that are restarted one after the other.
    assert await ledger.read(ROOM, 0) == (entry,)
    assert await ledger.append(entry, None) is Appended.COMMAND_KNOWN
    await ledger.close()


@pytest.mark.rule("L63")
async def test_nodes_that_make_the_tables_at_once_make_them_once(empty_database: Database) -> None:
    await asyncio.gather(*(migrate(Server(empty_database.address())) for _ in range(5)))
    assert empty_database.psql("select * from evalroom_ledger.version") == str(len(STEPS))


@pytest.mark.rule("L63")
async def test_an_older_ledger_is_brought_up_to_date_only_when_asked(
    database: Database, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_schema, "STEPS", (*STEPS, SECOND_STEP))
    told = await refuse(database, keys, LedgerTooOld)
    assert "ledger version 1 of 2: make a backup, then start EvalRoom once with" in told
    await migrate(Server(database.address()))
    ledger = await PostgresLedger.open(Server(database.address()), keys.at_rest)
    assert await ledger.append(Scribe(ROOM).next(), None) is Appended.STORED
    await ledger.close()


@pytest.mark.rule("L63")
async def test_a_step_that_fails_leaves_the_ledger_as_it_was(
    database: Database, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_schema, "STEPS", (*STEPS, SECOND_STEP, "nonsense"))
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await migrate(Server(database.address()))
    monkeypatch.undo()
    ledger = await PostgresLedger.open(Server(database.address()), keys.at_rest)
    await ledger.close()


@pytest.mark.rule("L43", "L63")
async def test_a_newer_ledger_is_left_untouched(database: Database, keys: KeyRing) -> None:
    database.psql("update evalroom_ledger.version set version = 9")
    told = await refuse(database, keys, LedgerTooNew)
    assert "written by a newer EvalRoom (ledger version 9; this program knows" in told
    with pytest.raises(LedgerTooNew):
        await migrate(Server(database.address()))
    assert database.psql("select * from evalroom_ledger.version") == "9"


@pytest.mark.rule("L64")
async def test_a_database_full_of_other_tables_takes_the_ledger_too(
    empty_database: Database, keys: KeyRing
) -> None:
    for table in ("entry", "session", "version", "accounts", "alembic_version"):
        empty_database.psql(f"create table {table} (other text); insert into {table} values ('x')")
    server = Server(empty_database.address())
    await migrate(server)
    ledger = await PostgresLedger.open(server, keys.at_rest)
    assert await ledger.append(Scribe(ROOM).next(), None) is Appended.STORED
    assert empty_database.psql("select * from entry") == "x"
    await ledger.close()


@pytest.mark.rule("L64")
async def test_another_programs_tables_of_our_name_are_left_alone(
    empty_database: Database, keys: KeyRing
) -> None:
    empty_database.psql(
        "create schema evalroom_ledger; create table evalroom_ledger.entry (other text);"
        "grant usage on schema evalroom_ledger to evalroom"
    )
    told = await refuse(empty_database, keys, LedgerDamaged)
    assert told.endswith("another program's tables lie in the schema evalroom_ledger")
    with pytest.raises(LedgerDamaged):
        await migrate(Server(empty_database.address()))


@pytest.mark.rule("L64")
async def test_a_database_that_cannot_hold_every_name_is_told(
    postgres: PostgresServer, keys: KeyRing
) -> None:
    latin = postgres.create_database("template0", "encoding 'LATIN1' locale 'C'")
    told = await refuse(latin, keys, LedgerUnavailable)
    assert told.endswith("the database's encoding is LATIN1; UTF8 is needed")
    latin.drop()


@pytest.mark.rule("L64")
async def test_a_role_that_may_not_make_tables_is_told(empty_database: Database) -> None:
    with pytest.raises(LedgerUnavailable, match=f"{OWNER}@.*: this user lacks a privilege"):
        await migrate(Server(empty_database.address(OWNER)))


TAMPERING = [
    "update evalroom_ledger.entry set at = 0",
    "delete from evalroom_ledger.entry",
    "truncate evalroom_ledger.entry",
    """insert into evalroom_ledger.entry select * from evalroom_ledger.entry
    on conflict (session, seq) do update set at = 0""",
]


@pytest.mark.rule("L42", "L65")
@pytest.mark.parametrize("tampering", TAMPERING)
async def test_the_role_that_serves_may_not_change_an_entry(
    database: Database, tampering: str
) -> None:
    connection = await asyncpg.connect(database.address())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(tampering)
    await connection.close()


@pytest.mark.rule("L42", "L65")
@pytest.mark.parametrize("tampering", TAMPERING)
async def test_the_table_refuses_even_those_who_may(database: Database, tampering: str) -> None:
    with pytest.raises(RuntimeError, match="an entry is never changed or removed"):
        database.psql(tampering)


@pytest.mark.rule("L65")
async def test_tables_of_another_owner_serve_the_role_that_is_configured(
    empty_database: Database, keys: KeyRing
) -> None:
    empty_database.psql(f"alter database {empty_database.name} owner to {OWNER}")
    server, owner = Server(empty_database.address()), Server(empty_database.address(OWNER))
    for _ in range(2):
        await migrate(server, owner)
    ledger = await PostgresLedger.open(server, keys.at_rest)
    scribe = Scribe(ROOM)
    for due in (5, None):
        assert await ledger.append(scribe.write(), due) is Appended.STORED
    await ledger.save_snapshot(ROOM, 2, scribe.head.digest, "s1", b"two")
    assert await ledger.load_snapshot(ROOM, "s1") is not None
    await ledger.close()
    connection = await asyncpg.connect(empty_database.address())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("alter table evalroom_ledger.entry disable trigger all")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("update evalroom_ledger.version set version = 0")
    await connection.close()
    # Whoever serves does not own the tables: one warning less.
    assert not any("owns the ledger's tables" in told for told in ledger.warnings)


@pytest.mark.rule("L66")
async def test_an_operator_is_told_what_makes_the_ledger_less_safe(
    database: Database, keys: KeyRing
) -> None:
    ledger = await PostgresLedger.open(Server(database.address()), keys.at_rest)
    # The server of the tests flushes nothing, and has one role for everything.
    fragile, keeper = ledger.warnings
    assert "fsync" in fragile
    assert "owns the ledger's tables" in keeper
    await ledger.close()


@pytest.mark.rule("L31", "L66")
async def test_a_server_that_answers_before_it_flushes_is_made_to_flush_for_us(
    database: Database, keys: KeyRing
) -> None:
    database.psql(f"alter database {database.name} set synchronous_commit = off")
    bodies = SealedBodies(Seal(keys.at_rest, b"entries"))
    line = await Line.open(Server(database.address()), bodies)
    assert await line._connection.fetchval("show synchronous_commit") == "on"
    await line.close()
