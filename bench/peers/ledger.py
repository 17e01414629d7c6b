"""The stores that `bench.ledger` compares, each driven the same way."""

import asyncio
import os
import random
import resource
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa

from evalroom.identity.keys import KeyRing
from evalroom.storage.entry import GENESIS, Entry, Head
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.storage.postgres_schema import migrate
from evalroom.storage.postgres_server import Server
from evalroom.storage.records import compose
from evalroom.storage.sqlite_file import SqliteFile
from tests.postgres import Database

SESSIONS = 1_000

Append = Callable[[Entry], Awaitable[Any]]
Work = Sequence[Sequence[Entry]]


class Actor(msgspec.Struct, frozen=True):
    principal: str
    device: str | None
    workstation: str | None


class ScoresEntered(msgspec.Struct, frozen=True, tag_field="type", tag="ScoresEntered"):
    member: str
    bid: str
    section: str
    cells: dict[str, str]


@dataclass
class Figures:
    rows_per_second: float
    p50: float
    p99: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.rows_per_second:9,.0f}  {self.p50:7.2f}  {self.p99:7.2f}  {self.cpu:7.1f}"


def entries(rows: int, sessions: int = SESSIONS) -> list[list[Entry]]:
    """For each session its entries, one command of one changed cell each."""
    chance = random.Random(1)
    actor = Actor("a0123456789ab", "d0123456789ab", "w0123456789ab")
    event = ScoresEntered("m1", "b1", "technical", {"t1": "18.50"})
    made: list[list[Entry]] = []
    for _ in range(sessions):
        session, head = chance.randbytes(16), GENESIS
        made.append([])
        for number in range(max(1, rows // sessions)):
            entry = compose(
                head,
                session,
                1_700_000_000_000 + number,
                actor,
                chance.randbytes(16),
                "EnterScores",
                [event],
                chance.randbytes,
            )
            head = Head(entry.seq, entry.head)
            made[-1].append(entry)
    return made


async def crowd(append: Append, size: int, work: Work) -> Figures:
    """`size` workers, each with its share of the sessions, taking turns between them."""
    times: list[float] = []

    async def worker(share: Sequence[Sequence[Entry]]) -> None:
        for turn in zip(*share, strict=True):
            for entry in turn:
                began = time.perf_counter()
                await append(entry)
                times.append(time.perf_counter() - began)

    began, cpu = time.perf_counter(), cpu_seconds()
    await asyncio.gather(*(worker(work[first::size]) for first in range(size)))
    took, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    return figures(times, took, cpu)


def figures(times: list[float], took: float, cpu: float) -> Figures:
    times.sort()
    p50, p99 = times[len(times) // 2] * 1e3, times[len(times) * 99 // 100] * 1e3
    return Figures(len(times) / took, p50, p99, cpu / len(times) * 1e6)


def cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def ours(folder: Path, size: int, work: Work) -> Figures:
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    store = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
    measured = await crowd(lambda entry: store.append(entry, None), size, work)
    await store.close()
    return measured


async def ours_on(database: Database, folder: Path, size: int, work: Work) -> Figures:
    """The same on PostgreSQL; its processes' own CPU is not counted."""
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    server = Server(database.address())
    await migrate(server)
    store = await PostgresLedger.open(server, keys.at_rest)
    measured = await crowd(lambda entry: store.append(entry, None), size, work)
    await store.close()
    return measured


async def pooled_on(database: Database, _: Path, size: int, work: Work) -> Figures:
    """asyncpg as most use it: a pool of 16, an insert and a transaction a command."""
    pool = await asyncpg.create_pool(database.address(), min_size=16, max_size=16)
    await pool.execute(PLAIN_TABLE.replace("blob", "bytea").replace("integer", "bigint"))
    insert = "insert into entry values ($1, $2, $3, $4, $5, $6)"
    measured = await crowd(lambda entry: pool.execute(insert, *row(entry)), size, work)
    await pool.close()
    return measured


async def plain(folder: Path, size: int, work: Work) -> Figures:
    """The standard library as most write it: one thread, one transaction a command."""
    db = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None, check_same_thread=False)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute(PLAIN_TABLE)
    thread = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()

    def insert(entry: Entry) -> None:
        db.execute("insert into entry values (?, ?, ?, ?, ?, ?)", row(entry))

    measured = await crowd(lambda entry: loop.run_in_executor(thread, insert, entry), size, work)
    thread.shutdown()
    db.close()
    return measured


async def sqlalchemy(folder: Path, size: int, work: Work) -> Figures:
    """SQLAlchemy Core, a connection from its pool and a transaction a command."""
    engine = sa.create_engine(f"sqlite:///{folder / 'alchemy.sqlite3'}")

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")

    with engine.begin() as connection:
        connection.execute(sa.text(PLAIN_TABLE))
    table = sa.Table("entry", sa.MetaData(), autoload_with=engine)
    threads = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()

    def insert(entry: Entry) -> None:
        with engine.begin() as connection:
            connection.execute(table.insert().values(row(entry)))

    measured = await crowd(lambda entry: loop.run_in_executor(threads, insert, entry), size, work)
    threads.shutdown()
    engine.dispose()
    return measured


def floor(folder: Path, work: Work) -> Figures:
    """SQLite alone: our table filled by `executemany`, 200 rows a transaction, nobody waiting."""
    file = SqliteFile(folder / "floor.sqlite3")
    rows = [
        (number, entry.seq, entry.at, entry.command_id, b"".join(entry.bodies), entry.head)
        for turn in zip(*work, strict=True)
        for number, entry in enumerate(turn)
    ]
    times: list[float] = []
    began, cpu = time.perf_counter(), cpu_seconds()
    for start in range(0, len(rows), 200):
        batch, then = rows[start : start + 200], time.perf_counter()
        file.writer.execute("begin immediate")
        file.writer.executemany(FLOOR_INSERT, batch)
        file.writer.execute("commit")
        times.extend([time.perf_counter() - then] * len(batch))
    took, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    file.close()
    return figures(times, took, cpu)


FLOOR_INSERT = (
    "insert into entry (session, seq, at, command_id, sealed, head) values (?, ?, ?, ?, ?, ?)"
)

PLAIN_TABLE = (
    "create table entry (session blob, seq integer, at integer, command_id blob, body blob, "
    "head blob, unique (session, seq), unique (session, command_id))"
)


def row(entry: Entry) -> tuple[Any, ...]:
    # The same bytes, left open: sealing is our own burden.
    body = b"".join((*entry.bodies, *entry.salts))
    return entry.session, entry.seq, entry.at, entry.command_id, body, entry.head


def limit(folder: Path, rows: Sequence[Entry]) -> Figures:
    """Append the bytes of a row to a file and flush them, one after the other."""
    file = os.open(folder / "limit", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    times: list[float] = []
    began, cpu = time.perf_counter(), cpu_seconds()
    for entry in rows:
        start = time.perf_counter()
        os.write(file, b"".join((*entry.bodies, *entry.salts)))
        os.fdatasync(file)
        times.append(time.perf_counter() - start)
    took, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    os.close(file)
    return figures(times, took, cpu)
