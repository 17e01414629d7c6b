"""A real server on a free port, with the counter room behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from evalroom.identity.principal import Principal
from evalroom.sessions.refusals import Refused
from evalroom.signaling.server import Signaling
from evalroom.storage.directory.bearers import Scope
from tests.signaling.counter_room import SESSION, CounterRoom, CounterRooms
from tests.signaling.peer import Peer

ORIGIN = "https://room.example"


class Door:
    """Knows the cast by the cookie `who`, and one program by its token."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
    ) -> Principal | None:
        self.asked += 1
        if bearer == "expired":
            raise Refused("token_expired")
        if bearer == "looks":
            return Principal("program", scopes=(Scope(SESSION, "read"),))
        if bearer == "publishes":
            return Principal("program", scopes=(Scope(SESSION, "publish"),))
        if "who" not in cookies:
            return None
        return Principal(cookies["who"], device=headers.get("X-Device", "d1"), workstation="w1")


@dataclass
class Node:
    """One server and the ways to reach it."""

    signaling: Signaling
    rooms: CounterRooms
    door: Door
    url: str
    http: aiohttp.ClientSession
    _stack: AsyncExitStack

    @property
    def room(self) -> CounterRoom:
        return self.rooms.rooms[SESSION]

    def peer(self, who: str | None = "ada", device: str = "d1", origin: str = ORIGIN) -> Peer:
        headers = {"X-Device": device}
        if who is not None:
            headers["Cookie"] = f"who={who}"
        if origin:
            headers["Origin"] = origin
        return Peer(self.http, self.url, **headers)

    async def seat(
        self, who: str | None = "ada", device: str = "d1", token: object = b"at 0", **auth: object
    ) -> Peer:
        """A peer that has joined; it closes with the test."""
        peer = await self._stack.enter_async_context(self.peer(who, device))
        answer = await peer.join(token, **auth)
        assert "sid" in answer["data"], answer
        return peer

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for the loop to bring something about."""
        async with asyncio.timeout(10):
            # Such things happen deep in the server, which tells nobody.
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.002)


Start = Callable[..., Awaitable[Node]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start a node with what the test wants changed."""
    async with AsyncExitStack() as stack:

        async def start(**wanted: Any) -> Node:
            rooms, door = CounterRooms(), Door()
            wanted.setdefault("identify", door)
            signaling = Signaling(rooms=rooms, origins={ORIGIN}, **wanted)
            app = web.Application()
            signaling.attach(app)
            runner = web.AppRunner(app, shutdown_timeout=5)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            stack.push_async_callback(signaling.close)
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            http = await stack.enter_async_context(
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
            )
            return Node(signaling, rooms, door, f"http://{host}:{port}", http, stack)

        yield start


@pytest.fixture
async def node(start: Start) -> Node:
    """A node as the protocol has it."""
    return await start()
