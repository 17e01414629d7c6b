"""The control plane of one node: Socket.IO at `/socket.io`, namespace `/session`."""

import asyncio
from collections.abc import Collection
from functools import partial

from aiohttp import web

from evalroom.clock import Clock, SystemClock
from evalroom.signaling.draining import evenly
from evalroom.signaling.fast_path import DirectServer, Timings
from evalroom.signaling.rates import Rates
from evalroom.signaling.rooms import Again, Identify, Rooms
from evalroom.signaling.session_namespace import RETRY_MS, Figures, SessionNamespace
from evalroom.signaling.session_socket import SessionSocket
from evalroom.signaling.standing import OwnWord

PATH = "socket.io"


class Signaling:
    """Joins browsers and programs to the rooms of this node.

    `origins` are the pages that may speak with a cookie; the collection is asked at each join,
    so it may still grow. `again` is asked about those who were let in earlier; without it they
    stay until the end they came with. `polling` also admits clients whose network lets no
    WebSocket through, and needs a load balancer that sends a client to the same node each time.
    """

    def __init__(
        self,
        *,
        rooms: Rooms,
        identify: Identify,
        origins: Collection[str],
        again: Again | None = None,
        clock: Clock | None = None,
        rates: Rates | None = None,
        timings: Timings | None = None,
        polling: bool = False,
    ) -> None:
        self._clock = clock or SystemClock()
        timings = timings or Timings()
        self._namespace = SessionNamespace(
            rooms=rooms,
            identify=identify,
            again=again or OwnWord(self._clock),
            origins=origins,
            clock=self._clock,
            rates=rates or Rates(),
            timings=timings,
        )
        self._server = DirectServer(self._namespace, timings=timings, polling=polling)
        self._server.register_namespace(self._namespace)
        self._closing_seconds = timings.closing

    @property
    def figures(self) -> Figures:
        """What has happened since the start."""
        figures = self._namespace.figures
        figures.cut_off = self._server.eio.tick.cut_off
        return figures

    @property
    def sockets(self) -> int:
        """How many sockets are in a session."""
        return len(self._namespace.sockets)

    @property
    def connections(self) -> int:
        """How many connections there are, those that are in no session included."""
        return len(self._server.eio.sockets)

    def attach(self, app: web.Application) -> None:
        """Answer at `/socket.io/` of this application."""
        self._server.attach(app, PATH)

    def doubt(self, accounts: Collection[str] | None) -> None:
        """Something of these accounts has ended (None: of any): nobody of theirs acts before `look`
        has asked for them.
        """
        self._namespace.standing.doubt(accounts)

    async def look(self) -> None:
        """Say good-bye to those in doubt, and those past their end, whose log-in or token is no
        more. Raises `Refused` while nobody can be asked.
        """
        await self._namespace.standing.look()

    async def drain(self, seconds: float) -> None:
        """Let nobody in any more, and send everyone elsewhere, evenly over `seconds`."""
        self._namespace.draining = True
        bye = partial(SessionSocket.bye, code="restart", come_back=True, retry_ms=RETRY_MS)
        await evenly(tuple(self._namespace.sockets), seconds, self._clock, bye)

    async def close(self) -> None:
        """Let commands under way end, then cut every line. Call it before the web server ends."""
        self._namespace.draining = True
        if self._namespace.commands_under_way:
            await asyncio.wait(self._namespace.commands_under_way, timeout=self._closing_seconds)
        for link in tuple(self._server.eio.sockets.values()):
            link.abort()
