"""Sending away the readers of a node that stops, a few at a time: others have to take them in."""

import math
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from evalroom.clock import Clock

T = TypeVar("T")

STEP_SECONDS: Final = 0.05
"""Fine enough that those who come back come evenly, coarse enough for ten thousand of them."""


async def evenly(
    readers: Sequence[T], seconds: float, clock: Clock, send_away: Callable[[T], None]
) -> None:
    """Send every reader away, spread over `seconds`; with no readers it takes no time."""
    steps = min(max(1, math.ceil(seconds / STEP_SECONDS)), len(readers))
    for step in range(steps):
        for reader in readers[step::steps]:
            send_away(reader)
        await clock.sleep(seconds / steps)
