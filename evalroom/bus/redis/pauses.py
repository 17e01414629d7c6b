"""How long to wait before the next attempt to connect."""

from collections.abc import Callable

from evalroom.bus.redis.limits import FIRST_PAUSE, HELD_SECONDS, LAST_PAUSE


class Pauses:
    """Longer after each failure, and never the same for two nodes."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self._random = random
        self._most = 2 * FIRST_PAUSE

    def after(self, held: float) -> float:
        """Seconds to wait after a connection that held for so many; 0 for none at all."""
        if held >= HELD_SECONDS:
            self._most = 2 * FIRST_PAUSE
        chance = int.from_bytes(self._random(2), "big") / 65_535
        pause = FIRST_PAUSE + (self._most - FIRST_PAUSE) * chance
        self._most = min(2 * self._most, LAST_PAUSE)
        return pause
