"""Two Python servers of `bench.deliveries`: ours, and python-socketio as it comes.

With a Redis each is one of two nodes, and tells its rooms on both.
"""

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
import uvloop
from aiohttp import web

import socketio
from bench.peers.bus import bus_up
from bench.peers.readers import MARKER, ORIGIN, ROOMS
from bench.peers.serving import NEVER, serve
from evalroom.bus.bus import Bus
from evalroom.identity.principal import Principal
from evalroom.room import Answer
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.visibility import Audience
from evalroom.signaling.fast_path import Timings
from evalroom.signaling.rooms import Sink
from evalroom.signaling.server import Signaling
from evalroom.wire.frames import Frames
from tests.room.parts import NoBus

# Some 170 bytes on the line: a member has changed a cell.
CHANGE: list[Any] = [
    "set",
    ["sheet", "technical", "b1", "cells", "t1"],
    {"value": "18.50", "at": 1_772_323_200_000, "note": MARKER.decode() + "x" * 32},
]
Tell = Callable[[int, int], Awaitable[None]]
"""Tells so many events to so many rooms."""


class Seat:
    def leave(self) -> None:
        """Nobody does here."""


class Told:
    """A room that only tells; with a bus also its readers on the other node."""

    over = False

    def __init__(self, session: str, bus: Bus) -> None:
        self.sinks: list[Sink] = []
        self._frames = Frames()
        self._topic = f"session:{session}"
        self._bus = bus
        bus.subscribe(self._topic, self._hear)

    def audience(self, principal: Principal) -> Audience:
        return Audience(None, (), None)

    async def reach(self, principal: Principal, token: bytes) -> None:
        """Nothing is ever missed here."""

    def join(self, principal: Principal, token: bytes, sink: Sink) -> Seat:
        self.sinks.append(sink)
        return Seat()

    async def submit(
        self, actor: Actor, command_id: bytes, name: str, args: dict[str, Any], seen: int | None
    ) -> Answer:
        raise Refused("unknown_command", name=name)

    def ephemeral(self, principal: Principal, message: Mapping[str, Any]) -> None:
        """Dropped."""

    def tell(self, change: list[Any]) -> None:
        """One frame for all who are here, one message for the other node."""
        self._write(change)
        self._bus.publish(self._topic, msgspec.msgpack.encode(change))

    def _hear(self, message: bytes) -> None:
        self._write(msgspec.msgpack.decode(message))

    def _write(self, change: list[Any]) -> None:
        if self.sinks:
            frame = self._frames.changes([[change]])
            for sink in self.sinks:
                sink.write(frame)


class House:
    def __init__(self, bus: Bus) -> None:
        self.rooms = {
            session: Told(session, bus) for session in (f"{n:032x}" for n in range(ROOMS))
        }

    async def open(self, session: str) -> Told:
        return self.rooms[session]


class Anybody:
    """Each reader is somebody else, as in a real session."""

    def __init__(self) -> None:
        self._people = itertools.count()

    async def __call__(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
    ) -> Principal:
        return Principal(f"a{next(self._people)}")


async def ours(app: web.Application, redis: str | None) -> Tell:
    """Frames built once for a room, written to its sinks as a room does."""
    house = House(await bus_up(int(redis)) if redis else NoBus())
    signaling = Signaling(
        rooms=house, identify=Anybody(), origins={ORIGIN}, timings=Timings(ping=NEVER, pong=NEVER)
    )
    signaling.attach(app)
    everybody = list(house.rooms.values())

    async def tell(events: int, rooms: int) -> None:
        for room in everybody[:rooms]:
            for _ in range(events):
                room.tell(CHANGE)
        await asyncio.sleep(0)

    return tell


async def stock(app: web.Application, redis: str | None) -> Tell:
    """The library's own emit to a room."""
    server = socketio.AsyncServer(
        async_mode="aiohttp", serializer="msgpack", transports=["websocket"],
        ping_interval=NEVER, ping_timeout=NEVER, cors_allowed_origins="*",
        client_manager=socketio.AsyncRedisManager(f"redis://127.0.0.1:{redis}") if redis else None,
    )  # fmt: skip

    async def connect(sid: str, _: object, auth: Mapping[str, str]) -> None:
        await server.enter_room(sid, auth["room"], "/session")

    server.on("connect", connect, namespace="/session")
    server.attach(app)

    async def tell(events: int, rooms: int) -> None:
        for room in range(rooms):
            for _ in range(events):
                await server.emit("changes", [[CHANGE]], room=f"r{room}", namespace="/session")

    return tell


async def main(kind: str, redis: str | None = None) -> None:
    app = web.Application()
    tell = await (ours if kind == "ours" else stock)(app, redis)

    async def go(words: list[str]) -> str:
        rounds, events, rooms = map(int, (*words[1:], ROOMS)[:3])
        for _ in range(rounds):
            await tell(events, rooms)
        return "done"

    await serve(app, go)


if __name__ == "__main__":
    # Faster for the library's way of writing, and slower for ours: each as it does best.
    run = asyncio.run if sys.argv[1] == "ours" else uvloop.run
    run(main(*sys.argv[1:]))
