"""PostgreSQL crashes under load and comes back: commands wait meanwhile, and none is lost."""

import asyncio

import pytest

from tests.faults.author import at_work
from tests.faults.law import account_of, all_see_the_same
from tests.faults.town import Open

ROUNDS = 2


@pytest.mark.slow(60)
@pytest.mark.rule("R51")
async def test_a_database_that_crashes_makes_people_wait_and_loses_nothing(
    open_town: Open,
) -> None:
    town, session = open_town.town, await open_town.session()
    server = town.database.server
    people = await open_town.in_review(session)
    members = [people[f"m{n}"] for n in range(1, 6)]
    async with at_work(people) as work:
        for _ in range(ROUNDS):
            await work.each_gives()
            told = [len(member.put_off) for member in members]
            await asyncio.to_thread(server.stop, "immediate")
            await work.until(
                lambda told=told: all(  # type: ignore[misc]
                    len(member.put_off) > before
                    for member, before in zip(members, told, strict=True)
                )
            )
            for node in town.nodes:
                status, text = await node.readiness()
                assert status == 503
                assert '"ledger"' in text
            await asyncio.to_thread(server.start)
            # The nodes find it again by themselves, and whoever was refused asks again.
            await work.each_gives()
    assert {code for member in members for code in member.put_off} <= {"ledger_unavailable", "busy"}
    account = account_of(await town.ledger(session), people.values(), work.shifts)
    assert account.right, account
    assert account.repaired
    await all_see_the_same(people.values(), town.urls)
    # Nobody was sent away, or lost his link, for the database's sake.
    assert [person.away for person in people.values()] == [[]] * len(people)


@pytest.mark.slow(60)
@pytest.mark.rule("R51")
async def test_who_comes_in_while_the_database_is_gone_is_let_in_when_it_is_back(
    open_town: Open,
) -> None:
    town, session = open_town.town, await open_town.session()
    supervisor = await open_town.author("supervisor", session, town.door(0))
    server = town.database.server
    await asyncio.to_thread(server.stop, "immediate")
    await supervisor.cut()
    remark = asyncio.create_task(supervisor.give("RecordRemark", {"text": "数据库中断"}))
    done, _ = await asyncio.wait((remark,), timeout=1)
    assert not done
    await asyncio.to_thread(server.start)
    await remark
    assert supervisor.joins == 2
    assert supervisor.view == await supervisor.fresh()
