"""The UDP sockets of media, read together."""

import asyncio
import socket
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from evalroom.monitoring.paced_poll import PacedPoll
from evalroom.monitoring.rtc.limits import DATAGRAM_BYTES, READ_AT_ONCE, READ_TICK_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

_WHOLE: Final = DATAGRAM_BYTES + 1
"""A longer datagram comes cut off, one byte too long to be taken."""


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
        self._poll = _poll_of_loop()
        protocol.connection_made(self)
        self._poll.add(bound.fileno(), self._read)

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
            loop = asyncio.get_running_loop()
            self._poll.remove(self._socket.fileno())
            if not self._poll:
                _OF_LOOP.pop(loop, None)
            loop.call_soon(self._lost)

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


_OF_LOOP: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, PacedPoll]] = WeakKeyDictionary()


def _poll_of_loop() -> PacedPoll:
    loop = asyncio.get_running_loop()
    if loop not in _OF_LOOP:
        _OF_LOOP[loop] = PacedPoll(READ_TICK_SECONDS)
    return _OF_LOOP[loop]
