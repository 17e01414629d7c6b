"""Works side by side: the first that fails ends the others."""

import asyncio

import pytest

from evalroom.rehearsal.together import repeated, together
from tests.identity.parts import StillClock


async def for_ever(ended: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("ended")


async def fails() -> None:
    raise ValueError("first")


async def done(log: list[str]) -> None:
    log.append("done")


async def test_all_are_done_and_what_goes_on_beside_ends_with_them() -> None:
    log: list[str] = []
    await together(done(log), done(log), beside=for_ever(log))
    assert sorted(log) == ["done", "done", "ended"]


async def test_the_first_failure_is_told_as_it_is_and_ends_the_others() -> None:
    ended: list[str] = []
    with pytest.raises(ValueError, match="first"):
        await together(for_ever(ended), fails(), beside=for_ever(ended))
    assert ended == ["ended", "ended"]


async def test_what_goes_on_beside_may_end_the_works_by_failing() -> None:
    ended: list[str] = []
    with pytest.raises(ValueError, match="first"):
        await together(for_ever(ended), beside=fails())
    assert ended == ["ended"]


async def test_something_is_repeated_at_its_pace() -> None:
    clock, times = StillClock(), []

    def act() -> None:
        times.append(clock.monotonic())
        if len(times) == 3:
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        await repeated(act, 0.5, clock)
    assert [time - times[0] for time in times] == [0.0, 0.5, 1.0]
