"""The Python servers of `bench/peers`: aiohttp on a free port, and orders from the bench."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

NEVER = 3_600.0
"""Seconds between pings: a bench is shorter, and no server pays for them."""

Obey = Callable[[list[str]], Awaitable[str]]


async def serve(app: web.Application, obey: Obey, hello: Callable[[int], str] = str) -> None:
    """Say `hello(port)` when it is up, and obey until the orders end."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1_024).start()
    print(hello(runner.addresses[0][1]), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        words = line.split()
        print(time.process_time() if words == ["cpu"] else await obey(words), flush=True)


async def nothing_more(words: list[str]) -> str:
    """For a server that is asked for its CPU alone."""
    return f"what is {words}?"
