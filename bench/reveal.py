"""The reveal of an extreme package: what it costs, and how long it holds up the loop at a stretch.

    ./dev bench reveal [--bids N] [--items N] [--folder PATH] [--profile]

Five members × 119 bids × 20 items, with a reader of every audience. Closing the section counts all
cells up and shows all sheets to the whole committee.
"""

import argparse
import asyncio
import cProfile
import gc
import pstats
import tempfile
import time
from base64 import urlsafe_b64decode
from pathlib import Path

from bench.opening import fill
from bench.rooms import act, extreme, means_on, reviewed
from evalroom.identity.keys import KeyRing
from evalroom.room import Room, Rooms
from evalroom.storage.ledger_sqlite import SqliteLedger
from tests.room.parts import principal
from tests.sessions.cast import ACCOUNTS


class Listener:
    """A sink that knows how much it was told."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def write(self, frame: bytes) -> None:
        self.told.append(len(frame))

    def owed(self) -> int:
        return 0

    def bye(self, code: str, come_back: bool, retry_ms: int | None = None) -> None:
        assert code == "restart", f"a listener was told {code}"


def listening(room: Room) -> list[Listener]:
    """A reader of every audience."""
    found = []
    for account in room.session.seats.appointments:
        token = room.view(room.audience(principal(account)))["token"]
        found.append(Listener())
        room.join(principal(account), urlsafe_b64decode(token + "=="), found[-1])
    return found


async def watch(stretches: list[float]) -> None:
    """How late somebody else's turn comes, who wants one every millisecond."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        stretches.append(time.perf_counter() - began - 0.001)


async def reveal(room: Room, profile: cProfile.Profile | None) -> str:
    """Close the section that holds all cells."""
    listeners = listening(room)
    for member in ACCOUNTS:
        await act(room, member, "ClosePersonally", section="technical")
    told = [len(listener.told) for listener in listeners]
    stretches: list[float] = []
    gc.collect()
    watching = asyncio.get_running_loop().create_task(watch(stretches))
    await asyncio.sleep(0)
    began, cpu = time.perf_counter(), time.process_time()
    if profile is not None:
        profile.enable()
    await act(room, "m1", "CloseGroup", section="technical")
    if profile is not None:
        profile.disable()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    watching.cancel()
    sizes = [sum(each.told[known:]) for known, each in zip(told, listeners, strict=True)]
    longest = ", ".join(f"{each * 1e3:.1f}" for each in sorted(stretches)[:-4:-1])
    return (
        f"{took * 1e3:.0f} ms to the answer, others {longest} ms late at most;"
        f" {len(listeners)} audiences told {max(sizes):,} bytes at most"
    )


async def measured(chosen: argparse.Namespace, folder: Path) -> None:
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    ledger = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
    rooms = Rooms(means_on(ledger, keys))
    room = await reviewed(rooms, extreme(chosen.bids, chosen.items))
    await fill(room, chosen.bids, chosen.items, at_once=chosen.items)
    profile = cProfile.Profile() if chosen.profile else None
    print(await reveal(room, profile))
    if profile is not None:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
    await rooms.close(spread_ms=0)
    await ledger.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bids", type=int, default=119)
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    parser.add_argument("--profile", action="store_true", help="where the time goes")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        asyncio.run(measured(chosen, Path(here)))


if __name__ == "__main__":
    main()
