"""The ledger against the disk and against stores of the usual kind, in one run.

    ./dev bench ledger [--rows N] [--repeats N] [--folder PATH]

Rows a second, time from append to answer (p50 and p99, ms) and CPU of the whole process a row, for
1, 12 and 200 appends at once over 1,000 sessions. `limit` is a loop that appends the same bytes to
a file and flushes them, one at a time: what the disk allows to whoever flushes once a row. `floor`
is what SQLite asks for our table, 200 rows a transaction, without anybody to answer. PostgreSQL
runs on the same disk and the same cores and flushes every commit; its own CPU is not counted. The
lines are medians of interleaved repeats; compare them within a run only.
"""

import argparse
import asyncio
import gc
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path

from bench.peers.ledger import (
    SESSIONS,
    Actor,
    Figures,
    ScoresEntered,
    Work,
    cpu_seconds,
    entries,
    floor,
    limit,
    ours,
    ours_on,
    plain,
    pooled_on,
    sqlalchemy,
)
from evalroom.identity.keys import KeyRing
from evalroom.storage import (
    blobs,
    group_commit,
    ledger,
    postgres_line,
    postgres_readers,
    postgres_writer,
    records,
    sqlite_appends,
    sqlite_file,
    sqlite_readers,
)
from evalroom.storage.chain import check
from evalroom.storage.entry import GENESIS
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.storage.records import Records
from tests.postgres import Database, PostgresServer, postgres_server

CROWDS = (1, 12, 200)


Store = Callable[[Path, int, Work], Coroutine[None, None, Figures]]


def on_a_database(
    server: PostgresServer, store: Callable[[Database, Path, int, Work], Awaitable[Figures]]
) -> Store:
    """A store that is measured on a new database."""

    async def measured(folder: Path, size: int, work: Work) -> Figures:
        database = await asyncio.to_thread(server.create_database)
        figures = await store(database, folder, size, work)
        await asyncio.to_thread(database.drop)
        return figures

    return measured


def compared(
    rows: int, repeats: int, folder: Path, server: PostgresServer
) -> dict[tuple[str, int], list[Figures]]:
    whole: dict[str, Store] = {
        "EvalRoom on SQLite": ours,
        "EvalRoom on PostgreSQL": on_a_database(server, ours_on),
    }
    stores: dict[str, Store] = {
        **whole,
        "sqlite3, commit a command": plain,
        "SQLAlchemy Core, SQLite": sqlalchemy,
        "asyncpg, pool of 16": on_a_database(server, pooled_on),
    }
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
                share = work if name in whole else [session[:5] for session in work]
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
    shown = ("MAX_", "BUSY_", "WAL_", "READERS", "PIECE", "LINES", "WORTH_")
    for module in (
        ledger,
        records,
        group_commit,
        postgres_line,
        postgres_readers,
        postgres_writer,
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
    with postgres_server(durable=True, below=chosen.folder) as server:
        found = compared(chosen.rows, chosen.repeats, chosen.folder, server)
    for (name, size), several in sorted(found.items(), key=lambda item: item[0][1]):
        print(f"{name:28} {size:7} {median(several)}")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        asyncio.run(reading(Path(here)))
    composing()
    limits()


if __name__ == "__main__":
    main()
