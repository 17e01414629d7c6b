"""Nodes on a real Valkey, and the wires between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import hiredis
import pytest

from evalroom.bus.bus import Bus
from evalroom.bus.redis import RedisBus, read_address
from evalroom.bus.redis.commands import command
from evalroom.clock import SystemClock
from tests.bus.contract import KEYS
from tests.bus.relay import Relay
from tests.valkey import Valkey

NODES = 3


class RedisCluster:
    """Nodes on one server, each over a wire of its own."""

    def __init__(self, valkey: Valkey, stack: AsyncExitStack) -> None:
        self._valkey = valkey
        self._stack = stack
        self._relays: dict[RedisBus, Relay] = {}
        self._spare: list[RedisBus] = []
        self._settled = 0

    async def prepare(self) -> None:
        """Start the nodes that will be asked for, and wait until they are up."""
        for start in range(NODES):
            relay = Relay(self._valkey.port)
            await relay.open()
            self._stack.push_async_callback(relay.close)
            bus = bus_at(f"redis://127.0.0.1:{relay.port}", boot=start + 2)
            self._stack.push_async_callback(bus.close)
            self._relays[bus] = relay
            self._spare.append(bus)
        await asyncio.gather(*(until_up(bus) for bus in self._spare))

    def node(self) -> RedisBus:
        return self._spare.pop()

    async def settle(self) -> None:
        """Let a word go from everybody to everybody: what was said before it is there too."""
        nodes = [bus for bus in self._relays if bus.up]
        self._settled += 1
        topic = f"settled:{self._settled}"
        heard: dict[RedisBus, set[bytes]] = {bus: set() for bus in nodes}
        stops = [bus.subscribe(topic, heard[bus].add) for bus in nodes]
        while any(len(words) < len(nodes) - 1 for words in heard.values()):
            for number, bus in enumerate(nodes):
                bus.publish(topic, b"%d" % number)
            await asyncio.sleep(0.002)
        for stop in stops:
            stop()

    async def inject(self, topic: str, envelope: bytes) -> None:
        await said_by_a_stranger(self._valkey, topic, envelope)

    async def cut(self, bus: Bus) -> None:
        assert isinstance(bus, RedisBus)
        await self._relays[bus].cut()
        await until_down(bus)

    async def mend(self, bus: Bus) -> None:
        assert isinstance(bus, RedisBus)
        await self._relays[bus].open()
        await until_up(bus)


def bus_at(url: str, boot: int = 1) -> RedisBus:
    return RedisBus(read_address(url), KEYS, SystemClock(), lambda n: bytes([boot]) * n)


async def until_up(bus: RedisBus) -> None:
    await _until(bus, True)


async def until_down(bus: RedisBus) -> None:
    await _until(bus, False)


async def _until(bus: RedisBus, up: bool) -> None:
    changed = asyncio.Event()
    unwatch = bus.watch(lambda _: changed.set())
    while bus.up != up:
        await changed.wait()
        changed.clear()
    unwatch()


async def becomes(condition: Callable[[], bool]) -> None:
    """Come back when it is so; a test that waits in vain runs out of its time."""
    for _ in iter(condition, True):
        await asyncio.sleep(0.002)


async def asked(port: int, *words: str | bytes) -> Any:
    """What the server answers to one command on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(command(*words))
    parser = hiredis.Reader()
    while (answer := parser.gets()) is False:
        parser.feed(await reader.read(65_536))
    writer.close()
    await writer.wait_closed()
    return answer


async def said_by_a_stranger(valkey: Valkey, topic: str, envelope: bytes) -> None:
    """Publish past every bus; come back when the server has passed it on."""
    assert isinstance(await asked(valkey.port, "PUBLISH", topic, envelope), int)


@asynccontextmanager
async def nodes(*urls: str) -> AsyncIterator[list[RedisBus]]:
    """A bus at each address, for the time of the block."""
    async with AsyncExitStack() as stack:
        buses = [bus_at(url, boot=number) for number, url in enumerate(urls, 1)]
        for bus in buses:
            stack.push_async_callback(bus.close)
        yield buses


def attempts(bus: RedisBus, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Grows by each attempt to connect that has failed."""
    tried: list[float] = []
    after = bus._pauses.after

    def noted(held: float) -> float:
        tried.append(held)
        return after(held)

    monkeypatch.setattr(bus._pauses, "after", noted)
    return tried
