"""The line to one wall: whole frames straight onto the transport, messages back without a task.

A thousand viewers acknowledge three times a second. A queue, a future and a coroutine for each
would cost as much as the pictures, so once aiohttp has done the upgrade, the transport gets this
protocol in place of aiohttp's.
"""

import asyncio
import socket
from collections.abc import Callable

from evalroom.monitoring.limits import BEHIND_BYTES, SEND_BUFFER_BYTES, WALL_MESSAGE_BYTES
from evalroom.monitoring.wall_messages import WallClose
from evalroom.signaling import frame_reader
from evalroom.signaling.frame_reader import FrameReader, Unreadable
from evalroom.wire.frames import websocket_frame
from evalroom.wire.limits import CLOSING_SECONDS

REASON_BYTES = 123
"""What a closing frame has room for beside its code (RFC 6455, section 5.5)."""


BUFFER_BYTES = 65_536
"""What is read at once. One buffer serves all lines of a loop, for nothing stays in it: to allocate
one for each short message costs more than to read the message."""


class WallLine(asyncio.BufferedProtocol):
    """A `Line`. What is written goes to the system at once, which takes little: what it holds back
    is stale when it arrives, and cannot be taken back.

    Nothing is read before `listen`. `on_bye` is called once, when the last word is said or heard,
    or the line is lost: nothing is to be written, or heard, after it.
    """

    def __init__(self, transport: asyncio.Transport, buffer: bytearray) -> None:
        raw: socket.socket | None = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        loop = asyncio.get_running_loop()
        self.write: Callable[[bytes], None] = transport.write
        self.owed: Callable[[], int] = transport.get_write_buffer_size
        self.on_bye: Callable[[], None] = _nothing
        self.behind = False
        self.heard = True
        """Whether anything has come since somebody last looked and set it back."""
        self.lost: asyncio.Future[None] = loop.create_future()
        self._transport = transport
        self._buffer = memoryview(buffer)
        self._before = transport.get_protocol()
        self._reader = FrameReader(WALL_MESSAGE_BYTES)
        self._take: Callable[[bytes], None] = _unheard
        self._closing = False
        self._deaf = False
        """What comes after something unreadable cannot be told apart."""
        self._deadline: asyncio.TimerHandle | None = None
        transport.pause_reading()
        transport.set_write_buffer_limits(high=BEHIND_BYTES, low=BEHIND_BYTES)
        transport.set_protocol(self)
        if transport.is_closing():
            self.abort()

    @property
    def closing(self) -> bool:
        """Whether the last word has been said, or the line cut."""
        return self._closing

    def listen(self, take: Callable[[bytes], None]) -> None:
        """Read, and hand each message's text to `take`."""
        self._take = take
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def hold(self) -> None:
        """Read nothing for a while; what has been read already still comes."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def ping(self) -> None:
        """Ask for a sign of life."""
        self.write(_PING)

    def bye(self, code: int, reason: str = "") -> None:
        """Close politely: the last word, then the line ends when the peer has answered, or soon."""
        if self._closing:
            return
        said = code.to_bytes(2, "big") + reason.encode()[:REASON_BYTES]
        self.write(websocket_frame(frame_reader.CLOSE, said))
        self._end()
        # Reading goes on: closed with something unread, the line would be reset, and the last word
        # could be lost on the way.
        self.listen(_unheard)
        self._deadline = asyncio.get_running_loop().call_later(CLOSING_SECONDS, self.abort)

    def abort(self) -> None:
        """Cut the line; what was not taken yet is lost."""
        self._end()
        if self._deadline is not None:
            self._deadline.cancel()
        self._transport.abort()

    # What the transport tells

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.heard = True
        if self._deaf:
            return
        try:
            for opcode, payload in self._reader.read(bytes(self._buffer[:nbytes])):
                self._heard(opcode, payload)
        except Unreadable as unreadable:
            self.bye(unreadable.code)
            self._deaf = True

    def pause_writing(self) -> None:
        self.behind = True

    def resume_writing(self) -> None:
        self.behind = False

    def eof_received(self) -> None:
        self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        if self._deadline is not None:
            self._deadline.cancel()
        if not self.lost.done():
            self.lost.set_result(None)
        # Whose connection it was has to forget it.
        self._before.connection_lost(exc)

    def _heard(self, opcode: int, payload: bytes) -> None:
        if opcode == frame_reader.CLOSE:
            self._answer_bye(payload)
        elif self._closing:
            return
        elif opcode == frame_reader.TEXT:
            self._take(payload)
        elif opcode == frame_reader.PING and self.owed() <= SEND_BUFFER_BYTES:
            # Whoever asks and does not take the answers gets no more of them.
            self.write(websocket_frame(frame_reader.PONG, payload))
        elif opcode == frame_reader.BINARY:
            self.bye(WallClose.PROTOCOL, "protocol")

    def _answer_bye(self, payload: bytes) -> None:
        if not self._closing:
            self.write(websocket_frame(frame_reader.CLOSE, payload[:2]))
            self._end()
        self._transport.close()

    def _end(self) -> None:
        if not self._closing:
            self._closing = True
            self.write = _nowhere
            self._take = _unheard
            on_bye, self.on_bye = self.on_bye, _nothing
            on_bye()


def _nowhere(_: bytes) -> None:
    pass


def _unheard(_: bytes) -> None:
    pass


def _nothing() -> None:
    pass


_PING = websocket_frame(frame_reader.PING, b"")
