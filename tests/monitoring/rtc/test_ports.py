"""Sockets stay within their range, on the addresses they were given, and go when they should."""

import re
import socket
from pathlib import Path

import pytest
from aioice import Connection
from aioice.ice import StunProtocol

from evalroom.monitoring.rtc import NoPort, RtcSettings, limits, receive
from evalroom.monitoring.rtc.ports import addresses_of, open_sockets
from tests.monitoring.rtc.offers import GOOD
from tests.monitoring.rtc.peers import CLOCK, settled

# Two real peers on a busy machine.
pytestmark = pytest.mark.slow(60)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def allowed() -> int:
    return int(Path("/proc/sys/net/core/rmem_max").read_text())


@pytest.mark.rule("M12")
async def test_a_range_that_is_full_is_said_to_be() -> None:
    port = free_port()
    settings = RtcSettings(addresses=("127.0.0.1",), ports=(port, port))
    inlet = await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, settings)
    assert re.search(rf"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 {port} typ host", inlet.answer)
    with pytest.raises(NoPort):
        await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, settings)
    await inlet.close()
    again = await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, settings)
    await again.close()
    await settled()


@pytest.mark.rule("M12")
async def test_the_announced_address_stands_in_the_answer_and_no_other() -> None:
    port = free_port()
    settings = RtcSettings(announced="203.0.113.7", ports=(port, port))
    inlet = await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, settings)
    found = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", inlet.answer)
    assert set(found) == {("203.0.113.7", str(port))}
    assert "c=IN IP4 203.0.113.7" in inlet.answer
    await inlet.close()


async def test_an_address_that_is_not_here_costs_no_other_its_socket() -> None:
    port = free_port()
    settings = RtcSettings(addresses=("203.0.113.9", "127.0.0.1"), ports=(port, port))
    connection = Connection(ice_controlling=False)
    (one,) = open_sockets(settings, lambda: StunProtocol(connection))
    assert one.transport.get_extra_info("sockname") == ("127.0.0.1", port)
    opened = one.transport.get_extra_info("socket")
    # The kernel gives twice what is asked for, or what it allows at all.
    wanted = min(limits.RECEIVE_BUFFER_BYTES, allowed())
    assert opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= wanted
    await one.close()


def test_where_nothing_is_said_every_address_but_loopback_is_used() -> None:
    assert addresses_of(RtcSettings(announced="2001:db8::1")) == ("::",)
    assert addresses_of(RtcSettings(announced="203.0.113.7")) == ("0.0.0.0",)
    assert addresses_of(RtcSettings(addresses=("127.0.0.2",))) == ("127.0.0.2",)
    # The tests' own loopback stands in for the machine's addresses.
    assert list(addresses_of(RtcSettings())) == ["127.0.0.1"]
