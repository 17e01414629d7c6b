"""The lines to this node: how many, and how long one may hold its place without asking anything.

Whoever opens a line and sends half a request, or none, costs a descriptor and some memory each. The
library ends a line that lies idle; here ends one whose request does not come to its point, and
lines past a number are told to come back. What a route does with a body that creeps is its own.
"""

import asyncio
import resource
import socket
from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from evalroom.api.headers import SERVER, STRICT

HEAD_SECONDS: Final = 15.0
"""From a line's opening, or the first byte of its next request, to the end of that request's head:
a few hundred bytes, over the poorest line within a few seconds."""

IDLE_SECONDS: Final = 75.0
"""Between two requests on one line; longer than proxies keep an idle line (60 s), so that theirs is
not cut while they write."""

LINGERING_SECONDS: Final = 5.0
"""For the rest of a body that nobody wants any more, so that its sender still reads the answer."""

CONNECTIONS: Final = 16_384
"""All lines of one node: several times the people of a centre, each with a few windows. Fewer where
the process may not open as many files; some are left for the ledger, the documents and the log."""

FILES_LEFT: Final = 256
"""Descriptors that lines may not take."""

CONNECTIONS_PER_ADDRESS: Final = 1_024
"""A whole venue stands behind one address, with a few lines for each browser. Named proxies and
this machine itself may open more: what they bring comes from everywhere."""

TURNED_AWAY: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Retry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class Limits:
    """The numbers above, for whoever needs others."""

    def __init__(
        self,
        *,
        head: float = HEAD_SECONDS,
        idle: float = IDLE_SECONDS,
        lingering: float = LINGERING_SECONDS,
        lines: int = CONNECTIONS,
        per_address: int = CONNECTIONS_PER_ADDRESS,
    ) -> None:
        self.head = head
        self.idle = idle
        self.lingering = lingering
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        bounded = files != resource.RLIM_INFINITY
        self.lines = max(1, min(lines, files - FILES_LEFT)) if bounded else lines
        self.per_address = per_address


class Lines:
    """All lines of one node, counted by address. `trusted` are proxies: addresses or networks."""

    def __init__(self, limits: Limits, trusted: Sequence[str] = ()) -> None:
        self.limits = limits
        self.cut = 0
        """How many lines were ended because their request never came to its point."""
        self.turned_away = 0
        """How many lines there was no place for."""
        self._trusted = [ip_network(text) for text in trusted]
        self._open: Counter[str] = Counter()
        self._number = 0

    def __len__(self) -> int:
        return self._number

    def enter(self, address: str) -> bool:
        """Take a place; False when there is none."""
        full = self._number >= self.limits.lines
        crowded = self._open[address] >= self.limits.per_address and not self._may_bring(address)
        if full or crowded:
            self.turned_away += 1
            return False
        self._number += 1
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Give a place back."""
        self._number -= 1
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    async def listen(
        self, listener: socket.socket, runner: web.AppRunner, backlog: int
    ) -> asyncio.Server:
        """Take lines from a listening socket, for what `runner` has set up."""
        server = runner.server
        assert server is not None
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: Line(server, self, loop=loop),
            sock=listener,
            backlog=backlog,
        )

    def _may_bring(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return parsed.is_loopback or any(parsed in network for network in self._trusted)


class Line(web.RequestHandler):
    """One line: aiohttp's, with an eye on requests that do not come to their point."""

    __slots__ = ("_address", "_asking", "_deadline", "_lines")

    def __init__(self, server: web.Server, lines: Lines, loop: asyncio.AbstractEventLoop) -> None:
        limits = lines.limits
        super().__init__(
            server,
            loop=loop,
            # As the library itself has it for "none".
            access_log=None,  # type: ignore[arg-type]
            keepalive_timeout=limits.idle,
            lingering_time=limits.lingering,
        )
        self._lines = lines
        self._address: str | None = None
        self._asking = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place, or say that there is none."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else ""
        if self._lines.enter(address):
            self._address = address
            self._wait_for_a_head()
        elif isinstance(transport, asyncio.Transport):
            transport.write(TURNED_AWAY)
            self.force_close()

    def data_received(self, data: bytes) -> None:
        """Take bytes; while no request is being answered they are a head, and its time runs."""
        if not self._asking and self._deadline is None:
            self._wait_for_a_head()
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give the place back."""
        self._stop_waiting()
        if self._address is not None:
            self._lines.leave(self._address)
            self._address = None
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is no request is told so by its status alone: nothing of what was sent comes back,
        and nothing of the library that read it.
        """
        told = super().handle_error(request, status, exc, message)
        answer = web.Response(status=told.status, headers={**STRICT, "Server": SERVER})
        answer.force_close()
        return answer

    def begun(self) -> None:
        """The head of a request is here."""
        self._asking = True
        self._stop_waiting()

    def ended(self) -> None:
        """It has been answered."""
        self._asking = False

    def _wait_for_a_head(self) -> None:
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._lines.limits.head, self._cut)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self) -> None:
        self._deadline = None
        if self.transport is not None:
            self._lines.cut += 1
            self.transport.abort()


@web.middleware
async def heads_noted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell a line that its request has come to its point, and when it has been answered."""
    line = request.protocol
    if not isinstance(line, Line):
        return await handler(request)
    line.begun()
    try:
        return await handler(request)
    finally:
        line.ended()
