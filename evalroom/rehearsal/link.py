"""One Socket.IO connection, from CONNECT to its end; whoever comes back opens another one."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse

import socketio
from evalroom.rehearsal.browser import Browser, Unreachable
from evalroom.rehearsal.mirror import Diverged, Token
from evalroom.wire import limits
from evalroom.wire.messages import NAMESPACE, PROTOCOL
from socketio.exceptions import SocketIOError

__all__ = ["Link", "NotLetIn", "Unreachable"]

Take = Callable[[str, Any], bool]

# A lost link is what a rehearsal is about: the library's complaints about it are no news.
_quiet = logging.getLogger(f"{__name__}.library")
_quiet.setLevel(logging.CRITICAL)

SILENCE_SECONDS: Final = 2 * limits.MARK_SECONDS + 1
"""Two marks missed: the line is dead, whatever the operating system says of it."""


class NotLetIn(Exception):
    """The server refused the join. `retry_ms` says when another try makes sense, if ever."""

    def __init__(self, code: str, retry_ms: int | None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_ms = retry_ms


class _Line:
    """The way to the server, as far as the library uses one. It remembers what it has opened: the
    library forgets a WebSocket that fails before its first packet.
    """

    def __init__(self, http: ClientSession) -> None:
        self._http = http
        self.websocket: ClientWebSocketResponse | None = None

    @property
    def closed(self) -> bool:
        return self._http.closed

    async def ws_connect(self, url: str, **options: Any) -> ClientWebSocketResponse:
        self.websocket = await self._http.ws_connect(url, **options)
        return self.websocket


class Link:
    """A connection that hands on what it hears, in order, and knows when it is over."""

    def __init__(self, browser: Browser, session: str, take: Take) -> None:
        """`take` gets each event with its payload; False ends the link."""
        self._browser = browser
        self._session = session
        self._take = take
        self._refusal: dict[str, Any] | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._line = _Line(browser.http)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.farewell: dict[str, Any] | None = None
        self.fault: Diverged | None = None
        self._io = socketio.AsyncClient(
            reconnection=False,
            serializer="msgpack",
            logger=_quiet,
            engineio_logger=_quiet,
            handle_sigint=False,
            http_session=self._line,
        )
        for event in ("changes", "mark", "presence", "ephemeral"):
            self._io.on(event, self._hearing(event), namespace=NAMESPACE)
        self._io.on("bye", self._dismissed, namespace=NAMESPACE)
        self._io.on("connect_error", self._refused, namespace=NAMESPACE)
        self._io.on("disconnect", self._lost, namespace=NAMESPACE)

    async def open(self, token: Token) -> None:
        """Join the session from `token` on. Raises NotLetIn and Unreachable."""
        try:
            await self._io.connect(
                self._browser.url,
                headers={"Origin": self._browser.url},
                auth={"protocol": PROTOCOL, "session": self._session, "token": token},
                transports=["websocket"],
                namespaces=[NAMESPACE],
                wait_timeout=limits.JOIN_SECONDS + 1,
            )
        except (SocketIOError, ClientError, OSError) as error:
            await self.close()
            if self._refusal is not None:
                raise NotLetIn(self._refusal["code"], self._refusal.get("retry_ms")) from None
            raise Unreachable(str(error)) from None
        except BaseException:
            await self.close()
            raise
        self._listen()

    async def ask(self, event: str, message: dict[str, Any]) -> dict[str, Any] | None:
        """Send an event and wait for its answer; None when the link ends before there is one."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.ended.done():
            return None
        with suppress(SocketIOError):
            await self._io.emit(event, message, namespace=NAMESPACE, callback=answer.set_result)
            either: list[asyncio.Future[Any]] = [answer, self.ended]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return answer.result() if answer.done() else None

    async def sent(self) -> None:
        """Come back when what was said is in the hands of the operating system."""
        # The name is the library's own; it keeps account of its queue and tells nobody.
        handed_over = asyncio.ensure_future(self._io.eio.queue.join())
        try:
            await asyncio.wait([handed_over, self.ended], return_when=asyncio.FIRST_COMPLETED)
        finally:
            handed_over.cancel()

    def cut(self) -> None:
        """Cut the line without a word."""
        websocket = self._line.websocket
        if websocket is not None and (socket := websocket.get_extra_info("socket")):
            with suppress(OSError):
                socket.shutdown(SHUT_RDWR)
        self._end()

    async def close(self) -> None:
        """Leave politely, if there is still somebody to leave."""
        self._end()
        with suppress(SocketIOError, ClientError, OSError):
            await self._io.disconnect()
        if self._line.websocket is not None:
            await self._line.websocket.close()

    def _hearing(self, event: str) -> Callable[[Any], None]:
        return lambda payload: self._hear(event, payload)

    def _hear(self, event: str, payload: Any) -> None:
        if self.ended.done():
            return
        if event == "mark":
            self._listen()
        try:
            goes_on = self._take(event, payload)
        except Diverged as fault:
            self.fault = fault
            goes_on = False
        if not goes_on:
            self._end()

    def _listen(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(SILENCE_SECONDS, self.cut)

    def _dismissed(self, farewell: dict[str, Any]) -> None:
        self.farewell = farewell
        self._end()

    def _refused(self, error: Any = None) -> None:
        data = error.get("data") if isinstance(error, dict) else None
        if isinstance(data, dict) and "code" in data:
            self._refusal = data

    def _lost(self, _reason: str) -> None:
        self._end()

    def _end(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        if not self.ended.done():
            self.ended.set_result(None)
