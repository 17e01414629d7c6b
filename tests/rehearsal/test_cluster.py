"""People spread over two nodes of one server, each a process of its own, of which one goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from msgspec import Struct

from evalroom.clock import SystemClock
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.desk import Desk, desk_at
from evalroom.rehearsal.drill import Terms, Troupe, opened, stage_of, troupe
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.rehearsal.verdict import verdict_of
from tests.cli.serving import OFFICES, PASSWORD
from tests.faults.processes import NodeProcess, pair_of_nodes
from tests.postgres import Database
from tests.sessions.cast import small_tender
from tests.valkey import Valkey

SPEED = 8.0


class Cluster(Struct):
    """Two nodes and the desk of their administrators."""

    nodes: list[NodeProcess]
    desk: Desk

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]


@pytest.fixture
async def cluster(tmp_path: Path, database: Database, valkey: Valkey) -> AsyncIterator[Cluster]:
    administrators = [(office, PASSWORD) for office in OFFICES]
    async with pair_of_nodes(tmp_path, database, valkey) as nodes:
        first, second = nodes
        async with desk_at(first.url, administrators, second.url) as desk:
            yield Cluster(nodes, desk)


def at(people: Troupe) -> set[str]:
    """The nodes at which somebody sits."""
    return {browser.url for browser in people.browsers.values()}


@pytest.mark.slow(120)
@pytest.mark.rule("K49")
@pytest.mark.parametrize("ending", ["stops", "dies"])
async def test_people_whose_node_goes_come_back_to_the_other_and_end_right(
    cluster: Cluster, ending: str
) -> None:
    script = script_of(small_tender(), SCENARIOS["plain"], 1)
    terms = Terms(script, SystemClock(), SPEED)
    cast = cast_of(script.tender)
    passwords = {part.login: PASSWORD for part in cast.everyone}
    url, other = cluster.urls
    async with (
        troupe(cluster.desk, url, cast, passwords, other) as people,
        AsyncExitStack() as stack,
    ):
        assert at(people) == {url, other}
        tender = await cluster.desk.enter_tender(script.tender)
        stage = stage_of(terms, people, await opened(cluster.desk, tender, people))
        stack.push_async_callback(stage.leave)
        playing = asyncio.create_task(stage.play())
        first = stage.people[0].client
        while not first.receipts:
            await asyncio.wait((playing,), timeout=0.05)
        if ending == "stops":
            await cluster.nodes[1].stop()
        else:
            cluster.nodes[1].kill()
        await playing
        assert at(people) == {url}
        back = [one.client for one in stage.people if one.client.joins > 1]
        assert len(back) == len(cast.everyone) // 2
        # By their tokens: nobody needed the whole view again.
        assert {client.fetches for client in back} == {1}
        verdict = await verdict_of(
            stage, script.ending(cast), people.browsers["m1"], None, terms.clock
        )
        assert verdict.right, verdict.checks
