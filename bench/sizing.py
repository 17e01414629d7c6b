"""What a session costs a node: the unit costs that docs/operations.md plans machines with.

    ./dev bench sizing [--sessions N] [--watched N] [--seconds S] [--speed X] [--folder PATH]

A node runs in a process of its own, as an operator starts it, and only that process is measured:
its CPU, its memory, its files. A session has 5 members, 10 bids and 30 items, 1,500 cells. First a
row of log-ins; then whole evaluations, held quickly by simulated people; then sessions in which
everybody is present and nobody does anything, because that is what most of five hours is.
"""

import argparse
import asyncio
import signal
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from bench.peers.processes import cpu_of, memory_of
from bench.rooms import act, cell, means_on, reviewed
from evalroom.clock import SystemClock
from evalroom.identity.keys import KeyRing
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.cast import apart, cast_of
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.desk import Desk, desk_at
from evalroom.rehearsal.drill import (
    SESSIONS_PER_TROUPE,
    Terms,
    Troupe,
    held,
    opened,
    stage_of,
    troupe as engaged,
)
from evalroom.rehearsal.ensemble import Script, script_of
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.room import Rooms
from evalroom.sessions.tender.model import Criterion, Tender
from evalroom.storage.ledger_sqlite import SqliteLedger
from tests.cli.serving import OFFICES, PASSWORD, Served, prepared, serving
from tests.sessions.cast import small_tender
from tests.valkey import free_port

BIDS, ITEMS = 10, 28
LOG_INS = 10
EDITS = 1_000
JOINS_AT_ONCE = 8


class Reading(NamedTuple):
    """What the node has used so far: CPU seconds, and now: memory in KB."""

    cpu: float
    memory: float


class Node:
    """The measured process."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def read(self) -> Reading:
        return Reading(cpu_of(self._pid), memory_of(self._pid))


def ordinary() -> Tender:
    """10 bids and 30 items: one to pass, 28 to score, one that all must agree on."""
    points = Decimal(56) / ITEMS
    return small_tender(
        bids=BIDS,
        criteria=(
            Criterion("q1", "conformity", "报价唯一", "pass_fail"),
            *(
                Criterion(
                    f"t{n}", "technical", f"方案 {n}", "range",
                    points=points, interval=Decimal("0.5"),
                )
                for n in range(1, ITEMS + 1)
            ),
            Criterion(
                "b1", "business", "业绩", "range", points=Decimal(24), objective="each_then_match"
            ),
        ),
    )  # fmt: skip


@asynccontextmanager
async def seated(
    desk: Desk, url: str, script: Script, sessions: int
) -> AsyncIterator[list[tuple[Troupe, str]]]:
    """New sessions with everybody logged in; people take part in several, as in a rehearsal."""
    async with AsyncExitStack() as stack:
        found: list[tuple[Troupe, str]] = []
        while len(found) < sessions:
            prefix = f"sizing{time.monotonic_ns()}-"
            tender = apart(script.tender, prefix)
            cast = cast_of(tender, prefix)
            passwords = {part.login: PASSWORD for part in cast.everyone}
            people = await stack.enter_async_context(engaged(desk, url, cast, passwords))
            entered = await desk.enter_tender(tender)
            count = min(SESSIONS_PER_TROUPE, sessions - len(found))
            found += [(people, await opened(desk, entered, people)) for _ in range(count)]
        yield found


async def log_ins(node: Node, url: str) -> None:
    """One after the other: what a password costs whoever checks it."""
    before = node.read()
    for _ in range(LOG_INS):
        async with Browser(url) as browser:
            await browser.log_in(OFFICES[0], PASSWORD)
    print(f"a log-in                    {per(node.read().cpu - before.cpu, LOG_INS):8.1f} ms CPU")


async def evaluations(node: Node, terms: Terms, everyone: Sequence[tuple[Troupe, str]]) -> None:
    """Sessions from check-in to the signed report, side by side."""
    stages = [stage_of(terms, people, session) for people, session in everyone]
    before = node.read()
    verdicts = await asyncio.gather(
        *(held(terms, people, stage) for (people, _), stage in zip(everyone, stages, strict=True))
    )
    after = node.read()
    assert all(verdict.right for verdict in verdicts)
    commands = sum(len(one.client.latencies) for stage in stages for one in stage.people)
    print(f"a session, start to end     {per(after.cpu - before.cpu, len(stages)):8.0f} ms CPU, "
          f"{commands / len(stages):.0f} commands")  # fmt: skip
    print(f"a command                   {per(after.cpu - before.cpu, commands):8.2f} ms CPU, "
          "with its share of joins, views and report")  # fmt: skip
    print(f"a session that was held     {(after.memory - before.memory) / len(stages):8.0f} KB, "
          "until its room is let go")  # fmt: skip


async def silence(node: Node, everyone: Sequence[tuple[Troupe, str]], seconds: float) -> None:
    """Everybody has joined, nobody speaks: marks, pings, leases and timers remain."""
    empty = node.read()
    clients = [
        Client(browser, session)
        for people, session in everyone
        for browser in people.browsers.values()
    ]
    for first in range(0, len(clients), JOINS_AT_ONCE):
        await asyncio.gather(*(client.join() for client in clients[first : first + JOINS_AT_ONCE]))
    before, began = node.read(), time.monotonic()
    await asyncio.sleep(seconds)
    after, took = node.read(), time.monotonic() - began
    sessions, sockets = len(everyone), len(clients)
    share = (after.cpu - before.cpu) / took / sessions
    print(f"a present, silent session   {share * 1e3:8.2f} ms CPU a second, "
          f"{sockets / sessions:.0f} sockets: {share * 3600:.1f} s an hour")  # fmt: skip
    print(f"its room and sockets        {(after.memory - empty.memory) / sessions:8.0f} KB")
    await asyncio.gather(*(client.leave() for client in clients))


async def edits(folder: Path) -> None:
    """Cells entered one by one, as a browser saves them: what each adds to the ledger's file."""
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    path = folder / "ledger.sqlite"
    session, sizes = "", []
    for count in (0, EDITS):
        ledger = await SqliteLedger.open(path, keys.at_rest)
        rooms = Rooms(means_on(ledger, keys))
        room = await (rooms.open(session) if session else reviewed(rooms, ordinary()))
        session = room.id
        for turn in range(count):
            # Each bid with each second item; then all of them again, with another value.
            bid, item = f"B{turn % BIDS + 1}", f"t{turn % ITEMS + 1}"
            value = f"{turn // 140 % 4 / 2:g}"
            await act(room, "ada", "EnterScores", cells=[cell(bid, item, value)])
        await rooms.close(spread_ms=0)
        await ledger.close()
        sizes.append(path.stat().st_size)
    print(f"ledger, a cell by itself    {(sizes[1] - sizes[0]) / EDITS:8.0f} bytes")


def size_of(folder: Path) -> float:
    """KB of the ledger, without the room that its file has in reserve."""
    with closing(sqlite3.connect(f"file:{folder / 'ledger.sqlite'}?mode=ro", uri=True)) as ledger:
        (taken,) = ledger.execute("select sum(pgsize) from dbstat").fetchone()
    return float(taken) / 1024


def per(seconds: float, count: int) -> float:
    """Milliseconds each."""
    return 1000 * seconds / count


@asynccontextmanager
async def fresh(chosen: argparse.Namespace) -> AsyncIterator[tuple[Node, Desk, Served, Path]]:
    """A node in a folder of its own, so that one measurement leaves nothing to the next."""
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        folder = Path(here)
        await prepared(folder)
        async with serving(folder, free_port()) as served:
            offices = [(office, PASSWORD) for office in OFFICES]
            listening = asyncio.create_task(read_off(served.process))
            async with desk_at(served.url, offices) as desk:
                yield Node(served.process.pid), desk, served, folder
            served.process.send_signal(signal.SIGTERM)
            await listening
            await served.process.wait()


async def read_off(process: asyncio.subprocess.Process) -> None:
    """Take what a node logs: one that nobody listens to waits as soon as the pipe is full."""
    assert process.stderr is not None
    while await process.stderr.read(1 << 16):
        pass


async def measure(chosen: argparse.Namespace) -> None:
    script = script_of(ordinary(), SCENARIOS["usual"], 1)
    async with fresh(chosen) as (node, desk, served, _):
        print(f"a node with nothing to do   {node.read().memory:8,.0f} KB")
        await log_ins(node, served.url)
        async with seated(desk, served.url, script, chosen.watched) as everyone:
            await silence(node, everyone, chosen.seconds)
    async with fresh(chosen) as (node, desk, served, folder):
        async with seated(desk, served.url, script, chosen.sessions) as everyone:
            await evaluations(node, Terms(script, SystemClock(), chosen.speed), everyone)
        print(f"ledger, a session           {size_of(folder) / chosen.sessions:8.0f} KB for good")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        await edits(Path(here))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=8, help="held from start to end")
    parser.add_argument("--watched", type=int, default=24, help="present and silent")
    parser.add_argument("--seconds", type=float, default=30.0, help="of silence")
    parser.add_argument("--speed", type=float, default=4.0, help="of the simulated people")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    chosen = parser.parse_args()
    asyncio.run(measure(chosen))


if __name__ == "__main__":
    main()
