"""Things done side by side: the first that fails ends the others, and its caller hears of it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from evalroom.clock import Clock


async def together(*works: Coroutine[Any, Any, None], beside: Coroutine[Any, Any, None]) -> None:
    """Do all works; `beside` goes on meanwhile, may end them by failing, and ends with them."""
    tasks = [asyncio.create_task(work) for work in works]
    watch = asyncio.create_task(beside)
    try:
        pending = {*tasks, watch}
        while pending - {watch}:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in (*tasks, watch):
            task.cancel()
        await asyncio.gather(*tasks, watch, return_exceptions=True)


async def repeated(act: Callable[[], None], seconds: float, clock: Clock) -> None:
    """Do something again and again, until cancelled."""
    while True:
        act()
        await clock.sleep(seconds)
