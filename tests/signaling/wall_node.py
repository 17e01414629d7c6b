"""A real server with a wall, a hub that anybody may feed, and onlookers."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, cast

import aiohttp
from aiohttp import WSMsgType, web

from evalroom.clock import SystemClock
from evalroom.identity.principal import Principal
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.monitoring.watching import Look, Looks
from evalroom.sessions.refusals import Refused
from evalroom.signaling.monitor_socket import Walls
from evalroom.wire.media_frame import Codec, EncodedFrame, FrameHeader, read_header
from tests.monitoring.parts import CAMERA, SCREEN, SESSION, SOUND, PlainGate

ORIGIN = "https://room.example"


class WallDoor:
    """Knows people by the cookie `who`, one program by its token, and what has ended since."""

    def __init__(self) -> None:
        self.ended: set[str] = set()
        self.asked = 0
        self.away = False

    async def __call__(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
    ) -> Principal | None:
        self.asked += 1
        token = headers.get("Authorization")
        if token is not None:
            if token == "Bearer looks":
                return Principal("vera", bearer="t1")
            raise Refused("login_unknown" if token == "Bearer spent" else "unavailable", retry_ms=5)
        return Principal(cookies["who"], device="d1") if "who" in cookies else None

    async def again(self, principal: Principal, *, used: bool) -> Principal:
        self.asked += 1
        if self.away:
            raise Refused("unavailable", retry_ms=100)
        if principal.id in self.ended:
            raise Refused("login_ended")
        return principal


class Gone(Exception):
    """The server closed the wall."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Onlooker:
    """One viewer: reads, acknowledges if asked to, and keeps everything."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.words: list[dict[str, Any]] = []
        self.pictures: list[tuple[FrameHeader, bytes]] = []

    def transport(self) -> asyncio.Transport:
        """The line itself, of whatever loop."""
        connection = self.ws._response.connection
        assert connection is not None
        return cast("asyncio.Transport", connection.transport)

    async def say(self, **message: object) -> None:
        await self.ws.send_json(message)

    async def subscribe(self, *streams: int, layer: int = 2, width: int = 640) -> None:
        await self.say(
            subscribe=[{"stream": stream, "layer": layer, "width": width} for stream in streams]
        )

    async def next(self) -> dict[str, Any] | tuple[FrameHeader, bytes]:
        """The next message, a word or a picture; raises Gone."""
        message = await self.ws.receive()
        if message.type is WSMsgType.TEXT:
            word: dict[str, Any] = message.json()
            self.words.append(word)
            return word
        if message.type is WSMsgType.BINARY:
            picture = read_header(message.data), message.data[28:]
            self.pictures.append(picture)
            return picture
        raise Gone(self.ws.close_code, message.extra or "")

    async def word(self, key: str) -> Any:
        """The next word of this kind."""
        while True:
            heard = await self.next()
            if isinstance(heard, dict) and key in heard:
                return heard[key]

    async def picture(self) -> tuple[FrameHeader, bytes]:
        """The next picture."""
        while True:
            heard = await self.next()
            if isinstance(heard, tuple):
                return heard

    async def farewell(self) -> Gone:
        """How it ends."""
        try:
            async with asyncio.timeout(10):
                while True:
                    await self.next()
        except Gone as gone:
            return gone


class WallNode:
    """The server, and the ways to it."""

    def __init__(self, stack: AsyncExitStack, **wanted: Any) -> None:
        self.stack = stack
        self.gate = PlainGate((CAMERA, "camera"), (SCREEN, "screen"), (SOUND, "microphone"))
        self.hub = Hub(SystemClock())
        self.door = WallDoor()
        self.recorded: list[Look] = []
        self.asked: list[str] = []
        clock = wanted.get("clock", SystemClock())
        self.walls = Walls(
            hub=self.hub,
            gate=self.gate,
            looks=Looks(lambda _, looks: self.recorded.extend(looks), clock),
            identify=self.door,
            again=self.door.again,
            origins={ORIGIN},
            **wanted,
        )
        self.publishing: dict[str, Publishing] = {}
        for source, kind in self.gate.kinds.items():
            ask = lambda source=source: self.asked.append(source)  # noqa: E731
            self.publishing[source] = self.hub.publish(SESSION, source, kind, ask, ports_rtp=True)

    async def start(self) -> None:
        app = web.Application()
        self.walls.attach(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
        await runner.setup()
        self.stack.push_async_callback(runner.cleanup)
        self.stack.push_async_callback(self.walls.close)
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1_024)
        await site.start()
        self.host, self.port = runner.addresses[0][:2]
        self.http = await self.stack.enter_async_context(
            aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0)
            )
        )

    def handle(self, source: str) -> int:
        return self.publishing[source].stream.handle

    async def look(
        self,
        who: str | None = "vera",
        *,
        query: str = f"session={SESSION}",
        origin: str | None = ORIGIN,
        token: str | None = None,
        autoping: bool = True,
    ) -> Onlooker:
        """A viewer; what he is let into shows in what comes."""
        headers = {"Origin": origin, "Cookie": who and f"who={who}", "Authorization": token}
        ws = await self.http.ws_connect(
            f"http://{self.host}:{self.port}/monitor?{query}",
            headers={name: value for name, value in headers.items() if value is not None},
            compress=15,
            max_msg_size=0,
            autoping=autoping,
        )
        self.stack.push_async_callback(ws.close)
        return Onlooker(ws)

    def push(
        self,
        source: str,
        fill: bytes = b"\xaa",
        *,
        key: bool = False,
        size: int = 500,
        at: int | None = None,
    ) -> None:
        arrival = SystemClock().wall() if at is None else at
        self.publishing[source].push(
            EncodedFrame(Codec.VP8, fill * size, key, 0, arrival * 90, arrival)
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for the loop to bring something about."""
        async with asyncio.timeout(10):
            # Such things happen deep in the server, which tells nobody.
            while not holds():  # noqa: ASYNC110
                await asyncio.sleep(0.002)
