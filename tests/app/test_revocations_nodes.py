"""Two whole nodes on one database: whoever is shut out at one is gone from the other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evalroom.rehearsal.client import Client, Dismissed
from tests.faults.two_nodes import Pair, bus_of, pair, spread_company
from tests.postgres import Database
from tests.sessions.cast import small_tender
from tests.valkey import Valkey


@pytest.fixture
async def nodes(tmp_path: Path, database: Database, valkey: Valkey) -> AsyncIterator[Pair]:
    async with pair(tmp_path / "data", database, valkey) as both:
        yield both


async def good_bye(client: Client) -> str:
    try:
        while True:
            await client.news()
    except Dismissed as dismissed:
        return dismissed.code


@pytest.mark.slow(60)
@pytest.mark.rule("B30")
@pytest.mark.parametrize("bus", ["there", "gone"])
async def test_an_account_shut_at_one_node_is_sent_away_from_the_other(
    nodes: Pair, bus: str
) -> None:
    async with spread_company(nodes, small_tender()) as people:
        if bus == "gone":
            await bus_of(nodes.first.node).close()
        cast = people.people.cast.everyone
        away = [part for part in cast[1::2] if part.appointment is not None]
        shut, stays = (people.client(part.key) for part in away[:2])
        await shut.join()
        await stays.join()
        await nodes.first.desk.dismiss([people.people.accounts[away[0].login]])
        assert await good_bye(shut) == "logged_out"
        assert stays.joined
        await stays.leave()
