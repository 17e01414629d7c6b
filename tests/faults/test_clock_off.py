"""A node whose clock is not the database's takes no commands, says so, and serves when it is."""

import asyncio
import signal

import pytest

from tests.faults.author import Author, until
from tests.faults.processes import NodeProcess
from tests.faults.town import Open

BENT = ("-m", "tests.faults.bent_node", "serve")


async def until_ready_is(node: NodeProcess, status: int) -> str:
    while True:
        found, text = await node.readiness()
        if found == status:
            return text
        await asyncio.sleep(0.05)


@pytest.mark.slow(60)
@pytest.mark.rule("L74")
async def test_a_node_whose_clock_is_off_takes_no_commands_until_it_is_right(
    open_town: Open,
) -> None:
    town, session = open_town.town, await open_town.session()
    bent = town.node("bent", town.valkey.url, BENT)
    bent.start()
    try:
        said = await until_ready_is(bent, 503)
        assert '"missing":["clock"]' in said
        await _hold_and_go_on(open_town, session, bent)
    finally:
        bent.end()


async def _hold_and_go_on(open_town: Open, session: str, bent: NodeProcess) -> None:
    here = await open_town.author("supervisor", session, bent.url)
    there = await open_town.author("m1", session, open_town.town.urls[0])
    waiting = await _refused_for_now(here)
    # The others go on, and who sits at this node sees it.
    await there.give("CheckIn")
    await until(here, lambda: here.view["committee"]["m1"]["checked_in"])
    assert not waiting.done()
    bent.signal(signal.SIGUSR1)
    await until_ready_is(bent, 200)
    await waiting
    assert set(here.put_off) == {"ledger_unavailable"}
    bent.signal(signal.SIGUSR2)
    await until_ready_is(bent, 503)
    again = await _refused_for_now(here)
    again.cancel()
    assert there.view == await there.fresh()
    await here.leave()


async def _refused_for_now(author: Author) -> "asyncio.Task[None]":
    """A command that is under way, and has been put off once."""
    before = len(author.put_off)
    under_way = asyncio.create_task(author.give("RecordRemark", {"text": "时间不对"}))
    while len(author.put_off) == before:
        await asyncio.wait((under_way,), timeout=0.02)
        assert not under_way.done()
    return under_way
