"""The direct writer: whole frames straight onto a transport, those of one tick in one write.

Everything a socket says goes through its one writer, in the order in which it was said, so an
answer and a change never overtake each other. A write costs an append; when the loop comes
round, each writer that was written to makes one system call. A reader that falls behind by more
than `owed_bytes` is cut off: it alone loses, and it comes back by token.
"""

import asyncio
from collections.abc import Callable

from evalroom.wire.limits import OWED_BYTES


class Tick:
    """The writers that were written to since the loop last came round."""

    def __init__(self, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self._call_soon = call_soon
        self._writers: list[DirectWriter] = []
        self.cut_off = 0
        """How many readers have fallen behind too far."""

    def add(self, writer: "DirectWriter") -> None:
        """Have `writer` flushed when the loop comes round; once per tick and writer."""
        if not self._writers:
            self._call_soon(self._flush)
        self._writers.append(writer)

    def _flush(self) -> None:
        writers, self._writers = self._writers, []
        for writer in writers:
            writer.flush()


class DirectWriter:
    """The one way out of one socket."""

    __slots__ = ("_closed", "_frames", "_gathered", "_tick", "_transport")

    def __init__(self, transport: asyncio.Transport, tick: Tick) -> None:
        self._transport = transport
        self._tick = tick
        self._frames: list[bytes] = []
        self._gathered = 0
        self._closed = False

    def write(self, frame: bytes) -> None:
        """Put a whole frame on the line, or nowhere once the line is closed; never raises."""
        if self._closed:
            return
        frames = self._frames
        if not frames:
            self._tick.add(self)
        frames.append(frame)
        self._gathered += len(frame)
        if self._gathered > OWED_BYTES:
            self.flush()

    def owed(self) -> int:
        """Bytes written here that the peer's machine has not taken."""
        return self._gathered + (0 if self._closed else self._transport.get_write_buffer_size())

    def flush(self) -> None:
        """Hand over what this tick has gathered."""
        frames = self._frames
        if not frames:
            return
        gathered = frames[0] if len(frames) == 1 else b"".join(frames)
        self._frames = []
        self._gathered = 0
        transport = self._transport
        if transport.is_closing():
            return
        transport.write(gathered)
        if transport.get_write_buffer_size() > OWED_BYTES:
            self._tick.cut_off += 1
            self.abort()

    def close(self) -> None:
        """Hand over what was gathered, and take no more."""
        self.flush()
        self._closed = True

    def abort(self) -> None:
        """Cut the line; what was not taken yet is lost."""
        self._closed = True
        self._frames = []
        self._gathered = 0
        self._transport.abort()
