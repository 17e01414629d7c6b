"""The line to one wall: in order whatever the system takes, and over when the peer is."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from evalroom.monitoring.paced_poll import PACE_SECONDS, PacedPoll
from evalroom.signaling.wall_line import READ_BYTES, READ_TICK_SECONDS, WallLine
from tests.monitoring.rtc.peers import until

FRAMES = [bytes([number]) * (1 + 997 * number) for number in range(60)]


class Before(asyncio.Protocol):
    """Whose connection it was."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


class Ends:
    """A line, and the socket at its other end."""

    def __init__(self, before: Before, peer: socket.socket, reading: PacedPoll) -> None:
        assert before.transport is not None
        self.before = before
        self.peer = peer
        self.heard: list[bytes] = []
        self.byes = 0
        self.line = WallLine(before.transport, reading)
        self.line.on_bye = self.said_bye
        self.line.listen(self.heard.append)

    def said_bye(self) -> None:
        self.byes += 1

    def say(self, *texts: bytes) -> None:
        mask = b"\x05\x06\x07\x08"
        for text in texts:
            masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(text))
            self.peer.sendall(bytes((0x81, 0x80 | len(text))) + mask + masked)

    async def read(self, count: int) -> bytes:
        found = b""
        loop = asyncio.get_running_loop()
        while len(found) < count:
            found += await loop.sock_recv(self.peer, 65_536)
        return found


@pytest.fixture
async def reading() -> PacedPoll:
    return PacedPoll(READ_TICK_SECONDS)


@pytest.fixture
async def ends(reading: PacedPoll) -> AsyncIterator[Ends]:
    loop = asyncio.get_running_loop()
    here: asyncio.Future[Before] = loop.create_future()

    class Server(Before):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            here.set_result(self)

    server = await loop.create_server(Server, "127.0.0.1", 0)
    peer = socket.socket()
    peer.setblocking(False)
    await loop.sock_connect(peer, server.sockets[0].getsockname())
    found = Ends(await here, peer, reading)
    yield found
    found.line.abort()
    await found.line.lost
    assert found.before.lost
    assert found.byes == 1
    assert not reading
    peer.close()
    server.close()


@pytest.mark.rule("M157")
async def test_what_the_system_does_not_take_waits_and_comes_in_its_order(ends: Ends) -> None:
    line = ends.line
    for frame in FRAMES:
        line.write(frame)
    assert line.waits
    assert 0 < line.owed() < sum(map(len, FRAMES))
    assert await ends.read(sum(map(len, FRAMES))) == b"".join(FRAMES)
    await until(lambda: not line.waits)
    line.write(b"and on")
    assert await ends.read(6) == b"and on"
    assert line.owed() == 0


@pytest.mark.rule("M157")
async def test_many_messages_are_read_at_a_pace_and_each_once(
    ends: Ends, reading: PacedPoll
) -> None:
    said: list[bytes] = []
    while not reading.ticking:
        said.append(b"%d" % len(said))
        ends.say(said[-1])
        await asyncio.sleep(PACE_SECONDS / 200)
    ends.say(b"two", b"at once")
    await until(lambda: ends.heard == [*said, b"two", b"at once"])
    await until(lambda: not reading.ticking)
    ends.say(b"x" * 125)
    await until(lambda: ends.heard[-1] == b"x" * 125)


@pytest.mark.rule("M157")
async def test_a_message_in_parts_stands_between_short_ones(ends: Ends) -> None:
    mask = bytes(4)
    ends.say(b"first")
    ends.peer.sendall(bytes((0x01, 0x83)) + mask + b"mid")
    await until(lambda: ends.heard == [b"first"])
    ends.peer.sendall(bytes((0x80, 0x83)) + mask + b"dle" + bytes((0x81, 0x85)))
    ends.peer.sendall(mask + b"third")
    await until(lambda: ends.heard == [b"first", b"middle", b"third"])
    ends.say(b"last")
    await until(lambda: ends.heard[-1] == b"last")


@pytest.mark.rule("M157")
async def test_a_line_that_is_held_reads_nothing_until_it_listens_again(ends: Ends) -> None:
    ends.line.hold()
    ends.line.hold()
    ends.say(b"kept")
    await asyncio.sleep(4 * READ_TICK_SECONDS)
    assert ends.heard == []
    ends.line.listen(ends.heard.append)
    await until(lambda: ends.heard == [b"kept"])


@pytest.mark.rule("M157")
async def test_a_peer_that_hangs_up_ends_the_line(ends: Ends) -> None:
    ends.peer.shutdown(socket.SHUT_WR)
    await ends.line.lost
    assert ends.byes == 1
    ends.line.write(b"nobody is there")
    assert ends.line.closing


@pytest.mark.rule("M157")
async def test_after_its_end_a_line_writes_nowhere_though_its_number_is_anothers(
    ends: Ends,
) -> None:
    number = ends.line._number
    ends.line.abort()
    await ends.line.lost
    others = [each for _ in range(8) for each in socket.socketpair()]
    assert number in [each.fileno() for each in others]
    ends.line.write(b"a picture")
    for each in others:
        each.setblocking(False)
        with pytest.raises(BlockingIOError):
            each.recv(1)
    for each in others:
        each.close()


async def test_a_long_message_is_read_in_pieces(ends: Ends) -> None:
    text = bytes(65 + place % 26 for place in range(READ_BYTES - 8))
    ends.peer.setblocking(True)
    ends.peer.sendall(bytes((0x81, 0xFE)) + len(text).to_bytes(2, "big") + bytes(4) + text)
    ends.peer.setblocking(False)
    ends.say(b"more")
    await until(lambda: ends.heard == [text, b"more"])
