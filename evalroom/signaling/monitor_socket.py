"""The wall of one node: WebSocket at `/monitor?session=…`, pictures out, subscriptions in.

A page cannot see why an upgrade was refused. So every WebSocket is accepted, and whoever may not
stay is told so by the closing code and its reason.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Iterator
from functools import partial
from typing import Final

from aiohttp import web

from evalroom.clock import Clock, SystemClock
from evalroom.identity.doorkeeper import NOT_YOU
from evalroom.identity.principal import Principal
from evalroom.identity.throttle import Rate, Throttle
from evalroom.monitoring import limits
from evalroom.monitoring.gate import Gate
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.paced_poll import PacedPoll
from evalroom.monitoring.tile import WallFigures
from evalroom.monitoring.viewer import Viewer
from evalroom.monitoring.wall_messages import WallClose
from evalroom.monitoring.watching import Looks
from evalroom.sessions.refusals import Refused
from evalroom.signaling.draining import evenly
from evalroom.signaling.rooms import Again, Identify
from evalroom.signaling.standing import OwnWord
from evalroom.signaling.wall import Wall
from evalroom.signaling.wall_line import READ_TICK_SECONDS, WallLine
from evalroom.wire.limits import JOIN_BURST, JOIN_SECONDS, JOINS_PER_SECOND

log = logging.getLogger(__name__)

PATH: Final = "/monitor"

_SESSION: Final = re.compile("[0-9a-f]{32}")


class Closing(Exception):
    """This WebSocket is not to stay: with what code, and why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Walls:
    """All walls of a node. Identity comes as on the control plane: by cookie from a page of ours
    (`origins`), or by a bearer token in `Authorization`; `again` is asked about those who were let
    in earlier. `ready` loads a session before the gate is asked about it, and raises Refused.
    """

    def __init__(
        self,
        *,
        hub: Hub,
        gate: Gate,
        looks: Looks,
        identify: Identify,
        origins: Collection[str],
        again: Again | None = None,
        ready: Callable[[str], Awaitable[object]] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.figures: Final = WallFigures()
        self._hub = hub
        self._gate = gate
        self._looks = looks
        self._identify = identify
        self._origins = origins
        self._clock = clock or SystemClock()
        self._again = again or OwnWord(self._clock)
        self._ready = ready
        self._walls: dict[tuple[str, str], list[Wall]] = {}
        self._reading: PacedPoll | None = None
        self._count = 0
        self._doubts = 0
        self._draining = False
        self._joins = Throttle(Rate(JOIN_BURST, 1 / JOINS_PER_SECOND))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Wall]:
        return iter([wall for walls in self._walls.values() for wall in walls])

    def attach(self, app: web.Application) -> None:
        """Answer at `/monitor` of this application."""
        app.router.add_get(PATH, self._answer)

    async def run(self) -> None:
        """Ping, cut off whoever is silent, and hand over looks, for ever."""
        looked = self._clock.monotonic()
        while True:
            await self._clock.sleep(1)
            now = self._clock.monotonic()
            for wall in self:
                self.figures.walls_cut_off += wall.see_to(now)
            if now - looked >= limits.LOOKS_SECONDS:
                looked = now
                self._looks.flush()

    def doubt(self, accounts: Collection[str] | None) -> None:
        """Something of these accounts has ended (None: of any): nobody of theirs asks for anything
        before `look` has asked for them.
        """
        self._doubts += 1
        for wall in self:
            if accounts is None or wall.viewer.principal.id in accounts:
                wall.doubted = True

    async def look(self) -> None:
        """Close the walls of those in doubt, and those past their end, whose log-in or token is no
        more. Raises `Refused` while nobody can be asked.
        """
        for wall in self:
            if self._must_be_asked(wall):
                await self._ask_for(wall)

    async def drain(self, seconds: float) -> None:
        """Let nobody in any more, and send everyone elsewhere, evenly over `seconds`."""
        self._draining = True
        lines = [wall.line for wall in self]
        bye = partial(WallLine.bye, code=WallClose.RESTART, reason="restart")
        await evenly(lines, seconds, self._clock, bye)

    async def close(self) -> None:
        """Cut every line, and hand over all looks."""
        self._draining = True
        for wall in self:
            wall.line.abort()
        self._looks.flush(all_pieces=True)

    # One WebSocket

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        websocket = web.WebSocketResponse(compress=False)
        await websocket.prepare(request)
        # A client that waits for this answer, as it must, has sent nothing yet.
        if request.transport is None:
            return websocket
        if self._reading is None:
            self._reading = PacedPoll(READ_TICK_SECONDS)
        line = WallLine(request.transport, self._reading)
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                wall = await self._let_in(request, line)
            line.listen(partial(self._take, wall))
        except Closing as closing:
            line.bye(closing.code, closing.reason)
        except TimeoutError:
            line.bye(WallClose.TRY_LATER, "unavailable")
        except Exception:
            log.exception("a wall could not be opened")
            line.bye(WallClose.BUG, "internal")
        try:
            await line.lost
        finally:
            line.abort()
        return websocket

    async def _let_in(self, request: web.Request, line: WallLine) -> Wall:
        session = request.query.get("session", "")
        if set(request.query) != {"session"} or not _SESSION.fullmatch(session):
            raise Closing(WallClose.PROTOCOL, "protocol")
        doubts = self._doubts
        self._turn_away()
        principal = await self._principal(request)
        wait = self._joins.take(principal.id, self._clock.monotonic())
        if wait:
            raise Closing(WallClose.TOO_FAST, "too_many_joins")
        try:
            if self._ready is not None:
                await self._ready(session)
            if doubts != self._doubts:
                # Somebody's log-in has ended meanwhile; it may have been this one.
                principal = await self._again(principal, used=False)
            self._turn_away()
            return self._open(session, principal, line)
        except Refused as refused:
            raise _closing(refused) from None

    def _turn_away(self) -> None:
        if self._draining:
            raise Closing(WallClose.RESTART, "restart")
        if self._count >= limits.WALLS_PER_NODE:
            raise Closing(WallClose.TRY_LATER, "busy")

    async def _principal(self, request: web.Request) -> Principal:
        """Who is speaking: a cookie speaks only from a page of ours, a token needs no origin."""
        by_cookie = "Authorization" not in request.headers
        if by_cookie and request.headers.get("Origin") not in self._origins:
            raise Closing(WallClose.FORBIDDEN, "foreign_origin")
        try:
            principal = await self._identify(request.headers, request.cookies, None)
        except Refused as refused:
            raise _closing(refused) from None
        if principal is None:
            raise Closing(WallClose.LOGGED_OUT, "not_logged_in")
        return principal

    def _open(self, session: str, principal: Principal, line: WallLine) -> Wall:
        viewer = Viewer(
            session,
            principal,
            hub=self._hub,
            gate=self._gate,
            line=line,
            looks=self._looks,
            soon=asyncio.get_running_loop().call_soon,
            figures=self.figures,
        )
        if line.closing:
            raise Closing(WallClose.BUG, "lost")
        wall = Wall(viewer, line, self._clock.monotonic())
        line.on_bye = partial(self._gone, wall)
        viewer.open()
        if line.closing:
            raise Closing(WallClose.BUG, "lost")
        walls = self._walls.get((session, principal.id), [])
        if len(walls) >= limits.WALLS_PER_PRINCIPAL:
            # A browser that came back before its dead line was noticed is not shut out.
            walls[0].line.bye(WallClose.SUPERSEDED, "superseded")
        self._walls.setdefault((session, principal.id), []).append(wall)
        self._count += 1
        return wall

    def _gone(self, wall: Wall) -> None:
        """It has said, or heard, the last word: nothing more is sent, nothing more is looked at."""
        wall.viewer.close()
        key = wall.viewer.session, wall.viewer.principal.id
        walls = self._walls.get(key, [])
        if wall in walls:
            self._count -= 1
            walls.remove(wall)
            if not walls:
                del self._walls[key]

    # What it says

    def _take(self, wall: Wall, text: bytes) -> None:
        if wall.asking is None and not self._must_be_asked(wall):
            wall.take(text, self._clock)
            return
        wall.held.append(text)
        if wall.asking is None:
            wall.line.hold()
            wall.asking = asyncio.get_running_loop().create_task(self._ask_and_take(wall))

    async def _ask_and_take(self, wall: Wall) -> None:
        try:
            await self._ask_for(wall)
        except Refused as refused:
            wall.line.bye(WallClose.TRY_LATER, refused.code)
        except Exception:
            log.exception("nobody could be asked for a wall's viewer")
            wall.line.bye(WallClose.BUG, "internal")
        wall.asking = None
        held, wall.held = wall.held, []
        for text in held:
            if not wall.line.closing:
                wall.take(text, self._clock)
        if not wall.line.closing:
            wall.line.listen(partial(self._take, wall))

    def _must_be_asked(self, wall: Wall) -> bool:
        until = wall.viewer.principal.until
        return wall.doubted or (until is not None and until <= self._clock.wall())

    async def _ask_for(self, wall: Wall) -> None:
        """Find out what has become of a viewer; whoever is nobody any more is out. Raises Refused
        when it cannot be found out.
        """
        doubts = self._doubts
        try:
            found = await self._again(wall.viewer.principal, used=False)
        except Refused as refused:
            if refused.code not in NOT_YOU:
                raise
            log.info("an ended log-in takes its wall along: %s", refused.code)
            wall.line.bye(WallClose.LOGGED_OUT, refused.code)
            return
        wall.doubted = wall.doubted and doubts != self._doubts
        wall.viewer.renew(found)


def _closing(refused: Refused) -> Closing:
    if refused.code in NOT_YOU:
        return Closing(WallClose.LOGGED_OUT, refused.code)
    if "retry_ms" in refused.params:
        return Closing(WallClose.TRY_LATER, refused.code)
    return Closing(WallClose.FORBIDDEN, refused.code)
