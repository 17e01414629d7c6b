"""The directory on a server: the same tables, writers in turn on all nodes, clear words."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.util import await_only

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory, accounts, audit, migrate, postgres
from evalroom.storage.directory.accounts import Account
from evalroom.storage.directory.audit import Trace
from evalroom.storage.directory.postgres import migrate_on
from evalroom.storage.directory.schema import metadata
from evalroom.storage.ledger import LedgerUnavailable
from evalroom.storage.postgres_server import Connection as ServerConnection, Server
from evalroom.storage.unavailable import RETRY_MS
from tests.postgres import OWNER, Database


@pytest.fixture
async def directory(database: Database) -> AsyncIterator[Directory]:
    opened = await Directory.on(Server(database.address()))
    yield opened
    await opened.close()


@pytest.fixture
async def elsewhere(database: Database) -> AsyncIterator[Directory]:
    """The same directory, as a second node sees it."""
    opened = await Directory.on(Server(database.address()))
    yield opened
    await opened.close()


def account(number: int) -> Account:
    return Account(f"a{number:03}", f"login{number:03}", f"Person {number}", False, number)


async def refuse(database: Database) -> Refused:
    with pytest.raises(Refused) as refused:
        await Directory.on(Server(database.address()))
    return refused.value


@pytest.mark.rule("L70")
async def test_the_migrations_make_exactly_the_tables_that_the_code_uses(
    directory: Directory,
) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert await directory.read(differences) == []


@pytest.mark.rule("L63", "L70")
async def test_nothing_is_made_without_being_asked_for(empty_database: Database) -> None:
    refused = await refuse(empty_database)
    assert (refused.code, refused.params["version"]) == ("directory_older", "0000")
    schemas = empty_database.psql("select count(*) from pg_namespace where nspname ~ 'evalroom'")
    assert schemas == "0"


@pytest.mark.rule("L63", "L70")
async def test_tables_made_at_once_and_twice_are_made_once(empty_database: Database) -> None:
    server = Server(empty_database.address())
    await asyncio.gather(*(migrate_on(server) for _ in range(3)))
    opened = await Directory.on(server)
    await opened.write(accounts.add, account(1), "hash")
    await migrate_on(server)
    assert await opened.read(accounts.by_id, "a001") == account(1)
    await opened.close()


@pytest.mark.rule("A20", "L70")
async def test_a_directory_of_a_later_version_is_left_alone(own_database: Database) -> None:
    version = "evalroom_directory.alembic_version"
    own_database.psql(f"update {version} set version_num = '9999'")
    refused = await refuse(own_database)
    assert (refused.code, refused.params) == ("directory_newer", {"version": "9999"})
    with pytest.raises(Refused, match="directory_newer"):
        await migrate_on(Server(own_database.address()))
    assert own_database.psql(f"select * from {version}") == "9999"


@pytest.mark.rule("L70")
async def test_a_directory_of_an_earlier_version_is_brought_up_to_date_only_when_asked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "known", lambda: migrate.Known(frozenset({"0004", "9"}), "9"))
    refused = await refuse(database)
    assert refused.code == "directory_older"
    assert refused.params == {"version": "0004", "known": "9"}


@pytest.mark.rule("L65")
async def test_tables_of_another_owner_serve_the_role_that_is_configured(
    empty_database: Database,
) -> None:
    empty_database.psql(f"alter database {empty_database.name} owner to {OWNER}")
    server = Server(empty_database.address())
    with pytest.raises(LedgerUnavailable, match="this user lacks a privilege"):
        await migrate_on(server)
    await migrate_on(server, Server(empty_database.address(OWNER)))
    opened = await Directory.on(server)
    await opened.write(audit.recorded, Trace(1, None, "x"), accounts.add, account(1), None)
    await opened.write(accounts.set_password, "a001", "hash")
    assert len((await opened.read(audit.listed, 10, None)).items) == 1
    await opened.close()


@pytest.mark.rule("A14", "L65")
@pytest.mark.parametrize("tampering", ["update audit set outcome = 'x'", "delete from audit"])
async def test_the_audit_log_refuses_to_be_changed(
    directory: Directory, database: Database, tampering: str
) -> None:
    await directory.write(audit.append, Trace(1, None, "log_in"))
    with pytest.raises(Refused) as refused:
        await directory.write(lambda connection: connection.execute(text(tampering)))
    assert refused.value.params == {"reason": "not_allowed"}
    with pytest.raises(RuntimeError, match="the audit log only grows"):
        database.psql(f"set search_path = evalroom_directory; {tampering}")
    assert len((await directory.read(audit.listed, 10, None)).items) == 1


@pytest.mark.rule("L71")
async def test_the_last_security_administrator_stays_even_when_two_nodes_are_asked_at_once(
    directory: Directory, elsewhere: Directory
) -> None:
    for number in (1, 2):
        await directory.write(accounts.add, account(number), None)
        await directory.write(accounts.grant, f"a{number:03}", "security", None, 1)
    # Each alone would leave one: together they would leave none.
    for _ in range(5):
        outcomes = await asyncio.gather(
            directory.write(accounts.withdraw, "a001", 1),
            elsewhere.write(accounts.withdraw, "a002", 1),
            return_exceptions=True,
        )
        [refused] = [each for each in outcomes if each is not None]
        assert isinstance(refused, Refused)
        assert refused.code == "last_administrator"
        gone = "a001" if outcomes[0] is None else "a002"
        await directory.write(accounts.grant, gone, "security", None, 1)


@pytest.mark.rule("L71")
async def test_two_nodes_that_enter_one_login_enter_it_once(
    directory: Directory, elsewhere: Directory
) -> None:
    outcomes = await asyncio.gather(
        *(node.write(accounts.add, account(1), None) for node in (directory, elsewhere) * 5),
        return_exceptions=True,
    )
    assert outcomes.count(account(1)) == 1
    refused = [each.code for each in outcomes if isinstance(each, Refused)]
    assert refused == ["login_taken"] * 9


@pytest.mark.rule("L71")
async def test_a_reader_sees_one_moment_and_cannot_write(
    directory: Directory, elsewhere: Directory
) -> None:
    with pytest.raises(Refused, match="storage_unavailable"):
        await directory.read(accounts.add, account(1), None)
    seen: list[int] = []

    async def add_meanwhile() -> None:
        await elsewhere.write(accounts.add, account(1), None)

    def twice(connection: Connection) -> None:
        seen.append(accounts.count(connection))
        await_only(add_meanwhile())
        seen.append(accounts.count(connection))

    await directory.read(twice)
    assert seen == [0, 0]
    assert await directory.read(accounts.count) == 1


@pytest.mark.rule("A21", "L71")
async def test_a_turn_that_does_not_come_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres._SETTINGS, "lock_timeout", "50")
    opened = await Directory.on(Server(database.address()))
    other = await asyncpg.connect(database.address())
    await other.execute(f"select pg_advisory_lock({postgres._TURN})")
    with pytest.raises(Refused) as refused:
        await opened.write(accounts.add, account(1), None)
    assert refused.value.params == {"reason": "locked", "retry_ms": RETRY_MS}
    # Readers need no turn.
    assert await opened.read(accounts.count) == 0
    await other.close()
    await opened.write(accounts.add, account(1), None)
    await opened.close()


@pytest.mark.rule("L71")
async def test_a_node_that_falls_asleep_in_the_middle_lets_the_others_write(
    database: Database, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres._SETTINGS, "idle_in_transaction_session_timeout", "50")
    sleeper = await Directory.on(Server(database.address()))
    asleep, awake = asyncio.Event(), asyncio.Event()

    def fall_asleep(connection: Connection) -> None:
        accounts.add(connection, account(1), None)
        asleep.set()
        await_only(awake.wait())

    sleeping = asyncio.create_task(sleeper.write(fall_asleep))
    await asleep.wait()
    await directory.write(accounts.add, account(2), None)
    awake.set()
    with pytest.raises(Refused, match="storage_unavailable"):
        await sleeping
    assert [each.id for each in (await directory.read(accounts.listed, 9, None)).items] == ["a002"]
    await sleeper.close()


@pytest.mark.rule("A21", "L67")
async def test_a_server_that_is_away_is_a_refusal_and_the_directory_comes_back_with_it(
    database: Database, directory: Directory
) -> None:
    await directory.write(accounts.add, account(1), None)
    await asyncio.to_thread(database.server.stop, "immediate")
    for attempt in (directory.read(accounts.count), directory.write(accounts.add, account(2), "")):
        with pytest.raises(Refused) as refused:
            await attempt
        assert (refused.value.code, refused.value.params) == (
            "storage_unavailable",
            {"reason": "out_of_reach", "retry_ms": RETRY_MS},
        )
    await asyncio.to_thread(database.server.start)
    assert await directory.read(accounts.count) == 1
    await directory.write(accounts.add, account(2), None)


@pytest.mark.rule("L67")
async def test_a_connection_that_broke_while_it_lay_idle_is_not_used(directory: Directory) -> None:
    def mine(connection: Connection) -> ServerConnection:
        used: ServerConnection | None = connection.connection.driver_connection
        assert used is not None
        return used

    idle = await directory.read(mine)
    assert await directory.read(mine) is idle
    idle.terminate()
    assert await directory.read(mine) is not idle


async def test_a_mistake_of_ours_is_not_called_the_servers(directory: Directory) -> None:
    with pytest.raises(Exception, match="division by zero"):
        await directory.read(lambda c: c.execute(text("select 1 / 0")))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (asyncpg.DiskFullError("x"), "full"),
        (asyncpg.exceptions.DataCorruptedError("x"), "damaged"),
        (asyncpg.exceptions.LockNotAvailableError("x"), "locked"),
        (asyncpg.exceptions.DivisionByZeroError("x"), None),
    ],
)
def test_what_the_server_cannot_do_has_a_word_for_the_log(
    fault: Exception, reason: str | None
) -> None:
    assert postgres._reason(fault) == reason


async def test_lists_are_in_the_order_of_code_points_whatever_the_servers_locale(
    directory: Directory,
) -> None:
    names = ["zz", "Zoë", "a-b", "ab", "a_b", "张三", "é"]
    for number, name in enumerate(names):
        await directory.write(accounts.add, Account(f"a{number}", name, name, False, 1), None)
    page = await directory.read(accounts.listed, 20, None)
    found = [each.login for each in page.items]
    assert found == sorted(found)
