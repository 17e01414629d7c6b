"""Whether a server is one of ours, and how it is found and spoken to."""

import asyncio

import pytest

from evalroom.bus.redis import bus as bus_module, read_address, servers as servers_module
from evalroom.bus.redis.names import Names
from evalroom.bus.redis.servers import Servers
from tests.bus.contract import heard_by
from tests.bus.redis_parts import becomes, bus_at, until_up
from tests.bus.scripted import hello, reason, scripted
from tests.valkey import Valkey


@pytest.mark.rule("B16")
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (hello("6.0.20"), "it is redis 6.0.20, and 6.2 or newer is needed"),
        (hello("2.8"), "it is redis 2.8, and 6.2 or newer is needed"),
        (hello("unstable"), "it is redis unstable, and 6.2 or newer is needed"),
        (hello(role="replica"), "it is a replica, and what is published there stays there"),
        (hello(mode="sentinel"), "it is a Sentinel: its address begins with redis+sentinel://"),
        (
            b"-ERR unknown command `HELLO`, with args beginning with: `2`, `AUTH`, `hunter2`\r\n",
            "it does not know HELLO: it is older than 6.0, or the command is hidden",
        ),
        (b"-ERR max number of clients reached\r\n", "it refuses what a node needs: ERR"),
        (b"-DENIED Valkey is running in protected mode\r\n",
         "it is in protected mode, and lets in its own machine only"),
        (b"-NOAUTH HELLO must be called\r\n", "it wants a password"),
        (b"+OK\r\n", "it does not answer as Redis does"),
        (b"*2\r\n:1\r\n:2\r\n", "it does not answer as Redis does"),
        (b"HTTP/1.1 400 Bad Request\r\n", "it does not speak as Redis does"),
    ],
)  # fmt: skip
async def test_a_server_that_is_none_of_ours_is_told_of_in_clear_words(
    answer: bytes, words: str
) -> None:
    async with scripted(lambda _: answer) as port:
        assert await reason(f"redis://:hunter2@127.0.0.1:{port}") == f"127.0.0.1:{port}: {words}"


@pytest.mark.rule("B16")
@pytest.mark.parametrize("version", ["6.2.0", "6.10", "7.4.1", "10.0.0-rc1"])
async def test_a_server_that_is_new_enough_is_taken(version: str) -> None:
    async with scripted(lambda _: hello(version)) as port:
        servers = Servers(read_address(f"redis://127.0.0.1:{port}"))
        lines = await servers.connect(lambda topic, envelope: None)
        assert str(lines.server) == f"redis {version}"
        for line in (lines.speaking, lines.listening):
            await line.close()


@pytest.mark.rule("B14")
async def test_a_server_that_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(servers_module, "CONNECT_SECONDS", 0.1)
    async with scripted(lambda _: b"") as port:
        assert await reason(f"redis://127.0.0.1:{port}") == f"127.0.0.1:{port}: it does not answer"


@pytest.mark.rule("B14")
async def test_a_server_that_confirms_no_subscription_is_not_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bus_module, "CONNECT_SECONDS", 0.1)
    async with scripted(lambda said: hello() if said[0] == b"HELLO" else b"") as port:
        bus = bus_at(f"redis://127.0.0.1:{port}")
        heard_by(bus)
        await becomes(lambda: bool(caplog.messages))
        assert not bus.up
        await bus.close()
    assert caplog.messages == [f"the bus is down: 127.0.0.1:{port}: it does not answer"]


async def test_one_line_alone_is_none() -> None:
    answers = iter([hello(), b"-ERR max number of clients reached\r\n"])
    async with scripted(lambda _: next(answers)) as port:
        assert (
            await reason(f"redis://127.0.0.1:{port}")
            == f"127.0.0.1:{port}: it refuses what a node needs: ERR"
        )


@pytest.mark.rule("B17")
async def test_of_the_addresses_of_a_name_the_next_is_tried(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ["127.0.0.2", "127.0.0.3", "127.0.0.1"]

    async def addresses(_: object, host: str) -> list[str]:
        assert host == "bus"
        return found

    monkeypatch.setattr(Names, "addresses", addresses)
    bus = bus_at(f"redis://bus:{valkey.port}")
    await until_up(bus)
    await bus.close()
    found.pop()
    assert await reason(f"redis://bus:{valkey.port}") == f"bus:{valkey.port}: Connection refused"


@pytest.mark.rule("B17")
async def test_a_name_that_stands_for_nothing_is_told_of() -> None:
    host = "a" * 64
    assert await reason(f"redis://{host}") == f"{host}:6379: no host has such a name"


async def test_a_bus_that_is_closed_while_it_connects_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached = asyncio.Event()

    def silent(_: list[bytes]) -> bytes:
        reached.set()
        return b""

    async with scripted(silent) as port:
        bus = bus_at(f"redis://127.0.0.1:{port}")
        await reached.wait()
        await bus.close()
