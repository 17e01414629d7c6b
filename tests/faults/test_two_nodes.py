"""One session on two nodes: the database orders, the bus hints, and either may be gone a while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from evalroom.app import Node
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.people import Act, Person
from evalroom.rehearsal.stage import Played
from evalroom.rehearsal.verdict import verdict_of
from evalroom.room.recorder import Recorder
from evalroom.storage.entry import Head
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


AWAY_COMMANDS = 20
"""How many commands are answered while the bus is gone, in the middle of an evaluation."""


class Hesitant:
    """Plays his part as another would, and signs the report when he is told to: so long nothing is
    over, however fast the others are.
    """

    def __init__(self, person: Person) -> None:
        self.signs = False
        self._person = person

    def next(self, view: View) -> Act | None:
        act = self._person.next(view)
        return act if self.signs or act is None or act.name != "SignReport" else None

    def done(self, act: Act) -> None:
        self._person.done(act)


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
        member, last = stage.people[0], stage.people[1]
        last.person = hesitant = Hesitant(last.person)
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(stage.play())
            await becomes(lambda: bool(member.client.receipts))
            valkey.kill()
            await asyncio.gather(*map(until_down, buses))
            enough = answered(stage.people) + AWAY_COMMANDS
            await becomes(lambda: answered(stage.people) >= enough)
            await asyncio.to_thread(valkey.start)
            await asyncio.gather(*map(until_up, buses))
            assert not playing.done()
            hesitant.signs = True
        ending = people.terms.script.ending(people.people.cast)
        reader = people.people.browsers["m1"]
        trusted, clock = people.terms.trusted, people.terms.clock
        verdict = await verdict_of(stage, ending, reader, trusted, clock)
        assert verdict.right, verdict.checks
        await becomes(lambda: heads_at(nodes.first.node) == heads_at(nodes.second))
        assert len(heads_at(nodes.second)) == 1
        for played in stage.people:
            here, there = await views_at_both(nodes, played)
            assert here == there
        await stage.leave()
    assert [bus.dropped for bus in buses] == [0, 0]


async def becomes(found: Callable[[], bool]) -> None:
    """Come back when it is so; a test that waits in vain runs out of its time."""
    while True:
        if found():
            return
        await asyncio.sleep(0.02)


def heads_at(running: Node) -> dict[str, Head]:
    """Where each session stands on this node."""
    return {room.id: room.head for room in running.rooms.live()}


def answered(people: list[Played]) -> int:
    """How many commands have been committed and answered so far."""
    return sum(len(played.client.latencies) for played in people)
