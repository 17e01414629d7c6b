"""One connection: what it takes from a server, and what ends it."""

import asyncio
import ssl
import tracemalloc
from collections.abc import Sequence

import hiredis
import pytest
from hypothesis import given, settings, strategies as st

from evalroom.bus.redis.commands import command, publish
from evalroom.bus.redis.limits import FEED_BYTES, REPLY_BYTES
from evalroom.bus.redis.line import Line
from evalroom.bus.redis.reasons import Lost, Refusal, words_of


class Wire(asyncio.Transport):
    """What a line believes to be its connection."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def abort(self) -> None:
        self.aborted = True


Heard = list[tuple[bytes, bytes]]


def line_on(wire: Wire) -> tuple[Line, Heard]:
    heard: Heard = []
    line = Line(lambda topic, envelope: heard.append((topic, envelope)))
    line.connection_made(wire)
    return line, heard


def message(topic: bytes, envelope: bytes) -> bytes:
    return command("message", topic, envelope)


@given(st.lists(st.binary(max_size=80), min_size=1), st.binary(max_size=80), st.binary())
def test_a_command_is_read_as_it_was_meant(
    words: Sequence[bytes], topic: bytes, envelope: bytes
) -> None:
    reader = hiredis.Reader()
    reader.feed(command(*words) + publish(topic, envelope))
    assert reader.gets() == list(words)
    assert reader.gets() == [b"PUBLISH", topic, envelope]
    assert reader.gets() is False


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=3 * FEED_BYTES), max_size=5), st.data())
async def test_messages_are_heard_whole_however_they_are_cut(
    envelopes: list[bytes], data: st.DataObject
) -> None:
    line, heard = line_on(Wire())
    stream = b"".join(message(b"t", envelope) for envelope in envelopes)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        line.data_received(stream[start:end])
    assert heard == [(b"t", envelope) for envelope in envelopes]
    assert not line.ended.done()


ODD = [b"*0\r\n", b"*1\r\n:1\r\n", b"*3\r\n$7\r\nmessage\r\n:1\r\n:2\r\n", b"*-1\r\n", b"$-1\r\n",
       b"*3\r\n$7\r\nmessage\r\n*0\r\n$1\r\na\r\n", b"+PONG\r\n", b":5\r\n", b"*2\r\n*0\r\n*0\r\n",
       b"*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n"]  # fmt: skip


@pytest.mark.rule("B18")
@pytest.mark.parametrize("odd", ODD)
async def test_what_nobody_asked_for_is_passed_over(odd: bytes) -> None:
    line, heard = line_on(Wire())
    line.data_received(odd + message(b"t", b"e"))
    assert heard == [(b"t", b"e")]
    assert not line.ended.done()


@pytest.mark.rule("B18")
@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(ODD)), max_size=8))
async def test_whatever_a_server_sends_it_is_heard_passed_over_or_ends_the_line(
    pieces: list[bytes],
) -> None:
    wire = Wire()
    line, _ = line_on(wire)
    for piece in pieces:
        line.data_received(piece)
    assert wire.aborted == line.ended.done()


@pytest.mark.rule("B18")
async def test_a_server_that_speaks_something_else_is_left() -> None:
    wire = Wire()
    line, _ = line_on(wire)
    line.data_received(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert line.ended.result() == "it does not speak as Redis does"
    assert wire.aborted
    line.write(b"more")
    assert wire.written == []


@pytest.mark.rule("B18")
async def test_an_answer_without_end_is_not_waited_for() -> None:
    line, _ = line_on(Wire())
    line.data_received(b"$500000000\r\n")
    piece = bytes(256 * 1024)
    tracemalloc.start()
    pieces = 0
    while not line.ended.done():
        line.data_received(piece)
        pieces += 1
    tracemalloc.stop()
    assert line.ended.result() == "it sends more than any answer has"
    assert pieces * len(piece) <= REPLY_BYTES + 2 * len(piece)


@pytest.mark.rule("B18")
async def test_a_refusal_of_what_nobody_waits_for_ends_the_line_and_is_not_quoted() -> None:
    line, _ = line_on(Wire())
    line.data_received(b"-NOPERM User evalroom may not 'hunter2'\r\n")
    assert line.ended.result() == "it refuses what a node needs: NOPERM"


@pytest.mark.rule("B18")
@pytest.mark.parametrize(
    ("said", "code"),
    [("WRONGPASS invalid", "WRONGPASS"), ("ERR unknown", "ERR"), ("hunter2", "ERR"), ("", "ERR"),
     ("HUNTER" * 4, "ERR"), ("ÄRGER x", "ERR")],
)  # fmt: skip
def test_of_a_refusal_only_a_code_is_told(said: str, code: str) -> None:
    assert Refusal(said).code == code


async def test_an_answer_goes_to_whoever_asked_and_messages_do_not() -> None:
    wire = Wire()
    line, heard = line_on(wire)
    asking = asyncio.create_task(line.caught_up())
    await asyncio.sleep(0)
    assert wire.written == [command("PING", "caught up")]
    # Answers to messages and to beats that are older than the question.
    line.data_received(b":7\r\n+PONG\r\n" + command("pong", "") + message(b"t", b"e"))
    await asyncio.sleep(0)
    assert not asking.done()
    line.data_received(command("pong", "caught up"))
    await asking
    assert heard == [(b"t", b"e")]


async def test_whoever_asks_is_told_of_a_refusal_or_of_the_end() -> None:
    line, _ = line_on(Wire())
    asking = asyncio.create_task(line.ask("HELLO"))
    await asyncio.sleep(0)
    line.data_received(b"-ERR no\r\n")
    with pytest.raises(Refusal, match="ERR no"):
        await asking
    asking = asyncio.create_task(line.ask("HELLO"))
    await asyncio.sleep(0)
    line.connection_lost(None)
    with pytest.raises(Lost, match="it has hung up"):
        await asking
    with pytest.raises(Lost, match="it has hung up"):
        await line.ask("HELLO")


async def test_an_answer_to_somebody_who_has_stopped_waiting_goes_nowhere() -> None:
    line, _ = line_on(Wire())
    asking = asyncio.create_task(line.ask("HELLO"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait((asking,))
    line.data_received(b"+OK\r\n")
    asking = asyncio.create_task(line.ask("HELLO"))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait((asking,))
    line.connection_lost(ConnectionResetError(104, "a value"))
    assert line.ended.result() == "Connection reset by peer"


@pytest.mark.rule("B14")
async def test_anything_heard_between_two_beats_is_a_sign_of_life() -> None:
    wire = Wire()
    line, _ = line_on(wire)
    line.beat()
    line.data_received(b"+PONG\r\n")
    line.beat()
    line.data_received(message(b"t", b"e"))
    line.beat()
    assert not line.ended.done()
    line.beat()
    assert line.ended.result() == "it has fallen silent"
    assert wire.written == [command("PING")] * 3


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('10.0.0.1', 1)"), "Connection refused"),
        (TimeoutError(), "it does not answer"),
        (OSError("a value"), "OSError"),
        (ssl.SSLError(1, "a value"), "it does not speak TLS as we do: SSL"),
    ],
)
def test_an_error_of_the_system_is_told_without_values(error: OSError, words: str) -> None:
    assert words_of(error) == words


@pytest.mark.rule("B22")
async def test_a_line_that_is_closed_waits_until_the_server_has_read_what_was_written() -> None:
    read = bytearray()

    class Slow(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport
            # Something that nobody reads must not take back what was written.
            transport.write(b":1\r\n" * 1_000)

        def data_received(self, data: bytes) -> None:
            read.extend(data)
            if read.endswith(command("PING", "caught up")):
                self.transport.write(b"+caught up\r\n")

    loop = asyncio.get_running_loop()
    server = await loop.create_server(Slow, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, line = await loop.create_connection(lambda: Line(lambda *_: None), "127.0.0.1", port)
    written = bytes(20 << 20)
    line.write(written)
    assert line.owed > 0
    await line.close()
    assert read.startswith(written)
    assert line.ended.result() == "it was closed here"
    server.close()
    await server.wait_closed()


async def test_a_server_that_hangs_up_while_it_is_owed_something_is_gone_once() -> None:
    class Rude(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            there.append(transport)
            transport.write_eof()

    there: list[asyncio.Transport] = []
    loop = asyncio.get_running_loop()
    faults: list[object] = []
    loop.set_exception_handler(lambda _, context: faults.append(context))
    server = await loop.create_server(Rude, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, line = await loop.create_connection(lambda: Line(lambda *_: None), "127.0.0.1", port)
    line.write(bytes(20 << 20))
    assert await line.ended == "it has hung up"
    await line.gone
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert faults == []
    there[0].abort()
    server.close()
    await server.wait_closed()
