"""Whether the data folder still takes what is written to it, before somebody's score finds out."""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from prometheus_client import Metric
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from evalroom.clock import Clock

LEAST_FREE: Final = 256 << 20
"""Bytes. With less a node is not ready: what goes on meanwhile still has room for some days of
entries, and a balancer sends the next session, or the next document, to another node."""

TRIED_EVERY_SECONDS: Final = 5.0
"""How often writing is tried: anybody may ask whether a node is ready, and a try is a flush."""

PROBE: Final = ".writable"
"""The file that is written, flushed and removed; a page of it."""


class Disk(Collector):
    """Looks at a folder: is there room, does a write reach it. Both are `needs` of a ready node."""

    def __init__(
        self, folder: Path, clock: Clock, free: Callable[[Path], int] | None = None
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._free = free or free_bytes
        self._left: int | None = None
        self._tried_at: float | None = None
        self._found: Mapping[str, bool] = {}
        self._looking = asyncio.Lock()

    async def needs(self) -> Mapping[str, bool]:
        """`space`: as much as `LEAST_FREE` is left; `disk`: what is written stays there."""
        async with self._looking:
            now = self._clock.monotonic()
            if self._tried_at is None or now - self._tried_at >= TRIED_EVERY_SECONDS:
                self._found = await asyncio.to_thread(self._look)
                self._tried_at = now
        return self._found

    def collect(self) -> Iterator[Metric]:
        """How much room was left at the last look, for alarms long before."""
        if self._left is not None:
            words = "Bytes left where the data folder lies"
            yield GaugeMetricFamily("evalroom_disk_free_bytes", words, self._left)

    def _look(self) -> Mapping[str, bool]:
        try:
            self._left = self._free(self._folder)
        except OSError:
            self._left = None
        space = self._left is not None and self._left >= LEAST_FREE
        return {"space": space, "disk": self._takes_writes()}

    def _takes_writes(self) -> bool:
        probe = self._folder / PROBE
        try:
            file = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(file, bytes(4096))
                os.fsync(file)
            finally:
                os.close(file)
                # A node that shares the folder tries it under the same name.
                probe.unlink(missing_ok=True)
        except OSError:
            return False
        return True


def free_bytes(folder: Path) -> int:
    """What may still be written where a folder lies, by this process. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
