"""The publishers and subscribers that `bench.bus` compares, each in a process of its own."""

import asyncio
import os
import socket
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import hiredis
import redis.asyncio as redis_py

from evalroom.bus.redis import RedisBus, read_address
from evalroom.bus.redis.commands import command, publish
from evalroom.bus.redis.limits import FEED_BYTES
from evalroom.bus.redis.line import Line
from evalroom.bus.redis.outbox import Outbox
from evalroom.clock import SystemClock
from evalroom.identity.keys import Purpose, SecretKeys

KEYS = SecretKeys(Purpose.CLUSTER, [b"b" * 32])
TOPIC = f"session:{'0' * 32}"
MESSAGE_BYTES = 200


@dataclass(frozen=True)
class Load:
    """So many messages, so many in one turn of the loop, a pause after each turn."""

    name: str
    messages: int
    at_once: int
    pause: float


@dataclass
class Ear:
    """Counts what it hears; `done` when that was all. Delays are taken when there is time."""

    load: Load
    delays: list[int] = field(default_factory=list)
    heard: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, message: bytes) -> None:
        self.heard += 1
        if self.load.pause:
            self.delays.append(time.monotonic_ns() - int.from_bytes(message[:8], "big"))
        if self.heard == self.load.messages:
            self.done.set()


def message() -> bytes:
    return time.monotonic_ns().to_bytes(8, "big") + bytes(MESSAGE_BYTES - 8)


# Who speaks: comes back when the server has taken everything.


async def speak_ours(port: int, load: Load) -> float:
    bus = await bus_up(port)
    began = time.process_time()
    for _ in range(load.messages // load.at_once):
        for _ in range(load.at_once):
            bus.publish(TOPIC, message())
        await asyncio.sleep(load.pause)
    assert bus._lines is not None
    await bus._lines.speaking.caught_up()
    used = time.process_time() - began
    assert not bus.unsent
    await bus.close()
    return used


async def speak_unsealed(port: int, load: Load) -> float:
    """Our line and outbox without the bus around them: what sealing adds."""
    _, line = await asyncio.get_running_loop().create_connection(
        lambda: Line(lambda topic, message: None), "127.0.0.1", port
    )
    outbox, topic = Outbox(line), TOPIC.encode()
    began = time.process_time()
    for _ in range(load.messages // load.at_once):
        for _ in range(load.at_once):
            outbox.put(publish(topic, message()))
        await asyncio.sleep(load.pause)
    await line.caught_up()
    used = time.process_time() - began
    await line.close()
    return used


async def speak_redis_py(port: int, load: Load) -> float:
    client = redis_py.Redis(port=port, protocol=2)
    await client.ping()
    began = time.process_time()
    for _ in range(load.messages // load.at_once):
        if load.at_once == 1:
            await client.publish(TOPIC, message())
        else:
            async with client.pipeline(transaction=False) as pipeline:
                for _ in range(load.at_once):
                    pipeline.publish(TOPIC, message())
                await pipeline.execute()
        await asyncio.sleep(load.pause)
    used = time.process_time() - began
    await client.aclose()
    return used


async def speak_raw(port: int, load: Load) -> float:
    """The limit: finished commands, one blocking write a turn, and the answers are counted."""
    topic, took = TOPIC.encode(), 0
    with socket.create_connection(("127.0.0.1", port)) as line:
        began = time.process_time()
        for _ in range(load.messages // load.at_once):
            line.sendall(publish(topic, message()) * load.at_once)
            while took < load.at_once:
                took += line.recv(65_536).count(b"\n")
            took -= load.at_once
            if load.pause:
                time.sleep(load.pause)  # noqa: ASYNC251 — alone in its process
        return time.process_time() - began


# Who listens: `ready` is called when the subscription is in force.


async def hear_ours(port: int, ear: Ear, ready: Callable[[], None]) -> float:
    bus = await bus_up(port)
    bus.subscribe(TOPIC, ear.hear)
    await asyncio.sleep(0)
    assert bus._lines is not None
    await bus._lines.listening.caught_up()
    ready()
    began = time.process_time()
    await ear.done.wait()
    used = time.process_time() - began
    await bus.close()
    return used


async def hear_unsealed(port: int, ear: Ear, ready: Callable[[], None]) -> float:
    """Our line without the bus around it: what sealing and passing on add."""
    _, line = await asyncio.get_running_loop().create_connection(
        lambda: Line(lambda topic, message: ear.hear(message)), "127.0.0.1", port
    )
    line.write(command("SUBSCRIBE", TOPIC))
    await line.caught_up()
    ready()
    began = time.process_time()
    await ear.done.wait()
    used = time.process_time() - began
    await line.close()
    return used


async def hear_redis_py(port: int, ear: Ear, ready: Callable[[], None]) -> float:
    client = redis_py.Redis(port=port, protocol=2)
    async with client.pubsub(ignore_subscribe_messages=True) as pubsub:
        await pubsub.subscribe(TOPIC)
        await pubsub.get_message(timeout=1)
        ready()
        began = time.process_time()
        while not ear.done.is_set():
            heard = await pubsub.get_message(timeout=5)
            if heard is not None:
                ear.hear(heard["data"])
        used = time.process_time() - began
    await client.aclose()
    return used


async def hear_raw(port: int, ear: Ear, ready: Callable[[], None]) -> float:
    """The limit: a blocking read and the parser, and nobody who would do anything with it."""
    reader = hiredis.Reader()
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(command("SUBSCRIBE", TOPIC))
        line.recv(4_096)
        ready()
        began = time.process_time()
        while not ear.done.is_set():
            data = line.recv(262_144)
            for start in range(0, len(data), FEED_BYTES):
                reader.feed(data, start, min(FEED_BYTES, len(data) - start))
                while (reply := reader.gets()) is not False:
                    ear.hear(reply[2])
        return time.process_time() - began


async def bus_up(port: int, keys: SecretKeys = KEYS) -> RedisBus:
    bus = RedisBus(read_address(f"redis://127.0.0.1:{port}"), keys, SystemClock(), os.urandom)
    up = asyncio.Event()
    bus.watch(lambda _: up.set())
    await up.wait()
    return bus


Speak = Callable[[int, Load], Coroutine[Any, Any, float]]
Hear = Callable[[int, Ear, Callable[[], None]], Coroutine[Any, Any, float]]

PAIRS: dict[str, tuple[Speak, Hear]] = {
    "EvalRoom, sealed": (speak_ours, hear_ours),
    "our lines, not sealed": (speak_unsealed, hear_unsealed),
    "redis-py, not sealed": (speak_redis_py, hear_redis_py),
    "limit: socket and hiredis": (speak_raw, hear_raw),
}
