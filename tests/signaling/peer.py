"""A peer that speaks Engine.IO and Socket.IO by hand, so that it can also speak them wrong."""

import asyncio
import itertools
import secrets
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec
from aiohttp import WSMsgType

from evalroom.wire.messages import NAMESPACE
from tests.signaling.counter_room import SESSION

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR = range(5)
pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder().decode


class Closed(Exception):
    """The server closed the connection, with this code."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Peer:
    """One connection. `said` holds every packet that came, in order."""

    def __init__(self, http: aiohttp.ClientSession, url: str, **headers: str) -> None:
        self._http = http
        self._url = url
        self._headers = headers
        self._acks = itertools.count()
        self._answers: dict[int, dict[str, Any]] = {}
        self.said: list[dict[str, Any]] = []
        self.pings = 0
        self.answers_pings = True
        self.greeting: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        self.ws = await self._http.ws_connect(
            f"{self._url}/socket.io/?EIO=4&transport=websocket", headers=self._headers, compress=15
        )
        opening = await self.ws.receive_str()
        self.greeting = msgspec.json.decode(opening[1:])
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.ws.close()

    def transport(self) -> asyncio.Transport:
        """The line itself."""
        connection = self.ws._response.connection
        assert connection is not None
        transport = connection.transport
        assert isinstance(transport, asyncio.Transport)
        return transport

    async def join(self, token: object = b"at 0", **auth: object) -> dict[str, Any]:
        """Send CONNECT; the packet that answers it."""
        wish = {"protocol": 1, "session": SESSION, "token": token} | auth
        await self.send({"type": CONNECT, "nsp": NAMESPACE, "data": wish})
        return await self.next_of(CONNECT, CONNECT_ERROR)

    async def command(
        self, name: str, args: dict[str, Any] | None = None, **fields: Any
    ) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        return await self.answer_to(await self.post(name, args, **fields))

    async def post(self, name: str, args: dict[str, Any] | None = None, **fields: Any) -> int:
        """Send a command without waiting; the number to wait for."""
        ack = next(self._acks)
        message = {"id": secrets.token_bytes(16), "name": name, "args": args or {}} | fields
        await self.emit("command", message, ack=ack)
        return ack

    async def emit(self, *data: object, ack: int | None = None) -> None:
        """Send an event."""
        packet: dict[str, object] = {"type": EVENT, "nsp": NAMESPACE, "data": data}
        await self.send(packet if ack is None else packet | {"id": ack})

    async def send(self, packet: dict[str, object]) -> None:
        """Send a packet, whatever is in it."""
        await self.ws.send_bytes(pack(packet))

    async def answer_to(self, ack: int) -> dict[str, Any]:
        """Wait for the acknowledgement of this number; they may come in any order."""
        while ack not in self._answers:
            packet = await self.next_of(ACK)
            self._answers[packet["id"]] = packet["data"][0]
        return self._answers.pop(ack)

    async def event(self, name: str) -> Any:
        """Wait for the next event of this name; its payload."""
        while True:
            packet = await self.next_of(EVENT)
            if packet["data"][0] == name:
                return packet["data"][1]

    async def next_of(self, *kinds: int) -> dict[str, Any]:
        """Wait for the next packet of these types."""
        while True:
            packet = await self.next()
            if packet["type"] in kinds:
                return packet

    async def next(self) -> dict[str, Any]:
        """Wait for the next packet; raises Closed."""
        while True:
            message = await self.ws.receive()
            if message.type is WSMsgType.BINARY:
                packet: dict[str, Any] = unpack(message.data)
                assert packet["nsp"] == NAMESPACE or packet["type"] == CONNECT_ERROR
                self.said.append(packet)
                return packet
            if message.type is WSMsgType.TEXT:
                assert message.data == "2"
                self.pings += 1
                if self.answers_pings:
                    await self.ws.send_str("3")
            else:
                raise Closed(self.ws.close_code)

    async def rest(self) -> list[dict[str, Any]]:
        """All that still comes until the server closes; the closing code ends up in `code`."""
        packets = []
        try:
            while True:
                packets.append(await self.next())
        except Closed as closed:
            self.code = closed.code
        return packets

    async def farewell(self) -> dict[str, Any]:
        """The good-bye that the server says before it closes."""
        async with asyncio.timeout(5):
            packets = await self.rest()
        byes = [packet["data"][1] for packet in packets if packet.get("data", [""])[0] == "bye"]
        assert len(byes) == 1, packets
        # Stock clients come back after a line that breaks, and do not after a DISCONNECT.
        assert (packets[-1]["type"] == DISCONNECT) is not byes[0]["come_back"]
        bye: dict[str, Any] = byes[0]
        return bye
