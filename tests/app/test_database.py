"""Nodes on one PostgreSQL: they start, share everything, and say what keeps them from it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from evalroom.app import CannotStart, Node, accounts, node
from evalroom.cli.node_options import START_FAULTS
from evalroom.clock import SystemClock
from evalroom.config import Address, Config
from evalroom.identity.keys import KeyRing
from evalroom.identity.passwords import Passwords
from evalroom.identity.registry import Author
from tests.identity.parts import PASSWORD, QUICK
from tests.postgres import OWNER, Database
from tests.storage.parts import Scribe

ANYWHERE = Address("127.0.0.1", 0)


@asynccontextmanager
async def started(folder: Path, database: str, **changes: Any) -> AsyncIterator[Node]:
    passwords = Passwords(QUICK, threads=1)
    clock = changes.pop("clock", None)
    config = Config(listen=ANYWHERE, metrics=None, data=folder, database=database)
    config = msgspec.structs.replace(config, **changes)
    try:
        async with node(config, passwords=passwords, clock=clock) as running:
            yield running
    finally:
        passwords.close()


async def refused(folder: Path, database: str, **changes: Any) -> CannotStart:
    """Try to start; what kept the node from it. Both languages must have a sentence for it."""
    with pytest.raises(CannotStart) as cannot:
        async with started(folder, database, **changes):
            pass
    for sentences in START_FAULTS.values():
        told = sentences[cannot.value.code].format_map(cannot.value.params)
        assert "hunter2" not in told
    return cannot.value


async def needs(running: Node) -> tuple[int, dict[str, Any]]:
    """What `/readyz` answers."""
    async with aiohttp.ClientSession() as http, http.get(f"{running.url}/readyz") as answer:
        return answer.status, msgspec.json.decode(await answer.read())


async def logged_in(running: Node, login: str) -> int:
    form = {"login": login, "password": PASSWORD}
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(f"{running.url}/api/login", json=form) as answer,
    ):
        return answer.status


@pytest.mark.rule("L72", "L73")
async def test_a_node_makes_its_tables_only_when_told_to(
    tmp_path: Path, empty_database: Database
) -> None:
    assert (await refused(tmp_path, empty_database.address())).code == "database_older"
    async with started(tmp_path, empty_database.address(), migrate="yes") as running:
        there = {"ledger", "clock", "directory", "space", "disk"}
        assert await needs(running) == (200, {"needs": dict.fromkeys(there, True)})
        assert any("owns the ledger's tables" in told for told in running.warnings)
    async with started(tmp_path, empty_database.address()):
        pass
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob("*.sqlite*")))


@pytest.mark.rule("L73")
async def test_tables_may_belong_to_another_role(tmp_path: Path, empty_database: Database) -> None:
    empty_database.psql(f"alter database {empty_database.name} owner to {OWNER}")
    owner = empty_database.address(OWNER)
    async with started(tmp_path, empty_database.address(), migrate=owner) as running:
        assert (await needs(running))[0] == 200
        assert not any("owns the ledger's tables" in told for told in running.warnings)


@pytest.mark.rule("L72")
async def test_nodes_of_one_database_share_folder_accounts_and_log_ins(
    tmp_path: Path, database: Database
) -> None:
    address = database.address()
    async with started(tmp_path, address) as one, started(tmp_path, address) as other:
        await one.registry.add(Author(), "ada", "Ada", PASSWORD)
        assert one.trusted == other.trusted
        assert [await logged_in(each, "ada") for each in (one, other)] == [200, 200]


@pytest.mark.rule("L72")
async def test_accounts_can_be_kept_beside_running_nodes(
    tmp_path: Path, database: Database
) -> None:
    async with started(tmp_path, database.address()) as running:
        config = Config(data=tmp_path / "elsewhere", database=database.address())
        async with accounts(config) as (registry, _):
            await registry.add(Author(), "ada", "Ada", PASSWORD)
        assert await logged_in(running, "ada") == 200


@pytest.mark.rule("K11")
async def test_what_keeps_a_database_from_being_used_is_told_with_its_address(
    tmp_path: Path, database: Database
) -> None:
    cannot = await refused(tmp_path, database.address(password="hunter2"))
    assert cannot.code == "database_unavailable"
    assert cannot.params == {
        "where": f"postgresql://evalroom@127.0.0.1:{database.server.port}/{database.name}",
        "reason": "the password is not accepted",
    }
    with pytest.raises(CannotStart, match="database_unavailable"):
        async with accounts(Config(data=tmp_path, database=database.address(password="hunter2"))):
            pass


@pytest.mark.rule("K11")
async def test_tables_of_a_newer_version_are_left_alone(
    tmp_path: Path, own_database: Database
) -> None:
    own_database.psql("update evalroom_directory.alembic_version set version_num = 'v9999'")
    for migrate in ("no", "yes"):
        cannot = await refused(tmp_path, own_database.address(), migrate=migrate)
        assert (cannot.code, cannot.params["version"]) == ("directory_newer", "v9999")
    own_database.psql("update evalroom_ledger.version set version = 9")
    for migrate in ("no", "yes"):
        cannot = await refused(tmp_path, own_database.address(), migrate=migrate)
        assert (cannot.code, cannot.params["found"]) == ("ledger_newer", 9)


@pytest.mark.rule("K11")
async def test_another_programs_tables_are_left_alone(
    tmp_path: Path, empty_database: Database
) -> None:
    empty_database.psql("create schema evalroom_ledger; create table evalroom_ledger.entry ()")
    assert (await refused(tmp_path, empty_database.address())).code == "ledger_damaged"


@pytest.mark.rule("K11", "L69")
async def test_a_node_without_the_keys_of_the_entries_does_not_start(
    tmp_path: Path, database: Database
) -> None:
    async with started(tmp_path / "one", database.address()) as running:
        ledger = running.rooms._means.ledger
        await ledger.append(Scribe(bytes(16)).next(), None)
        ring = await asyncio.to_thread(KeyRing.load_or_create, tmp_path / "one")
        key = ring.at_rest.current.hex()
    cannot = await refused(tmp_path / "other", database.address())
    assert (cannot.code, cannot.params["key"]) == ("keys_missing_of_database", key)
    assert cannot.params["where"] == str(tmp_path / "other" / "keys.json")
    assert not await asyncio.to_thread((tmp_path / "other" / "keys.json").exists)
    await asyncio.to_thread(KeyRing.load_or_create, tmp_path / "other")
    cannot = await refused(tmp_path / "other", database.address())
    assert (cannot.code, cannot.params["key"]) == ("keys_foreign", key)
    async with started(tmp_path / "one", database.address()):
        pass


@pytest.mark.rule("K11")
async def test_a_missing_driver_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("evalroom.storage.postgres")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    cannot = await refused(tmp_path, "postgresql://db/evalroom")
    assert cannot.code == "database_unusable"
    assert cannot.params["reason"] == "asyncpg is missing: install evalroom[postgres]"


class Late(SystemClock):
    """A clock that is a minute behind."""

    def wall(self) -> int:
        return super().wall() - 60_000


@pytest.mark.rule("L74")
async def test_a_node_with_a_wrong_clock_is_up_and_not_ready(
    tmp_path: Path, database: Database
) -> None:
    async with started(tmp_path, database.address(), clock=Late()) as running:
        status, problem = await needs(running)
        assert (status, problem["params"]["missing"]) == (503, ["clock"])


@pytest.mark.rule("L67")
async def test_a_node_outlives_its_database(tmp_path: Path, database: Database) -> None:
    async with started(tmp_path, database.address()) as running:
        await running.registry.add(Author(), "ada", "Ada", PASSWORD)
        await asyncio.to_thread(database.server.stop, "immediate")
        status, problem = await needs(running)
        assert (status, problem["params"]["missing"]) == (503, ["directory", "ledger"])
        assert await logged_in(running, "ada") == 503
        await asyncio.to_thread(database.server.start)
        assert (await needs(running))[0] == 200
        assert await logged_in(running, "ada") == 200
