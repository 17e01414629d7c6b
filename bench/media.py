"""What media cost, in one table: to take in, to show on walls, to send by WebRTC, beside peers.

    ./dev bench media [--seconds N] [--repeats N] [--viewers N] [--short]

Joins the benches `media_ingest`, `media_wall` and `media_egress`, which say what each line is, so
that all of it comes from one run. Figures are CPU; compare them within a run only. A peer that is
not installed is reported as not run. `--short` only shows that everything works.
"""

import argparse
import resource
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench import media_egress, media_ingest, media_wall
from bench.peers import janus, media

LOOP = "uvloop"
"""On which a node runs."""


@dataclass(frozen=True)
class Line:
    """One line: ours beside another, in the same unit; what share of it is promised at most."""

    what: str
    unit: str
    ours: float
    other: str
    theirs: float | None
    most: float | None

    @property
    def kept(self) -> bool | None:
        """Whether the promise holds; None where there is none, or nothing to hold it to."""
        if self.theirs is None or self.most is None:
            return None
        return self.ours <= self.most * self.theirs

    def __str__(self) -> str:
        words = {True: "kept", False: "BROKEN", None: ""}[self.kept]
        theirs = "not run" if self.theirs is None else f"{self.theirs:.2f}"
        share = "" if not self.theirs else f"{self.ours / self.theirs:.2f}"
        most = "" if self.most is None else f"{self.most:.2f}"
        return (
            f"{self.what:32}{self.ours:>8.2f} {self.unit:10}{self.other:22}{theirs:>8}"
            f"{share:>7}{most:>6}  {words}"
        )


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    seconds: float
    repeats: int
    viewers: int
    streams: tuple[int, ...]
    subscribers: tuple[int, ...]
    stalled: int
    stall_seconds: int


def ingest(size: Size) -> Iterator[Line]:
    """Publishers into a node."""
    encoded = media.pictures()
    for streams in size.streams:
        load = media.Load(streams, size.seconds)

        def cost(mode: str, loop: str, load: media.Load = load) -> float:
            return _median(
                [media_ingest.measured(mode, loop, encoded, load)[0] for _ in range(size.repeats)]
            )

        ours = cost("direct", LOOP)
        theirs = cost("janus", "one loop") if janus.installed() else None
        limit = _median([media_ingest.limit(encoded, load)[0] for _ in range(size.repeats)])
        what = f"taking in, {streams} publishers"
        yield Line(what, "ms/s", ours, "Janus", theirs, 1.0)
        yield Line(what, "ms/s", ours, "bare socket and SRTP", limit, None)


def walls(size: Size) -> Iterator[Line]:
    """One camera to many walls."""
    measured = media_wall.fan_out(
        size.viewers, round(size.seconds), size.repeats, media_wall.ACK_EVERY
    )
    cpu = {s.name: None if s.not_run else statistics.median(s.cpu) for s in measured}
    ours = min(found for name in ("ours", "ours, uvloop") if (found := cpu[name]) is not None)
    what = f"walls, {size.viewers} viewers"
    yield Line(what, "us/s", ours, "Node ws", cpu["Node ws"], media_wall.MOST_OF_NODE)
    limit = "limit: write(2) in C"
    yield Line(what, "us/s", ours, limit, cpu[limit], media_wall.MOST_OF_LIMIT)


def stall(size: Size) -> Iterator[Line]:
    """Viewers who stop reading: what of the past they get afterwards."""
    stale = media_wall.stalls(size.stalled + media_wall.HEALTHY, size.stall_seconds)
    what = f"past after {size.stall_seconds} s of not reading"
    yield Line(what, "KB", stale["ours"] / 1_024, "promised", media_wall.MOST_STALE / 1_024, 1.0)


def egress(size: Size) -> Iterator[Line]:
    """One stream to many subscribers."""
    encoded = media.pictures()
    for number in size.subscribers:
        load = media.Load(number, size.seconds)

        def cost(mode: str, loop: str, load: media.Load = load) -> float:
            return _median(
                [media_egress.measured(mode, loop, encoded, load)[0] for _ in range(size.repeats)]
            )

        ours = cost("ours", LOOP)
        limit = _median([media_egress.limit(encoded, load)[0] for _ in range(size.repeats)])
        what = f"sending, {number} subscribers"
        yield Line(what, "ms/s", ours, "the library's sender", cost("stock", "asyncio"), 1.0)
        yield Line(what, "ms/s", ours, "bare socket and SRTP", limit, None)


def _median(found: Sequence[float]) -> float:
    return statistics.median(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--viewers", type=int, default=1_000)
    parser.add_argument("--short", action="store_true")
    chosen = parser.parse_args()
    size = Size(chosen.seconds, chosen.repeats, chosen.viewers, (8, 32), (40, 80), 100, 24)
    if chosen.short:
        size = Size(2, 1, 50, (2,), (4,), 5, 3)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    lines = [line for part in (ingest, walls, stall, egress) for line in part(size)]
    print(f"\n{'Media':32}{'ours':>8} {'':10}{'beside':22}{'':>8}{'share':>7}{'most':>6}")
    for line in lines:
        print(line)
    return 0 if all(line.kept is not False for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
