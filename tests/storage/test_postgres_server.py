"""An address is told without its password, and whatever answers there is told in our words."""

import errno
import socket
import ssl

import asyncpg
import pytest

from evalroom.storage import postgres_server
from evalroom.storage.ledger import LedgerDamaged, LedgerUnavailable
from evalroom.storage.postgres_faults import damaged, unwilling
from evalroom.storage.postgres_server import Server
from tests.postgres import PASSWORD, Database

SECRET = "hunter2"


@pytest.mark.rule("L62")
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgresql://ada:{SECRET}@db/room", "postgresql://ada@db/room"),
        (f"postgres://ada:{SECRET}@db:5433/room?sslmode=require", "postgresql://ada@db:5433/room"),
        (f"postgresql://ada@a:1,b:2/room?password={SECRET}", "postgresql://ada@a:1,b:2/room"),
        (f"postgresql://ada:x@{SECRET}@db/room", "postgresql://…"),
        (f"postgresql://ada:x/{SECRET}@db/room", "postgresql://…"),
        (f"postgresql://ada:x?{SECRET}@db/room", "postgresql://…"),
        (f"postgresql://ada:x#{SECRET}@db/room", "postgresql://…"),
        ("postgresql://db/room", "postgresql://db/room"),
        ("postgresql:///room?host=/run/postgresql", "postgresql:///room"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert str(Server(url)) == shown


async def refused(url: str) -> str:
    """Why a server cannot be connected to, its own address taken away."""
    server = Server(url)
    with pytest.raises(LedgerUnavailable) as unavailable:
        await server.connect()
    told = str(unavailable.value)
    assert told.startswith(f"{server}: ")
    assert SECRET not in told
    assert PASSWORD not in told
    return told.removeprefix(f"{server}: ")


@pytest.mark.rule("L62")
async def test_a_wrong_password_is_told(database: Database) -> None:
    assert await refused(database.address(password=SECRET)) == "the password is not accepted"


@pytest.mark.rule("L62")
async def test_an_unknown_user_is_told_no_more_than_a_wrong_password(database: Database) -> None:
    assert await refused(database.address("nobody")) == "the password is not accepted"


@pytest.mark.rule("L62")
async def test_a_database_that_is_not_there_is_told(database: Database) -> None:
    url = database.address().replace(database.name, "elsewhere")
    assert await refused(url) == "there is no database of this name"


@pytest.mark.rule("L62")
async def test_a_server_that_does_not_listen_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = await refused(f"postgresql://ada:{SECRET}@127.0.0.1:{port}/room?sslmode=disable")
    assert told == "cannot be reached: connection refused"


@pytest.mark.rule("L62")
async def test_something_that_listens_and_says_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_server, "CONNECT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        told = await refused(f"postgresql://ada:{SECRET}@127.0.0.1:{port}/room?sslmode=disable")
    assert told == "does not answer in time"


@pytest.mark.rule("L62")
async def test_a_server_without_tls_is_told_when_tls_is_wanted(database: Database) -> None:
    told = await refused(database.address(sslmode="require"))
    assert told == "broke off at once: does one of the two want TLS?"


@pytest.mark.rule("L62")
@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ada:{SECRET}@127.0.0.1:port/room",
        f"postgresql://ada:pass/{SECRET}@127.0.0.1/room",
        f"postgresql://ada:{SECRET}@127.0.0.1:1/room?sslmode=perhaps",
    ],
)
async def test_an_address_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(LedgerUnavailable) as unavailable:
        await Server(url).connect()
    assert SECRET not in str(unavailable.value)
    assert "a host, port or option of this address cannot be used" in str(unavailable.value)


@pytest.mark.rule("L62")
async def test_a_server_that_only_reads_is_not_taken(own_database: Database) -> None:
    own_database.psql(f"alter database {own_database.name} set default_transaction_read_only = on")
    assert await refused(own_database.address()) == "it only reads: a standby?"


@pytest.mark.rule("L62")
async def test_a_server_that_is_too_old_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_server, "OLDEST_MAJOR", 99)
    assert (await refused(database.address())).endswith("; at least 99 is needed")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (asyncpg.DiskFullError("x"), "its disk is full"),
        (asyncpg.OutOfMemoryError("x"), "it is short of something"),
        (asyncpg.ConnectionDoesNotExistError("x"), "the connection broke"),
        (asyncpg.InterfaceError("connection is closed"), "the connection broke"),
        (asyncpg.InternalClientError("cannot switch to state 12"), "the connection broke"),
        (asyncpg.QueryCanceledError("x"), "it did not finish in time"),
        (asyncpg.InsufficientPrivilegeError("x"), "this user lacks a privilege"),
        (asyncpg.exceptions.PostgresIOError("x"), "its system failed"),
        (TimeoutError(), "does not answer in time"),
        (socket.gaierror(-2, "x"), "there is no host of this name"),
        (ssl.SSLError(1, "x"), "its TLS certificate is not accepted, or it speaks TLS otherwise"),
        (OSError(errno.EHOSTUNREACH, "x"), "cannot be reached: no route to host"),
        (asyncpg.InterfaceError("another operation is in progress"), None),
        (asyncpg.UniqueViolationError("x"), None),
        (ValueError("x"), None),
    ],
)
def test_what_is_the_servers_fault_is_told_apart_from_our_own(
    fault: Exception, reason: str | None
) -> None:
    assert unwilling(fault) == reason
    explained = Server("postgresql://db/room").explained(fault)
    if reason is None:
        assert explained is fault
    else:
        assert str(explained) == f"postgresql://db/room: {reason}"


def test_damage_that_the_server_finds_is_damage() -> None:
    fault = asyncpg.exceptions.DataCorruptedError("x")
    assert damaged(fault)
    assert not damaged(ValueError())
    assert isinstance(Server("postgresql://db/room").explained(fault), LedgerDamaged)
