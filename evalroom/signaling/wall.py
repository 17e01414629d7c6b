"""One open wall: what it says, how fast, and whether anybody is there."""

import logging
from typing import TYPE_CHECKING, Final

from evalroom.clock import Clock
from evalroom.monitoring import limits
from evalroom.monitoring.viewer import Viewer
from evalroom.monitoring.wall_messages import WallClose
from evalroom.sessions.refusals import Malformed
from evalroom.signaling.rates import Bucket
from evalroom.signaling.wall_line import WallLine

if TYPE_CHECKING:
    import asyncio

log = logging.getLogger(__name__)

FETCHED: Final = 16
"""Messages that are paid for at once: five seconds of acknowledgements of one picture."""


class Wall:
    """One open wall: the viewer, its line, how fast it speaks and when it was last heard."""

    def __init__(self, viewer: Viewer, line: WallLine, now: float) -> None:
        self.viewer = viewer
        self.line = line
        self.doubted = False
        self.asking: asyncio.Task[None] | None = None
        self.held: list[bytes] = []
        """Messages that wait until it is known whose they are."""
        self._rate = Bucket(limits.WALL_BURST, limits.WALL_PER_SECOND, now)
        self._allowed = 0
        self._heard_at = now
        self._pinged_at = now

    def take(self, text: bytes, clock: Clock) -> None:
        """Take a message; what cannot be taken closes the wall."""
        try:
            weight = self.viewer.take(text)
        except Malformed as malformed:
            log.warning("< malformed on a wall: %s", malformed.path)
            self.line.bye(WallClose.PROTOCOL, "protocol")
        except Exception:
            log.exception("a wall's message could not be taken")
            self.line.bye(WallClose.BUG, "internal")
        else:
            self._allowed -= weight
            if self._allowed < 0 and not self._may_go_on(clock.monotonic()):
                self.line.bye(WallClose.TOO_FAST, "too_fast")

    def see_to(self, now: float) -> bool:
        """Ping if it is time; cut the line of whoever has been silent too long, and give True."""
        if self.line.heard:
            self.line.heard = False
            self._heard_at = now
        if now - self._heard_at >= limits.SILENT_SECONDS:
            self.line.bye(WallClose.SLOW, "silent")
            self.line.abort()
            return True
        if now - self._pinged_at >= limits.PING_EVERY_SECONDS:
            self._pinged_at = now
            self.line.ping()
        return False

    def _may_go_on(self, now: float) -> bool:
        """Fetch what the next messages cost, too: to ask for each costs as much as to read it."""
        while self._allowed < FETCHED and not self._rate.take(now):
            self._allowed += 1
        return self._allowed >= 0
