"""The line to one wall: whole frames straight to the system, messages back without a task.

A thousand viewers acknowledge three times a second. A queue, a future and a coroutine for each
would cost as much as the pictures, and to be woken for each as much again. So once aiohttp has done
the upgrade, the transport gets this protocol in place of aiohttp's and is told to read nothing: all
walls of a node are read together. It keeps what the system does not take at once, and closes.
"""

import asyncio
import os
import socket
from collections.abc import Callable

from evalroom.monitoring.limits import SEND_BUFFER_BYTES, WALL_MESSAGE_BYTES
from evalroom.monitoring.paced_poll import PacedPoll
from evalroom.monitoring.wall_messages import WallClose
from evalroom.signaling import frame_reader
from evalroom.signaling.frame_reader import FrameReader, Unreadable
from evalroom.wire.frames import websocket_frame
from evalroom.wire.limits import CLOSING_SECONDS

REASON_BYTES = 123
"""What a closing frame has room for beside its code (RFC 6455, section 5.5)."""


READ_BYTES = 16_384
"""What is read at once: the longest message."""

READ_TICK_SECONDS = 0.01
"""How long a message may lie while many come: a thirtieth of the time in which pictures have to be
acknowledged."""


class WallLine(asyncio.Protocol):
    """A `Line`. What is written goes to the system at once, which takes little: what it holds back
    is stale when it arrives, and cannot be taken back.

    Nothing is read before `listen`. `on_bye` is called once, when the last word is said or heard,
    or the line is lost: nothing is to be written, or heard, after it.
    """

    __slots__ = (
        "_before", "_closing", "_deadline", "_deaf", "_number", "_queue", "_reader", "_reading",
        "_take", "_transport", "heard", "lost", "on_bye", "owed", "waits",
    )  # fmt: skip

    def __init__(self, transport: asyncio.Transport, reading: PacedPoll) -> None:
        raw: socket.socket = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self.owed: Callable[[], int] = transport.get_write_buffer_size
        self.on_bye: Callable[[], None] = _nothing
        self.waits = False
        self.heard = True
        """Whether anything has come since somebody last looked and set it back."""
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._number = raw.fileno()
        self._transport = transport
        self._queue: Callable[[bytes], None] = transport.write
        self._reading = reading
        self._before = transport.get_protocol()
        self._reader = FrameReader(WALL_MESSAGE_BYTES)
        self._take: Callable[[bytes], None] = _unheard
        self._closing = False
        self._deaf = False
        """What comes after something unreadable cannot be told apart."""
        self._deadline: asyncio.TimerHandle | None = None
        transport.pause_reading()
        # So that it tells when it has something to wait with, and when it has nothing left.
        transport.set_write_buffer_limits(high=0, low=0)
        transport.set_protocol(self)
        if transport.is_closing():
            self.abort()

    @property
    def closing(self) -> bool:
        """Whether the last word has been said, or the line cut."""
        return self._closing

    def write(self, frame: bytes) -> None:
        """Put a frame on the line, or nowhere once it has closed; never raises."""
        if self.waits:
            self._queue(frame)
            return
        try:
            taken = os.write(self._number, frame)
        except OSError:
            # It takes nothing now, or never will: the transport finds out.
            taken = 0
        if taken < len(frame):
            self._queue(frame[taken:])

    def listen(self, take: Callable[[bytes], None]) -> None:
        """Read, and hand each message's text to `take`."""
        self._take = take
        if not self._transport.is_closing():
            self._reading.remove(self._number)
            self._reading.add(self._number, self._read)

    def hold(self) -> None:
        """Read nothing for a while; what has been read already still comes."""
        self._reading.remove(self._number)

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
        self._reading.remove(self._number)
        self._end()
        if self._deadline is not None:
            self._deadline.cancel()
        self._transport.abort()

    # What the transport tells

    def pause_writing(self) -> None:
        self.waits = True

    def resume_writing(self) -> None:
        self.waits = self._closing

    def connection_lost(self, exc: Exception | None) -> None:
        self._reading.remove(self._number)
        self._end()
        if self._deadline is not None:
            self._deadline.cancel()
        if not self.lost.done():
            self.lost.set_result(None)
        # Whose connection it was has to forget it.
        self._before.connection_lost(exc)

    # What comes

    def _read(self) -> int:
        """Take what has come; give 1, or 0 if nothing has."""
        try:
            data = os.read(self._number, READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self.abort()
            return 0
        if not data:
            self._hang_up()
        elif not self._deaf:
            self.heard = True
            text = self._reader.short_text(data)
            if text is not None:
                self._take(text)
            else:
                self._hear(data)
        return 1

    def _hear(self, data: bytes) -> None:
        try:
            for opcode, payload in self._reader.read(data):
                self._heard(opcode, payload)
        except Unreadable as unreadable:
            self.bye(unreadable.code)
            self._deaf = True

    def _hang_up(self) -> None:
        """The peer has said all: there is nobody to send to, and nothing more to read."""
        self._reading.remove(self._number)
        self._end()
        self._transport.close()

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
            self._closing = self.waits = True
            self._queue = _nowhere
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
