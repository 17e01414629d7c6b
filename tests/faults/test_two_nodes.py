"""One session on two nodes: the database orders, the bus hints, and either may be gone a while."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evalroom.rehearsal.client import Client
from evalroom.rehearsal.stage import Played
from evalroom.rehearsal.verdict import verdict_of
from evalroom.room.recorder import Recorder
from tests.bus.redis_parts import until_down, until_up
from tests.faults.two_nodes import Pair, bus_of, pair, spread_company, views_at_both
from tests.postgres import Database
from tests.sessions.cast import small_tender
from tests.valkey import Valkey


@pytest.fixture
async def nodes(tmp_path: Path, database: Database, valkey: Valkey) -> AsyncIterator[Pair]:
    async with pair(tmp_path / "data", database, valkey) as both:
        yield both


async def until_seated(client: Client, member: str) -> None:
    while not client.view["committee"][member]["checked_in"]:
        await client.news()


async def until_shown(client: Client, **states: str) -> None:
    while not states.items() <= client.presence.items():
        await client.news()


@pytest.mark.slow(60)
@pytest.mark.rule("B21")
async def test_what_a_member_does_on_one_node_is_seen_on_the_other_by_a_hint_alone(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nobody looks into the ledger unasked: what is heard of is heard over the bus.
    monkeypatch.setattr(Recorder, "compare", lambda self: None)
    async with spread_company(nodes, small_tender()) as people:
        here, there = people.client("m1"), people.client("m2")
        assert here._browser.url != there._browser.url
        await asyncio.gather(here.join(), there.join())
        await asyncio.gather(here.send("CheckIn"), there.send("CheckIn"))
        for client in (here, there):
            await until_seated(client, "m1")
            await until_seated(client, "m2")
            await until_shown(client, m1="online", m2="online")
            assert client.view == await client.fresh()
            await client.leave()


@pytest.mark.slow(60)
@pytest.mark.rule("B21")
async def test_without_a_bus_the_other_node_sees_it_in_the_ledger_and_presence_is_unknown(
    nodes: Pair, valkey: Valkey
) -> None:
    valkey.kill()
    await asyncio.gather(*(until_down(bus_of(running)) for running in nodes.nodes))
    async with spread_company(nodes, small_tender()) as people:
        here, there = people.client("m1"), people.client("m2")
        await asyncio.gather(here.join(), there.join())
        await here.send("CheckIn")
        await until_seated(there, "m1")
        await until_shown(there, m1="unknown", m2="online")
        assert there.view == await there.fresh()
        await here.leave()
        await there.leave()


AWAY_SECONDS = 4.0
"""How long the bus is gone in the middle of an evaluation."""


@pytest.mark.slow(120)
@pytest.mark.rule("B21")
async def test_an_evaluation_on_two_nodes_ends_right_though_the_bus_is_gone_for_a_while(
    nodes: Pair, valkey: Valkey
) -> None:
    async with spread_company(nodes, small_tender(), "usual", speed=8.0) as people:
        stage = people.stage()
        urls = {played.client._browser.url for played in stage.people}
        assert urls == {running.url for running in nodes.nodes}
        buses = [bus_of(running) for running in nodes.nodes]
        playing = asyncio.create_task(stage.play())
        member = stage.people[0].client
        while not member.receipts:
            await asyncio.wait((playing,), timeout=0.05)
        valkey.kill()
        await asyncio.gather(*map(until_down, buses))
        before = answered(stage.people)
        await asyncio.wait((playing,), timeout=AWAY_SECONDS)
        assert not playing.done()
        assert answered(stage.people) > before
        await asyncio.to_thread(valkey.start)
        await asyncio.gather(*map(until_up, buses))
        assert not playing.done()
        await playing
        ending = people.terms.script.ending(people.people.cast)
        reader = people.people.browsers["m1"]
        trusted, clock = people.terms.trusted, people.terms.clock
        verdict = await verdict_of(stage, ending, reader, trusted, clock)
        assert verdict.right, verdict.checks
        for played in stage.people:
            here, there = await views_at_both(nodes, played)
            assert here == there
        heads = [{room.id: room.head for room in running.rooms.live()} for running in nodes.nodes]
        assert heads[0] == heads[1]
        assert len(heads[0]) == 1
        await stage.leave()
    assert [bus.dropped for bus in buses] == [0, 0]


def answered(people: list[Played]) -> int:
    """How many commands have been committed and answered so far."""
    return sum(len(played.client.latencies) for played in people)
