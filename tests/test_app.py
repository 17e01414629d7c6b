"""A node: it answers with all its parts, says what keeps it from starting, and stops in order."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from evalroom.app import CannotStart, Node, accounts, node
from evalroom.app.folder import DIRECTORY, DOCUMENTS, LEDGER
from evalroom.cli.node_options import START_FAULTS
from evalroom.config import Address, Config
from evalroom.identity.keys import KeyRing
from evalroom.identity.passwords import Passwords
from evalroom.identity.registry import Author
from evalroom.rehearsal.desk import desk_at
from tests.identity.parts import PASSWORD, QUICK
from tests.rehearsal.house import House, administrators, company
from tests.sessions.cast import small_tender
from tests.storage.parts import Scribe

ANYWHERE = Address("127.0.0.1", 0)


@asynccontextmanager
async def started(folder: Path, **changes: Any) -> AsyncIterator[Node]:
    passwords = Passwords(QUICK, threads=1)
    config = Config(listen=ANYWHERE, metrics=None, data=folder)
    try:
        async with node(msgspec.structs.replace(config, **changes), passwords=passwords) as running:
            yield running
    finally:
        passwords.close()


async def refused(folder: Path, **changes: Any) -> CannotStart:
    """Try to start; what kept the node from it. Both languages must have a sentence for it."""
    with pytest.raises(CannotStart) as cannot:
        async with started(folder, **changes):
            pass
    for sentences in START_FAULTS.values():
        assert sentences[cannot.value.code].format_map(cannot.value.params)
    return cannot.value


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as browser, browser.get(url) as answer:
        return answer.status, await answer.text()


@pytest.mark.rule("K20")
async def test_an_empty_folder_becomes_a_node_that_is_ready(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    async with started(folder) as running:
        status, body = await get(f"{running.url}/readyz")
        assert (status, msgspec.json.decode(body)["needs"]["ledger"]) == (200, True)
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.name for path in folder.iterdir()} >= {LEDGER, DIRECTORY, "keys.json"}


@pytest.mark.rule("L63")
async def test_what_a_crash_has_left_of_uploads_goes_from_a_node_when_it_is_a_day_old(
    tmp_path: Path,
) -> None:
    async with started(tmp_path):
        pass
    incoming = tmp_path / DOCUMENTS / "incoming"
    incoming.mkdir(parents=True)
    old, fresh = incoming / "old.part", incoming / "fresh.part"
    for path, hours in ((old, 25), (fresh, 23)):
        path.write_bytes(b"half a bid")
        then = time.time() - hours * 3600
        os.utime(path, (then, then))
    async with started(tmp_path), asyncio.timeout(10):
        # The node tells nobody.
        while await asyncio.to_thread(old.exists):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert fresh.exists()


async def test_the_keys_of_a_folder_stay_the_same(tmp_path: Path) -> None:
    async with started(tmp_path) as running:
        first = running.trusted
    async with started(tmp_path) as running:
        assert running.trusted == first


async def test_figures_are_told_on_a_port_of_their_own_and_name_no_session(tmp_path: Path) -> None:
    async with started(tmp_path, metrics=ANYWHERE) as running:
        assert (await get(f"{running.url}/metrics"))[0] == 404
        status, figures = await get(f"http://{running.metrics}/metrics")
        assert status == 200
        assert "evalroom_sockets 0.0" in figures
        assert "evalroom_commands_total 0.0" in figures
        assert "evalroom_http_requests_total" in figures


@pytest.mark.rule("K21")
async def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    async with started(tmp_path / "one") as running:
        cannot = await refused(tmp_path / "two", listen=running.address)
        assert (cannot.code, cannot.params["where"]) == ("port_in_use", str(running.address))
        cannot = await refused(tmp_path / "two", metrics=running.address)
        assert cannot.code == "port_in_use"
    # Whoever could not start has let go of the folder.
    async with started(tmp_path / "two"):
        pass


@pytest.mark.rule("K21")
async def test_an_address_of_another_machine_is_told(tmp_path: Path) -> None:
    cannot = await refused(tmp_path, listen=Address("192.0.2.1", 8080))
    assert cannot.code == "address_unusable"


@pytest.mark.rule("K21")
async def test_media_at_an_address_of_another_machine_are_told(tmp_path: Path) -> None:
    here = {"media_addresses": ("127.0.0.1", "192.0.2.1")}
    cannot = await refused(tmp_path, media="on", **here)
    assert cannot.code == "media_unusable"
    assert "192.0.2.1" in str(cannot.params["where"])
    async with started(tmp_path, media="off", **here):
        pass


@pytest.mark.rule("K22")
async def test_a_second_process_on_the_folder_is_refused(tmp_path: Path) -> None:
    async with started(tmp_path):
        assert (await refused(tmp_path)).code == "folder_in_use"
    async with started(tmp_path):
        pass


@pytest.mark.rule("K21")
async def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        cannot = await refused(folder)
        assert cannot.code == "folder_unusable"
        assert cannot.params["reason"]


@pytest.mark.rule("K21")
async def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    async with started(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / LEDGER)) as ledger:
        ledger.execute("pragma user_version = 99")
    before = (tmp_path / LEDGER).read_bytes()
    cannot = await refused(tmp_path)
    assert (cannot.code, cannot.params["found"]) == ("ledger_newer", 99)
    assert (tmp_path / LEDGER).read_bytes() == before


@pytest.mark.rule("K21")
async def test_a_directory_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    async with started(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / DIRECTORY)) as directory:
        directory.execute("update alembic_version set version_num = 'v9999'")
        directory.commit()
    cannot = await refused(tmp_path)
    assert (cannot.code, cannot.params["version"]) == ("directory_newer", "v9999")


@pytest.mark.rule("K21")
@pytest.mark.parametrize(
    ("file", "code"),
    [
        (LEDGER, "ledger_damaged"),
        (DIRECTORY, "storage_unavailable"),
        ("keys.json", "keys_unusable"),
    ],
)
async def test_a_file_that_is_something_else_is_told(tmp_path: Path, file: str, code: str) -> None:
    async with started(tmp_path):
        pass
    (tmp_path / file).write_bytes(b"something else, and quite long enough to be looked at " * 40)
    (tmp_path / file).chmod(0o600)
    assert (await refused(tmp_path)).code == code


@pytest.mark.rule("L75")
@pytest.mark.parametrize("beside", [LEDGER, DIRECTORY, DOCUMENTS])
async def test_keys_that_are_gone_are_not_replaced_by_new_ones(tmp_path: Path, beside: str) -> None:
    async with started(tmp_path):
        pass
    (tmp_path / DOCUMENTS).mkdir(exist_ok=True)
    keys = (tmp_path / "keys.json").read_bytes()
    (tmp_path / "keys.json").unlink()
    for name in {LEDGER, DIRECTORY} - {beside}:
        (tmp_path / name).unlink()
    if beside != DOCUMENTS:
        (tmp_path / DOCUMENTS).rmdir()
    cannot = await refused(tmp_path)
    assert (cannot.code, cannot.params["beside"]) == ("keys_missing", beside)
    assert cannot.params["where"] == str(tmp_path / "keys.json")
    with pytest.raises(CannotStart, match="keys_missing"):
        async with accounts(Config(data=tmp_path)):
            pass
    assert not (tmp_path / "keys.json").exists()
    (tmp_path / "keys.json").write_bytes(keys)
    (tmp_path / "keys.json").chmod(0o600)
    async with started(tmp_path):
        pass


@pytest.mark.rule("L75")
async def test_keys_of_another_folder_open_no_ledger(tmp_path: Path) -> None:
    async with started(tmp_path / "one") as running:
        await running.rooms._means.ledger.append(Scribe(bytes(16)).next(), None)
        ring = await asyncio.to_thread(KeyRing.load_or_create, tmp_path / "one")
        key = ring.at_rest.current.hex()
    async with started(tmp_path / "other"):
        pass
    (tmp_path / "other" / "keys.json").rename(tmp_path / "one" / "keys.json")
    cannot = await refused(tmp_path / "one")
    assert (cannot.code, cannot.params["key"]) == ("keys_foreign", key)


@pytest.mark.rule("L75")
async def test_accounts_may_be_made_before_the_first_start(tmp_path: Path) -> None:
    async with accounts(Config(data=tmp_path)):
        pass
    async with started(tmp_path):
        pass


@pytest.mark.rule("K21")
async def test_keys_that_others_can_read_are_not_used(tmp_path: Path) -> None:
    async with started(tmp_path):
        pass
    (tmp_path / "keys.json").chmod(0o644)
    assert (await refused(tmp_path)).code == "keys_unusable"


@pytest.mark.rule("K23")
async def test_clients_of_a_node_that_stops_come_back_to_the_next_with_what_they_had_in_hand(
    tmp_path: Path,
) -> None:
    async with AsyncExitStack() as stack:
        async with started(tmp_path) as running:
            await administrators(running)
            offices = [(office, PASSWORD) for office in ("security", "system")]
            desk = await stack.enter_async_context(desk_at(running.url, offices))
            people = await stack.enter_async_context(company(House(running, desk), small_tender()))
            clients = [people.client(member) for member in ("m1", "m2", "m3")]
            await asyncio.gather(*(client.join() for client in clients))
            await clients[0].send("CheckIn")
            in_hand = [asyncio.create_task(client.send("CheckIn")) for client in clients[1:]]
            # One turn: the commands are on their way, none is answered.
            await asyncio.sleep(0)
        async with started(tmp_path, listen=running.address):
            await asyncio.gather(*in_hand)
            for client in clients:
                # Whoever has nothing in hand comes back when he pleases.
                while client.joins < 2:
                    await client.news()
                assert client.joins == 2
                # The new node starts from a snapshot that is younger than their tokens, and reads
                # in the ledger what came since these.
                assert client.fetches == 1
                assert client.view["me"]["seated"]
                await client.leave()


async def test_accounts_can_be_kept_beside_a_running_node(tmp_path: Path) -> None:
    async with started(tmp_path) as running:
        async with accounts(Config(data=tmp_path)) as (registry, _):
            made = await registry.add(Author(), "ada", "Ada", PASSWORD)
        form = {"login": "ada", "password": PASSWORD}
        async with (
            aiohttp.ClientSession() as browser,
            browser.post(f"{running.url}/api/login", json=form) as answer,
        ):
            assert (await answer.json())["account"] == made.id
