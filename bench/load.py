"""What whole evaluations cost: two nodes on one PostgreSQL and one Valkey, all of them processes of
their own, and the people in yet another one.

`./dev bench load`: rehearsals of 1, 16 and 60 sessions, one after the other. The people are spread
over both nodes, so that each session lives on both. CPU is read from the kernel, process by
process; how fast it is, the people measure, who on a machine of few cores are in the servers' way.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from bench.peers.people import Held, Seated
from bench.peers.processes import NotRun, Process, cpu_of, python
from tests.cli.serving import answering, prepared
from tests.postgres import Database, postgres_server
from tests.services import make_tables
from tests.valkey import Valkey, free_port

NODES: Final = 2

LINEAR: Final = 0.15
"""By how much the CPU of a session may differ from the step before and still count as the same."""

HEAD: Final = (
    ("sessions", 8), ("right", 7), ("commands", 8), ("wall s", 7), ("answer p50", 11), ("p99", 6),
    ("last seat p50", 14), ("p99", 6), ("nodes", 8), ("postgres", 9), ("valkey", 7),
    ("people", 7), ("log-ins", 8), ("wall s", 7), ("CPU ms", 7),
)  # fmt: skip


class Row(Struct):
    """One rehearsal. `cpu` in seconds by what was measured, `log_in_cpu` that of the nodes."""

    sessions: int
    seated: Seated
    held: Held
    log_in_cpu: float
    cpu: dict[str, float]

    @property
    def each(self) -> float:
        """CPU of all servers for one session."""
        return sum(self.cpu.values()) / self.sessions

    def line(self) -> str:
        load, held, seated = self.held.load, self.held, self.seated
        cells = [
            f"{self.sessions}", f"{held.right}/{self.sessions}", f"{load.commands}",
            f"{held.seconds:.0f}", f"{load.p50:.0f}", f"{load.p99:.0f}",
            f"{load.seat_p50:.0f}", f"{load.seat_p99:.0f}",
            *(f"{seconds / self.sessions:.3f}" for seconds in self.cpu.values()),
            f"{load.cpu / self.sessions:.3f}",
            f"{seated.people}", f"{seated.seconds:.1f}",
            f"{1000 * self.log_in_cpu / seated.people:.0f}",
        ]  # fmt: skip
        return " ".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, HEAD, strict=True))


class Servers:
    """The processes that are measured."""

    def __init__(self, nodes: list[Process], urls: list[str], postmaster: int, bus: int) -> None:
        self.urls = urls
        self._nodes = nodes
        self._postmaster = postmaster
        self._bus = bus

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far."""
        return {
            "nodes": sum(cpu_of(node.pid) for node in self._nodes),
            "postgres": cpu_of(self._postmaster),
            "valkey": cpu_of(self._bus),
        }


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Servers]:
    """Database, bus and nodes for the time of the block."""
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server(durable=True, below=folder))
        valkey = Valkey(folder / "valkey")
        stack.callback(valkey.stop)
        valkey.start()
        database = postgres.create_database()
        await make_tables(database)
        await prepared(folder / "data", database.address())
        urls = [f"http://127.0.0.1:{free_port()}" for _ in range(NODES)]
        nodes = [node(folder, database, valkey, url) for url in urls]
        for each in nodes:
            stack.callback(stop, each)
        await asyncio.gather(*map(answering, urls))
        yield Servers(nodes, urls, postgres.pid, valkey.pid)


def node(folder: Path, database: Database, valkey: Valkey, url: str) -> Process:
    listen = url.removeprefix("http://")
    settings = {
        "listen": listen,
        "metrics": "0",
        "data": str(folder / "data"),
        "database": database.address(),
        "bus": valkey.url,
        "log_level": "warning",
    }
    config = folder / f"{listen.replace(':', '-')}.toml"
    config.write_text("".join(f'{key} = "{value}"\n' for key, value in settings.items()))
    return Process([sys.executable, "-m", "evalroom", "serve", "--config", config])


def stop(process: Process) -> None:
    os.kill(process.pid, signal.SIGTERM)
    process.kill()


def rehearsed(servers: Servers, sessions: int, speed: float) -> Row:
    """One rehearsal, by people in a process of their own."""
    before = servers.cpu()
    people = python("people", str(sessions), str(speed), *servers.urls)
    try:
        seated = msgspec.json.decode(people.told(), type=Seated)
        begun = servers.cpu()
        held = msgspec.json.decode(people.ask("go"), type=Held)
        ended = servers.cpu()
    finally:
        people.kill()
    return Row(
        sessions,
        seated,
        held,
        log_in_cpu=begun["nodes"] - before["nodes"],
        cpu={name: ended[name] - begun[name] for name in ended},
    )


def growth(before: Row, row: Row) -> str:
    """Whether more sessions are more work by as much."""
    factor = row.each / before.each
    found = "as much" if abs(factor - 1) <= LINEAR else "less" if factor < 1 else "more"
    verdict = "linear" if found == "as much" else f"{found} than linear"
    return f"{before.sessions} → {row.sessions} sessions: a session costs × {factor:.2f}, {verdict}"


async def measure(chosen: argparse.Namespace, folder: Path) -> int:
    rows: list[Row] = []
    async with serving(folder) as servers:
        print(f"{NODES} nodes, {os.cpu_count()} cores, people {chosen.speed:g} × as fast as usual")
        print("times in ms, CPU of a session in s (nodes, postgres, valkey, people)")
        print(" ".join(f"{name:>{width}}" for name, width in HEAD), flush=True)
        for sessions in chosen.sessions:
            rows.append(await asyncio.to_thread(rehearsed, servers, sessions, chosen.speed))
            print(rows[-1].line(), flush=True)
    for before, row in pairwise(rows):
        print(growth(before, row))
    return 0 if all(row.held.right == row.sessions for row in rows) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 16, 60])
    parser.add_argument("--speed", type=float, default=1.0, help="of the simulated people")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        # Where PostgreSQL runs for somebody else, he must get through to his own folder.
        Path(here).chmod(0o711)
        try:
            return asyncio.run(measure(chosen, Path(here)))
        except NotRun as gone:
            print(f"the people: {gone}", file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
