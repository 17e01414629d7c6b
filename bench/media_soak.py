"""Whether memory stays flat: a node that takes in, records, diagnoses and shows, while people come
and go.

    ./dev bench media_soak [--minutes N] [--publishers N] [--walls N]

The node of `media_together`. Every two seconds the oldest publisher goes without a word and comes
again, every five the oldest wall is closed and another one opened. Told are the memory of the
process minute by minute, and what it grows by a minute on the line through the second half.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.media_together import Load, house, people
from bench.peers.processes import Process

PUBLISHER_EVERY, WALL_EVERY, SAMPLE_EVERY = 2, 5, 5
"""Seconds."""

MOST_GROWTH = 0.5
"""Percent of the whole a minute, on the line through the second half of a run."""


@dataclass(frozen=True)
class Soaked:
    """Megabytes by seconds since the beginning."""

    samples: Sequence[tuple[float, float]]
    frames: int
    """That walls have seen."""

    @property
    def last(self) -> float:
        return self.samples[-1][1]

    @property
    def slope(self) -> float:
        """Megabytes a minute, by least squares through the second half."""
        half = self.samples[len(self.samples) // 2 :]
        middle = sum(at for at, _ in half) / len(half)
        mean = sum(held for _, held in half) / len(half)
        spread = sum((at - middle) ** 2 for at, _ in half)
        return 60 * sum((at - middle) * (held - mean) for at, held in half) / spread

    @property
    def growth(self) -> float:
        """Percent a minute."""
        return 100 * self.slope / self.last


def soaked(minutes: float, load: Load) -> Soaked:
    """Say each minute's memory as it comes."""
    with (
        house(load, "asyncio") as (server, port, _, folder),
        people(load, port, folder) as (publishers, viewers),
    ):
        samples = _watch(server, publishers, viewers, minutes)
        frames = json.loads(viewers.ask("figures"))["frames"]
    return Soaked(samples, frames)


def _watch(
    server: Process, publishers: Process, viewers: Process, minutes: float
) -> list[tuple[float, float]]:
    began, samples = time.monotonic(), []
    for second in range(1, round(60 * minutes) + 1):
        if second % PUBLISHER_EVERY == 0:
            publishers.ask("renew 1")
        if second % WALL_EVERY == 0:
            viewers.ask("renew 1")
        if second % SAMPLE_EVERY == 0:
            samples.append((time.monotonic() - began, server.memory() / 1_024))
        if second % 60 == 0:
            live = server.ask("streams")
            print(f"minute {second // 60:>3}: {samples[-1][1]:7.1f} MB, {live} streams", flush=True)
        time.sleep(max(0.0, began + second - time.monotonic()))
    return samples


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--publishers", type=int, default=20)
    parser.add_argument("--walls", type=int, default=10)
    chosen = parser.parse_args()
    found = soaked(chosen.minutes, Load(0, chosen.publishers, chosen.walls, sessions=4))
    print(f"grows by {found.slope:+.2f} MB a minute ({found.growth:+.2f} %) of {found.last:.0f} MB")
    return 0 if found.growth <= MOST_GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
