"""The namespace `/session`: joins, commands and ephemerals, each under its limits."""

import asyncio
from collections.abc import Collection
from typing import Any

from aiohttp import web
from msgspec import Struct, to_builtins

from evalroom.clock import Clock
from evalroom.identity.principal import Principal
from evalroom.identity.throttle import Rate, Throttle
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.signaling.fast_path import DirectServer, DirectSocket, Timings
from evalroom.signaling.faults import INTERNAL, connect_error, fault_of
from evalroom.signaling.handshake import Wish, identify, read_wish
from evalroom.signaling.intrusions import Intrusions
from evalroom.signaling.rates import Bucket, CommandRates, Rates
from evalroom.signaling.rooms import Again, Identify, Room, Rooms
from evalroom.signaling.session_socket import SessionSocket
from evalroom.signaling.sockets import Sockets
from evalroom.signaling.standing import Standing
from evalroom.wire.messages import (
    NAMESPACE,
    Bye,
    CommandMessage,
    Done,
    Ephemeral,
    NotDone,
    read_as,
)
from socketio import AsyncNamespace
from socketio.exceptions import ConnectionRefusedError as Unwelcome

# How long a client that this node cannot serve now is asked to wait before it tries again.
RETRY_MS = 1_000


class Figures(Struct):
    """What has happened since the start, for the metrics; no label tells a session."""

    joins: int = 0
    joins_refused: int = 0
    superseded: int = 0
    cut_off: int = 0
    commands: int = 0
    commands_refused: int = 0
    ephemerals_dropped: int = 0
    malformed: int = 0
    bugs: int = 0


class SessionNamespace(AsyncNamespace):
    """The edge of all rooms of this node."""

    server: DirectServer

    def __init__(
        self,
        *,
        rooms: Rooms,
        identify: Identify,
        again: Again,
        origins: Collection[str],
        clock: Clock,
        rates: Rates,
        timings: Timings,
    ) -> None:
        super().__init__(NAMESPACE)
        self._rooms = rooms
        self._identify = identify
        self._origins = origins
        self._clock = clock
        self._rates = rates
        self._timings = timings
        self._command_rates = CommandRates(rates)
        self._joins = Throttle(Rate(rates.join_burst, 1 / rates.joins_per_second))
        self.sockets = Sockets()
        self.standing = Standing(self.sockets, again, clock)
        self._intrusions = Intrusions(clock)
        self.figures = Figures()
        self.draining = False
        self.commands_under_way: set[asyncio.Task[None]] = set()

    async def trigger_event(self, event: str, *args: Any) -> None:
        """Join and leave; only these two reach a namespace by its name for them."""
        if event == "connect":
            sid, environ, auth = args
            await self._connect(sid, environ["aiohttp.request"], auth)
        elif event == "disconnect":
            self._disconnect(*args)

    def opened(self, sid: str) -> bool:
        socket = self.sockets.get(sid)
        if socket is not None:
            socket.open()
        return socket is not None

    async def event(self, sid: str, name: str, args: list[Any], ack: int | None) -> None:
        socket = self.sockets.get(sid)
        if socket is None:
            return  # it has been said good-bye to
        match name, args:
            case "command", [message]:
                await self._command(socket, message, ack)
            case "ephemeral", [message]:
                self._ephemeral(socket, message)
            case _:
                raise Malformed("event", "is not known")

    def faulted(self, sid: str | None, link: DirectSocket, error: Exception) -> None:
        socket = self.sockets.get(sid)
        account = None if socket is None else socket.principal.id
        fault = self._fault(error, "reading a message", account, sid or link.sid)
        if socket is not None and isinstance(fault, Bye):
            socket.bye(fault.code, fault.come_back)
        else:
            # Nobody to speak to, or a bug of ours: the client comes back by itself.
            link.hang_up(1002 if isinstance(fault, Bye) else 1011)

    async def _connect(self, sid: str, request: web.Request, auth: object) -> None:
        try:
            async with asyncio.timeout(self._timings.join):
                await self._let_in(sid, request, auth)
        except Exception as error:
            if isinstance(error, TimeoutError):
                error = Refused("unavailable", retry_ms=RETRY_MS)
            self.figures.joins_refused += 1
            refusal = connect_error(self._fault(error, "joining", None, sid))
            raise Unwelcome(refusal.message, to_builtins(refusal.data)) from None
        self.figures.joins += 1

    async def _let_in(self, sid: str, request: web.Request, auth: object) -> None:
        self._refuse_when_draining()
        wish = read_wish(auth)
        principal, room = await self._recognised(request, wish)
        self._refuse_when_draining()
        # From here on nothing is awaited: the seat that was free a moment ago is free now.
        audience = room.audience(principal)
        # After the end there is no seat to hold: a member reads as everybody does.
        seat = None if room.over else audience.member
        try:
            self._seat(sid, wish, principal, room, seat)
        except Refused as refused:
            if refused.code == "other_device" and seat is not None:
                self._intrusions.refused(room, wish.session, seat)
            raise

    def _seat(
        self, sid: str, wish: Wish, principal: Principal, room: Room, member: str | None
    ) -> None:
        rival = self.sockets.rival(wish.session, principal, member)
        link = self.server.link(sid)
        if link is None:
            raise Refused("unavailable", retry_ms=RETRY_MS)
        now = self._clock.monotonic()
        socket = SessionSocket(
            sid,
            link,
            wish.session,
            principal,
            room,
            member,
            Bucket(self._rates.ephemeral_burst, self._rates.ephemerals_per_second, now),
            self.sockets.discard,
            self._clock.wall(),
        )
        socket.join(wish.token)
        if rival is not None:
            self.figures.superseded += 1
            rival.bye("superseded", come_back=False)
        self.sockets.add(socket)
        self._command_rates.joined(principal.id, wish.session, now)

    async def _recognised(self, request: web.Request, wish: Wish) -> tuple[Principal, Room]:
        doubts = self.standing.doubts
        principal = await identify(request, wish, self._identify, self._origins)
        wait = self._joins.take(principal.id, self._clock.monotonic())
        if wait:
            raise Refused("too_many_joins", retry_ms=_milliseconds(wait))
        principal.within(wish.session, "read")
        room = await self._rooms.open(wish.session)
        await room.reach(principal, wish.token)
        while doubts != self.standing.doubts:
            # A cold room takes a while; his log-in may have ended meanwhile, and he had no socket
            # yet that could have come under doubt.
            doubts = self.standing.doubts
            principal = await identify(request, wish, self._identify, self._origins)
        return principal, room

    def _disconnect(self, sid: str, reason: str) -> None:
        socket = self.sockets.get(sid)
        if socket is None:
            return
        self.sockets.discard(socket)
        socket.gone()
        if reason == self.server.reason.CLIENT_DISCONNECT:
            # There is nothing else a connection of ours could be for.
            socket.hang_up()

    async def _command(self, socket: SessionSocket, message: object, ack: int | None) -> None:
        if ack is None:
            raise Malformed("command", "asks for no acknowledgement")
        command = read_as(CommandMessage, message, "command")
        self.figures.commands += 1
        wait = self._command_rates.take(
            socket.principal.id, socket.session, self._clock.monotonic()
        )
        if wait:
            refused = Refused("too_fast", retry_ms=_milliseconds(wait))
            self._answer(socket, ack, self._fault(refused, "taking a command", None, socket.sid))
            return
        await socket.places.acquire()
        task = asyncio.get_running_loop().create_task(self._perform(socket, command, ack))
        self.commands_under_way.add(task)
        task.add_done_callback(self.commands_under_way.discard)

    async def _perform(self, socket: SessionSocket, command: CommandMessage, ack: int) -> None:
        said: Done | NotDone | Bye
        try:
            principal = await self.standing.speaker(socket)
            principal.within(socket.session, "command")
            answer = await socket.room.submit(
                principal.actor, command.id, command.name, command.args, command.seen
            )
            said = Done() if answer.receipt is None else Done(receipt=answer.receipt)
        except Exception as error:
            said = self._fault(error, "performing a command", socket.principal.id, socket.sid)
        finally:
            socket.places.release()
        self._answer(socket, ack, said)

    def _answer(self, socket: SessionSocket, ack: int, said: Done | NotDone | Bye) -> None:
        match said:
            case Done():
                socket.answer(ack, said)
            case NotDone():
                self.figures.commands_refused += 1
                socket.answer(ack, said)
            case Bye():
                socket.bye(said.code, said.come_back)

    def _ephemeral(self, socket: SessionSocket, message: object) -> None:
        read: Ephemeral = read_as(Ephemeral, message, "ephemeral")  # type: ignore[arg-type]
        may_not = self.standing.must_be_asked(socket)
        if may_not or socket.ephemerals.take(self._clock.monotonic()):
            self.figures.ephemerals_dropped += 1
        else:
            socket.room.ephemeral(socket.principal, to_builtins(read))

    def _fault(
        self, error: Exception, doing: str, account: str | None, socket: str
    ) -> NotDone | Bye:
        fault = fault_of(error, doing, account, socket)
        self.figures.malformed += isinstance(fault, Bye)
        self.figures.bugs += fault.code == INTERNAL
        return fault

    def _refuse_when_draining(self) -> None:
        if self.draining:
            raise Refused("restart", retry_ms=RETRY_MS)


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000) + 1
