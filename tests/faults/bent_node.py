"""A node whose clock can be set: `python -m tests.faults.bent_node serve`.

It starts with a clock that is ahead; SIGUSR1 sets it right, SIGUSR2 puts it ahead again. It looks
at the database's clock oftener than others do, so that nobody has to wait for it.
"""

import signal
import sys

from evalroom.app import timekeeping
from evalroom.cli import main
from evalroom.clock import SystemClock

AHEAD_MS = 800

_right = SystemClock.wall
_off = AHEAD_MS


def _bent(clock: SystemClock) -> int:
    return _right(clock) + _off


def _set(off: int) -> None:
    global _off
    _off = off


if __name__ == "__main__":
    SystemClock.wall = _bent  # type: ignore[assignment, method-assign]
    timekeeping.EVERY_SECONDS = 0.2  # type: ignore[misc]
    signal.signal(signal.SIGUSR1, lambda *_: _set(0))
    signal.signal(signal.SIGUSR2, lambda *_: _set(AHEAD_MS))
    sys.exit(main())
