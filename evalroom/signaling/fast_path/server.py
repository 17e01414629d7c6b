"""Socket.IO over direct sockets: one namespace, strict packets, events in order, no tasks."""

import asyncio
import logging
from typing import Any, Protocol

import socketio
from evalroom.sessions.refusals import Malformed
from evalroom.signaling.fast_path.direct_socket import DirectSocket, Timings
from evalroom.signaling.fast_path.engine import DirectEngine
from evalroom.signaling.writer import Tick
from evalroom.wire import frames, limits
from evalroom.wire.messages import NAMESPACE, ConnectError, ConnectFault
from socketio.msgpack_packet import MsgPackPacket

# The libraries tell about every packet: only what they call an error is worth a line.
library_log = logging.getLogger(f"{__name__}.library")
library_log.setLevel(logging.ERROR)


class Edge(Protocol):
    """Who takes what comes in. `sid` is the id of a socket in our namespace."""

    def opened(self, sid: str) -> bool:
        """The answer to CONNECT is on the line; False if this socket was never let in."""
        ...

    async def event(self, sid: str, name: str, args: list[Any], ack: int | None) -> None:
        """Take an event; what comes after it waits until this returns. Raises Malformed."""
        ...

    def faulted(self, sid: str | None, link: DirectSocket, error: Exception) -> None:
        """What came in could not be used: say so, and let the socket go."""
        ...


class StrictPacket(MsgPackPacket):
    """MessagePack packets, read strictly: only what a client of ours may send."""

    def encode(self) -> bytes:
        """Write this packet; what is not there is left out, which stock clients insist on."""
        return frames.packet(self.packet_type, self.data, self.id, self.namespace or "/")

    def decode(self, encoded_packet: bytes) -> None:
        """Read into this packet; raises Malformed."""
        read = frames.read_packet(encoded_packet)
        if read.type not in (frames.CONNECT, frames.DISCONNECT, frames.EVENT):
            raise Malformed("packet.type", "is not for clients to send")
        if len(read.nsp) > limits.NAME_CHARACTERS:
            raise Malformed("packet.nsp", "is too long")
        if read.nsp != NAMESPACE and read.type != frames.CONNECT:
            raise Malformed("packet.nsp", "was never joined")
        if read.type == frames.EVENT and not _is_event(read.data):
            raise Malformed("packet.data", "is not an event")
        self.packet_type = read.type
        self.namespace = read.nsp
        self.data = read.data
        self.id = read.id


class DirectServer(socketio.AsyncServer):
    """The Socket.IO server; an `Edge` behind it decides what its messages mean."""

    eio: DirectEngine

    def __init__(self, edge: Edge, *, timings: Timings, polling: bool) -> None:
        super().__init__(
            async_mode="aiohttp",
            serializer=StrictPacket,
            namespaces=[NAMESPACE],
            transports=["websocket", "polling"] if polling else ["websocket"],
            # Direct sockets keep their own time; who may speak is decided at CONNECT.
            monitor_clients=False,
            cors_allowed_origins=[],
            max_http_buffer_size=limits.MESSAGE_BYTES,
            logger=library_log,
            engineio_logger=library_log,
        )
        self.edge = edge
        self.eio.upstairs = self
        self.eio.tick = Tick(lambda flush: asyncio.get_running_loop().call_soon(flush))
        self.eio.timings = timings

    def link(self, sid: str) -> DirectSocket | None:
        """The connection under a socket of our namespace, while there is one."""
        connection = self.manager.eio_sid_from_sid(sid, NAMESPACE)
        found: DirectSocket | None = self.eio.sockets.get(connection or "")
        return found

    async def take(self, link: DirectSocket, data: bytes) -> None:
        """Dispatch one message as the library does, and see to what goes wrong on the way."""
        try:
            await self._handle_eio_message(link.sid, data)
        except Exception as error:
            self.fault(link, error)

    def fault(self, link: DirectSocket, error: Exception) -> None:
        """Hand up what a connection sent and nobody could use."""
        self.edge.faulted(self.manager.sid_from_eio_sid(link.sid, NAMESPACE), link, error)

    def _engineio_server_class(self) -> type[DirectEngine]:
        return DirectEngine

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        """Let in one socket a connection, as the library does, and tell the edge when it is in."""
        link: DirectSocket = self.eio.sockets[eio_sid]
        link.attempts += 1
        if link.attempts > limits.JOIN_ATTEMPTS:
            raise Malformed("connect", "has been tried too often")
        if namespace != NAMESPACE:
            link.write(_elsewhere(namespace))
            return
        if self.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is not None:
            raise Malformed("connect", "is in already")
        link.may_stay()
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, NAMESPACE)
        if sid is None:
            link.must_join()
            return
        if link.closed or not self.edge.opened(sid):
            # It went away while it was let in, when the library saw nothing to disconnect yet.
            await self._handle_disconnect(eio_sid, namespace)
            link.abort()
        else:
            self.eio.joined(link)
            # Nobody asks again whose request it was, and the environment of one is large.
            self.environ[eio_sid].clear()

    async def _handle_event(
        self, eio_sid: str, namespace: str | None, id: int | None, data: list[Any]
    ) -> None:
        """Hand an event to the edge, which answers by itself."""
        sid = self.manager.sid_from_eio_sid(eio_sid, NAMESPACE)
        if sid is None or not self.manager.is_connected(sid, NAMESPACE):
            raise Malformed("event", "came before joining")
        await self.edge.event(sid, data[0], data[1:], id)


def _is_event(data: object) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], str)


def _elsewhere(namespace: str | None) -> bytes:
    message = f"there is only {NAMESPACE}"
    error = ConnectError(message, ConnectFault("unknown_namespace", message))
    return frames.websocket_frame(
        frames.BINARY, frames.packet(frames.CONNECT_ERROR, error, namespace=namespace or "/")
    )
