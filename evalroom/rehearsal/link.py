"""One Socket.IO connection, from CONNECT to its end; whoever comes back opens another one.

It speaks as `docs/protocol.md` says (Bytes), with no library's queue or task between the wire and
the view: a thousand simulated people must cost less than the server they call on.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from socket import SHUT_RDWR
from typing import Any, Final

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

from evalroom.rehearsal.browser import Browser, Unreachable, reason_of
from evalroom.rehearsal.mirror import Diverged, Token
from evalroom.sessions.refusals import Malformed
from evalroom.wire import limits
from evalroom.wire.frames import ACK, CONNECT, CONNECT_ERROR, EVENT, Packet, packet, read_packet
from evalroom.wire.messages import PROTOCOL

Take = Callable[[str, Any], bool]

PATH: Final = "/socket.io/?EIO=4&transport=websocket"
PING, PONG = "2", "3"
"""The heartbeat, as text frames."""

HEARD: Final = frozenset({"changes", "mark", "presence", "ephemeral"})

SILENCE_SECONDS: Final = 2 * limits.MARK_SECONDS + 1
"""Two marks missed: the line is dead, whatever the operating system says of it."""


class NotLetIn(Exception):
    """The server refused the join. `retry_ms` says when another try makes sense, if ever."""

    def __init__(self, code: str, retry_ms: int | None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_ms = retry_ms


class Link:
    """A connection that hands on what it hears, in order, and knows when it is over."""

    def __init__(self, browser: Browser, session: str, take: Take) -> None:
        """`take` gets each event with its payload; False ends the link."""
        self._browser = browser
        self._session = session
        self._take = take
        self._websocket: ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._numbers = count()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self.url = browser.url
        """The node this line leads to."""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.farewell: dict[str, Any] | None = None
        self.fault: Diverged | None = None
        self.silent = False
        """Whether it ended because nothing was heard any more."""

    async def open(self, token: Token) -> None:
        """Join the session from `token` on. Raises NotLetIn and Unreachable."""
        try:
            async with asyncio.timeout(limits.JOIN_SECONDS + 1):
                websocket = await self._connected()
                await self._join(websocket, token)
        except NotLetIn:
            await self.close()
            raise
        except (ClientError, OSError) as error:
            await self.close()
            raise Unreachable(self.url, reason_of(error)) from None
        except Malformed:
            await self.close()
            raise Unreachable(self.url, "malformed") from None
        except BaseException:
            await self.close()
            raise
        self._reader = asyncio.create_task(self._read(websocket))
        self._listen()

    async def ask(self, event: str, message: dict[str, Any]) -> dict[str, Any] | None:
        """Send an event and wait for its answer; None when the link ends before there is one."""
        if self.ended.done() or self._websocket is None:
            return None
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            await self._websocket.send_bytes(packet(EVENT, [event, message], number))
            found: dict[str, Any] | None = await answer
        except (ClientError, OSError):
            self._end()
            return None
        finally:
            del self._answers[number]
        return found

    def cut(self) -> None:
        """Cut the line without a word; what was said before is in the operating system's hands."""
        if self._websocket is not None and (socket := self._websocket.get_extra_info("socket")):
            with suppress(OSError):
                socket.shutdown(SHUT_RDWR)
        self._end()

    async def close(self) -> None:
        """Leave politely, if there is still somebody to leave."""
        self._end()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
        if self._websocket is not None:
            with suppress(ClientError, OSError):
                await self._websocket.close()

    async def _connected(self) -> ClientWebSocketResponse:
        self._websocket = await self._browser.http.ws_connect(
            self.url + PATH,
            headers={"Origin": self.url},
            # The server bounds what it sends.
            max_msg_size=0,
        )
        return self._websocket

    async def _join(self, websocket: ClientWebSocketResponse, token: Token) -> None:
        auth = {"protocol": PROTOCOL, "session": self._session, "token": token}
        await websocket.send_bytes(packet(CONNECT, auth))
        answer = await self._next(websocket)
        if answer is None:
            raise ConnectionResetError("the line was closed before the join was answered")
        if answer.type == CONNECT_ERROR:
            refusal = answer.data["data"]
            raise NotLetIn(refusal["code"], refusal.get("retry_ms"))

    async def _read(self, websocket: ClientWebSocketResponse) -> None:
        try:
            while not self.ended.done() and (received := await self._next(websocket)):
                if received.type == EVENT:
                    self._hear(*received.data)
                elif received.type == ACK:
                    self._answered(received)
                else:
                    break
        except Malformed as malformed:
            self.fault = Diverged(str(malformed))
        except (ClientError, OSError):
            pass
        finally:
            self._end()

    async def _next(self, websocket: ClientWebSocketResponse) -> Packet | None:
        """The next packet, None at the end. The heartbeat is answered on the way, the greeting
        overlooked.
        """
        while True:
            message = await websocket.receive()
            if message.type is WSMsgType.BINARY:
                return read_packet(message.data)
            if message.type is not WSMsgType.TEXT:
                return None
            if message.data == PING:
                await websocket.send_str(PONG)

    def _answered(self, received: Packet) -> None:
        answer = self._answers.get(received.id if received.id is not None else -1)
        if answer is not None and not answer.done():
            answer.set_result(received.data[0])

    def _hear(self, event: str, payload: Any) -> None:
        if self.ended.done():
            return
        if event == "bye":
            self.farewell = payload
            self._end()
            return
        if event == "mark":
            self._listen()
        try:
            goes_on = event not in HEARD or self._take(event, payload)
        except Diverged as fault:
            self.fault = fault
            goes_on = False
        if not goes_on:
            self._end()

    def _listen(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(SILENCE_SECONDS, self._give_up)

    def _give_up(self) -> None:
        self.silent = True
        self.cut()

    def _end(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)
        if not self.ended.done():
            self.ended.set_result(None)
