"""What media cost, in one table: ours beside peers, what was promised, and what cannot be beaten.

    ./dev bench media [--only NAME…] [--seconds N] [--repeats N] [--short] [--soak MINUTES]

Its parts are benches of their own, `media_NAME`, which say what each line is:

    ingest      publishers into a node
    wall        one camera to a thousand walls, and viewers who stop reading
    egress      one stream to many subscribers by WebRTC
    together    everything in one process, commands beside it
    glass       from a camera to the eye, in Chromium
    tiles       walls of 16 and 36 pictures, in Chromium
    loss        packets that get lost
    recording   what it costs, and what a killed one leaves
    soak        memory over time; only with `--soak`

Ours is the loop on which a node runs. CPU figures: compare them within a run only. A peer that is
not installed is reported as not run. `--short` only shows that everything works.
"""

import argparse
import os
import resource
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from bench import (
    media_egress,
    media_glass,
    media_ingest,
    media_loss,
    media_recording,
    media_soak,
    media_tiles,
    media_together,
    media_wall,
)
from bench.peers import janus, media
from bench.peers.pages import place
from bench.peers.processes import NotRun

LOOP = "asyncio"
"""On which a node runs."""

PROMISED = "promised"


@dataclass(frozen=True)
class Line:
    """One line: ours beside another, in the same unit; what share of it is promised at most, or at
    least.
    """

    what: str
    unit: str
    ours: float
    other: str
    theirs: float | None
    most: float | None = None
    least: float | None = None

    @property
    def kept(self) -> bool | None:
        """Whether the promise holds; None where there is none, or nothing to hold it to."""
        if self.theirs is None or (self.most is None and self.least is None):
            return None
        return (self.most is None or self.ours <= self.most * self.theirs) and (
            self.least is None or self.ours >= self.least * self.theirs
        )

    def __str__(self) -> str:
        words = {True: "kept", False: "BROKEN", None: ""}[self.kept]
        theirs = "not run" if self.theirs is None else f"{self.theirs:.2f}"
        share = "" if not self.theirs else f"{self.ours / self.theirs:.2f}"
        most = "" if self.most is None else f"≤{self.most:.2f}"
        least = "" if self.least is None else f"≥{self.least:.2f}"
        return (
            f"{self.what:38}{self.ours:>9.2f} {self.unit:9}{self.other:22}{theirs:>8}"
            f"{share:>7}{most + least:>7}  {words}"
        )


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    seconds: float
    repeats: int
    viewers: int = 1_000
    streams: tuple[int, ...] = (8, 32)
    subscribers: tuple[int, ...] = (40, 80)
    stalled: int = 100
    stall_seconds: int = 24
    publishers: int = 60
    walls: int = 10
    tiles: tuple[int, ...] = (16, 36)
    turns: int = 2
    loss_seconds: float = 12
    soak_minutes: float = 10
    warm: float = 2.0
    """Seconds before a measurement."""

    def median(self, once: Callable[[], float]) -> float:
        """Of so many repeats."""
        return statistics.median(once() for _ in range(self.repeats))


SHORT = Size(2, 1, 50, (2,), (4,), 5, 3, 6, 3, (16,), 1, 4, warm=0.5)


def ingest(size: Size) -> Iterator[Line]:
    encoded = media.pictures()
    for streams in size.streams:
        load = media.Load(streams, size.seconds, size.warm)

        def cost(mode: str, loop: str, load: media.Load = load) -> float:
            return size.median(lambda: media_ingest.measured(mode, loop, encoded, load)[0])

        ours = cost("direct", LOOP)
        theirs = cost("janus", "one loop") if janus.installed() else None
        what = f"taking in, {streams} publishers"
        yield Line(what, "ms/s", ours, "Janus", theirs, 1.0)
        yield Line(what, "ms/s", ours, "ours on uvloop", cost("direct", "uvloop"))
        limit = media_ingest.limit(encoded, load)[0]
        yield Line(what, "ms/s", ours, "bare socket and SRTP", limit)


def wall(size: Size) -> Iterator[Line]:
    names = ("ours", media_wall.NODE, media_wall.LIMIT)
    measured = media_wall.fan_out(
        size.viewers, round(size.seconds), size.repeats, media_wall.ACK_EVERY, names
    )
    cpu = {s.name: None if s.not_run else statistics.median(s.cpu) for s in measured}
    ours = cpu["ours"]
    assert ours is not None, measured[0].not_run
    what = f"walls, {size.viewers} viewers"
    yield Line(what, "us/s", ours, "Node ws", cpu[media_wall.NODE], media_wall.MOST_OF_NODE)
    limit = cpu[media_wall.LIMIT]
    yield Line(what, "us/s", ours, media_wall.LIMIT, limit, media_wall.MOST_OF_LIMIT)
    found = media_wall.stalls(size.stalled + media_wall.HEALTHY, size.stall_seconds)
    stale = {
        name: one.stale / 1_024 if isinstance(one, media_wall.Stalled) else None
        for name, one in found.items()
    }
    what = f"past after {size.stall_seconds} s of not reading"
    kept = stale["ours"]
    assert kept is not None, found["ours"]
    yield Line(what, "KB", kept, PROMISED, media_wall.MOST_STALE / 1_024, 1.0)
    yield Line(what, "KB", kept, "Node ws", stale[media_wall.NODE])


def egress(size: Size) -> Iterator[Line]:
    encoded = media.pictures()
    for number in size.subscribers:
        load = media.Load(number, size.seconds, size.warm)

        def cost(mode: str, loop: str, load: media.Load = load) -> float:
            return size.median(lambda: media_egress.measured(mode, loop, encoded, load)[0])

        ours = cost("ours", LOOP)
        theirs = cost("janus", "one loop") if janus.installed() else None
        what = f"sending, {number} subscribers"
        yield Line(what, "ms/s", ours, "Janus, one event loop", theirs, 1.0)
        yield Line(what, "ms/s", ours, "the library's sender", cost("stock", LOOP))
        limit = media_egress.limit(encoded, load)[0]
        yield Line(what, "ms/s", ours, "bare socket and SRTP", limit)


def together(size: Size) -> Iterator[Line]:
    load = media_together.Load(2 * size.seconds, size.publishers, size.walls)
    spoken, shown, both = media_together.measured(load, LOOP)
    what = f"{load.publishers} publishers, {load.shown} shown"
    most_late, most_core = media_together.MOST_LATE, media_together.MOST_OF_A_CORE
    least_seen = media_together.LEAST_SEEN
    whole = 1.0 if shown.seen >= least_seen else None
    yield Line(f"{what}, p99", "ms", shown.pictures.p99, PROMISED, most_late, 1.0)
    yield Line(f"{what}, p50", "ms", shown.pictures.p50, PROMISED, most_late)
    yield Line(f"{what}, seen", "%", 100 * shown.seen, "sent", 100.0, None, least_seen)
    yield Line(what, "% of one", shown.core, PROMISED, most_core, whole)
    beside = f"{load.rate:.0f} commands/s beside them"
    alone, late = spoken.commands, both.commands
    yield Line(f"{beside}, core", "% of one", both.core - shown.core, "alone", spoken.core)
    yield Line(f"{beside}, p50", "ms", late.p50, "alone", alone.p50)
    yield Line(f"{beside}, p99", "ms", late.p99, "alone", alone.p99)
    pictures = both.pictures.p99
    yield Line("pictures beside commands, p99", "ms", pictures, "alone", shown.pictures.p99)


def glass(size: Size) -> Iterator[Line]:
    with place() as at:
        ours, video = media_glass.measured(at, size.seconds, size.turns)
    what = "glass to glass, one tile"
    yield Line(f"{what}, p50", "ms", ours.p50, PROMISED, media_glass.MOST_P50, 1.0)
    yield Line(f"{what}, p50", "ms", ours.p50, "Chromium <video>", video.p50)
    yield Line(f"{what}, p99", "ms", ours.p99, "Chromium <video>", video.p99)


def tiles(size: Size) -> Iterator[Line]:
    with place() as at:
        for number in size.tiles:
            found = media_tiles.measured(at, number, size.seconds)
            what = f"{number} tiles"
            slowest, least = min(found.rates), media_tiles.LEAST_SHARE
            yield Line(f"{what}, the slowest", "/s", slowest, "sent", found.sent, None, least)
            first = max(found.first)
            most = media_tiles.MOST_FIRST_MS
            yield Line(f"{what}, first picture of the last", "ms", first, PROMISED, most, 1.0)
            yield Line(f"{what}, black", "", found.black, PROMISED, 0.0, 1.0)


def loss(size: Size) -> Iterator[Line]:
    found = media_loss.outcomes(media_loss.LOSS, size.loss_seconds)
    for share, (ours, library) in found.items():
        what = f"{share:.0%} of packets lost"
        yield Line(f"{what}, longest gap", "s", ours.gap, PROMISED, media_loss.MOST_GAP, 1.0)
        yield Line(f"{what}, longest gap", "s", ours.gap, "the library", library.gap)
        yield Line(f"{what}, pictures", "", ours.came, "sent", ours.sent, None, 1.0)
        yield Line(f"{what}, pictures", "", ours.came, "the library", library.came)


def recording(size: Size) -> Iterator[Line]:
    streams = max(size.streams)

    def cost(how: str) -> float:
        return size.median(lambda: media_recording.cost(streams, size.seconds, how))

    passed_on = cost("passed_on")
    recorded = cost("recorded") - passed_on
    yield Line(f"recording, {streams} seats", "ms/s", recorded, "passing on alone", passed_on)
    left = media_recording.killed(streams, size.seconds)
    missing, faults = max(one.missing for one in left), sum(bool(one.faults) for one in left)
    most = media_recording.MOST_MISSING
    yield Line("missing after kill -9, at most", "s", missing, PROMISED, most, 1.0)
    yield Line("of these with a fault", "", faults, PROMISED, 0.0, 1.0)


def soak(size: Size) -> Iterator[Line]:
    load = media_together.Load(0, 20, 10, sessions=4)
    found = media_soak.soaked(size.soak_minutes, load)
    what = f"memory after {size.soak_minutes:g} min, grows"
    yield Line(what, "%/min", found.growth, PROMISED, media_soak.MOST_GROWTH, 1.0)
    yield Line(what, "MB/min", found.slope, "MB in all", found.last)


PARTS: dict[str, Callable[[Size], Iterator[Line]]] = {
    part.__name__: part
    for part in (ingest, wall, egress, together, glass, tiles, loss, recording, soak)
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="NAME")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES")
    chosen = parser.parse_args()
    size = SHORT if chosen.short else Size(chosen.seconds, chosen.repeats)
    names = chosen.only or [name for name in PARTS if name != "soak"]
    if chosen.soak:
        size = replace(size, soak_minutes=chosen.soak)
        names = list(dict.fromkeys([*names, "soak"]))
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(f"{os.cpu_count()} cores; others had {os.getloadavg()[0]:.1f} of them at the start")
    print(f"\n{'Media':38}{'ours':>9} {'':9}{'beside':22}{'':>8}{'share':>7}")
    return 0 if run(names, size) else 1


def run(names: Iterable[str], size: Size) -> bool:
    """Print each line as soon as it is known; whether no promise is broken."""
    broken = 0
    for name in names:
        try:
            for line in PARTS[name](size):
                print(line, flush=True)
                broken += line.kept is False
        except NotRun as why:
            print(f"{name}: not run any further: {why}", flush=True)
    print(f"\n{broken or 'no'} promise{'s' if broken > 1 else ''} broken")
    return not broken


if __name__ == "__main__":
    sys.exit(main())
