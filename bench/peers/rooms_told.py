"""Two Python servers of `bench.deliveries`: ours, and python-socketio as it comes."""

import asyncio
import itertools
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

import socketio
from bench.peers.readers import MARKER, ORIGIN, ROOMS
from evalroom.identity.principal import Principal
from evalroom.room import Answer
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.visibility import Audience
from evalroom.signaling.fast_path import Timings
from evalroom.signaling.rooms import Sink
from evalroom.signaling.server import Signaling
from evalroom.wire.frames import Frames

# Some 170 bytes on the line: a member has changed a cell.
CHANGE: list[Any] = [
    "set",
    ["sheet", "technical", "b1", "cells", "t1"],
    {"value": "18.50", "at": 1_772_323_200_000, "note": MARKER.decode() + "x" * 32},
]
NEVER = 3_600.0

Tell = Callable[[int], Awaitable[None]]


class Seat:
    def leave(self) -> None:
        """Nobody does here."""


class Told:
    """A room that only tells."""

    def __init__(self) -> None:
        self.sinks: list[Sink] = []

    def audience(self, principal: Principal) -> Audience:
        return Audience(None, (), None)

    def join(self, principal: Principal, token: bytes, sink: Sink) -> Seat:
        self.sinks.append(sink)
        return Seat()

    async def submit(
        self, actor: Actor, command_id: bytes, name: str, args: dict[str, Any], seen: int | None
    ) -> Answer:
        raise Refused("unknown_command", name=name)

    def ephemeral(self, principal: Principal, message: Mapping[str, Any]) -> None:
        """Dropped."""


class House:
    def __init__(self) -> None:
        self.rooms: dict[str, Told] = defaultdict(Told)

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


async def ours(app: web.Application) -> Tell:
    """Frames built once for a room, written to its sinks as a room does."""
    house, frames = House(), Frames()
    signaling = Signaling(
        rooms=house, identify=Anybody(), origins={ORIGIN}, timings=Timings(ping=NEVER, pong=NEVER)
    )
    signaling.attach(app)

    async def tell(events: int) -> None:
        for room in house.rooms.values():
            for _ in range(events):
                frame = frames.changes([[CHANGE]])
                for sink in room.sinks:
                    sink.write(frame)
        await asyncio.sleep(0)

    return tell


async def stock(app: web.Application) -> Tell:
    """The library's own emit to a room."""
    server = socketio.AsyncServer(
        async_mode="aiohttp", serializer="msgpack", transports=["websocket"],
        ping_interval=NEVER, ping_timeout=NEVER, cors_allowed_origins="*",
    )  # fmt: skip

    async def connect(sid: str, _: object, auth: Mapping[str, str]) -> None:
        await server.enter_room(sid, auth["room"], "/session")

    server.on("connect", connect, namespace="/session")
    server.attach(app)

    async def tell(events: int) -> None:
        for room in range(ROOMS):
            for _ in range(events):
                await server.emit("changes", [[CHANGE]], room=f"r{room}", namespace="/session")

    return tell


async def serve(build: Callable[[web.Application], Awaitable[Tell]]) -> None:
    app = web.Application()
    tell = await build(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1_024).start()
    print(runner.addresses[0][1], flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        match line.split():
            case ["go", rounds, events]:
                for _ in range(int(rounds)):
                    await tell(int(events))
                print("done", flush=True)
            case _:
                print(time.process_time(), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "ours":
        asyncio.run(serve(ours))
    else:
        try:
            import uvloop
        except ImportError:
            asyncio.run(serve(stock))
        else:
            # Faster for the library's way of writing, and slower for ours: each as it does best.
            uvloop.run(serve(stock))
