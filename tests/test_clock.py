"""The machine's clock, as the parts that need time see it."""

import asyncio
import datetime

from evalroom.clock import Clock, SystemClock


def test_the_time_of_day_is_milliseconds_of_utc() -> None:
    clock: Clock = SystemClock()
    before = datetime.datetime.now(datetime.UTC)
    wall = datetime.datetime.fromtimestamp(clock.wall() / 1000, datetime.UTC)
    after = datetime.datetime.now(datetime.UTC)
    whole = datetime.timedelta(milliseconds=1)
    assert before - whole < wall <= after


async def test_sleeping_takes_as_long_as_was_asked_and_lets_others_work() -> None:
    clock: Clock = SystemClock()
    others: list[str] = []
    asyncio.get_running_loop().call_soon(others.append, "worked")
    started = clock.monotonic()
    await clock.sleep(0.01)
    # The loop may wake a timer early by its own resolution, never by more.
    assert clock.monotonic() - started >= 0.01 - 0.001
    assert others == ["worked"]
