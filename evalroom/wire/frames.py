"""Whole WebSocket frames of Socket.IO packets, ready for `transport.write`.

A frame from a server is not masked (RFC 6455, section 5.1), so its bytes are the same for every
reader: they are built once for an audience and written as they are to each of its sockets.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from evalroom.sessions.refusals import Malformed
from evalroom.wire.limits import CHANGES_BYTES
from evalroom.wire.messages import NAMESPACE, Bye, ConnectError, Count, Done, Mark, NotDone

# Types of Socket.IO packets, protocol revision 5
CONNECT: Final = 0
DISCONNECT: Final = 1
EVENT: Final = 2
ACK: Final = 3
CONNECT_ERROR: Final = 4

# Opcodes of WebSocket frames (RFC 6455, section 11.8)
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PONG: Final = 0xA
_FIN: Final = 0x80

# The first byte of a MessagePack map with a length of two bytes; shorter ones have it in the byte.
_MAP_16: Final = 0xDE


class Packet(Struct, frozen=True):
    """A Socket.IO packet."""

    type: int
    nsp: str
    data: Any = None
    id: Count | None = None


class _Sent(Struct, frozen=True, forbid_unknown_fields=True):
    """A packet as it came. `options` are the stock library's own and mean nothing here."""

    type: int
    nsp: str
    data: Any = UNSET
    id: Count | UnsetType | None = UNSET
    options: Any = UNSET


def websocket_frame(opcode: int, payload: bytes) -> bytes:
    """Give the one unmasked, final frame that carries `payload`."""
    length = len(payload)
    if length < 126:
        return bytes((_FIN | opcode, length)) + payload
    if length < 65_536:
        return bytes((_FIN | opcode, 126)) + length.to_bytes(2, "big") + payload
    return bytes((_FIN | opcode, 127)) + length.to_bytes(8, "big") + payload


def closing_frame(code: int) -> bytes:
    """Give the frame that begins or answers the closing of a WebSocket."""
    return websocket_frame(CLOSE, code.to_bytes(2, "big"))


def payload_of(frame: bytes) -> bytes:
    """Give back what `websocket_frame` was given; for readers that are not WebSockets."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


def packet(
    kind: int, data: object = None, ack: int | None = None, namespace: str = NAMESPACE
) -> bytes:
    """Give a packet in MessagePack."""
    fields: dict[str, object] = {"type": kind, "nsp": namespace}
    if data is not None:
        fields["data"] = data
    if ack is not None:
        fields["id"] = ack
    return _encode(fields)


def read_packet(payload: bytes) -> Packet:
    """Read a packet that a peer sent; raises Malformed."""
    try:
        sent = _decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Malformed("packet", f"is not a packet: {type(error).__name__}") from None
    data, ack = sent.data, sent.id
    fields = 2 + (data is not UNSET) + (ack is not UNSET) + (sent.options is not UNSET)
    if _entries(payload) != fields:
        # Of two values for one key, others might take the other one.
        raise Malformed("packet", "has a key twice")
    return Packet(
        sent.type, sent.nsp, None if data is UNSET else data, None if ack is UNSET else ack
    )


class Frames:
    """Builds the frames that a room sends, and those that the edge sends."""

    def changes(self, events: Sequence[Sequence[Sequence[Any]]]) -> bytes:
        """Events, each a list of `[op, path, value?]`; one `refetch` when they are too many."""
        payload = packet(EVENT, ["changes", events])
        if len(payload) > CHANGES_BYTES:
            return REFETCH
        return websocket_frame(BINARY, payload)

    def mark(self, token: bytes, at: int) -> bytes:
        """The newest token, at server time `at` in milliseconds."""
        return event_frame("mark", Mark(token, at))

    def presence(self, states: Mapping[str, str]) -> bytes:
        """Who is online, away or unknown, by member."""
        return event_frame("presence", states)

    def ephemeral(self, message: Mapping[str, Any]) -> bytes:
        """What another member does this moment."""
        return event_frame("ephemeral", message)

    def bye(self, farewell: Bye) -> bytes:
        """The last event on a socket."""
        return event_frame("bye", farewell)

    def ack(self, ack: int, answer: Done | NotDone) -> bytes:
        """The acknowledgement of the command that asked for it under the number `ack`."""
        return websocket_frame(BINARY, packet(ACK, [answer], ack))

    def connected(self, sid: str) -> bytes:
        """The answer to a CONNECT that was accepted."""
        return websocket_frame(BINARY, packet(CONNECT, {"sid": sid}))

    def refused(self, error: ConnectError) -> bytes:
        """The answer to a CONNECT that was not."""
        return websocket_frame(BINARY, packet(CONNECT_ERROR, error))

    def disconnect(self) -> bytes:
        """Tells a stock client that it is not to come back."""
        return websocket_frame(BINARY, packet(DISCONNECT))


def event_frame(name: str, payload: object) -> bytes:
    """Give the frame of one event with one argument."""
    return websocket_frame(BINARY, packet(EVENT, [name, payload]))


def _entries(payload: bytes) -> int:
    """How many entries a MessagePack map announces."""
    first = payload[0]
    if first < _MAP_16:
        return first & 0x0F
    return int.from_bytes(payload[1 : 3 if first == _MAP_16 else 5], "big")


def _read_extension(code: int, data: memoryview) -> object:
    # Stock JavaScript clients speak of `undefined` and of byte arrays in extension 0. A Date
    # would come in it too, with 8 bytes: times are integers, and no id of ours is that long.
    if code == 0 and len(data) == 1:
        return None
    if code == 0 and len(data) != 8:
        return bytes(data)
    raise ValueError("an extension type that has no meaning here")


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(_Sent, ext_hook=_read_extension)
REFETCH: Final = event_frame("changes", [[["refetch", []]]])
