"""The UDP sockets of media, read together.

To wake a process for a packet costs more than all that is done with the packet. So the sockets of a
loop stand in one poll of their own: the loop hears of it as of one socket, and while packets come
faster than `READ_TICK_SECONDS` one after another, it is asked at that pace and by nobody else.
"""

import asyncio
import select
import socket
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from evalroom.monitoring.rtc.limits import (
    DATAGRAM_BYTES,
    PACE_SECONDS,
    READ_AT_ONCE,
    READ_TICK_SECONDS,
)

_WHOLE: Final = DATAGRAM_BYTES + 1
"""A longer datagram comes cut off, one byte too long to be taken."""

_MANY: Final = round(PACE_SECONDS / READ_TICK_SECONDS)
"""Datagrams in `PACE_SECONDS` from which on to look at every tick is less than to be woken."""


class Datagrams(asyncio.DatagramTransport):
    """A bound socket, given to its protocol. What the kernel does not take at once is dropped: late
    media is worth nothing, and STUN and DTLS say again what was not heard.
    """

    def __init__(self, bound: socket.socket, protocol: asyncio.DatagramProtocol) -> None:
        super().__init__({"socket": bound, "sockname": bound.getsockname()})
        self._socket = bound
        self._protocol = protocol
        self._receive: Callable[[int], tuple[bytes, Any]] = bound.recvfrom
        self._send = bound.sendto
        self._take = protocol.datagram_received
        self._closing = False
        self._reading = _reading()
        protocol.connection_made(self)
        self._reading.add(bound.fileno(), self._read)

    def sendto(self, data: Any, addr: Any = None) -> None:
        try:
            self._send(data, addr)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            self._protocol.error_received(error)

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Read nothing more; the protocol hears of it in the next turn. Safe to repeat."""
        if not self._closing:
            self._closing = True
            self._reading.remove(self._socket.fileno())
            asyncio.get_running_loop().call_soon(self._lost)

    def abort(self) -> None:
        self.close()

    def _lost(self) -> None:
        self._socket.close()
        self._protocol.connection_lost(None)

    def _read(self) -> int:
        """Take what has come; give how many there were."""
        receive, take = self._receive, self._take
        for number in range(READ_AT_ONCE):
            try:
                data, address = receive(_WHOLE)
            except (BlockingIOError, InterruptedError):
                return number
            except OSError as error:
                self._protocol.error_received(error)
                return number
            take(data, address)
            if self._closing:
                break
        return READ_AT_ONCE


class _Reading:
    """The poll of one loop: asked at each packet while few come, at every tick while many do."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._poll = select.epoll()
        self._reads: dict[int, Callable[[], int]] = {}
        self._tick: asyncio.TimerHandle | None = None
        self._came = 0
        """Datagrams since `_since`."""
        self._since = loop.time()
        loop.add_reader(self._poll.fileno(), self._look)

    def add(self, number: int, read: Callable[[], int]) -> None:
        """Call `read` when something has come to the socket of this number."""
        self._reads[number] = read
        self._poll.register(number, select.EPOLLIN)

    def remove(self, number: int) -> None:
        """Call it no more; with the last socket the poll is closed."""
        del self._reads[number]
        self._poll.unregister(number)
        if not self._reads:
            del _OF_LOOP[self._loop]
            if self._tick is not None:
                self._tick.cancel()
            self._loop.remove_reader(self._poll.fileno())
            self._poll.close()

    def _look(self) -> None:
        if self._tick is not None:
            self._tick = self._loop.call_later(READ_TICK_SECONDS, self._look)
        for number, _ in self._poll.poll(0):
            if (read := self._reads.get(number)) is not None:
                self._came += read()
        if self._loop.time() - self._since >= PACE_SECONDS:
            self._keep_pace()

    def _keep_pace(self) -> None:
        """Choose how the next looks come about."""
        many, self._came, self._since = self._came >= _MANY, 0, self._loop.time()
        if many and self._tick is None:
            self._loop.remove_reader(self._poll.fileno())
            self._tick = self._loop.call_later(READ_TICK_SECONDS, self._look)
        elif not many and self._tick is not None:
            self._tick.cancel()
            self._tick = None
            self._loop.add_reader(self._poll.fileno(), self._look)


_OF_LOOP: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Reading]] = WeakKeyDictionary()


def _reading() -> _Reading:
    loop = asyncio.get_running_loop()
    if loop not in _OF_LOOP:
        _OF_LOOP[loop] = _Reading(loop)
    return _OF_LOOP[loop]
