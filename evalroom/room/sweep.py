"""How a node keeps up with the others while it cannot hear them: it looks at the ledger, often.

One look for all sessions that somebody listens to. It goes on for a while after the bus is back,
because the other nodes may find their way to it later than this one does.
"""

import logging
from typing import TYPE_CHECKING

from evalroom.room.bugs import place_of
from evalroom.room.limits import SWEEP_AFTER_SECONDS, SWEEP_SECONDS
from evalroom.room.means import Means
from evalroom.storage.ledger import MAX_HEADS, LedgerUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evalroom.room.room import Room

log = logging.getLogger(__name__)


class Sweep:
    """The sweep of one node."""

    def __init__(self, means: Means, live: "Callable[[], Sequence[Room]]") -> None:
        self._means = means
        self._live = live
        self._until = 0.0

    async def run(self) -> None:
        """Sweep for ever, whenever other nodes may not be heard."""
        while True:
            await self._means.clock.sleep(SWEEP_SECONDS)
            try:
                if self._may_be_deaf():
                    await self.sweep()
            except LedgerUnavailable:
                # Each room compares every second, and complains of it there.
                continue
            except Exception as bug:
                log.error("bug: a sweep of the sessions failed: %s", place_of(bug))

    async def sweep(self) -> None:
        """Let every room that is behind read on. Raises `LedgerUnavailable`."""
        rooms = {bytes.fromhex(room.id): room for room in self._live() if room.has_readers}
        sessions = list(rooms)
        for first in range(0, len(sessions), MAX_HEADS):
            asked = sessions[first : first + MAX_HEADS]
            for session, head in (await self._means.ledger.heads(asked)).items():
                rooms[session].look_up(beyond=head.seq)

    def _may_be_deaf(self) -> bool:
        now = self._means.clock.monotonic()
        if not self._means.bus.up:
            self._until = now + SWEEP_AFTER_SECONDS
        return now < self._until
