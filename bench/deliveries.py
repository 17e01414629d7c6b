"""What it costs to tell a room: CPU per delivery to a stock client, against peers and the limit.

1,008 sockets in 84 rooms of 12. Each round tells every room one event of some 170 bytes; in the
second column four events that happen in one tick. All servers run in this one run, one after the
other in each repeat; compare the ratios, not the times of two runs.

    ./dev bench deliveries
"""

import argparse
import multiprocessing
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from bench.peers.processes import NotRun, Process, compiled, node, python
from bench.peers.readers import read_all

ROOMS, SEATS = 84, 12
EVENTS = (1, 4)

# What the project promises (docs/decisions name the reasons): CPU in microseconds, and shares
# of what Node's own server takes in the same run.
MOST_CPU = {1: 7.0, 4: 2.5}
MOST_OF_NODE = 0.65


@dataclass
class Server:
    """One way of telling a room, in a process of its own."""

    name: str
    speaks: str
    start: Callable[[], Process]
    cpu: dict[int, list[float]] = field(default_factory=lambda: {events: [] for events in EVENTS})
    kilobytes: float = 0.0
    not_run: str = ""

    def open(self, readers: Connection, sockets: int) -> None:
        """Start it and connect all its readers."""
        try:
            self.process = self.start()
            port = int(self.process.told())
        except (NotRun, OSError, ValueError) as why:
            self.not_run = str(why) or "did not start"
            return
        before = self.process.memory()
        readers.send(("join", self.name, self.speaks, port, sockets))
        readers.recv()
        self.kilobytes = (self.process.memory() - before) / sockets

    def measure(self, readers: Connection, rounds: int, events: int, sockets: int) -> None:
        """Tell every room `events` events a round, and note the CPU per delivery."""
        deliveries = rounds * events * sockets
        before = self.process.cpu()
        readers.send(("drain", self.name, deliveries))
        self.process.ask(f"go {rounds} {events}")
        readers.recv()
        self.cpu[events].append((self.process.cpu() - before) / deliveries * 1e6)

    def median(self, events: int) -> float:
        return statistics.median(self.cpu[events])

    def close(self) -> None:
        if not self.not_run:
            self.process.kill()


def servers() -> list[Server]:
    """Ours, the peers, the limit."""
    return [
        Server("ours", "session", lambda: python("rooms_told", "ours")),
        Server("python-socketio", "plain", lambda: python("rooms_told", "stock")),
        Server("Node socket.io", "plain", lambda: node("socketio.mjs")),
        Server("limit: write(2) in C", "bytes",
               lambda: compiled("write_limit.c", str(ROOMS * SEATS))),
    ]  # fmt: skip


@contextmanager
def reading() -> Iterator[Connection]:
    """The process of all readers."""
    context = multiprocessing.get_context("spawn")
    readers, theirs = context.Pipe()
    process = context.Process(target=read_all, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that its end is heard here
    try:
        yield readers
    finally:
        process.terminate()
        process.join()


def measured(everyone: Sequence[Server], rounds: int, repeats: int) -> None:
    """All of them in turn, in each repeat."""
    sockets = ROOMS * SEATS
    try:
        with reading() as readers:
            for server in everyone:
                server.open(readers, sockets)
            for _ in range(repeats):
                for events in EVENTS:
                    for server in everyone:
                        if not server.not_run:
                            server.measure(readers, rounds, events, sockets)
    finally:
        for server in everyone:
            server.close()


def report(servers: Sequence[Server]) -> bool:
    """Print the table; whether the promises are kept."""
    figures = {
        server.name: {events: server.median(events) for events in EVENTS}
        for server in servers
        if not server.not_run
    }
    ours = figures["ours"]
    print(f"\n{'CPU us per delivery':34} {'one event':>10} {'four a tick':>12} {'KB/socket':>10}")
    for server in servers:
        if server.not_run:
            print(f"{server.name:34} not run: {server.not_run}")
            continue
        found = figures[server.name]
        told = "  ".join(f"{ours[events] / found[events]:.2f}" for events in EVENTS)
        print(
            f"{server.name:34} {found[1]:10.2f} {found[4]:12.2f} {server.kilobytes:10.1f}"
            f"   ours takes {told} of it"
        )
    kept = [(f"{events} at a time: at most {MOST_CPU[events]} us", ours[events] <= MOST_CPU[events])
            for events in EVENTS]  # fmt: skip
    if node := figures.get("Node socket.io"):
        kept.append((f"at most {MOST_OF_NODE} of Node's", ours[1] <= MOST_OF_NODE * node[1]))
    print()
    for promise, holds in kept:
        print(f"{'kept  ' if holds else 'BROKEN'}  {promise}")
    return all(holds for _, holds in kept)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    everyone = servers()
    measured(everyone, chosen.rounds, chosen.repeats)
    return 0 if report(everyone) else 1


if __name__ == "__main__":
    sys.exit(main())
