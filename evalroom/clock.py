"""Time as an argument: what waits or dates something is handed a `Clock`, so a test can own it."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What the parts that need time may ask for."""

    def wall(self) -> int:
        """Give the time of day in milliseconds since 1970 (UTC); it jumps when a clock is set."""
        ...

    def monotonic(self) -> float:
        """Give seconds since some fixed moment; never goes back, for measuring how long."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def wall(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
