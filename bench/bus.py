"""The bus over a real Valkey against redis-py and against what the parser allows, in one run.

    ./dev bench bus [--messages N] [--repeats N]

One process publishes messages of 200 bytes, another hears them, a Valkey is between. CPU of each
process a message; and from saying to hearing, p50 and p99 in microseconds, where there is time
between two messages. Ours are sealed and opened, the others' are not. `limit` writes finished
commands to a blocking socket, and parses what it reads without passing it on. The lines are medians
of interleaved repeats; compare them within a run only.
"""

import argparse
import asyncio
import multiprocessing
import os
import statistics
import tempfile
from dataclasses import astuple, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import hiredis
import redis

from bench.peers.bus import PAIRS, Ear, Load
from evalroom.bus.redis import limits
from tests.valkey import Valkey

_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Figures:
    """CPU a message in us, of who speaks and of who hears; delays in us."""

    speaking: float
    hearing: float
    p50: float
    p99: float


def hear(name: str, port: int, load: Load, parent: Connection) -> None:
    ear = Ear(load)
    used = asyncio.run(PAIRS[name][1](port, ear, lambda: parent.send("ready")))
    parent.send((used, sorted(ear.delays)))


def speak(name: str, port: int, load: Load, parent: Connection) -> None:
    parent.send(asyncio.run(PAIRS[name][0](port, load)))


def measured(name: str, port: int, load: Load) -> Figures:
    there, ours = _SPAWN.Pipe()
    hearing = _SPAWN.Process(target=hear, args=(name, port, load, ours), daemon=True)
    hearing.start()
    assert received(there, hearing) == "ready"
    away, theirs = _SPAWN.Pipe()
    speaking = _SPAWN.Process(target=speak, args=(name, port, load, theirs), daemon=True)
    speaking.start()
    said = received(away, speaking)
    heard, delays = received(there, hearing)
    hearing.join()
    speaking.join()
    each = 1e6 / load.messages
    at = [delays[len(delays) * part // 100] / 1e3 for part in (50, 99)] if delays else [0.0, 0.0]
    return Figures(said * each, heard * each, *at)


def received(pipe: Connection, process: multiprocessing.process.BaseProcess) -> Any:
    while not pipe.poll(1):
        if not process.is_alive():
            raise SystemExit("a process of the bench has failed")
    return pipe.recv()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    loads = [
        Load("100 a turn", chosen.messages, 100, 0),
        Load("4 a turn, 500 turns/s", chosen.messages // 50, 4, 0.002),
        Load("1 a turn, 500 turns/s", chosen.messages // 100, 1, 0.002),
    ]
    found: dict[tuple[str, str], list[Figures]] = {}
    with tempfile.TemporaryDirectory() as folder:
        # A subscriber may be far behind here; a real server would throw it out.
        server = Valkey(Path(folder), "--client-output-buffer-limit", "pubsub", "0", "0", "0")
        server.start()
        try:
            for _ in range(chosen.repeats):
                for load in loads:
                    for name in PAIRS:
                        figures = measured(name, server.port, load)
                        found.setdefault((load.name, name), []).append(figures)
        finally:
            server.stop()
    print(
        f"hiredis {hiredis.__version__}, redis-py {redis.__version__}, {os.cpu_count()} cores, "
        f"{chosen.repeats} repeats; CPU us a message, delay in us\n"
    )
    print(f"{'load':22} {'who':26} {'speaking':>8} {'hearing':>8} {'p50':>7} {'p99':>7}")
    for (load_name, name), several in found.items():
        figures = Figures(*map(statistics.median, zip(*map(astuple, several), strict=True)))
        delays = f"{figures.p50:7.0f} {figures.p99:7.0f}" if figures.p50 else ""
        print(f"{load_name:22} {name:26} {figures.speaking:8.2f} {figures.hearing:8.2f} {delays}")
    print("\nlimits")
    for limit in sorted(
        name for name in vars(limits) if name.isupper() and name != "MESSAGE_BYTES"
    ):
        print(f"  {limit:18} {getattr(limits, limit)!s:>12}")


if __name__ == "__main__":
    main()
