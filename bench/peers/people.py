"""The people of whole evaluations: logged in at all nodes, they wait for a line, hold their
sessions and say what came of it.

`python -m bench.peers.people SESSIONS SPEED URL…`: prints a line of JSON when everybody is logged
in, and another one when all sessions are over.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from msgspec import Struct

from evalroom.cli.rehearse_file import PUBLISHED, case
from evalroom.clock import SystemClock
from evalroom.rehearsal.cast import apart, cast_of
from evalroom.rehearsal.desk import Desk, desk_at
from evalroom.rehearsal.drill import (
    SESSIONS_PER_TROUPE,
    Terms,
    Troupe,
    held,
    opened,
    stage_of,
    troupe,
)
from evalroom.rehearsal.ensemble import Script, script_of
from evalroom.rehearsal.load import Load, Meter
from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS
from tests.cli.serving import OFFICES, PASSWORD


class Seated(Struct):
    """How many people have logged in, and how long it took to make their accounts and do it."""

    people: int
    seconds: float


class Held(Struct):
    """What came of the sessions."""

    right: int
    seconds: float
    lost_links: int
    load: Load


async def play(sessions: int, speed: float, *urls: str) -> None:
    """From the first log-in to the last verdict."""
    script = script_of(case(PUBLISHED), SCENARIOS[DEFAULT], 1)
    terms = Terms(script, SystemClock(), speed)
    administrators = [(office, PASSWORD) for office in OFFICES]
    async with desk_at(urls[0], administrators, *urls[1:]) as desk:
        meter = Meter(terms.clock)
        async with seated(desk, urls, script, sessions) as everyone:
            browsers = {b for people, _ in everyone for b in people.browsers.values()}
            tell(Seated(len(browsers), meter.seconds))
            await asyncio.to_thread(sys.stdin.readline)
            tell(await hold(terms, everyone))


@asynccontextmanager
async def seated(
    desk: Desk, urls: tuple[str, ...], script: Script, sessions: int
) -> AsyncIterator[list[tuple[Troupe, str]]]:
    """New sessions with everybody logged in; people take part in several, as in a rehearsal."""
    async with AsyncExitStack() as stack:
        found: list[tuple[Troupe, str]] = []
        while len(found) < sessions:
            prefix = f"load-{sessions}-{len(found)}-"
            tender = apart(script.tender, prefix)
            cast = cast_of(tender, prefix)
            passwords = {part.login: PASSWORD for part in cast.everyone}
            coming = troupe(desk, urls[0], cast, passwords, *urls[1:])
            people = await stack.enter_async_context(coming)
            entered = await desk.enter_tender(tender)
            count = min(SESSIONS_PER_TROUPE, sessions - len(found))
            found += [(people, await opened(desk, entered, people)) for _ in range(count)]
        yield found


async def hold(terms: Terms, everyone: list[tuple[Troupe, str]]) -> Held:
    """All sessions side by side."""
    stages = [stage_of(terms, people, session) for people, session in everyone]
    meter = Meter(terms.clock)
    verdicts = await asyncio.gather(
        *(held(terms, people, stage) for (people, _), stage in zip(everyone, stages, strict=True))
    )
    clients = [one.client for stage in stages for one in stage.people]
    return Held(
        right=sum(verdict.right for verdict in verdicts),
        seconds=meter.seconds,
        lost_links=sum(client.joins - 1 for client in clients),
        load=meter.read(
            (seconds for client in clients for seconds in client.latencies),
            (seconds for stage in stages for seconds in stage.reached),
        ),
    )


def tell(what: Struct) -> None:
    print(msgspec.json.encode(what).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(play(int(sys.argv[1]), float(sys.argv[2]), *sys.argv[3:]))
