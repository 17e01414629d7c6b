"""Whether a source's clock keeps time (时钟偏差): pure, from the times of its frames.

A frame's time by its source is laid against when it arrived. Networks only ever add to the
difference, so the least of ten seconds is what the clocks alone make of it; that of the last ten
seconds is compared with that of a minute before. A clock that runs wrong is off as long as it does;
one that was set is off for the minute in which it happened.
"""

from collections import deque
from typing import Final

from evalroom.monitoring.findings import Found, Spell

PIECE_MS: Final = 10_000
"""Long enough for one frame of some that came without waiting on the way."""

PIECES: Final = 8
"""Pieces that are kept: the one that is coming, the last, and those of the minute before it."""


class ClockWatch:
    """The clock of one source. Times are milliseconds, by the source and by the server."""

    def __init__(self, tolerance_ms: int, after: float) -> None:
        """`tolerance_ms` a minute is allowed (policy `alarm_clock_ms`); more has to last for
        `after` seconds (policy `alarm_after_seconds`).
        """
        self._tolerance = tolerance_ms
        self._spell = Spell("clock_drift", after)
        self._epoch: int | None = None
        self._begun = 0
        self._least: deque[int] = deque(maxlen=PIECES)

    def came(self, epoch: int, media_ms: int, arrival: int) -> None:
        """A frame has come; with another epoch the source's clock begins anew."""
        late = arrival - media_ms
        if epoch != self._epoch:
            self._epoch = epoch
            self._least.clear()
        if not self._least or arrival - self._begun >= PIECE_MS:
            self._begun = arrival
            self._least.append(late)
        elif late < self._least[-1]:
            self._least[-1] = late

    @property
    def off_ms(self) -> int:
        """By how much the clock has gone wrong of late; positive when it is behind. The piece that
        is only beginning does not count yet.
        """
        whole = list(self._least)[:-1]
        return whole[-1] - whole[0] if whole else 0

    def look(self, now: float) -> Found | None:
        """What changes by now (seconds of a steady clock)."""
        return self._spell.look(abs(self.off_ms) > self._tolerance, now)
