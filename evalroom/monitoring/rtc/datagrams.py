"""One UDP socket on the loop. A picture comes as a burst of packets: a turn of the loop for each of
them would cost more than all that is done with them, so the socket is read until it is empty.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final

from evalroom.monitoring.rtc.limits import DATAGRAM_BYTES

READ_AT_ONCE: Final = 32
"""Datagrams of one socket before the others have their turn: a key frame of a camera."""

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
        self._take = protocol.datagram_received
        self._loop = asyncio.get_running_loop()
        self._closing = False
        self.refused = 0
        """Datagrams that the kernel did not take."""
        protocol.connection_made(self)
        self._loop.add_reader(bound.fileno(), self._read)

    def sendto(self, data: Any, addr: Any = None) -> None:
        try:
            self._socket.sendto(data, addr)
        except (BlockingIOError, InterruptedError):
            self.refused += 1
        except OSError as error:
            self._protocol.error_received(error)

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        """Read nothing more; the protocol hears of it in the next turn. Safe to repeat."""
        if self._closing:
            return
        self._closing = True
        self._loop.remove_reader(self._socket.fileno())
        self._loop.call_soon(self._lost)

    def abort(self) -> None:
        self.close()

    def _lost(self) -> None:
        self._socket.close()
        self._protocol.connection_lost(None)

    def _read(self) -> None:
        receive, take = self._receive, self._take
        for _ in range(READ_AT_ONCE):
            try:
                data, address = receive(_WHOLE)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                self._protocol.error_received(error)
                return
            take(data, address)
            if self._closing:
                return
