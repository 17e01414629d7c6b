"""A whole node in a folder of its own, with its administrators at their desk and people to seat."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from evalroom.app import Node, node
from evalroom.clock import SystemClock
from evalroom.config import Address, Config
from evalroom.identity.passwords import Passwords
from evalroom.identity.registry import Author
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.desk import Desk, desk_at
from evalroom.rehearsal.drill import Terms, Troupe, held, opened, stage_of, troupe
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.rehearsal.stage import Stage
from evalroom.rehearsal.verdict import Verdict
from evalroom.sessions.tender.model import Tender
from tests.identity.parts import PASSWORD, QUICK

# What takes people seconds takes the tests milliseconds; the machine still sets the pace.
SPEED = 40.0


class House(Struct):
    """A running node and the desk of its security and system offices."""

    node: Node
    desk: Desk


class Company(Struct):
    """People appointed to an open session, and the terms they play it on."""

    terms: Terms
    people: Troupe
    session: str

    def client(self, key: str) -> Client:
        """Another window of somebody, not joined yet."""
        return Client(self.people.browsers[key], self.session)

    def stage(self) -> Stage:
        return stage_of(self.terms, self.people, self.session)

    async def play(self) -> Verdict:
        """The whole evaluation, checked."""
        return await held(self.terms, self.people, self.stage())


def config(folder: Path) -> Config:
    return Config(listen=Address("127.0.0.1", 0), metrics=None, data=folder)


@asynccontextmanager
async def house(settings: Config, *, again: bool = False) -> AsyncIterator[House]:
    """A node with its desk; `again` for one that has been there before."""
    passwords = Passwords(QUICK, threads=2)
    try:
        async with node(settings, passwords=passwords) as running:
            if not again:
                await administrators(running)
            offices = [(office, PASSWORD) for office in ("security", "system")]
            async with desk_at(running.url, offices) as desk:
                yield House(running, desk)
    finally:
        passwords.close()


async def administrators(running: Node) -> None:
    for office in ("security", "system"):
        account = await running.registry.add(Author(), office, office, PASSWORD)
        await running.registry.grant(Author(), account.id, office)


@asynccontextmanager
async def company(
    home: House, tender: Tender, scenario: str = "plain", *, speed: float = SPEED, seed: int = 1
) -> AsyncIterator[Company]:
    """Accounts, log-ins and a session for everybody a scenario needs."""
    script = script_of(tender, SCENARIOS[scenario], seed)
    cast = cast_of(tender, f"{scenario}-", substitute=script.scenario.has("recusal"))
    passwords = {part.login: PASSWORD for part in cast.everyone}
    terms = Terms(script, SystemClock(), speed, home.node.trusted)
    async with troupe(home.desk, home.node.url, cast, passwords) as people:
        session = await opened(home.desk, await home.desk.enter_tender(tender), people)
        yield Company(terms, people, session)
