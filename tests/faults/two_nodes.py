"""Two whole nodes on one PostgreSQL and one Valkey, and people spread over both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from evalroom.app import Node, node
from evalroom.bus.redis import RedisBus
from evalroom.config import Address, Config
from evalroom.identity.passwords import Passwords
from evalroom.rehearsal.desk import desk_at
from evalroom.rehearsal.stage import Played
from evalroom.sessions.tender.model import Tender
from tests.bus.redis_parts import until_up
from tests.identity.parts import PASSWORD, QUICK
from tests.postgres import Database
from tests.rehearsal.house import Company, House, administrators, company
from tests.valkey import Valkey


class Pair(Struct):
    """Two equal nodes; the administrators sit at the first."""

    first: House
    second: Node

    @property
    def nodes(self) -> tuple[Node, Node]:
        return self.first.node, self.second

    def other(self, url: str) -> str:
        """The address of the node that is not at this one."""
        return self.second.url if url == self.first.node.url else self.first.node.url


@asynccontextmanager
async def pair(folder: Path, database: Database, valkey: Valkey) -> AsyncIterator[Pair]:
    """Both nodes up, and on the bus. They share keys and documents as well."""
    config = Config(
        listen=Address("127.0.0.1", 0),
        metrics=None,
        data=folder,
        database=database.address(),
        bus=valkey.url,
    )
    passwords = Passwords(QUICK, threads=2)
    async with AsyncExitStack() as stack:
        stack.callback(passwords.close)
        first, second = [
            await stack.enter_async_context(node(config, passwords=passwords)) for _ in range(2)
        ]
        await asyncio.gather(until_up(bus_of(first)), until_up(bus_of(second)))
        await administrators(first)
        offices = [(office, PASSWORD) for office in ("security", "system")]
        desk = await stack.enter_async_context(desk_at(first.url, offices))
        yield Pair(House(first, desk), second)


def bus_of(running: Node) -> RedisBus:
    """The bus of a node, where one can see whether it is up."""
    bus = running.rooms._means.bus
    assert isinstance(bus, RedisBus)
    return bus


@asynccontextmanager
async def spread_company(
    nodes: Pair, tender: Tender, scenario: str = "plain", **how: Any
) -> AsyncIterator[Company]:
    """People around a session, every other one of them at the second node."""
    async with company(nodes.first, tender, scenario, **how) as people:
        for part in people.people.cast.everyone[1::2]:
            # Log-in and workstation hold at every node.
            people.people.browsers[part.key].url = nodes.second.url
        yield people


async def views_at_both(nodes: Pair, played: Played) -> list[Any]:
    """What one person is shown by one node and by the other, without what each seals anew."""
    browser, session = played.client._browser, played.client._session
    shown = []
    for url in (browser.url, nodes.other(browser.url)):
        # A log-in holds at every node, and a browser's cookies go to every port of a host.
        async with browser.http.get(f"{url}/api/sessions/{session}/view") as answer:
            assert answer.status == 200
            found = msgspec.json.decode(await answer.read())
            shown.append((found["audience"], found["view"]))
    return shown
