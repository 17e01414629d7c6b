"""Lines that ask nothing are ended, and there are so many of them and no more."""

import asyncio
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from evalroom.api.headers import SERVER, STRICT
from evalroom.app.connections import (
    CONNECTIONS,
    FILES_LEFT,
    HEAD_SECONDS,
    IDLE_SECONDS,
    Limits,
    Lines,
    heads_noted,
)
from evalroom.app.edge import port_at
from evalroom.config import Address

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
LONG = 600.0


class Site:
    """A small application behind lines with limits of their own."""

    def __init__(self, lines: Lines, port: int) -> None:
        self.lines = lines
        self.port = port
        self.answering = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.writers: list[asyncio.StreamWriter] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.answering.set()
        await self.may_answer.wait()
        return web.Response(body=await request.read() if request.path == "/body" else b"yes")

    async def talk(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    async def line(self, said: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(said)
        self.writers.append(writer)
        return reader, writer

    async def hang_up(self) -> None:
        for writer in self.writers:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def until(self, number: int) -> None:
        async with asyncio.timeout(5):
            while len(self.lines) != number:  # noqa: ASYNC110
                await asyncio.sleep(0.005)


@asynccontextmanager
async def site(**limits: Any) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        port = await port_at(stack, Address("127.0.0.1", 0))
        made = Site(Lines(Limits(**limits)), port.address.port)
        app = web.Application(middlewares=[heads_noted])
        app.router.add_get("/talk", made.talk)
        app.router.add_route("*", "/{tail:.*}", made.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        listening = await made.lines.listen(port.listener, runner, 16)
        stack.callback(listening.close)
        stack.push_async_callback(made.hang_up)
        yield made


async def rest(reader: asyncio.StreamReader) -> bytes:
    """All that still comes until the line ends, however it does."""
    found = b""
    async with asyncio.timeout(5):
        try:
            while piece := await reader.read(1000):
                found += piece
        except ConnectionResetError:
            pass
    return found


@pytest.mark.rule("A39")
@pytest.mark.parametrize("said", [b"", b"G", HEAD, HEAD + b"X: " + b"y" * 5000])
async def test_a_line_whose_request_never_comes_to_its_point_is_ended(said: bytes) -> None:
    async with site(head=0.2, idle=LONG) as here:
        reader, _ = await here.line(said)
        assert await rest(reader) == b""
        await here.until(0)
        assert here.lines.cut == 1


@pytest.mark.rule("A32", "A39")
@pytest.mark.parametrize(
    "said",
    [
        b"<script>alert(1)</script>\r\n\r\n",
        HEAD + b"A<b>: <script>\r\n\r\n",
        HEAD + b"Content-Length: <script>\r\n\r\n",
        HEAD + b"X: <script>" + b"y" * 40_000 + b"\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_not_repeated_and_does_not_learn_who_read_it(
    said: bytes,
) -> None:
    async with site() as here:
        reader, _ = await here.line(said)
        head, _, body = (await rest(reader)).partition(b"\r\n\r\n")
    assert b" 400 " in head.splitlines()[0]
    assert body == b""
    for name, value in {**STRICT, "Server": SERVER}.items():
        assert f"{name}: {value}".encode() in head
    assert b"aiohttp" not in head
    assert b"script" not in head


@pytest.mark.rule("A39")
async def test_a_head_that_drips_is_ended_all_the_same() -> None:
    async with site(head=0.3, idle=LONG) as here:
        reader, writer = await here.line(HEAD)
        began = asyncio.get_running_loop().time()
        dripping = asyncio.create_task(drip(writer))
        assert await rest(reader) == b""
        assert asyncio.get_running_loop().time() - began < 2
        dripping.cancel()


async def drip(writer: asyncio.StreamWriter) -> None:
    for number in range(10_000):
        writer.write(b"X-%d: y\r\n" % number)
        await asyncio.sleep(0.05)


@pytest.mark.rule("A39")
async def test_the_second_request_of_a_line_has_no_more_time_than_the_first() -> None:
    async with site(head=0.2, idle=LONG) as here:
        reader, writer = await here.line(HEAD + b"\r\n")
        assert (await reader.readuntil(b"yes")).startswith(b"HTTP/1.1 200")
        # An honest browser keeps the line and asks again later.
        await asyncio.sleep(0.4)
        writer.write(HEAD + b"\r\n")
        assert (await reader.readuntil(b"yes")).startswith(b"HTTP/1.1 200")
        writer.write(HEAD)
        assert await rest(reader) == b""
        assert here.lines.cut == 1


@pytest.mark.rule("A39")
async def test_a_line_that_lies_idle_is_closed() -> None:
    async with site(head=LONG, idle=0.2) as here:
        reader, _ = await here.line(HEAD + b"\r\n")
        assert (await rest(reader)).endswith(b"yes")
        await here.until(0)
        assert here.lines.cut == 0


@pytest.mark.rule("A39")
async def test_an_answer_that_takes_its_time_and_a_socket_are_not_cut() -> None:
    async with site(head=0.1, idle=0.1) as here, aiohttp.ClientSession() as http:
        here.may_answer.clear()
        url = f"http://127.0.0.1:{here.port}"
        asking = asyncio.create_task(http.post(f"{url}/body", data=slowly()))
        async with http.ws_connect(f"{url}/talk") as socket:
            await here.answering.wait()
            await asyncio.sleep(0.3)
            await socket.send_str("still here")
            assert await socket.receive_str() == "still here"
            here.may_answer.set()
            async with await asking as answer:
                assert await answer.read() == b"piece" * 4
        assert here.lines.cut == 0


async def slowly() -> AsyncIterator[bytes]:
    for _ in range(4):
        yield b"piece"
        await asyncio.sleep(0.1)


@pytest.mark.rule("A39")
async def test_past_the_number_of_lines_the_next_is_told_to_come_back() -> None:
    async with site(lines=2) as here:
        kept = [await here.line() for _ in range(2)]
        await here.until(2)
        reader, _ = await here.line(HEAD + b"\r\n")
        assert (await rest(reader)).startswith(b"HTTP/1.1 503")
        assert here.lines.turned_away == 1
        kept[0][1].close()
        await here.until(1)
        reader, _ = await here.line(HEAD + b"\r\n")
        assert (await reader.readuntil(b"yes")).startswith(b"HTTP/1.1 200")


@pytest.mark.rule("A39")
def test_one_address_takes_so_many_lines_and_a_proxy_or_this_machine_any_number() -> None:
    lines = Lines(Limits(per_address=2), trusted=("192.0.2.0/24",))
    assert [lines.enter("198.51.100.7") for _ in range(3)] == [True, True, False]
    assert lines.enter("198.51.100.8")
    lines.leave("198.51.100.7")
    assert lines.enter("198.51.100.7")
    for address in ("192.0.2.9", "127.0.0.1", "::1"):
        assert all(lines.enter(address) for _ in range(5))
    assert (len(lines), lines.turned_away) == (18, 1)
    assert [lines.enter("not an address") for _ in range(3)] == [True, True, False]


@pytest.mark.rule("A39")
def test_the_limits_are_those_of_the_manual_and_leave_files_to_the_rest() -> None:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert Limits().lines == min(CONNECTIONS, files - FILES_LEFT)
    # An idle proxy's line outlives the proxy's own patience; a head does not need as long.
    assert HEAD_SECONDS < 60 < IDLE_SECONDS
