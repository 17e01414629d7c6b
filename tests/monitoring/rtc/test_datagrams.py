"""Media sockets are read together: nothing is left lying, and a full kernel is a lossy network."""

import asyncio
import gc
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalroom.monitoring.rtc import datagrams, limits
from evalroom.monitoring.rtc.datagrams import Datagrams
from tests.monitoring.rtc.peers import until


class Ear(asyncio.DatagramProtocol):
    """Keeps what it hears; `bad` is what it cannot take."""

    def __init__(self, bad: bytes = b"") -> None:
        self.heard: list[bytes] = []
        self.lost = False
        self._bad = bad

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data == self._bad:
            raise ValueError("not for me")
        self.heard.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


def bound() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setblocking(False)
    made.bind(("127.0.0.1", 0))
    return made


@pytest.fixture
def mouth() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        yield made


@pytest.mark.rule("M26")
async def test_a_burst_is_read_whole_and_a_long_datagram_costs_no_other(
    mouth: socket.socket,
) -> None:
    ear, there = Ear(), bound()
    line = Datagrams(there, ear)
    sent = [b"%d" % number for number in range(2 * limits.READ_AT_ONCE + 5)]
    sent[3] = bytes(9_000)
    for datagram in sent:
        mouth.sendto(datagram, there.getsockname())
    await until(lambda: len(ear.heard) == len(sent))
    assert len(ear.heard[3]) == limits.DATAGRAM_BYTES + 1
    assert [*ear.heard[:3], *ear.heard[4:]] == [*sent[:3], *sent[4:]]
    line.close()


@pytest.mark.rule("M26")
async def test_many_are_read_at_a_pace_and_few_as_they_come(mouth: socket.socket) -> None:
    ear, there = Ear(), bound()
    line = Datagrams(there, ear)
    poll = datagrams._poll_of_loop()
    sent = 0
    while not poll.ticking:
        for _ in range(10):
            mouth.sendto(b"x", there.getsockname())
        sent += 10
        await asyncio.sleep(limits.READ_TICK_SECONDS)
    await until(lambda: len(ear.heard) == sent)
    # Nothing comes any more: whoever is woken by the next one is woken at once again.
    await until(lambda: not poll.ticking)
    mouth.sendto(b"last", there.getsockname())
    await until(lambda: ear.heard[-1] == b"last")
    assert not poll.ticking
    line.close()


@pytest.mark.rule("M26")
async def test_a_protocol_that_fails_costs_nobody_else_what_came(
    mouth: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
    bad, good = Ear(bad=b"bad"), Ear()
    there, here = bound(), bound()
    lines = Datagrams(there, bad), Datagrams(here, good)
    for datagram in (b"bad", b"fine"):
        mouth.sendto(datagram, there.getsockname())
        mouth.sendto(datagram, here.getsockname())
    await until(lambda: bad.heard == [b"fine"] and good.heard == [b"bad", b"fine"])
    assert [str(error) for error in told] == ["not for me"]
    for line in lines:
        line.close()
    loop.set_exception_handler(None)


async def test_the_last_socket_takes_the_poll_with_it(mouth: socket.socket) -> None:
    ears = Ear(), Ear()
    sockets = bound(), bound()
    lines = [Datagrams(there, ear) for there, ear in zip(sockets, ears, strict=True)]
    poll, address = datagrams._poll_of_loop(), sockets[0].getsockname()
    lines[0].close()
    lines[0].close()
    assert lines[0].is_closing()
    assert poll
    mouth.sendto(b"late", address)
    lines[1].abort()
    assert not poll
    await until(lambda: all(ear.lost for ear in ears))
    assert ears[0].heard == []
    assert asyncio.get_running_loop() not in datagrams._OF_LOOP
    assert all(there.fileno() == -1 for there in sockets)
    gc.collect()


async def test_what_the_kernel_does_not_take_is_dropped_like_in_any_network(
    tmp_path: Path,
) -> None:
    full = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    full.bind(str(tmp_path / "full"))
    there = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    there.setblocking(False)
    line = Datagrams(there, Ear())
    for number in range(5_000):
        line.sendto(b"%d" % number, str(tmp_path / "full"))
    full.setblocking(False)
    taken = [*iter(lambda: heard(full), None)]
    assert 0 < len(taken) < 5_000
    assert taken == [b"%d" % number for number in range(len(taken))]
    line.sendto(b"again", str(tmp_path / "full"))
    assert heard(full) == b"again"
    line.close()
    full.close()


def heard(there: socket.socket) -> bytes | None:
    """What lies in a socket, if anything does."""
    try:
        return there.recv(10)
    except BlockingIOError:
        return None
