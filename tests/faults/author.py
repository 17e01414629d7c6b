"""Clients that keep account of what they were promised, and people who never stop working."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct

from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.link import Link
from evalroom.sessions.refusals import Refused

PATIENCE = 400
"""How often one command is sent at most: far more often than any fault here lasts."""


class Given(Struct, frozen=True):
    """A command that was acknowledged: when it was first sent and answered (monotonic seconds),
    and how often it had to be sent."""

    command_id: bytes
    name: str
    began: float
    ended: float
    times: int


class Author(Client):
    """A client that remembers each command under its id, with what became of it."""

    def __init__(self, browser: Browser, session: str, key: str) -> None:
        """`key` is the part that he plays."""
        super().__init__(browser, session)
        self.key = key
        self.given: list[Given] = []
        self.refused: list[tuple[bytes, str]] = []
        """Ids of commands that were refused for good the only time they were sent."""
        self.put_off: list[str] = []
        """Codes of the refusals that said: later."""
        self.away: list[float] = []
        """Seconds from each loss of a link to the next one."""
        self.farewells: list[tuple[str, bool]] = []
        """Each good-bye: its code, and whether it asked him to come back."""
        self._left: float | None = None

    async def give(
        self, name: str, args: dict[str, Any] | None = None, seen: int | None = None
    ) -> None:
        """Send a command until it is answered, always with the same id. Raises Refused."""
        command_id = secrets.token_bytes(16)
        message: dict[str, Any] = {"id": command_id, "name": name, "args": args or {}}
        if seen is not None:
            message["seen"] = seen
        began = time.monotonic()
        for times in range(1, PATIENCE):
            answer = await (await self._linked()).ask("command", message)
            if answer is None:
                continue
            if answer["ok"]:
                ended = time.monotonic()
                self._kept(answer.get("receipt"))
                self.given.append(Given(command_id, name, began, ended, times))
                return
            await self._put_off(command_id, answer, times)
        raise Refused("unanswered", name=name)

    async def news_until_the_end(self) -> None:
        """Listen until the server sends him away. Raises Dismissed, or what else ends a client."""
        while True:
            await self.news()

    async def _stay(self, link: Link) -> None:
        if self._left is not None:
            self.away.append(time.monotonic() - self._left)
        link.ended.add_done_callback(lambda _: self._gone(link))
        await super()._stay(link)

    def _gone(self, link: Link) -> None:
        self._left = time.monotonic()
        if link.farewell is not None:
            self.farewells.append((link.farewell["code"], link.farewell["come_back"]))
        self._tell()

    async def _put_off(self, command_id: bytes, answer: dict[str, Any], times: int) -> None:
        if "retry_ms" not in answer:
            if times == 1:
                self.refused.append((command_id, answer["code"]))
            raise Refused(answer["code"], **answer["params"])
        self.put_off.append(answer["code"])
        await asyncio.sleep(answer["retry_ms"] / 1_000)


async def becomes(found: Callable[[], Awaitable[bool]]) -> None:
    """Come back when it is so; a test that waits in vain runs out of its time."""
    while True:
        if await found():
            return
        await asyncio.sleep(0.2)


async def until(client: Client, condition: Callable[[], bool]) -> None:
    """Come back when what this client sees is so."""
    while not condition():
        await client.news()


async def seen_after(lead: Author, reader: Author, reason: str) -> float:
    """How long it takes from the answer at one node until somebody at the other sees it."""
    await lead.give("PauseTechnically", {"reason": reason})
    answered = time.monotonic()
    await until(reader, lambda: reader.view["pause"] is not None)
    seen = time.monotonic() - answered
    await lead.give("Resume")
    await until(reader, lambda: reader.view["pause"] is None)
    return seen


class Shift:
    """Somebody fills his sheet over and over, each time with other words, until told to stop.

    What he writes begins with the key of his part: whatever is in the ledger can be traced to one
    command.
    """

    def __init__(self, author: Author, criterion: str, bids: tuple[str, ...], pace: float) -> None:
        """`pace` is what he waits between an answer and the next command, in seconds."""
        self.author = author
        self.reasons: dict[bytes, str] = {}
        """What each acknowledged command wrote."""
        self._criterion = criterion
        self._bids = bids
        self._pace = pace
        self._over = False

    def stop(self) -> None:
        """Let the command under way be the last one."""
        self._over = True

    async def work(self) -> None:
        """Until `stop`. Raises what ends his client."""
        number = 0
        while not self._over:
            reason = f"{self.author.key}.{number}."
            cell = {"bid": self._bids[number % len(self._bids)], "criterion": self._criterion}
            await self.author.give(
                "EnterScores", {"cells": [{**cell, "value": "pass", "reason": reason}]}
            )
            self.reasons[self.author.given[-1].command_id] = reason
            number += 1
            await asyncio.sleep(self._pace)


class Work:
    """Several people at work at the same time."""

    def __init__(self, shifts: Iterable[Shift]) -> None:
        self.shifts = tuple(shifts)
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Let everybody work."""
        self._tasks = [asyncio.create_task(shift.work()) for shift in self.shifts]

    async def each_gives(self, more: int = 3) -> None:
        """Come back when everybody has had so many more answers. Raises what ended somebody."""
        wanted = {shift: len(shift.author.given) + more for shift in self.shifts}
        await self.until(
            lambda: all(len(shift.author.given) >= most for shift, most in wanted.items())
        )

    async def until(self, condition: Callable[[], bool]) -> None:
        """Come back when it is so. Raises what ended somebody meanwhile."""
        while not condition():
            done, _ = await asyncio.wait(self._tasks, timeout=0.01)
            for task in done:
                task.result()

    async def end(self) -> None:
        """Let everybody finish what he has begun."""
        for shift in self.shifts:
            shift.stop()
        await asyncio.gather(*self._tasks)

    def give_up(self) -> None:
        """Let go of everybody at once."""
        for task in self._tasks:
            task.cancel()


@asynccontextmanager
async def at_work(
    people: dict[str, Author],
    criterion: str = "q1",
    bids: tuple[str, ...] = ("B1", "B2"),
    pace: float = 0.02,
) -> AsyncIterator[Work]:
    """All members of a committee at work on one criterion for the time of the block."""
    members = [person for key, person in people.items() if key.startswith("m")]
    work = Work(Shift(member, criterion, bids, pace) for member in members)
    work.begin()
    try:
        yield work
        await work.end()
    finally:
        work.give_up()
