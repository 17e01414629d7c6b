"""The simulator's time: it costs nothing, stands still for nobody, and ends with its machines."""

import asyncio
import contextvars
import time

import pytest

from tests.simulator.loop import NODE, EverythingWaits, TimeStandsStill, VirtualLoop, run


def test_an_hour_costs_nothing_and_is_an_hour() -> None:
    async def sleep(loop: VirtualLoop) -> float:
        await asyncio.gather(asyncio.sleep(3_600), asyncio.sleep(60))
        return loop.time()

    began = time.monotonic()
    assert run(sleep) == pytest.approx(3_600)
    assert time.monotonic() - began < 5


def test_what_waits_for_nothing_is_found_out() -> None:
    async def wait(loop: VirtualLoop) -> None:
        await loop.create_future()

    with pytest.raises(EverythingWaits):
        run(wait)


def test_what_goes_round_in_a_circle_is_found_out() -> None:
    async def circle(_: VirtualLoop) -> None:
        while True:  # noqa: ASYNC110  the circle is the point
            await asyncio.sleep(0)

    with pytest.raises(TimeStandsStill):
        run(circle)


def test_what_fails_where_nobody_looks_fails_the_run() -> None:
    async def fail(loop: VirtualLoop) -> None:
        loop.call_later(1, lambda: 1 // 0)
        await asyncio.sleep(2)

    with pytest.raises(ZeroDivisionError):
        run(fail)


def test_a_dead_machine_takes_its_tasks_with_it_and_no_others() -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        await asyncio.sleep(1)
        done.append(name)

    async def live(loop: VirtualLoop) -> None:
        for node in ("n1", "n2"):
            context = contextvars.copy_context()
            context.run(NODE.set, node)
            loop.create_task(work(node), context=context)
        await asyncio.sleep(0.5)
        loop.kill("n1")
        await asyncio.sleep(1)

    run(live)
    assert done == ["n2"]
