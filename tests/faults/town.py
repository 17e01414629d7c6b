"""A town with two nodes: accounts, log-ins, doors, and sessions in which people work.

Accounts and log-ins are made once and beside the nodes, in the directory that all of them share;
each test opens sessions of its own through the doors, as browsers do.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from yarl import URL

from evalroom.clock import SystemClock
from evalroom.identity.browser import Browsers, Credentials
from evalroom.identity.doorkeeper import Doorkeeper
from evalroom.identity.keys import KeyRing
from evalroom.identity.passwords import Passwords
from evalroom.identity.registry import Author as By, Registry
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.cast import Cast, cast_of
from evalroom.rehearsal.desk import Desk
from evalroom.rehearsal.drill import Troupe
from evalroom.sessions.people import Appointment
from evalroom.sessions.tender.model import Policy, Tender
from evalroom.storage.directory import Directory
from evalroom.storage.directory.accounts import Office
from evalroom.storage.entry import Entry
from evalroom.storage.postgres_server import Server
from tests.bus.relay import Relay
from tests.faults.author import Author, until
from tests.faults.door import Door
from tests.faults.law import entries_of
from tests.faults.processes import SERVE, NodeProcess
from tests.identity.parts import HERE, PASSWORD, QUICK
from tests.postgres import Database
from tests.sessions.cast import small_tender
from tests.valkey import Valkey, free_port

OFFICES: Final[tuple[Office, ...]] = ("security", "system")
Cookies = Mapping[str, str]


def tender_of_a_town(**policies: str) -> Tender:
    """What is evaluated here; the browsers of this town stand at no known place."""
    tender = small_tender()
    wanted = {"seat_browser": "first_browser", **policies}
    said = tuple(Policy(name, value) for name, value in wanted.items())
    return replace(tender, policies=(*tender.policies, *said))


class Known(Struct):
    """An account, and the cookies of two browsers that are logged in to it."""

    account: str
    browsers: list[Cookies]


class Town:
    """Two nodes, the doors before them (each prefers another node), and who is known here."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        valkey: Valkey,
    ) -> None:
        """The second node reaches the bus by `wire`, which a test can cut."""
        folder.mkdir(parents=True, exist_ok=True)
        self.database = database
        self.valkey = valkey
        self.keys = KeyRing.load_or_create(folder / "data")
        self.tender = tender_of_a_town()
        self.cast: Cast = cast_of(self.tender)
        self.known: dict[str, Known] = {}
        self.wire_port = free_port()
        self._folder = folder
        self._door_ports = (free_port(), free_port())
        wired = f"redis://127.0.0.1:{self.wire_port}"
        self.nodes = [self.node("node1", valkey.url), self.node("node2", wired)]

    def node(self, name: str, bus: str, program: tuple[str, ...] = SERVE) -> NodeProcess:
        """One more equal node, not started; browsers may come to it by the doors or directly."""
        node = NodeProcess(name, self._folder, {}, program)
        origins = [node.url, self.door(0), self.door(1)]
        node.settings = {
            "EVALROOM_DATA": str(self._folder / "data"),
            "EVALROOM_DATABASE": self.database.address(),
            "EVALROOM_BUS": bus,
            "EVALROOM_ORIGINS": " ".join(origins),
        }
        return node

    @property
    def urls(self) -> tuple[str, ...]:
        """Where each node answers, past the doors."""
        return tuple(node.url for node in self.nodes)

    @property
    def appointments(self) -> dict[str, Appointment]:
        """Everybody's part by account, in every session."""
        parts = self.cast.everyone
        return {
            self.known[part.login].account: part.appointment
            for part in parts
            if part.appointment is not None
        }

    def login(self, key: str) -> str:
        """The login of whoever plays a part."""
        return next(part.login for part in self.cast.everyone if part.key == key)

    def door(self, side: int) -> str:
        """The address whose door prefers this node."""
        return f"http://127.0.0.1:{self._door_ports[side]}"

    async def furnish(self) -> None:
        """Make accounts and log-ins for everybody of the cast and for the administrators."""
        directory = await Directory.on(Server(self.database.address()))
        passwords, clock = Passwords(QUICK, threads=1), SystemClock()
        registry = Registry(directory, passwords, clock)
        doorkeeper = Doorkeeper(directory, passwords, Browsers(()), clock)
        logins = [part.login for part in self.cast.everyone]
        try:
            for login in (*OFFICES, *logins):
                account = await registry.add(By(), login, login, PASSWORD)
                found = self.known[login] = Known(account.id, [])
                for _ in range(2):
                    entered = await doorkeeper.log_in(login, PASSWORD, Credentials(), HERE)
                    found.browsers.append({each.name: each.value for each in entered.cookies})
            for office in OFFICES:
                await registry.grant(By(), self.known[office].account, office)
        finally:
            await directory.close()
            passwords.close()

    async def up(self) -> None:
        """Start what is not running, and wait until every node serves."""
        if not self.database.server.running:
            await asyncio.to_thread(self.database.server.start)
        for node in self.nodes:
            if not node.running:
                node.start()
        await asyncio.gather(*(node.ready() for node in self.nodes))

    def end(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            node.end()

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Open"]:
        """Nodes up and doors open, for the time of the block."""
        await self.up()
        wire = Relay(self.valkey.port)
        wire.port = self.wire_port
        async with AsyncExitStack() as stack:
            await wire.open()
            stack.push_async_callback(wire.close)
            for side, port in enumerate(self._door_ports):
                ports = [node.port for node in self.nodes]
                ports.insert(0, ports.pop(side))
                await stack.enter_async_context(Door(port, ports))
            yield Open(self, stack, wire)

    async def ledger(self, session: str) -> list[Entry]:
        """A session's ledger, its chain verified."""
        return await entries_of(self.keys, self.database.address(), session)


class Open:
    """A town whose doors are open."""

    def __init__(self, town: Town, stack: AsyncExitStack, wire: Relay) -> None:
        self.town = town
        self.wire = wire
        self._stack = stack

    async def browser(self, login: str, url: str, device: int = 0) -> Browser:
        """A window that is logged in, at one address."""
        browser = await self._stack.enter_async_context(Browser(url))
        cookies = self.town.known[login].browsers[device]
        browser.http.cookie_jar.update_cookies(cookies, URL(browser.url))
        return browser

    async def desk(self) -> Desk:
        """The administrators at their work."""
        return Desk(*[await self.browser(office, self.town.door(0)) for office in OFFICES])

    async def troupe(self) -> Troupe:
        """Everybody of the cast at a browser, every other one at the second door."""
        cast = self.town.cast
        browsers = {
            part.key: await self.browser(part.login, self.town.door(place % 2))
            for place, part in enumerate(cast.everyone)
        }
        accounts = {part.login: self.town.known[part.login].account for part in cast.everyone}
        return Troupe(cast, accounts, browsers)

    async def session(self, tender: Tender | None = None) -> str:
        """A new session with everybody appointed."""
        desk = await self.desk()
        stored = await desk.enter_tender(tender or self.town.tender)
        return await desk.open_session(stored, self.town.appointments, rehearsal=True)

    async def shown(self, key: str, session: str, url: str) -> Any:
        """What somebody is shown at one address; he does not stay."""
        browser = await self.browser(self.town.login(key), url)
        return (await browser.get(f"/api/sessions/{session}/view"))["view"]

    async def author(self, key: str, session: str, url: str, device: int = 0) -> Author:
        """Somebody who has come in at one address."""
        browser = await self.browser(self.town.login(key), url, device)
        author = Author(browser, session, key)
        self._stack.push_async_callback(author.leave)
        await author.join()
        return author

    async def committee(self, session: str) -> dict[str, Author]:
        """All members and the agency's lead, every other one at the second door."""
        keys = (*(part.key for part in self.town.cast.members), "agency_lead", "supervisor")
        doors = cycle((self.town.door(0), self.town.door(1)))
        return {key: await self.author(key, session, next(doors)) for key in keys}

    async def in_review(self, session: str) -> dict[str, Author]:
        """Everybody, brought to the preliminary review; m1 leads."""
        people = await self.committee(session)
        members = [people[part.key] for part in self.town.cast.members]
        for member in members:
            if not member.view["me"]["seated"]:
                await member.give("CheckIn")
        await until(members[0], lambda: members[0].view["phase"]["name"] == "declaration")
        await people["agency_lead"].give("AnnounceDiscipline")
        for member in members:
            await member.give("Commit")
        for member in members:
            await member.give("CastBallot", {"candidate": "m1"})
        await members[0].give("RequestStart")
        for person in people.values():
            await until(person, lambda at=person: at.view["phase"]["name"] == "preliminary")  # type: ignore[misc]
        return people
