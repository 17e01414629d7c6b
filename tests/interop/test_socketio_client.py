"""The client that browsers load, unchanged, against the real server."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from evalroom.signaling.fast_path import Timings
from tests.services import Node as JavaScript
from tests.signaling.conftest import ORIGIN, Node, Start, start
from tests.signaling.counter_room import SESSION
from tests.signaling.test_fast_path import UNLIMITED, RestlessRoom, overtaken

__all__ = ["start"]

pytestmark = pytest.mark.interop

WEBSOCKET, POLLING, UPGRADE = ["websocket"], ["polling"], ["polling", "websocket"]


class Member:
    """A stock client in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def do(self, order: str, given: object = None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({order: given}).encode() + b"\n")

    async def told(self, *wanted: str) -> Any:
        """Wait for the next happening of these kinds."""
        assert self._process.stdout is not None
        while True:
            line = await self._process.stdout.readline()
            assert line, (await self._process.stderr.read()).decode()  # type: ignore[union-attr]
            happening = json.loads(line)
            if not wanted or next(iter(happening)) in wanted:
                return happening

    async def command(self, name: str, args: dict[str, Any] | None = None, **fields: Any) -> Any:
        self.do("command", {"name": name, "args": args or {}} | fields)
        return (await self.told("answer"))["answer"]

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


Seat = Callable[..., Awaitable[Member]]


@pytest.fixture
async def seat(node: JavaScript) -> AsyncIterator[Seat]:
    """Start a stock client on a server."""
    async with AsyncExitStack() as stack:

        async def seat(server: Node, transports: list[str] = WEBSOCKET, **given: Any) -> Member:
            wish = {
                "url": server.url,
                "headers": {"Cookie": "who=ada", "Origin": ORIGIN},
                "transports": transports,
                "session": SESSION,
                "token": "at 0",
            } | given
            process = await node.start("../interop/member.mjs", json.dumps(wish))
            member = Member(process)
            stack.push_async_callback(member.end)
            return member

        yield seat


@pytest.mark.rule("W31")
@pytest.mark.parametrize("transports", [WEBSOCKET, POLLING, UPGRADE], ids="-".join)
async def test_a_stock_client_joins_acts_and_is_told(
    start: Start, seat: Seat, transports: list[str]
) -> None:
    server = await start(polling=True)
    ada = await seat(server, transports)
    await ada.told("connect")
    (link,) = server.signaling._server.eio.sockets.values()
    await server.until(lambda: (link.writer is None) is (transports == POLLING))
    for count, kind in enumerate(("buffer", "view", "arraybuffer"), 1):
        ada.do("command", {"name": "Add", "args": {"amount": 1, "remark": "评审"}, "id": kind})
        assert await ada.told() == {"changes": [[["set", ["count"], count]]]}
        assert await ada.told() == {"answer": {"ok": True, "receipt": {"count": count}}}
    assert (await ada.command("Conjure"))["code"] == "unknown_command"
    server.room.mark()
    assert await ada.told("mark") == {"mark": 1_772_323_200_000, "token": "at 3"}
    ada.do("ephemeral", {"kind": "typing", "matter": "m"})
    await server.until(lambda: len(server.room.ephemerals) == 1)
    ada.do("close")
    assert (await ada.told("disconnect"))["disconnect"] == "io client disconnect"
    await server.until(lambda: server.signaling.connections == 0)
    assert not server.room.members


@pytest.mark.rule("W31")
@pytest.mark.parametrize("transports", [WEBSOCKET, POLLING], ids="-".join)
async def test_a_stock_client_that_is_told_to_come_back_resumes_from_the_newest_mark(
    start: Start, seat: Seat, transports: list[str]
) -> None:
    server = await start(polling=True)
    ada = await seat(server, transports)
    await ada.command("Add", {"amount": 1})
    server.room.mark()
    await ada.told("mark")
    (member,) = server.room.members
    member.sink.bye("restart", come_back=True, retry_ms=10)
    server.room._add(1)
    assert (await ada.told("bye"))["bye"] == {"code": "restart", "come_back": True, "retry_ms": 10}
    assert (await ada.told("disconnect"))["active"] is True
    await ada.told("connect")
    assert (await ada.told("changes"))["changes"] == [[["set", ["count"], 2]]]
    assert len(server.room.members) == 1


@pytest.mark.rule("W31")
@pytest.mark.parametrize("transports", [WEBSOCKET, POLLING], ids="-".join)
async def test_a_stock_client_that_is_sent_away_stays_away(
    start: Start, seat: Seat, transports: list[str]
) -> None:
    server = await start(polling=True)
    ada = await seat(server, transports)
    await ada.told("connect")
    (member,) = server.room.members
    member.sink.bye("superseded", come_back=False)
    assert (await ada.told("bye"))["bye"] == {"code": "superseded", "come_back": False}
    assert await ada.told("disconnect") == {"disconnect": "io server disconnect", "active": False}
    await server.until(lambda: server.signaling.connections == 0)


@pytest.mark.rule("W31")
async def test_a_stock_client_sees_why_it_was_refused_and_does_not_insist(
    start: Start, seat: Seat
) -> None:
    server = await start()
    stranger = await seat(server, headers={"Origin": ORIGIN})
    told = await stranger.told("refused")
    assert told["refused"] == {"code": "not_logged_in", "message": "not logged in"}
    assert told["message"] == "not logged in"
    assert told["active"] is False
    stale = await seat(server, token="at 7")
    assert (await stale.told("refused"))["refused"]["code"] == "stale_token"
    lost = await seat(server, session="nowhere")
    assert (await lost.told("refused"))["refused"]["code"] == "protocol"
    polling = await seat(server, POLLING)
    assert (await polling.told("refused"))["refused"] is None, "polling is off by default"


@pytest.mark.rule("W31")
async def test_a_stock_client_answers_the_heartbeat(start: Start, seat: Seat) -> None:
    server = await start(timings=Timings(ping=0.05, pong=2))
    ada = await seat(server)
    await ada.told("connect")
    await asyncio.sleep(0.5)  # ten heartbeats, of which the first unanswered one would be late
    assert (await ada.command("Add", {"amount": 1}))["ok"]
    assert server.signaling.figures.joins == 1


@pytest.mark.rule("W20")
async def test_a_stock_client_hears_answers_and_changes_in_the_order_in_which_they_were_said(
    start: Start, seat: Seat
) -> None:
    """10,000 rounds."""
    seed = 20_260_302
    server = await start(rates=UNLIMITED)
    room = server.rooms.rooms[SESSION] = RestlessRoom(random.Random(seed))
    ada = await seat(server)
    await ada.told("connect")
    ada.do("storm", {"rounds": 10_000, "unanswered": 32})
    heard: list[Any] = []
    while part := (await ada.told("heard"))["heard"]:
        heard += part
    assert len(heard) > 15_000
    assert overtaken(heard, room.log) is None, f"seed {seed}"


@pytest.mark.rule("W22")
async def test_polling_owes_no_more_than_a_websocket_may(start: Start, seat: Seat) -> None:
    server = await start(polling=True)
    ada = await seat(server, POLLING)
    await ada.told("connect")
    (member,) = server.room.members
    frame = server.room._frames.changes([[["set", ["count"], "x" * 10_000]]])
    # Nothing is fetched while the loop does not come round.
    for _ in range(30):
        member.sink.write(frame)
    assert server.signaling.figures.cut_off == 1
    assert (await ada.told("disconnect"))["active"] is True
    await ada.told("connect")
