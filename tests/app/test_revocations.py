"""An account that is shut, or a log-in that ends, at one place: its sockets end at every node."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from evalroom.app.revocations import Revocations
from evalroom.bus.local import LocalBus, LocalHub
from evalroom.clock import SystemClock
from evalroom.identity.browser import Browsers, Credentials
from evalroom.identity.doorkeeper import Doorkeeper
from evalroom.identity.keys import KeyRing
from evalroom.identity.passwords import Passwords
from evalroom.identity.principal import Principal
from evalroom.identity.registry import Author, Registry
from evalroom.identity.tokens import device_name, secret_hash
from evalroom.signaling.server import Signaling
from evalroom.storage.directory import Directory, logins, venues
from evalroom.storage.directory.bearers import Scope
from evalroom.storage.directory.venues import Center, Venue, Workstation
from tests.identity.parts import CONSOLE, HERE, PASSWORD, QUICK
from tests.signaling.counter_room import SESSION, CounterRooms
from tests.signaling.peer import Peer

ORIGIN = "https://room.example"
LOGGED_OUT = {"code": "logged_out", "come_back": False}


class Hasty(SystemClock):
    """Ten seconds pass in one, where somebody only waits; or waiting never ends."""

    def __init__(self) -> None:
        self.stands = False

    async def sleep(self, seconds: float) -> None:
        await (asyncio.Event().wait() if self.stands else asyncio.sleep(seconds / 10))


@dataclass
class Half:
    """What of a node this is about: its directory, door and sockets; the rooms are small ones."""

    directory: Directory
    door: Doorkeeper
    registry: Registry
    rooms: CounterRooms
    signaling: Signaling
    revocations: Revocations
    bus: LocalBus
    clock: Hasty
    url: str
    http: aiohttp.ClientSession

    async def cookies(self, login: str) -> str:
        """Log in; the header that the browser sends from then on."""
        entered = await self.door.log_in(login, PASSWORD, Credentials(), HERE)
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in entered.cookies)

    @asynccontextmanager
    async def window(self, cookies: str = "", **auth: object) -> AsyncIterator[Peer]:
        async with Peer(self.http, self.url, Cookie=cookies, Origin=ORIGIN) as peer:
            answer = await peer.join(**auth)
            assert "sid" in answer["data"], answer
            yield peer


@asynccontextmanager
async def half(folder: Path, hub: LocalHub) -> AsyncIterator[Half]:
    clock, rooms = Hasty(), CounterRooms()
    async with AsyncExitStack() as stack:
        directory = await Directory.open(folder / "directory.sqlite")
        stack.push_async_callback(directory.close)
        passwords = Passwords(QUICK, threads=1)
        stack.callback(passwords.close)
        browsers = Browsers((ORIGIN,))
        door = Doorkeeper(directory, passwords, browsers, clock)

        async def known(
            headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
        ) -> Principal:
            shown = Credentials(bearer=bearer) if bearer else browsers.credentials(headers)
            return await door.recognise(shown, writing=False)

        signaling = Signaling(
            rooms=rooms, identify=known, again=door.again, origins={ORIGIN}, clock=clock
        )
        keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
        bus = LocalBus(hub, keys.cluster, secrets.token_bytes)
        stack.callback(bus.close)
        revocations = Revocations(directory, (signaling,), bus, clock)
        stack.callback(revocations.close)
        app = web.Application()
        signaling.attach(app)
        runner = web.AppRunner(app, shutdown_timeout=5)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(signaling.close)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        await stack.enter_async_context(http)
        await revocations.begin()
        looking = asyncio.create_task(revocations.run())
        stack.callback(looking.cancel)
        registry = Registry(directory, passwords, clock)
        url = f"http://{host}:{port}"
        yield Half(directory, door, registry, rooms, signaling, revocations, bus, clock, url, http)


@dataclass
class Pair:
    here: Half
    there: Half

    def seat(self, account: str) -> None:
        for node in (self.here, self.there):
            node.rooms.rooms[SESSION].guests.add(account)

    async def person(self, login: str) -> str:
        account = (await self.here.registry.add(CONSOLE, login, login, PASSWORD)).id
        self.seat(account)
        return account


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Pair]:
    """Two nodes on one directory, on one bus."""
    hub = LocalHub()
    async with half(tmp_path, hub) as here, half(tmp_path, hub) as there:
        yield Pair(here, there)


@pytest.mark.rule("B30")
@pytest.mark.parametrize("by", ["bus", "looks"])
async def test_an_account_that_is_shut_at_one_node_loses_its_sockets_at_the_other(
    nodes: Pair, by: str
) -> None:
    ada = await nodes.person("ada")
    bo = await nodes.person("bo")
    cookies, others = await nodes.there.cookies("ada"), await nodes.there.cookies("bo")
    if by == "bus":
        # Nobody looks by himself any more.
        nodes.there.clock.stands = True
        await asyncio.sleep(0.2)
    else:
        nodes.there.bus.plug(False)
    async with nodes.there.window(cookies) as one, nodes.there.window(others) as other:
        await nodes.here.registry.change(CONSOLE, ada, disabled=True)
        nodes.here.revocations(ada)
        assert await one.farewell() == LOGGED_OUT
        assert (await other.command("Look"))["ok"]
    assert bo != ada


@pytest.mark.rule("B30", "W29")
async def test_a_log_out_ends_this_browser_everywhere_and_no_other(nodes: Pair) -> None:
    await nodes.person("ada")
    first, second = await nodes.here.cookies("ada"), await nodes.here.cookies("ada")
    async with nodes.there.window(first) as out, nodes.there.window(second) as stays:
        leaving = await nodes.here.door.recognise(
            nodes.here.door._browsers.credentials({"Cookie": first}), writing=False
        )
        await nodes.here.door.log_out(leaving, HERE)
        nodes.here.revocations(leaving.id)
        assert await out.farewell() == LOGGED_OUT
        assert (await stays.command("Look"))["ok"]


@pytest.mark.rule("B30")
async def test_a_changed_password_ends_every_other_log_in_everywhere(nodes: Pair) -> None:
    ada = await nodes.person("ada")
    first, second = await nodes.here.cookies("ada"), await nodes.there.cookies("ada")
    me = await nodes.here.door.recognise(
        nodes.here.door._browsers.credentials({"Cookie": first}), writing=False
    )
    async with nodes.here.window(first) as stays, nodes.there.window(second) as out:
        await nodes.here.registry.change_own_password(
            Author(ada), ada, PASSWORD, "four blind mice", me.login
        )
        nodes.here.revocations(ada)
        assert await out.farewell() == LOGGED_OUT
        assert (await stays.command("Look"))["ok"]


@pytest.mark.rule("B30")
async def test_a_token_that_is_taken_back_ends_what_it_opened_and_no_other(nodes: Pair) -> None:
    camera = (await nodes.here.registry.add(CONSOLE, "camera", "Camera", None)).id
    nodes.seat(camera)
    scopes = (Scope(SESSION, "read"), Scope(SESSION, "command"))
    until = nodes.here.clock.wall() + 60_000
    (gone, text), (_, kept) = [
        await nodes.here.registry.issue_token(CONSOLE, camera, label, scopes, until)
        for label in ("one", "two")
    ]
    async with nodes.there.window(bearer=text) as one, nodes.there.window(bearer=kept) as two:
        await nodes.here.registry.revoke_token(CONSOLE, gone.id)
        assert await one.farewell() == LOGGED_OUT
        assert (await two.command("Look"))["ok"]


@pytest.mark.rule("W33")
async def test_a_token_that_runs_out_stops_acting_at_that_moment(nodes: Pair) -> None:
    camera = (await nodes.here.registry.add(CONSOLE, "camera", "Camera", None)).id
    nodes.seat(camera)
    nodes.here.clock.stands = True
    scopes = (Scope(SESSION, "read"), Scope(SESSION, "command"))
    until = nodes.here.clock.wall() + 300
    _, text = await nodes.here.registry.issue_token(CONSOLE, camera, "one", scopes, until)
    async with nodes.here.window(bearer=text) as window:
        assert (await window.command("Look"))["ok"]
        await asyncio.sleep(max(0, until - nodes.here.clock.wall()) / 1000 + 0.01)
        await window.post("Add", {"amount": 1})
        assert await window.farewell() == LOGGED_OUT
    assert nodes.here.rooms.rooms[SESSION].count == 0


@pytest.mark.rule("B30")
async def test_an_office_that_is_given_or_taken_lets_its_holder_in_anew(nodes: Pair) -> None:
    ada = await nodes.person("ada")
    async with nodes.there.window(await nodes.there.cookies("ada")) as window:
        await nodes.here.registry.grant(CONSOLE, ada, "audit")
        assert await window.farewell() == {"code": "audience_changed", "come_back": True}
    async with nodes.there.window(await nodes.there.cookies("ada")) as window:
        await nodes.here.registry.withdraw(CONSOLE, ada)
        assert await window.farewell() == {"code": "audience_changed", "come_back": True}


@pytest.mark.rule("B30")
async def test_a_browser_that_is_paired_or_unpaired_comes_back_as_what_it_is(nodes: Pair) -> None:
    await nodes.person("ada")
    directory, now = nodes.here.directory, nodes.here.clock.wall()
    await directory.write(venues.put_center, Center("c", "C"))
    await directory.write(venues.put_venue, Venue("v", "c", "V"))
    await directory.write(venues.put_workstation, Workstation("w1", "v", "W"))
    await directory.write(venues.offer_pairing, "w1", b"code", now + 60_000)
    cookies = await nodes.there.cookies("ada")
    changed = {"code": "audience_changed", "come_back": True}
    device = nodes.here.door._browsers.credentials({"Cookie": cookies}).device or ""
    async with nodes.there.window(cookies) as window:
        await directory.write(venues.pair, b"code", device_name(device), now)
        assert await window.farewell() == changed
    async with nodes.there.window(cookies) as window:
        await window.command("Look")
        assert nodes.there.rooms.rooms[SESSION].actors[-1].workstation == "w1"
        await directory.write(venues.unpair, "w1", now)
        assert await window.farewell() == changed


@pytest.mark.rule("W33")
async def test_a_log_in_that_nobody_uses_ends_its_sockets_at_its_end(nodes: Pair) -> None:
    await nodes.person("ada")
    cookies = await nodes.here.cookies("ada")
    token = secret_hash(nodes.here.door._browsers.credentials({"Cookie": cookies}).login or "")
    end = nodes.here.clock.wall() + 500
    await nodes.here.directory.write(logins.slide, token, nodes.here.clock.wall(), end)
    async with nodes.here.window(cookies) as window:
        assert await window.farewell() == LOGGED_OUT
    assert nodes.here.clock.wall() >= end


@pytest.mark.rule("B30")
async def test_a_node_that_cannot_look_goes_on_where_it_had_read_to(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await nodes.person("ada")
    async with nodes.there.window(await nodes.there.cookies("ada")) as window:
        with monkeypatch.context() as blind:
            blind.setattr(nodes.there.directory, "_waiting", 10_000)
            await nodes.here.registry.log_out_everywhere(CONSOLE, ada)
            nodes.here.revocations(ada)
            # It looks by itself, and tells nobody that it could not.
            while not nodes.there.revocations._blind:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert nodes.there.signaling.sockets == 1
        assert await window.farewell() == LOGGED_OUT


@pytest.mark.rule("B30")
async def test_a_look_that_fails_for_a_fault_of_ours_is_not_the_last_one(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await nodes.person("ada")
    async with nodes.there.window(await nodes.there.cookies("ada")) as window:
        with monkeypatch.context() as faulty:
            faulty.setattr(nodes.there.signaling, "look", None)
            # A call of None is a fault like any other, and the next second is another chance.
            while "a look at who is still logged in failed" not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await nodes.here.registry.log_out_everywhere(CONSOLE, ada)
        assert await window.farewell() == LOGGED_OUT
