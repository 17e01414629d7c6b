"""When a source is asked for a key frame: the server's decision alone.

Pure; times are milliseconds of a clock that never goes back. Browsers send no key frames of their
own accord, and each one costs five ordinary frames: so it is asked for as often as somebody needs
one, and no oftener.
"""

from enum import Enum
from typing import Final

from evalroom.monitoring.limits import (
    KEY_IDLE_MS,
    KEY_KEPT_MS,
    KEY_REPEAT_MOST_MS,
    KEY_REPEAT_MS,
    KEY_SPACING_MS,
    KEY_VIEWED_MS,
)


class Use(Enum):
    """What a stream is taken for."""

    RECORDED = "recorded"
    DIAGNOSED = "diagnosed"
    VIEWED = "viewed"

    @property
    def period(self) -> int:
        """The longest time between two key frames, in milliseconds."""
        return KEY_VIEWED_MS if self is Use.VIEWED else KEY_KEPT_MS


IDLE_PERIOD: Final = KEY_IDLE_MS


class KeyFrames:
    """The key frames of one publication: which came, which were asked for, which are due."""

    __slots__ = ("_asked_at", "_came_at", "_unanswered", "_wished", "asks")

    def __init__(self, *, asks: bool, now: int) -> None:
        self.asks = asks
        """False for a source that cannot be asked: a camera on the network decides by itself."""
        self._came_at = now
        self._asked_at: int | None = None
        self._unanswered = 0
        self._wished = False

    @property
    def wished(self) -> bool:
        """Whether somebody waits for one."""
        return self._wished

    def wish(self) -> None:
        """Somebody cannot begin, or go on, without a key frame."""
        self._wished = True

    def came(self, now: int) -> None:
        """A key frame is here: whoever waited has it."""
        self._came_at = now
        self._unanswered = 0
        self._wished = False

    def due(self, now: int, period: int) -> bool:
        """Whether to ask the source at this moment, given the longest time between two; an answer
        of True counts as asked.
        """
        if not self.asks or not self._is_due(now, period):
            return False
        self._asked_at = now
        self._unanswered += 1
        return True

    def _is_due(self, now: int, period: int) -> bool:
        since_asked = KEY_SPACING_MS if self._asked_at is None else now - self._asked_at
        if since_asked < KEY_SPACING_MS:
            return False
        if self._unanswered:
            # One is under way, and serves whoever has come to wait meanwhile.
            doublings = min(self._unanswered - 1, 8)
            return since_asked >= min(KEY_REPEAT_MS << doublings, KEY_REPEAT_MOST_MS)
        return self._wished or now - self._came_at >= period
