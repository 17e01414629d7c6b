"""The other side of a bench: raw sockets that join like stock clients, and read.

Unlike browsers they do not offer compression, which peers would accept and pay for.
"""

import secrets
import selectors
import socket
from multiprocessing.connection import Connection

import msgspec

ROOMS = 84
ORIGIN = "https://room.example"
# In every event once; readers count it instead of taking frames apart.
MARKER = b"<told here>"


def read_all(orders: Connection) -> None:
    """Do what the bench says: join a server's rooms, and drain what it tells them."""
    readers: dict[str, Readers] = {}
    while True:
        order, name, *rest = orders.recv()
        if order == "join":
            speaks, port, sockets = rest
            readers[name] = Readers(speaks, port, sockets)
        else:
            readers[name].drain(rest[0])
        orders.send("done")


class Readers:
    """All readers of one server."""

    def __init__(self, speaks: str, port: int, sockets: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._ends: dict[socket.socket, bytes] = {}
        for number in range(sockets):
            line = socket.create_connection(("127.0.0.1", port))
            if speaks != "bytes":
                _join(line, speaks, number)
            line.setblocking(False)
            self._ends[line] = b""
            self._selector.register(line, selectors.EVENT_READ)

    def drain(self, deliveries: int) -> None:
        """Read until so many events have come."""
        told = 0
        while told < deliveries:
            for key, _ in self._selector.select():
                line = key.fileobj
                assert isinstance(line, socket.socket)
                data = line.recv(1 << 16)
                if not data:
                    raise ConnectionError("a server let go of a reader")
                # A marker may be cut in two between two readings.
                held = self._ends[line] + data
                told += held.count(MARKER)
                self._ends[line] = held[-(len(MARKER) - 1) :]


def _join(line: socket.socket, speaks: str, number: int) -> None:
    room = number % ROOMS
    auth: dict[str, object] = {"room": f"r{room}"}
    if speaks == "session":
        auth = {"protocol": 1, "session": f"{room:032x}", "token": b"t"}
    join(line, auth)


def connected(port: int, auth: object) -> socket.socket:
    """A socket that has joined."""
    line = socket.create_connection(("127.0.0.1", port))
    join(line, auth)
    return line


def join(line: socket.socket, auth: object) -> None:
    """Go through the handshakes of WebSocket, Engine.IO and Socket.IO."""
    line.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: bench\r\n"
        b"Origin: " + ORIGIN.encode() + b"\r\n"
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    _until(line, b'"maxPayload"')
    packet = msgspec.msgpack.encode({"type": 0, "nsp": "/session", "data": auth})
    line.sendall(masked(packet))
    _until(line, b"\xa3sid")


def _until(line: socket.socket, wanted: bytes) -> None:
    heard = b""
    while wanted not in heard:
        data = line.recv(1 << 16)
        if not data:
            raise ConnectionError(f"a server did not let a reader in: {heard[-200:]!r}")
        heard += data


def masked(payload: bytes) -> bytes:
    """A binary frame of a client."""
    mask = secrets.token_bytes(4)
    assert len(payload) < 65_536
    length = (
        bytes((0x80 | len(payload),))
        if len(payload) < 126
        else bytes((0x80 | 126,)) + len(payload).to_bytes(2, "big")
    )
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return b"\x82" + length + mask + body
