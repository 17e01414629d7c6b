"""Nodes that race, and nodes that die: what was acknowledged is in the ledger, once."""

import asyncio

import pytest
from msgspec.structs import replace

from evalroom.rehearsal.client import Dismissed
from evalroom.sessions.refusals import Refused
from tests.faults.author import Author, at_work
from tests.faults.law import account_of, all_see_the_same
from tests.faults.town import Open, tender_of_a_town

ROUNDS = 3


@pytest.mark.slow(60)
@pytest.mark.rule("R7")
async def test_two_nodes_race_for_every_entry_and_none_is_lost_or_doubled(open_town: Open) -> None:
    town, session = open_town.town, await open_town.session()
    people = await open_town.in_review(session)
    async with at_work(people, pace=0.0) as work:
        await work.each_gives(25)
    account = account_of(await town.ledger(session), people.values(), work.shifts)
    assert account.right, account
    assert account.acknowledged > 125
    await all_see_the_same(people.values(), town.urls)


@pytest.mark.slow(60)
@pytest.mark.rule("R7")
async def test_a_cell_that_all_may_write_is_for_everybody_what_was_written_last(
    open_town: Open,
) -> None:
    shared = tender_of_a_town()
    item = replace(shared.criteria[0], objective="one_enters_all_confirm")
    shared = replace(shared, criteria=(item, *shared.criteria[1:]))
    town, session = open_town.town, await open_town.session(shared)
    people = await open_town.in_review(session)
    async with at_work(people, bids=("B1",), pace=0.0) as work:
        await work.each_gives(10)
    account = account_of(await town.ledger(session), people.values(), work.shifts)
    assert account.right, account
    await all_see_the_same(people.values(), town.urls)
    shown = [people[f"m{n}"].view["shared"]["conformity"]["B1"] for n in range(1, 6)]
    assert shown == [{"q1": "pass"}] * 5


@pytest.mark.slow(60)
@pytest.mark.rule("R7")
async def test_of_two_devices_at_two_nodes_one_gets_the_seat(open_town: Open) -> None:
    town, session = open_town.town, await open_town.session()
    for member in ("m1", "m2", "m3", "m4", "m5"):
        rivals = [
            await open_town.author(member, session, url, device)
            for device, url in enumerate(town.urls)
        ]
        won = await asyncio.gather(*map(takes_the_seat, rivals))
        assert sorted(won) == [False, True], member
    kinds = [body for entry in await town.ledger(session) for body in entry.bodies[1:]]
    assert sum(b'"type":"CheckedIn"' in body for body in kinds) == 5


async def takes_the_seat(rival: Author) -> bool:
    """Whether he got it; if not, because another device has."""
    try:
        async with asyncio.timeout(10):
            await rival.give("CheckIn")
    except (Refused, Dismissed) as sent_away:
        if sent_away.code != "other_device":
            raise
        return False
    return True


@pytest.mark.slow(60)
@pytest.mark.rule("R50")
async def test_a_node_that_is_killed_takes_nothing_along_that_was_acknowledged(
    open_town: Open,
) -> None:
    town, session = open_town.town, await open_town.session()
    people = await open_town.in_review(session)
    async with at_work(people) as work:
        for number in range(ROUNDS):
            await work.each_gives()
            node = town.nodes[number % 2]
            node.kill()
            # The other node has everybody now.
            await work.each_gives()
            await town.up()
        await work.each_gives()
    account = account_of(await town.ledger(session), people.values(), work.shifts)
    assert account.right, account
    assert account.repaired
    assert sum(len(person.away) for person in people.values()) >= 7 * ROUNDS // 2
    await all_see_the_same(people.values(), town.urls)
