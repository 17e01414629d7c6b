"""A person at a browser: keeps a view by changes, comes back by token, sends again what was not
answered. Follows `docs/protocol.md` and nothing else.
"""

import asyncio
from collections import Counter
from random import Random
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from evalroom.wire import frames
from tests.room.parts import token_bytes
from tests.simulator.behaviour import Act, next_act

TRY_AGAIN = ("busy", "ledger_unavailable", "restart")


class Line(Protocol):
    """What a person holds of a connection."""

    def send(self, number: int, command_id: bytes, act: Act) -> None: ...

    def hang_up(self) -> None: ...


class Office(Protocol):
    """The servers, as a person reaches them. All of it raises `Unreachable`."""

    async def fetch(self, person: "Person") -> bytes: ...

    async def connect(self, person: "Person", token: bytes) -> Line: ...

    async def look(self, person: "Person", what: str) -> str: ...


class Unreachable(Exception):
    """No answer, or one that says to try again; `stale` when the view has to be fetched anew."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Sent(Struct):
    """An act that was sent, under which id, and what stood in its place before."""

    command_id: bytes
    act: Act
    before: list[Any]
    line: Line | None = None
    times: int = 0


class Person:
    """One window of one account."""

    def __init__(self, account: str, office: Office, chance: Random, seen: Counter[str]) -> None:
        self.account = account
        self.device = f"device-{account}"
        self.view: dict[str, Any] | None = None
        self.known: tuple[dict[str, Any], bytes] | None = None
        """The view to which a token belongs: where to go on from after a lost line."""
        self.line: Line | None = None
        self.waiting: list[Sent] = []
        self.granted: list[tuple[Sent, dict[str, Any]]] = []
        self.denied: list[Sent] = []
        self.at_rest = False
        self.out = False
        self._office = office
        self._chance = chance
        self._seen = seen
        self._inbox = b""
        self._acts = 0
        self._nap = 0.0
        self._just_in = False
        self.looks: dict[str, str] = {}
        """What he was shown, and by which life of which machine."""
        self._sent: dict[int, Sent] = {}
        self._lost = asyncio.Event()

    async def live(self) -> None:
        """Come in, act, and come back whenever the line is lost."""
        while not self.out:
            nap, self._nap = self._nap, 0.0
            await asyncio.sleep(nap)
            try:
                await self._come_in()
            except Unreachable as unreachable:
                self._seen[f"not let in: {unreachable.code}"] += 1
                await self._refused(unreachable.code)
            else:
                await self._stay()

    def nap(self, seconds: float) -> None:
        """Go away from the seat, and leave it as it is."""
        self._nap = seconds
        self._leave()

    def receive(self, line: Line, chunk: bytes) -> None:
        """Take what the line brings, which may end in the middle of a frame."""
        if line is not self.line:
            return
        self._inbox += chunk
        while self.line is line and (payload := self._next_frame()) is not None:
            packet = msgspec.msgpack.decode(payload)
            if packet["type"] == frames.ACK:
                self._answered(packet["id"], packet["data"][0])
            else:
                self._told(*packet["data"])
                self._just_in = False

    def lost(self, line: Line) -> None:
        """The line is dead."""
        if line is self.line:
            self._leave()

    async def _come_in(self) -> None:
        if self.known is None:
            self._seen["views fetched"] += 1
            answer = msgspec.json.decode(await self._office.fetch(self))
            self.known = answer["view"], token_bytes(answer["token"])
        # What came after the token will be told again: it is not to be applied twice.
        self.view, token = self.known
        self._inbox = b""
        self._just_in = True
        self.line = await self._office.connect(self, token)
        self._seen["joins"] += 1

    async def _refused(self, code: str) -> None:
        if code in ("stale_token", "token_invalid", "not_invited", "other_device"):
            self.known = None
        if code == "other_device":
            self.device += "'"
        await asyncio.sleep(0.05 + self._chance.random() * 0.5)

    async def _stay(self) -> None:
        self._lost.clear()
        while self.line is not None and not self.out and not self._nap:
            self._act()
            await self._look()
            try:
                async with asyncio.timeout(0.05 + self._chance.random() * 0.8):
                    await self._lost.wait()
            except TimeoutError:
                continue
        self._leave()

    def _act(self) -> None:
        assert self.view is not None
        assert self.line is not None
        for sent in self.waiting:
            if sent.line is not self.line:
                self._seen["sent again"] += sent.line is not None
                self._send(sent)
        if self.at_rest or len(self.waiting) >= 2:
            return
        act = next_act(self.view, self._chance, self._acts)
        if act is not None:
            self._acts += 1
            sent = Sent(self._chance.randbytes(16), act, self._cells(act))
            self.waiting.append(sent)
            self._send(sent)

    async def _look(self) -> None:
        if self.at_rest or self._chance.random() > 0.05:
            return
        what = f"{self.account}.{self._acts}.{len(self.looks)}"
        try:
            self.looks[what] = await self._office.look(self, what)
        except Unreachable as unreachable:
            self._seen[f"not shown: {unreachable.code}"] += 1

    def _send(self, sent: Sent) -> None:
        assert self.line is not None
        sent.line = self.line
        sent.times += 1
        number = len(self._sent)
        self._sent[number] = sent
        self.line.send(number, sent.command_id, sent.act)

    def _answered(self, number: int, said: dict[str, Any]) -> None:
        sent = self._sent[number]
        if sent not in self.waiting:
            return
        if said["ok"]:
            self._seen["granted"] += 1
            self.waiting.remove(sent)
            self.granted.append((sent, said))
            self._sees_what_was_granted(sent)
        elif said["code"] in TRY_AGAIN:
            self._seen[f"try again: {said['code']}"] += 1
            sent.line = None
        else:
            self._seen["refused"] += 1
            self._seen[f"refused: {said['code']}"] += 1
            self.waiting.remove(sent)
            self.denied.append(sent)

    def _sees_what_was_granted(self, sent: Sent) -> None:
        """An answer never overtakes the changes of its own command."""
        if sent.act.name == "EnterScores":
            # His own earlier commands may come later, and write over it; none writes the same.
            assert self._cells(sent.act) != sent.before, "the answer came before the change"
            self._seen["changes seen before the answer"] += 1

    def _cells(self, act: Act) -> list[Any]:
        """What stands where an act wants to write."""
        assert self.view is not None
        return [
            rows.get(cell["bid"], {"cells": {}})["cells"].get(cell["criterion"])
            for rows in (self.view["sheet"] or {}).values()
            for cell in act.args.get("cells", ())
        ]

    def _told(self, name: str, said: Any) -> None:
        match name:
            case "changes":
                self._seen["told what was missed"] += self._just_in
                for event in said:
                    for change in event:
                        self._apply(change)
            case "mark":
                assert self.view is not None
                self.known = self.view, said["token"]
            case "bye":
                self._seen[f"bye: {said['code']}"] += 1
                if said["code"] in ("audience_changed", "revoked"):
                    self.known = None
                self._leave()
            case _:
                self._seen[name] += 1

    def _apply(self, change: list[Any]) -> None:
        if change[0] == "refetch":
            self._seen["refetch"] += 1
            self.known = None
            self._leave()
        elif self.line is not None:
            assert self.view is not None
            self.view = applied(self.view, *change)

    def _leave(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            line.hang_up()
        self._lost.set()

    def _next_frame(self) -> bytes | None:
        inbox = self._inbox
        if len(inbox) < 2:
            return None
        length, start = inbox[1], 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(inbox) < start:
                return None
            length = int.from_bytes(inbox[2:start], "big")
        if len(inbox) < start + length:
            return None
        self._inbox = inbox[start + length :]
        return inbox[start : start + length]


def applied(view: Any, op: str, path: list[str], *value: Any) -> Any:
    """The view after one change. What the change does not touch is shared, so that an earlier view
    can be kept for nothing.
    """
    if not path:
        assert op == "append"
        return [*view, *value]
    first, *rest = path
    if rest or op == "append":
        return {**view, first: applied(view[first], op, rest, *value)}
    if op == "set":
        return {**view, first: value[0]}
    return {name: kept for name, kept in view.items() if name != first}
