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
from collections.abc import Sequence
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


async def fill(room: Room, bids: int, items: int) -> list[Cost]:
    """Type every cell, one a command; look at the cost at 1 %, 50 % and 99 % and in between."""
    cells = [
        (member, f"B{bid}", f"t{item}")
        for bid in range(1, bids + 1)
        for item in range(1, items + 1)
        for member in ACCOUNTS
    ]
    looked = {int(len(cells) * part) for part in (0.01, 0.25, 0.5, 0.75)}
    looked.add(min(int(len(cells) * 0.99), len(cells) - SAMPLE))
    found: list[Cost] = []
    walls: list[float] = []
    loops: list[float] = []
    for place, (member, bid, item) in enumerate(cells):
        wall, loop = time.perf_counter(), time.thread_time()
        await act(room, member, "EnterScores", cells=[cell(bid, item, "1.5")])
        walls.append(time.perf_counter() - wall)
        loops.append(time.thread_time() - loop)
        if place + 1 - SAMPLE in looked:
            medians = (statistics.median(each[-SAMPLE:]) * 1e6 for each in (walls, loops))
            found.append(Cost(room.head.seq, (place + 1) / len(cells), *medians))
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
    return room, [(end - start) * 1e3 for start, end in pairwise(times)]


async def measured(chosen: argparse.Namespace, folder: Path) -> None:
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    ledger = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
    rooms = Rooms(means_on(ledger, keys))
    room = await reviewed(rooms, extreme(chosen.bids, chosen.items))
    print(f"{'entries':>8} {'filled':>7} {'us to the answer':>17} {'us CPU of the loop':>19}")
    for cost in await fill(room, chosen.bids, chosen.items):
        print(f"{cost.entries:8,} {cost.filled:7.0%} {cost.wall:17.0f} {cost.loop:19.0f}")
    if chosen.profile:
        await profiled(ledger, keys, room)
    print("\nms on a cold node         open    view  encode")
    for name in ("from the beginning", "from a snapshot"):
        runs = []
        for _ in range(5):
            await save(ledger, room._recorder.standing)
            if name == "from the beginning":
                forget_snapshots(ledger)
            cold, times = await opened(ledger, keys, room.id)
            assert cold.session == room.session
            runs.append(times)
        print(f"{name:20}  {row(runs)}")
    await rooms.close(spread_ms=0)
    await ledger.close()


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


def row(runs: Sequence[Sequence[float]]) -> str:
    return " ".join(f"{statistics.median(each):7.1f}" for each in zip(*runs, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bids", type=int, default=119)
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    parser.add_argument("--profile", action="store_true", help="where an opening's time goes")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        asyncio.run(measured(chosen, Path(here)))


if __name__ == "__main__":
    main()
