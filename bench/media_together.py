"""A node that does everything at once: what it costs, how late pictures are, and what pictures and
commands cost each other.

    ./dev bench media_together [--seconds N] [--publishers N] [--walls N] [--rate N] [--loop NAME]

One process takes in seats with camera (VP8, 640x360, 15 a second, 400 kbit/s) and microphone,
records and diagnoses all of them, and shows every camera on every wall, whose pages acknowledge
five times a second. Beside it members of other sessions enter scores at an even pace, durably, with
12 sockets a session. Lateness is from the moment a frame was whole at the server until it was read
by the viewer, of a command until its author had heard of it. Three times are measured: commands
alone, pictures alone, both.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from bench.peers.processes import Process, python
from bench.state_parts.callers import Callers
from bench.state_parts.plays import PLAYS, Meeting

RATE = 15
WARM_SECONDS = 3.0

MOST_LATE = 2.0
"""Milliseconds, of 99 in 100 pictures."""

MOST_OF_A_CORE = 35.0
"""Percent, for 60 publishers and 600 pictures at once."""

LEAST_SEEN = 0.97
"""Of the pictures: less, and this machine had no time for all of them."""


@dataclass(frozen=True)
class Load:
    """How much of everything."""

    seconds: float
    publishers: int = 60
    walls: int = 10
    sessions: int = 24
    rate: float = 100.0
    """Commands a second."""

    @property
    def shown(self) -> int:
        """Pictures that are shown at the same time."""
        return self.publishers * self.walls


@dataclass(frozen=True)
class Late:
    """Milliseconds."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"{self.p50:.2f} / {self.p99:.2f} ms"


@dataclass(frozen=True)
class Time:
    """One measurement: percent of a core, lateness, the share of the pictures that came; zeros for
    what was not there.
    """

    core: float
    pictures: Late = Late(0.0, 0.0)
    seen: float = 0.0
    commands: Late = Late(0.0, 0.0)


@contextmanager
def house(load: Load, loop: str) -> Iterator[tuple[Process, int, list[Meeting], Path]]:
    """The node in a process of its own; its port, its sessions, its folder."""
    with tempfile.TemporaryDirectory() as name:
        words = [name, "--loop", loop, "--sessions", str(load.sessions)]
        server = python("eyes", *words)
        try:
            port, meetings = msgspec.json.decode(server.told(), type=tuple[int, list[Meeting]])
            yield server, port, meetings, Path(name)
        finally:
            server.kill()


@contextmanager
def people(load: Load, port: int, folder: Path) -> Iterator[tuple[Process, Process]]:
    """Publishers, and viewers whose walls show everything."""
    with ExitStack() as stack:
        publishers = python("eyes_publishers", str(port), str(load.publishers))
        stack.callback(publishers.kill)
        publishers.told()
        numbers = (str(number) for number in (port, load.walls, load.publishers))
        viewers = python("eyes_viewers", *numbers, folder / "stamps")
        stack.callback(viewers.kill)
        viewers.told()
        yield publishers, viewers


def measured(load: Load, loop: str) -> tuple[Time, Time, Time]:
    """Commands alone, pictures alone, both."""
    with house(load, loop) as (server, port, meetings, folder):
        with closing(Callers([port], meetings, PLAYS["scores"])) as callers:
            alone = _time(server, load, callers)
            with people(load, port, folder) as (_, viewers):
                time.sleep(WARM_SECONDS)
                pictures = _time(server, load, viewers=viewers)
                return alone, pictures, _time(server, load, callers, viewers)


def _time(
    server: Process, load: Load, callers: Callers | None = None, viewers: Process | None = None
) -> Time:
    if viewers is not None:
        viewers.ask("figures")
    began, before = time.monotonic(), server.cpu()
    if callers is None:
        time.sleep(load.seconds)
    else:
        callers.paced(load.rate, load.seconds)
    took, used = time.monotonic() - began, server.cpu() - before
    found = Time(100 * used / took)
    if viewers is not None:
        told = json.loads(viewers.ask("figures"))
        pictures = Late(told["p50"], told["p99"])
        seen = told["frames"] / (load.shown * RATE * took)
        found = replace(found, pictures=pictures, seen=seen)
    if callers is not None:
        callers.settle()
        cuts = statistics.quantiles(callers.delays, n=100)
        found = replace(found, commands=Late(cuts[49] * 1e3, cuts[98] * 1e3))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--publishers", type=int, default=60)
    parser.add_argument("--walls", type=int, default=10)
    parser.add_argument("--rate", type=float, default=100, help="commands a second")
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    chosen = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    load = Load(chosen.seconds, chosen.publishers, chosen.walls, rate=chosen.rate)
    print(f"{os.cpu_count()} cores; others had {os.getloadavg()[0]:.1f} of them at the start")
    print(
        f"{'':16}{'% of a core':>12}{'pictures p50 / p99':>22}{'seen':>8}{'commands p50 / p99':>22}"
    )
    names = ("commands alone", "pictures alone", "both")
    for name, found in zip(names, measured(load, chosen.loop), strict=True):
        print(
            f"{name:16}{found.core:>12.1f}{found.pictures!s:>22}{found.seen:>8.1%}"
            f"{found.commands!s:>22}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
