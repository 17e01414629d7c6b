"""The extreme package: five members × 119 bids × 20 items, 11,900 cells, typed one by one.

    ./dev bench opening [--bids N] [--items N] [--folder PATH] [--profile]

How long until a cold node shows a view, with and without a snapshot, and what a command costs as
the cells fill up and the history grows: the two must not depend on each other. Everything runs
through whole rooms on a real SQLite ledger, flushed to the disk.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from bench.rooms import act, cell, extreme, means_on, reviewed
from evalroom.identity.keys import KeyRing
from evalroom.identity.principal import Principal
from evalroom.room import Room, Rooms
from evalroom.room.loading import save
from evalroom.storage.ledger_sqlite import SqliteLedger
from tests.sessions.cast import ACCOUNTS

SAMPLE = 300
"""Commands in a row that one figure is the median of."""


class Cost(NamedTuple):
    """What a command cost at a point of the session: medians, in microseconds."""

    entries: int
    filled: float
    wall: float
    loop: float


class Figures(NamedTuple):
    """What was found: costs as the package fills up, and ms to open, view and encode, by way."""

    costs: list[Cost]
    openings: dict[str, list[float]]


async def fill(room: Room, bids: int, items: int, at_once: int = 1) -> list[Cost]:
    """Type every cell, `at_once` in a command; look at the cost at 1 %, 50 % and 99 % and in
    between.
    """
    rows = [
        (member, [cell(f"B{bid}", f"t{item}", "1.5") for item in range(first, first + at_once)])
        for bid in range(1, bids + 1)
        for first in range(1, items + 1, at_once)
        for member in ACCOUNTS
    ]
    looked = {int(len(rows) * part) for part in (0.01, 0.25, 0.5, 0.75)}
    looked.add(min(int(len(rows) * 0.99), len(rows) - SAMPLE))
    found: list[Cost] = []
    walls: list[float] = []
    loops: list[float] = []
    for place, (member, cells) in enumerate(rows):
        wall, loop = time.perf_counter(), time.thread_time()
        await act(room, member, "EnterScores", cells=cells)
        walls.append(time.perf_counter() - wall)
        loops.append(time.thread_time() - loop)
        if place + 1 - SAMPLE in looked:
            medians = (statistics.median(each[-SAMPLE:]) * 1e6 for each in (walls, loops))
            found.append(Cost(room.head.seq, (place + 1) / len(rows), *medians))
    return found


async def opened(ledger: SqliteLedger, keys: KeyRing, session: str) -> tuple[Room, list[float]]:
    """A room on a node that never heard of the session; ms to open it, to view, to encode."""
    gc.collect()
    rooms = Rooms(means_on(ledger, keys))
    times = [time.perf_counter()]
    room = await rooms.open(session)
    times.append(time.perf_counter())
    view = room.view(room.audience(Principal(id="ada", device="device-ada")))
    times.append(time.perf_counter())
    msgspec.json.encode(view)
    times.append(time.perf_counter())
    await rooms.close(spread_ms=0)
    return room, [(end - start) * 1e3 for start, end in pairwise(times)]


async def measured(
    bids: int, items: int, folder: Path, *, at_once: int = 1, profile: bool = False
) -> Figures:
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    ledger = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
    rooms = Rooms(means_on(ledger, keys))
    room = await reviewed(rooms, extreme(bids, items))
    costs = await fill(room, bids, items, at_once)
    if profile:
        await profiled(ledger, keys, room)
    openings = {}
    for name in ("from the beginning", "from a snapshot"):
        runs = []
        for _ in range(5):
            await save(ledger, room._recorder.standing)
            if name == "from the beginning":
                forget_snapshots(ledger)
            cold, times = await opened(ledger, keys, room.id)
            assert cold.session == room.session
            runs.append(times)
        openings[name] = [statistics.median(each) for each in zip(*runs, strict=True)]
    await rooms.close(spread_ms=0)
    await ledger.close()
    return Figures(costs, openings)


async def profiled(ledger: SqliteLedger, keys: KeyRing, room: Room) -> None:
    """Where an opening from the beginning spends its time."""
    forget_snapshots(ledger)
    profile = cProfile.Profile()
    profile.enable()
    await opened(ledger, keys, room.id)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(20)


def forget_snapshots(ledger: SqliteLedger) -> None:
    ledger._file.writer.execute("delete from snapshot")


def report(found: Figures) -> None:
    print(f"{'entries':>8} {'filled':>7} {'us to the answer':>17} {'us CPU of the loop':>19}")
    for cost in found.costs:
        print(f"{cost.entries:8,} {cost.filled:7.0%} {cost.wall:17.0f} {cost.loop:19.0f}")
    print("\nms on a cold node         open    view  encode")
    for name, times in found.openings.items():
        print(f"{name:20}  " + " ".join(f"{each:7.1f}" for each in times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bids", type=int, default=119)
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    parser.add_argument("--profile", action="store_true", help="where an opening's time goes")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        measure = measured(chosen.bids, chosen.items, Path(here), profile=chosen.profile)
        report(asyncio.run(measure))


if __name__ == "__main__":
    main()
