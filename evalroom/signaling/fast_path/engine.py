"""Engine.IO that opens direct sockets, and as few idle ones as there may be."""

import asyncio
import logging
from typing import Any, Final, Protocol

import engineio
from engineio.packet import OPEN, Packet
from evalroom.signaling.fast_path.direct_socket import DirectSocket, Environ, Timings
from evalroom.signaling.writer import Tick
from evalroom.wire import limits

log = logging.getLogger(__name__)

_SENTENCES: Final = frozenset(
    {
        "Being upgraded",
        "Invalid JSONP index number",
        "Invalid transport",
        "Invalid websocket upgrade",
        "Not connected",
        "Unexpected HTTP request",
    }
)
"""What may be answered to a request for a socket: sentences without anything of the peer's."""


class Upstairs(Protocol):
    """Socket.IO, as Engine.IO sees it."""

    async def take(self, link: DirectSocket, data: bytes) -> None:
        """Use one message."""
        ...

    def fault(self, link: DirectSocket, error: Exception) -> None:
        """See to what could not be used."""
        ...


class DirectEngine(engineio.AsyncServer):
    """The connections of one server, by their Engine.IO id in `sockets`."""

    upstairs: Upstairs
    tick: Tick
    timings: Timings

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._unjoined: dict[str, DirectSocket] = {}
        """Those that are in no session yet, the oldest first."""
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def unjoined(self) -> int:
        """How many connections are in no session yet."""
        return len(self._unjoined)

    def joined(self, link: DirectSocket) -> None:
        """A connection is in a session."""
        self._unjoined.pop(link.sid, None)

    async def taken(self, link: DirectSocket, data: bytes) -> None:
        await self.upstairs.take(link, data)

    def refused(self, link: DirectSocket, error: Exception) -> None:
        self.upstairs.fault(link, error)

    async def ended(self, link: DirectSocket, reason: str) -> None:
        self.sockets.pop(link.sid, None)
        self._unjoined.pop(link.sid, None)
        await self._trigger_event("disconnect", link.sid, reason, run_async=False)

    def keep(self, ending: asyncio.Task[None]) -> None:
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _handle_connect(
        self, environ: Environ, transport: str, jsonp_index: int | None = None
    ) -> Any:
        """Greet as the library does; the connection is a direct one, forgotten at its end."""
        self._make_room()
        link = DirectSocket(self, self.generate_id())
        self.sockets[link.sid] = self._unjoined[link.sid] = link
        await link.send(Packet(OPEN, self._greeting(link.sid, transport)))
        await self._trigger_event("connect", link.sid, environ, run_async=False)
        link.schedule_ping()
        if transport == "polling":
            link.connected = True
            return self._ok(await link.poll(), jsonp_index=jsonp_index)
        try:
            return await link.handle_get_request(environ)
        finally:
            # Where it never became a WebSocket, nothing else ends the connection.
            await link.end(self.reason.TRANSPORT_ERROR)

    def _make_room(self) -> None:
        """The oldest connection that has joined nothing gives way: whoever wants to join does so at
        once, and nobody who only waits keeps him out.
        """
        while len(self._unjoined) >= limits.UNJOINED_SOCKETS:
            self._unjoined.pop(next(iter(self._unjoined))).abort()

    def _bad_request(self, message: str | None = None) -> dict[str, Any]:
        """Refuse as the library does, in its own words and in nobody else's: it repeats the id of
        a connection as the peer has written it.
        """
        return super()._bad_request(message if message in _SENTENCES else None)

    def _log_error_once(self, message: str, message_key: str) -> None:
        """What a peer did wrong is no error of ours, and its words stay out of the log."""
        log.debug("a request for a socket was refused: %s", message_key)

    def _greeting(self, sid: str, transport: str) -> dict[str, Any]:
        return {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": int(self.timings.pong * 1000),
            "pingInterval": int(self.timings.ping * 1000),
            "maxPayload": limits.MESSAGE_BYTES,
        }
