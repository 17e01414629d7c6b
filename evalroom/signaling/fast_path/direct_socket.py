"""One Engine.IO connection that, once it is a WebSocket, leaves by one writer."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol

from aiohttp import WSMsgType, web
from msgspec import Struct

from engineio.async_socket import AsyncSocket
from engineio.packet import CLOSE, MESSAGE, NOOP, PING, PONG, Packet
from evalroom.sessions.refusals import Malformed
from evalroom.signaling.writer import DirectWriter, Tick
from evalroom.wire import frames, limits

Environ = Mapping[str, Any]


class Timings(Struct, frozen=True, kw_only=True):
    """Seconds of one server; the defaults are the protocol's."""

    ping: float = limits.PING_SECONDS
    pong: float = limits.PONG_SECONDS
    join: float = limits.JOIN_SECONDS
    closing: float = limits.CLOSING_SECONDS


class Engine(Protocol):
    """What a connection asks of the server that keeps it."""

    tick: Tick
    timings: Timings

    async def taken(self, link: "DirectSocket", data: bytes) -> None:
        """Use one message; what follows it waits."""
        ...

    def refused(self, link: "DirectSocket", error: Exception) -> None:
        """See to what cannot be used."""
        ...

    async def ended(self, link: "DirectSocket", reason: str) -> None:
        """Forget a connection that is no more."""
        ...

    def keep(self, ending: asyncio.Task[None]) -> None:
        """Hold a task until it is done."""
        ...

    def _bad_request(self, message: str | None = None) -> dict[str, Any]: ...


class DirectSocket(AsyncSocket):
    """A connection by polling or WebSocket; all that a WebSocket says goes through `writer`."""

    server: Engine

    def __init__(self, server: Engine, sid: str) -> None:
        super().__init__(server, sid)
        self.writer: DirectWriter | None = None
        self.attempts = 0
        self._leaving = False
        self._owed_by_polling = 0
        self._loop = asyncio.get_running_loop()
        self._heartbeat: asyncio.TimerHandle | None = None
        self._deadline = self._loop.call_later(server.timings.join, self.abort)

    # What goes out

    def write(self, frame: bytes) -> None:
        """Put a whole WebSocket frame on the line, by whatever transport there is; never raises."""
        if self.writer is not None:
            self.writer.write(frame)
        elif not self._leaving:
            self._queue(Packet(MESSAGE, frames.payload_of(frame)))

    def owed(self) -> int:
        """Bytes that the peer has been sent and has not taken yet."""
        return self._owed_by_polling if self.writer is None else self.writer.owed()

    async def send(self, pkt: Packet) -> None:
        """Take the libraries' own packets the same way, so that these keep the order too."""
        if self.writer is not None:
            self.writer.write(_frame_of(pkt))
        elif not self._leaving:
            self._queue(pkt)

    def may_stay(self) -> None:
        """Lift the deadline by which a connection has to ask for a session."""
        self._deadline.cancel()

    def must_join(self) -> None:
        """Set that deadline anew."""
        if not self._leaving:
            self._deadline.cancel()
            self._deadline = self._loop.call_later(self.server.timings.join, self.abort)

    def hang_up(self, code: int = 1000) -> None:
        """Close politely: what was written is delivered, then the line closes, or is cut."""
        if self._leaving:
            return
        self._leaving = True
        self._stop_timers()
        if self.writer is None:
            self.queue.put_nowait(Packet(NOOP))  # lets a poll that waits return
        else:
            # Reading goes on until the peer has answered: closed with something unread, the
            # line would be reset, and what was said last could be lost on the way.
            self.writer.write(frames.closing_frame(code))
            self.writer.close()
        self._deadline = self._loop.call_later(self.server.timings.closing, self.abort)

    def abort(self, reason: str = "transport error") -> None:
        """Cut the line at once."""
        self._leaving = True
        self._stop_timers()
        if self.writer is not None:
            self.writer.abort()
        elif not self.closed:
            self.server.keep(self._loop.create_task(self.end(reason)))

    async def close(
        self, wait: bool = True, abort: bool = False, reason: str | None = None
    ) -> None:
        """End the connection on a library's behalf; a WebSocket's own loop does it, once."""
        if self.writer is not None:
            self.hang_up()
        else:
            await self.end(reason or "server disconnect")

    async def end(self, reason: str) -> None:
        """Tell the layer above, once, and leave nothing behind."""
        self._stop_timers()
        if self.closed:
            return
        self.closed = self.closing = self._leaving = True
        if self.writer is None:
            self.queue.put_nowait(None)
        await self.server.ended(self, reason)

    # The heartbeat: a timer, where the library keeps a task

    def schedule_ping(self) -> None:
        """Ask for a sign of life after a while."""
        if self._heartbeat is not None:
            self._heartbeat.cancel()
        self._heartbeat = self._loop.call_later(self.server.timings.ping, self._ping)

    def _ping(self) -> None:
        if self.writer is not None:
            self.writer.write(_PING)
        else:
            self._queue(Packet(PING))
        pong = self.server.timings.pong
        self._heartbeat = self._loop.call_later(pong, self.abort, "ping timeout")

    # What comes in

    async def receive(self, pkt: Packet) -> None:
        """Take one packet; what cannot be used ends the connection."""
        if pkt.packet_type == CLOSE and self.writer is None:
            self.abort("client disconnect")  # who polls no more has nothing to wait for
        elif self._leaving:
            return
        elif pkt.packet_type == PONG:
            self.schedule_ping()
        elif pkt.packet_type == CLOSE:
            self.hang_up()
        elif pkt.packet_type == MESSAGE and isinstance(pkt.data, bytes) and pkt.data:
            await self.server.taken(self, pkt.data)
        else:
            self.server.refused(self, Malformed("packet", "is of no use here"))

    async def handle_post_request(self, environ: Environ) -> None:
        """Take what a polling peer posts."""
        try:
            await super().handle_post_request(environ)
        except (ValueError, LookupError, RecursionError):
            # The library's reader of polling payloads gives up in several ways.
            self.server.refused(self, Malformed("payload", "cannot be read"))

    async def poll(self) -> list[Packet]:
        """Give a polling peer all that waits for it, and in the end that it is closed.

        Not both at once: stock clients close before they have read the rest.
        """
        if self._leaving and self.queue.empty():
            return [Packet(CLOSE)]
        packets: list[Packet] = await super().poll()
        self._owed_by_polling = 0
        return packets

    async def _upgrade_websocket(self, environ: Environ) -> web.StreamResponse | dict[str, Any]:
        """Become a WebSocket, at once or after polling, and stay one until the line closes."""
        if self.upgraded or self.upgrading:
            return self.server._bad_request("Being upgraded")
        request: web.Request = environ["aiohttp.request"]
        websocket = web.WebSocketResponse(
            max_msg_size=limits.READ_BYTES + 1,  # the first length that is refused
            timeout=self.server.timings.closing,
            compress=False,
            # Its own answers to pings and closings would not go through the writer.
            autoping=False,
            autoclose=False,
        )
        await websocket.prepare(request)
        if self.connected and not await self._probed(websocket):
            return websocket
        transport = request.transport
        if transport is None or self._leaving:
            return websocket
        self.connected = self.upgraded = True
        writer = DirectWriter(transport, self.server.tick)
        self._go_direct(writer)
        await self._converse(websocket, writer)
        return websocket

    async def _probed(self, websocket: web.WebSocketResponse) -> bool:
        # Engine.IO, protocol 4, "Upgrade": a probe, its answer, and the poll under way is ended.
        self.upgrading = True
        try:
            async with asyncio.timeout(self.server.timings.join):
                if await websocket.receive_str() != "2probe":
                    return False
                await websocket.send_str("3probe")
                self.queue.put_nowait(Packet(NOOP))
                return await websocket.receive_str() == "5"
        except (TimeoutError, TypeError, ConnectionError):
            return False
        finally:
            self.upgrading = False

    def _go_direct(self, writer: DirectWriter) -> None:
        while not self.queue.empty():
            pkt = self.queue.get_nowait()
            if pkt is not None and pkt.packet_type != NOOP:
                writer.write(_frame_of(pkt))
        self.writer = writer
        self._owed_by_polling = 0
        del self.queue  # from here on nothing waits in it, and an idle one takes two kilobytes

    async def _converse(self, websocket: web.WebSocketResponse, writer: DirectWriter) -> None:
        try:
            await self._read_all(websocket, writer)
        finally:
            # Whoever has not taken the rest by now will not.
            writer.abort()
            await self.end("transport close")

    async def _read_all(self, websocket: web.WebSocketResponse, writer: DirectWriter) -> None:
        while True:
            message = await websocket.receive()
            match message.type:
                case WSMsgType.BINARY | WSMsgType.TEXT:
                    if not self._leaving:
                        await self._take(message.data)
                case WSMsgType.PING:
                    writer.write(frames.websocket_frame(frames.PONG, bytes(message.data)))
                case WSMsgType.PONG:
                    pass
                case WSMsgType.CLOSE:
                    if not self._leaving:
                        writer.write(frames.closing_frame(message.data or 1000))
                        writer.close()
                    return
                case _:
                    return

    async def _take(self, data: bytes | str) -> None:
        if len(data) > limits.MESSAGE_BYTES:
            self.server.refused(self, Malformed("message", "is too long"))
        elif isinstance(data, str):
            # Everything of ours is binary; text is the heartbeat and the end.
            await self.receive(Packet(_TEXT_PACKETS.get(data, NOOP)))
        else:
            await self.receive(Packet(MESSAGE, bytes(data)))

    def _queue(self, pkt: Packet) -> None:
        self.queue.put_nowait(pkt)
        self._owed_by_polling += len(pkt.data) if isinstance(pkt.data, bytes) else 1
        if self._owed_by_polling > limits.OWED_BYTES:
            self.server.tick.cut_off += 1
            self.abort()

    def _stop_timers(self) -> None:
        self._deadline.cancel()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            self._heartbeat = None


def _frame_of(pkt: Packet) -> bytes:
    encoded = pkt.encode()
    if isinstance(encoded, str):
        return frames.websocket_frame(frames.TEXT, encoded.encode())
    return frames.websocket_frame(frames.BINARY, encoded)


_TEXT_PACKETS: Final = {str(PONG): PONG, str(CLOSE): CLOSE}
_PING: Final = frames.websocket_frame(frames.TEXT, str(PING).encode())
