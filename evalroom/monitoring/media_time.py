"""A source's own time, made to grow: what follows an epoch may rely on it.

Cameras set their clocks, and leave out times; the server's clock fills in.
"""

from typing import Final

JUMP_MS: Final = 10_000
"""By so much may a source's time leap past the server's before it is taken for another clock: a
network that stood still brings as much at once."""


class MediaTime:
    """One epoch's ticks, `rate` to the second."""

    def __init__(self, rate: int) -> None:
        self._per_ms = rate // 1_000
        self._offset = 0
        self._last = -1
        self._at = 0

    def of(self, told: int | None, arrival: int) -> int:
        """The ticks of the next frame: as `told` by the source, if that can be; it arrived at
        server time `arrival` (ms).
        """
        passed = max(0, arrival - self._at) * self._per_ms
        if self._last < 0:
            self._offset = -told if told is not None else 0
            ticks = 0
        elif told is None:
            ticks = self._last + passed
        else:
            ticks = told + self._offset
            if abs(ticks - self._last - passed) > JUMP_MS * self._per_ms:
                ticks = self._last + passed
                self._offset = ticks - told
        self._last = max(ticks, self._last + 1)
        self._at = arrival
        return self._last
