"""What it costs to show a wall: CPU per viewer and second, against Node's `ws` and the limit.

One camera (VP8, 640x360, 15 frames a second, 400 kbit/s) and a thousand viewers, who acknowledge
every fifth frame. Then viewers who stop reading for 24 seconds: what they get of the past when
they go on, and what they cost the server's memory meanwhile. All servers run in this one run, one
after the other in each repeat; compare the ratios, not the times of two runs.

    ./dev bench media_wall
"""

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from bench.peers import wall_source
from bench.peers.processes import NotRun, Process, compiled, node, python

RATE = wall_source.RATE
NODE, LIMIT = "Node ws", "limit: write(2) in C"
HEALTHY = 20
ACK_EVERY = 5
SETTLE_SECONDS = 1.0

# What the project promises: shares of what the others take in the same run, and how much of the
# past somebody gets who has not read for a while.
MOST_OF_NODE = 0.85
MOST_OF_LIMIT = 1.6
MOST_STALE = 65_536


@dataclass
class Server:
    """One way of showing a wall, in a process of its own, with its viewers in another."""

    name: str
    speaks: str
    start: Callable[[int], Process]
    cpu: list[float] = field(default_factory=list)
    late: list[tuple[float, float]] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    not_run: str = ""

    def open(self, viewers: int, ack_every: int = ACK_EVERY) -> None:
        """Start it and connect its viewers."""
        try:
            self.process = self.start(viewers)
            port = self.process.told()
            self.viewers = python("wall_viewers", self.speaks, port, str(viewers), str(ack_every))
            assert self.viewers.told() == "ready"
            self.process.ask(f"play {RATE}")
        except NotRun as why:
            self.not_run = str(why)

    def measure(self, viewers: int, seconds: int) -> None:
        """Play so many seconds, and note the CPU microseconds per viewer and second of picture that
        arrived: on a busy machine viewers fall behind, and ours are then sent less.
        """
        self.viewers.ask("figures")
        before = self.process.cpu()
        self.process.ask(f"play {seconds * RATE}")
        time.sleep(SETTLE_SECONDS)
        used = self.process.cpu() - before
        told = json.loads(self.viewers.ask("figures"))
        self.cpu.append(used / told["frames"] * RATE * 1e6)
        self.late.append((told["p50"], told["p99"]))
        self.seen.append(told["frames"] / (viewers * seconds * RATE))

    def stall(self, viewers: int, seconds: int) -> tuple[list[int], float, float]:
        """Let all but a few stop reading: bytes of the past each gets afterwards, KB that each cost
        meanwhile, and which share of the frames the others saw.
        """
        stalled = viewers - HEALTHY
        self.process.ask(f"play {2 * RATE}")
        before = self.process.memory()
        self.viewers.ask(f"stall {stalled}")
        self.viewers.ask("figures")
        self.process.ask(f"play {seconds * RATE}")
        grown = (self.process.memory() - before) / stalled
        frames = json.loads(self.viewers.ask("figures"))["frames"]
        self.viewers.ask(f"resume {stalled}")
        self.process.ask(f"play {6 * RATE}")
        told = json.loads(self.viewers.ask(f"stale {stalled}"))
        if not all(frames for _, frames in told):
            raise NotRun("somebody saw nothing any more")
        return [stale for stale, _ in told], grown, frames / (HEALTHY * seconds * RATE)

    def close(self) -> None:
        for process in (getattr(self, "viewers", None), getattr(self, "process", None)):
            if process is not None:
                process.kill()


def servers() -> list[Server]:
    source = str(wall_source.source())
    return [
        Server("ours", "wall", lambda _: python("wall_ours", "asyncio")),
        Server("ours, uvloop", "wall", lambda _: python("wall_ours", "uvloop")),
        Server(NODE, "wall", lambda _: node("wall_ws.mjs", source)),
        Server(LIMIT, "plain", lambda n: compiled("wall_limit.c", source, str(n))),
    ]


def fan_out(
    viewers: int, seconds: int, repeats: int, ack_every: int, names: Collection[str] = ()
) -> list[Server]:
    """Measure them all, or those of these names, one after the other in each repeat."""
    running = [server for server in servers() if not names or server.name in names]
    try:
        for server in running:
            server.open(viewers, ack_every)
        for _ in range(repeats):
            for server in running:
                if not server.not_run:
                    server.measure(viewers, seconds)
    finally:
        for server in running:
            server.close()
    return running


def report(measured: list[Server]) -> dict[str, float]:
    """Print what they took; CPU by name."""
    cpu = {s.name: statistics.median(s.cpu) for s in measured if not s.not_run}
    print(
        f"\n{'CPU us per viewer-second':28} {'median':>8} {'least':>8} {'late p50/p99 ms':>16} seen"
    )
    for server in measured:
        if server.not_run:
            print(f"{server.name:28} not run: {server.not_run}")
            continue
        p50, p99 = (statistics.median(late) for late in zip(*server.late, strict=True))
        seen = statistics.mean(server.seen)
        print(
            f"{server.name:28} {cpu[server.name]:8.1f} {min(server.cpu):8.1f}"
            f" {p50:9.0f}/{p99:<6.0f} {seen:5.1%}"
            f"   ours takes {cpu['ours'] / cpu[server.name]:.2f} of it"
        )
    return cpu


@dataclass(frozen=True)
class Stalled:
    """Viewers of one server who did not read: the most bytes of the past that any got, KB that each
    cost meanwhile, which share of the frames the others saw.
    """

    stale: int
    grown: float
    seen: float


def stalls(viewers: int, seconds: int) -> dict[str, Stalled | str]:
    """By server what becomes of viewers who stop reading, or why it was not run."""
    found: dict[str, Stalled | str] = {}
    for server in (one for one in servers() if one.name in ("ours", NODE)):
        try:
            server.open(viewers)
            if server.not_run:
                found[server.name] = server.not_run
                continue
            stale, grown, seen = server.stall(viewers, seconds)
        finally:
            server.close()
        found[server.name] = Stalled(max(stale), grown, seen)
    return found


def report_stalls(found: dict[str, Stalled | str], seconds: int) -> None:
    what = f"not read for {seconds} s"
    print(f"\n{what:28} {'stale KB':>9} {'KB/viewer':>10} others saw")
    for name, one in found.items():
        if isinstance(one, str):
            print(f"{name:28} not run: {one}")
        else:
            print(f"{name:28} {one.stale / 1024:9.0f} {one.grown:10.0f} {one.seen:8.1%}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--ack-every", type=int, default=ACK_EVERY, help="frames")
    parser.add_argument("--stalled", type=int, default=100)
    parser.add_argument("--stall-seconds", type=int, default=24, help="0 leaves this part out")
    chosen = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    cpu = report(fan_out(chosen.viewers, chosen.seconds, chosen.repeats, chosen.ack_every))
    print("Janus streaming: not run here; its viewers are WebRTC, see the bench of egress")
    kept = []
    if chosen.stall_seconds:
        stalled = stalls(chosen.stalled + HEALTHY, chosen.stall_seconds)
        report_stalls(stalled, chosen.stall_seconds)
        ours = stalled["ours"]
        stale = isinstance(ours, Stalled) and ours.stale <= MOST_STALE
        kept.append((f"at most {MOST_STALE} bytes of the past", stale))
    best = cpu["ours"]
    if NODE in cpu:
        kept.append((f"at most {MOST_OF_NODE} of Node's", best <= MOST_OF_NODE * cpu[NODE]))
    if limit := cpu.get(LIMIT):
        kept.append((f"at most {MOST_OF_LIMIT} of the limit", best <= MOST_OF_LIMIT * limit))
    print()
    for promise, holds in kept:
        print(f"{'kept  ' if holds else 'BROKEN'}  {promise}")
    return 0 if all(holds for _, holds in kept) else 1


if __name__ == "__main__":
    sys.exit(main())
