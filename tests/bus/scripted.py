"""Servers that say what a script tells them to, and what a node makes of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import hiredis
import pytest

from evalroom.bus.redis import Lost, read_address
from evalroom.bus.redis.servers import Servers
from tests.bus.redis_parts import becomes

Script = Callable[[list[bytes]], bytes]


def hello(version: str = "7.0.0", role: str = "master", mode: str = "standalone") -> bytes:
    words = ["server", "redis", "version", version, "proto", "2", "mode", mode, "role", role]
    return b"*%d\r\n" % len(words) + b"".join(
        b"$%d\r\n%b\r\n" % (len(w), w.encode()) for w in words
    )


class Actor(asyncio.Protocol):
    """One connection to a server that says what its script tells it to."""

    def __init__(self, script: Script, there: set["Actor"], greeting: bytes) -> None:
        self.transport: asyncio.Transport
        self._greeting = greeting
        self._script = script
        self._there = there
        self._parser = hiredis.Reader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._there.add(self)
        if self._greeting:
            transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        self._parser.feed(data)
        while (words := self._parser.gets()) is not False:
            self.transport.write(self._script(words))

    def connection_lost(self, exc: Exception | None) -> None:
        self._there.discard(self)


@asynccontextmanager
async def scripted(script: Script, greeting: bytes = b"") -> AsyncIterator[int]:
    """A server that says what it is told to; its port."""
    there: set[Actor] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Actor(script, there, greeting), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for actor in there:
            actor.transport.abort()
        await becomes(lambda: not there)


async def reason(url: str) -> str:
    """Why there is no connection."""
    with pytest.raises(Lost) as lost:
        await Servers(read_address(url)).connect(lambda topic, envelope: None)
    return str(lost.value)
