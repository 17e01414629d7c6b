"""The ledger against the disk and against stores of the usual kind, in one run.

    ./dev bench ledger [--rows N] [--repeats N] [--folder PATH]

Rows a second, time from append to answer (p50 and p99, ms) and CPU of the whole process a row, for
1, 12 and 200 appends at once over 1,000 sessions. `limit` is a loop that appends the same bytes to
a file and flushes them, one at a time: what the disk allows to whoever flushes once a row. `floor`
is what SQLite asks for our table, 200 rows a transaction, without anybody to answer. The lines are
medians of interleaved repeats; compare them within a run only.
"""

import argparse
import asyncio
import gc
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.peers.ledger import (
    SESSIONS,
    Actor,
    Figures,
    ScoresEntered,
    cpu_seconds,
    entries,
    floor,
    limit,
    ours,
    plain,
    sqlalchemy,
)
from evalroom.identity.keys import KeyRing
from evalroom.storage import (
    blobs,
    group_commit,
    ledger,
    records,
    sqlite_appends,
    sqlite_file,
    sqlite_readers,
)
from evalroom.storage.chain import check
from evalroom.storage.entry import GENESIS
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.storage.records import Records

CROWDS = (1, 12, 200)


def compared(rows: int, repeats: int, folder: Path) -> dict[tuple[str, int], list[Figures]]:
    stores = {"EvalRoom": ours, "sqlite3, commit a command": plain, "SQLAlchemy Core": sqlalchemy}
    found: dict[tuple[str, int], list[Figures]] = {}
    for _ in range(repeats):
        for size in CROWDS:
            # A lone worker waits for the disk each time: fewer rows say as much.
            work = entries(rows if size > 1 else min(rows, 5 * SESSIONS))
            flat = [entry for session in work for entry in session]
            # The waiting entries are the bench's own: no store pays for walking over them.
            gc.collect()
            gc.freeze()
            with tempfile.TemporaryDirectory(dir=folder) as here:
                found.setdefault(("limit: write, fdatasync", 1), []).append(
                    limit(Path(here), flat[:3_000])
                )
            if size == max(CROWDS):
                with tempfile.TemporaryDirectory(dir=folder) as here:
                    found.setdefault(("floor: SQLite alone", size), []).append(
                        floor(Path(here), work)
                    )
            for name, store in stores.items():
                share = work if store is ours else [session[:5] for session in work]
                with tempfile.TemporaryDirectory(dir=folder) as here:
                    measured = asyncio.run(store(Path(here), size, share))
                found.setdefault((name, size), []).append(measured)
            gc.unfreeze()
    return found


def median(several: Sequence[Figures]) -> Figures:
    each = zip(*(vars(figures).values() for figures in several), strict=True)
    return Figures(*map(statistics.median, each))


async def reading(folder: Path) -> None:
    """What opening a room costs: read, unseal, check the chain, decode."""
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    store = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
    (history,) = entries(10_000, sessions=1)
    reader: Records[Actor, ScoresEntered] = Records(Actor, ScoresEntered)
    for entry in history:
        await store.append(entry, None)
    session = history[0].session
    began, after, cpu = time.perf_counter(), GENESIS, cpu_seconds()
    while page := await store.read(session, after.seq):
        after = check(page, session, after)
        for entry in page:
            reader.read(entry)
    took, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    await store.close()
    count = len(history)
    print(
        f"\nopening a room of {count:,} entries: {count / took:,.0f} entries/s "
        f"({took * 1e3:.0f} ms; CPU {cpu / count * 1e6:.1f} us each: read, unseal, check, decode)"
    )


def composing() -> None:
    """What the loop pays before an append: canonical JSON, salts, leaves, the new head."""
    cpu = cpu_seconds()
    count = sum(map(len, entries(20_000)))
    print(f"composing an entry of one event: {(cpu_seconds() - cpu) / count * 1e6:.1f} us CPU")


def limits() -> None:
    print("\nlimits")
    shown = ("MAX_", "BUSY_", "WAL_", "READERS", "PIECE")
    for module in (
        ledger,
        records,
        group_commit,
        sqlite_appends,
        sqlite_file,
        sqlite_readers,
        blobs,
    ):
        own = set(vars(module)) if module is ledger else set(vars(module)) - set(vars(ledger))
        place = module.__name__.removeprefix("evalroom.storage.")
        for name in sorted(each for each in own if each.startswith(shown)):
            print(f"  {place:15} {name:18} {getattr(module, name):>15,}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    chosen = parser.parse_args()
    print(f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, {chosen.repeats} repeats\n")
    print(f"{'store':28} {'at once':>7} {'rows/s':>9}  {'p50 ms':>7}  {'p99 ms':>7}  {'CPU us':>7}")
    found = compared(chosen.rows, chosen.repeats, chosen.folder)
    for (name, size), several in sorted(found.items(), key=lambda item: item[0][1]):
        print(f"{name:28} {size:7} {median(several)}")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        asyncio.run(reading(Path(here)))
    composing()
    limits()


if __name__ == "__main__":
    main()
