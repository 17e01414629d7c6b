"""One time for all nodes: a node whose clock is not the database's takes no commands.

Deadlines, and the times in the record, are the same whichever node writes them.
"""

import logging
from collections.abc import Iterator
from typing import Final, Protocol

from prometheus_client import Metric
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from evalroom.clock import Clock
from evalroom.storage.ledger import LedgerUnavailable

log = logging.getLogger(__name__)

MOST_MS: Final = 500
"""How far a clock may be off. A clock that is kept by NTP is within 50 ms; half a second is what a
deadline may come early or late without anybody having been wronged."""

EVERY_SECONDS: Final = 10.0
"""How often it is looked at: a clock drifts by less than 1 ms in that time, unless it is set."""


class Shared(Protocol):
    """A ledger with a clock that all nodes share."""

    async def database_now(self) -> int:
        """That clock's time in milliseconds. Raises `LedgerUnavailable`."""
        ...

    def hold(self, reason: str | None) -> None:
        """Take no appends for this reason, until called with None."""
        ...


class Timekeeper(Collector):
    """Compares this node's clock with the database's, and holds the ledger while it is off."""

    def __init__(self, ledger: Shared, clock: Clock) -> None:
        self.right = True
        self._ledger = ledger
        self._clock = clock
        self._off = 0.0

    async def run(self) -> None:
        """Look now and again, for ever."""
        while True:
            await self._clock.sleep(EVERY_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Look once; without an answer everything stays as it is."""
        sent, began = self._clock.wall(), self._clock.monotonic()
        try:
            now = await self._ledger.database_now()
        except LedgerUnavailable:
            return
        # The server looked at its clock some time between question and answer.
        doubt = (self._clock.monotonic() - began) * 1_000 / 2
        self._off = sent + doubt - now
        self._judge(abs(self._off) - doubt <= MOST_MS)

    def collect(self) -> Iterator[Metric]:
        """The offset, for alarms before it is too large."""
        words = "This node's clock minus the database's, in seconds"
        yield GaugeMetricFamily("evalroom_clock_offset_seconds", words, self._off / 1_000)

    def _judge(self, right: bool) -> None:
        if right:
            if not self.right:
                log.warning("the clock is right again: commands are taken")
            self._ledger.hold(None)
        else:
            off = f"this node's clock is {self._off:+,.0f} ms from the database's"
            if self.right:
                log.critical("%s: no commands are taken until it is right", off)
            self._ledger.hold(off)
        self.right = right
