"""What a peer sends over a WebSocket, taken apart: bytes in, whole messages out, no I/O.

Only for the server's side of a line without extensions (RFC 6455, section 5): frames from a peer
are masked, whole messages are bounded, and whatever else comes has a closing code.
"""

from collections.abc import Iterator
from typing import Final

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

BROKEN: Final = 1002
TOO_BIG: Final = 1009

_KNOWN: Final = frozenset((CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG))
_MASKED: Final = 0x80
_WHOLE_TEXT: Final = 0x80 | TEXT
_LONGEST_CONTROL: Final = 125


class Unreadable(Exception):
    """No correct peer sends this; `code` closes the line."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FrameReader:
    """The reading half of one line. A message longer than `most` bytes is not held."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._data = b""
        self._at = 0
        self._opcode = CONTINUATION
        self._parts: list[bytes] = []
        self._waits = False
        """Whether something has come that is not whole yet."""

    def short_text(self, data: bytes) -> bytes | None:
        """Nearly everything that comes: one short text, whole, with nothing before and behind it.
        None for anything else, which is to be given to `read`.
        """
        length = len(data) - 6
        if (
            self._waits
            or not 0 <= length <= _LONGEST_CONTROL
            or data[0] != _WHOLE_TEXT
            or data[1] != _MASKED | length
        ):
            return None
        return _unmasked(data[2:6], data[6:])

    def read(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Give each message that is whole now, as opcode and payload; the rest is kept.

        Raises Unreadable, and then nothing more can be read. What is given must be gone through
        before the next call.
        """
        self._data = self._data[self._at :] + data
        self._at = 0
        self._waits = True
        while (frame := self._next()) is not None:
            final, opcode, payload = frame
            if opcode & 0x8:
                yield opcode, payload
            elif (message := self._joined(final, opcode, payload)) is not None:
                yield message
        if not self._opcode and self._at == len(self._data):
            self._waits, self._data, self._at = False, b"", 0

    def _next(self) -> tuple[bool, int, bytes] | None:
        """The next frame, unmasked; None while it is not whole."""
        data, start = self._data, self._at + 2
        if len(data) < start:
            return None
        first, second = data[start - 2], data[start - 1]
        _check(first, second)
        length = second & 0x7F
        if length > _LONGEST_CONTROL:
            long = start + (2 if length == 126 else 8)
            if len(data) < long:
                return None
            start, length = long, int.from_bytes(data[start:long], "big")
        if length > self._most:
            raise Unreadable(TOO_BIG)
        end = start + 4 + length
        if len(data) < end:
            return None
        self._at = end
        payload = _unmasked(data[start : start + 4], data[start + 4 : end])
        return bool(first & 0x80), first & 0x0F, payload

    def _joined(self, final: bool, opcode: int, payload: bytes) -> tuple[int, bytes] | None:
        """The whole message that ends with this frame, if it does."""
        if (opcode == CONTINUATION) != bool(self._opcode):
            raise Unreadable(BROKEN)
        if opcode and final:
            return opcode, payload
        self._opcode = self._opcode or opcode
        self._parts.append(payload)
        if sum(map(len, self._parts)) > self._most or len(self._parts) > self._most:
            raise Unreadable(TOO_BIG)
        if not final:
            return None
        message = self._opcode, b"".join(self._parts)
        self._opcode, self._parts = CONTINUATION, []
        return message


def _check(first: int, second: int) -> None:
    opcode = first & 0x0F
    control = opcode & 0x8
    cut_or_long = control and (not first & 0x80 or second & 0x7F > _LONGEST_CONTROL)
    if opcode not in _KNOWN or first & 0x70 or cut_or_long or not second & _MASKED:
        raise Unreadable(BROKEN)


def _unmasked(mask: bytes, payload: bytes) -> bytes:
    # As one large number: a loop over bytes takes fifty times as long.
    length = len(payload)
    key = (mask * (length // 4 + 1))[:length]
    number = int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")
    return number.to_bytes(length, "little")
