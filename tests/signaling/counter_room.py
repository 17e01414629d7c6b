"""A small real room: a number that members add to, and everyone else watches.

Its changes are gathered until the loop comes round and then go out in one frame to each reader,
as those of a real room do; `before_write` lets them out earlier, before an answer.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from evalroom.identity.principal import Principal
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.signaling.rooms import Sink
from evalroom.wire.frames import Frames

SESSION = "5" * 32
OTHER_SESSION = "6" * 32
COLD_SESSION = "0" * 32


class CounterAudience(Struct, frozen=True):
    member: str | None


class CounterAnswer(Struct, frozen=True):
    receipt: dict[str, Any] | None


class CounterMembership:
    def __init__(self, room: "CounterRoom", principal: Principal, sink: Sink) -> None:
        self.room = room
        self.principal = principal
        self.sink = sink

    def leave(self) -> None:
        self.room.members.discard(self)


class CounterRoom:
    """`seats` says which principal sits as which member; `guests` may only look on."""

    def __init__(self) -> None:
        self.seats = {"ada": "m1", "boris": "m2", "chen": "m3"}
        self.guests = {"vera", "program"}
        self.count = 0
        self.over = False
        self.members: set[CounterMembership] = set()
        self.answers: dict[bytes, CounterAnswer] = {}
        self.actors: list[Actor] = []
        self.ephemerals: list[tuple[str, Mapping[str, Any]]] = []
        self.may_go_on = asyncio.Event()
        self.waiting = 0
        self.reported: list[str] = []
        """Members at whose seats a second device was refused."""
        self.takes_reports = True
        self.written: list[list[Any]] = []
        """The changes that went out, in order."""
        self._gathered: list[list[Any]] = []
        self._frames = Frames()

    def audience(self, principal: Principal) -> CounterAudience:
        if principal.id in self.seats:
            return CounterAudience(self.seats[principal.id])
        if principal.id in self.guests:
            return CounterAudience(None)
        raise Refused("not_invited")

    async def reach(self, principal: Principal, token: bytes) -> None:
        return None

    def join(self, principal: Principal, token: bytes, sink: Sink) -> CounterMembership:
        if token == b"farewell":
            sink.bye("audience_changed", come_back=True)
        elif not token.startswith(b"at ") or int(token[3:]) > self.count:
            raise Refused("stale_token")
        else:
            missed = range(int(token[3:]) + 1, self.count + 1)
            if missed:
                sink.write(self._frames.changes([[["set", ["count"], count]] for count in missed]))
        sink.before_write = self.flush
        membership = CounterMembership(self, principal, sink)
        self.members.add(membership)
        return membership

    async def submit(
        self, actor: Actor, command_id: bytes, name: str, args: dict[str, Any], seen: int | None
    ) -> CounterAnswer:
        if name == "ReportSecondDevice":
            return self._reported(args["member"])
        self.actors.append(actor)
        if command_id not in self.answers:
            self.answers[command_id] = await self._decide(name, args, seen)
        return self.answers[command_id]

    def ephemeral(self, principal: Principal, message: Mapping[str, Any]) -> None:
        self.ephemerals.append((principal.id, message))

    def mark(self) -> None:
        """Tell everyone where they stand."""
        self.flush()
        frame = self._frames.mark(b"at %d" % self.count, 1_772_323_200_000)
        for member in self.members:
            member.sink.write(frame)

    async def _decide(self, name: str, args: dict[str, Any], seen: int | None) -> CounterAnswer:
        match name:
            case "Add":
                if not isinstance(args.get("amount"), int):
                    raise Malformed("args.amount", "is not a number")
                if seen is not None and seen != self.count:
                    raise Refused("stale_revision", revision=self.count)
                self._add(args["amount"])
                return CounterAnswer({"count": self.count})
            case "Look":
                return CounterAnswer(None)
            case "Wait":
                self.waiting += 1
                await self.may_go_on.wait()
                return CounterAnswer({"waited": True})
            case "Crowd":
                raise Refused("busy", retry_ms=250)
            case "Break":
                raise RuntimeError("the score was 97.5")
            case "Unwritable":
                return CounterAnswer({"what": object()})
            case _:
                raise Refused("unknown_command", name=name)

    def _reported(self, member: str) -> CounterAnswer:
        if not self.takes_reports:
            raise Refused("busy", retry_ms=250)
        self.reported.append(member)
        return CounterAnswer(None)

    def _add(self, amount: int) -> None:
        self.count += amount
        if not self._gathered:
            asyncio.get_running_loop().call_soon(self.flush)
        self._gathered.append([["set", ["count"], self.count]])

    def flush(self) -> None:
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            self.written += gathered
            frame = self._frames.changes(gathered)
            for member in self.members:
                member.sink.write(frame)


class CounterRooms:
    def __init__(self) -> None:
        self.rooms = {SESSION: CounterRoom(), OTHER_SESSION: CounterRoom()}
        self.cold = asyncio.Event()
        """Set when a cold room has been loaded."""

    async def open(self, session: str) -> CounterRoom:
        if session == COLD_SESSION:
            await self.cold.wait()
            return self.rooms[SESSION]
        if session not in self.rooms:
            raise Refused("unknown_session")
        return self.rooms[session]
