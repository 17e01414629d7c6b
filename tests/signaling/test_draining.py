import pytest

from evalroom.clock import SystemClock
from evalroom.signaling.draining import STEP_SECONDS, evenly


class NotedClock(SystemClock):
    """Notes how long somebody wanted to sleep, and does not let him."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.mark.rule("W28")
@pytest.mark.parametrize(
    ("readers", "seconds", "pauses"),
    [(0, 30.0, 0), (3, 0.0, 1), (3, 30.0, 3), (100, 4 * STEP_SECONDS, 4)],
)
async def test_each_reader_is_sent_away_once_within_the_time(
    readers: int, seconds: float, pauses: int
) -> None:
    clock, gone = NotedClock(), list[int]()
    await evenly(range(readers), seconds, clock, gone.append)
    assert sorted(gone) == list(range(readers))
    assert len(clock.slept) == pauses
    assert sum(clock.slept) == pytest.approx(seconds if readers else 0.0)
