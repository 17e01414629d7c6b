"""What a rehearsal says about the machine: how long people waited, and what it cost."""

import os
from collections.abc import Iterable
from math import ceil

from msgspec import Struct

from evalroom.clock import Clock


class Load(Struct, frozen=True):
    """Times in milliseconds: from a command to its answer, and to the last seat that sees what it
    did. `cpu` in seconds of this process, `share` in per cent of one core.
    """

    commands: int
    p50: float
    p99: float
    seat_p50: float
    seat_p99: float
    cpu: float
    share: float


class Meter:
    """Runs from its making on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.monotonic()
        self._cpu = _cpu()

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return self._clock.monotonic() - self._began

    def read(self, latencies: Iterable[float], reached: Iterable[float]) -> Load:
        """The load so far, from seconds to the answer and to the last seat."""
        sorted_, seats = sorted(latencies), sorted(reached)
        cpu = _cpu() - self._cpu
        return Load(
            commands=len(sorted_),
            p50=1000 * percentile(sorted_, 50),
            p99=1000 * percentile(sorted_, 99),
            seat_p50=1000 * percentile(seats, 50),
            seat_p99=1000 * percentile(seats, 99),
            cpu=cpu,
            share=100 * cpu / max(self.seconds, 0.001),
        )


def percentile(ascending: list[float], per_cent: int) -> float:
    """The value that so many per cent do not exceed (nearest rank); 0 of nothing."""
    if not ascending:
        return 0.0
    return ascending[max(ceil(len(ascending) * per_cent / 100) - 1, 0)]


def _cpu() -> float:
    times = os.times()
    return times.user + times.system
