"""All nodes are restarted one by one while an evaluation goes on."""

import asyncio
from typing import Any

import pytest

from evalroom.clock import SystemClock
from evalroom.rehearsal.drill import Terms, Troupe, stage_of
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.rehearsal.stage import Stage
from evalroom.rehearsal.verdict import verdict_of
from tests.faults.author import Author
from tests.faults.law import all_see_the_same
from tests.faults.town import Open

SPEED = 4.0
"""Everything else happens meanwhile, whatever a start takes; only the end waits for it."""

BACK_SECONDS = 8.0
"""A node that stops asks its people to come back within two seconds; the rest is a busy machine."""


class Patient(Author):
    """Somebody who does not close the session before all nodes are back."""

    restarted: asyncio.Event

    async def send(
        self, name: str, args: dict[str, Any] | None = None, seen: int | None = None
    ) -> dict[str, Any] | None:
        if name == "CloseSession":
            await self.restarted.wait()
        return await super().send(name, args, seen)


def seated(stage: Stage, people: Troupe, restarted: asyncio.Event) -> list[Patient]:
    """Everybody of a stage, with a client that keeps account."""
    clients = []
    for played in stage.people:
        key = played.part.key
        played.client = client = Patient(people.browsers[key], stage.session, key)
        client.restarted = restarted
        clients.append(client)
    return clients


@pytest.mark.slow(90)
@pytest.mark.rule("R52")
async def test_an_evaluation_ends_right_though_every_node_is_restarted_in_it(
    open_town: Open,
) -> None:
    town, restarted = open_town.town, asyncio.Event()
    script = script_of(town.tender, SCENARIOS["plain"], seed=1)
    terms = Terms(script, SystemClock(), SPEED, town.keys.signing.public)
    people = await open_town.troupe()
    stage = stage_of(terms, people, await open_town.session())
    clients = seated(stage, people, restarted)
    playing = asyncio.create_task(stage.play())
    while not (clients[0].joined and clients[0].view["me"]["committed"]):
        await asyncio.wait((playing,), timeout=0.05)
    for node in town.nodes:
        assert await node.stop() == 0
        node.start()
        await node.ready()
        assert not playing.done()
    restarted.set()
    await playing
    reader = people.browsers["m1"]
    verdict = await verdict_of(
        stage, script.ending(people.cast), reader, terms.trusted, terms.clock
    )
    assert verdict.right, verdict.checks
    await all_see_the_same(clients, town.urls)
    await stage.leave()
    away = [seconds for client in clients for seconds in client.away]
    assert len(away) >= len(clients)
    assert max(away) < BACK_SECONDS, away
    assert {goodbye for client in clients for goodbye in client.farewells} == {("restart", True)}
    # Their tokens carried them over: nobody had to fetch the view anew.
    assert [client.fetches for client in clients] == [1] * len(clients)
