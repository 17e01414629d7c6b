"""Two nodes under load while nodes are killed, PostgreSQL crashes and Valkey is gone: what was
acknowledged, and what of it is lost (nothing may be).

./dev bench faults [--kills 100] [--stops 20] [--redis 4] [--seed 1]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from evalroom.rehearsal.load import percentile
from tests.faults.author import Author, Work, at_work, seen_after
from tests.faults.law import Account, account_of, all_see_the_same
from tests.faults.town import Open, Town
from tests.postgres import postgres_server
from tests.services import make_tables
from tests.valkey import Valkey

AWAY_SECONDS = 4.0
"""How long Valkey is gone each time: the repair of presence and hints begins within it."""

CALM_SECONDS = 0.5
"""At most so long between two faults, beside what people need to be at work again."""

PACE_SECONDS = 0.1
"""Five members who each change a cell ten times a second are a committee in a great hurry."""

KINDS = {
    "kill": "a node is killed",
    "stop": "PostgreSQL crashes",
    "redis": "Valkey is gone",
}


@dataclass
class Course:
    """What has been done, and what was seen meanwhile; times in monotonic seconds."""

    faults: list[tuple[str, float]] = field(default_factory=list)
    back: list[float] = field(default_factory=list)
    """When PostgreSQL let people in again."""
    seen: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    """Seconds from an answer until somebody at the other node sees it; by whether Valkey ran."""
    bus_up: bool = True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--stops", type=int, default=20)
    parser.add_argument("--redis", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    plan = ["kill"] * chosen.kills + ["stop"] * chosen.stops + ["redis"] * chosen.redis
    chance = Random(chosen.seed)
    chance.shuffle(plan)
    print(f"seed {chosen.seed}: " + ", ".join(f"{plan.count(k)} × {KINDS[k]}" for k in KINDS))
    with tempfile.TemporaryDirectory() as folder, postgres_server(durable=True) as server:
        database = server.create_database()
        asyncio.run(make_tables(database))
        valkey = Valkey(Path(folder) / "valkey")
        valkey.start()
        town = Town(Path(folder) / "town", database, valkey)
        try:
            right = asyncio.run(hold(town, plan, chance))
        finally:
            town.end()
            valkey.stop()
    sys.exit(not right)


async def hold(town: Town, plan: list[str], chance: Random) -> bool:
    """Go through the plan and print what came out; whether the law held."""
    await town.furnish()
    async with town.open() as doors:
        session, beside = await doors.session(), await doors.session()
        people = await doors.in_review(session)
        course, began = Course(), time.monotonic()
        async with at_work(people, pace=PACE_SECONDS) as work, watched(doors, beside, course):
            for number, kind in enumerate(plan, 1):
                await asyncio.sleep(chance.random() * CALM_SECONDS)
                await work.each_gives(2)
                await happen(town, work, course, kind, chance)
                await spread(work, chance)
                if number % 10 == 0:
                    print(f"{number:4} faults, {time.monotonic() - began:4.0f} s", flush=True)
            await work.each_gives(2)
        await town.up()
        account = account_of(await town.ledger(session), people.values(), work.shifts)
        same = await _all_the_same(people.values(), town)
        report(account, list(people.values()), course, same, time.monotonic() - began)
        return account.right and same


async def happen(town: Town, work: Work, course: Course, kind: str, chance: Random) -> None:
    """Let one fault happen; come back when the node, or the server, is back."""
    course.faults.append((kind, time.monotonic()))
    if kind == "kill":
        chance.choice(town.nodes).kill()
        await work.each_gives(1)
        await town.up()
    elif kind == "stop":
        await asyncio.to_thread(town.database.server.stop, "immediate")
        await asyncio.to_thread(town.database.server.start)
        course.back.append(time.monotonic())
        await work.each_gives(1)
    else:
        course.bus_up = False
        town.valkey.kill()
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(town.valkey.start)
        course.bus_up = True


async def spread(work: Work, chance: Random) -> None:
    """Cut some lines: whoever comes back comes to the node that his door prefers, so that the next
    fault finds people at both.
    """
    authors = [shift.author for shift in work.shifts]
    await asyncio.gather(*(author.cut() for author in chance.sample(authors, len(authors) // 2)))


@asynccontextmanager
async def watched(doors: Open, session: str, course: Course) -> AsyncIterator[None]:
    """Measure all the time how long it takes from one node to the other."""
    here, there = doors.town.urls
    lead = await doors.author("agency_lead", session, here)
    reader = await doors.author("m1", session, there)
    watching = asyncio.create_task(_watch(lead, reader, course))
    try:
        yield
        if watching.done():
            watching.result()
    finally:
        watching.cancel()


async def _watch(lead: Author, reader: Author, course: Course) -> None:
    number = 0
    while True:
        before = course.bus_up, len(course.faults), lead.joins, reader.joins
        seconds = await seen_after(lead, reader, f"no. {number}")
        # What is measured is the bus: of a look during which something else broke nothing is said.
        if before == (course.bus_up, len(course.faults), lead.joins, reader.joins):
            course.seen[course.bus_up].append(seconds)
        number += 1
        await asyncio.sleep(PACE_SECONDS)


async def _all_the_same(people: Iterable[Author], town: Town) -> bool:
    try:
        await all_see_the_same(people, town.urls)
    except (AssertionError, TimeoutError):
        return False
    return True


def report(
    account: Account, people: list[Author], course: Course, same: bool, seconds: float
) -> None:
    """Print what came out."""
    entries = [given for person in people for given in person.given]
    delay = max(given.ended - given.began for given in entries)
    print(f"\n{len(course.faults)} faults in {seconds:.0f} s")
    for name in ("acknowledged", "lost", "doubled", "repaired"):
        print(f"{getattr(account, name):9,}  {name}")
    print(f"{delay:9.2f}  s worst delay of a command, from its first sending to its answer")
    print(f"{'equal' if same else 'UNEQUAL':>9}  views of everybody at both nodes; chain verified")
    print(f"\n{'seconds':44}     p50     p99   worst   times")
    lines = [("without a link", [away for person in people for away in person.away])]
    for kind, words in KINDS.items():
        times = [at for happened, at in course.faults if happened == kind]
        lines.append((f"to the next answer when {words}", _waits(people, times)))
    lines.append(("to the next answer when PostgreSQL is back", _waits(people, course.back)))
    lines += [("seen at the other node, with the bus", course.seen[True])]
    lines += [("seen at the other node, without it", course.seen[False])]
    for name, found in lines:
        if found:
            print(f"{name:44}{_spread(found)}{len(found):8,}")


def _waits(people: list[Author], times: list[float]) -> list[float]:
    """How long each member had to wait for his next answer, from each of these moments on."""
    found = []
    for person in people:
        answers = [given.ended for given in person.given if given.name == "EnterScores"]
        places = [(at, bisect_right(answers, at)) for at in times]
        found += [answers[place] - at for at, place in places if place < len(answers)]
    return found


def _spread(seconds: list[float]) -> str:
    ascending = sorted(seconds)
    return "".join(f"{percentile(ascending, share):8.3f}" for share in (50, 99, 100))


if __name__ == "__main__":
    main()
