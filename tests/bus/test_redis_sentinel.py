"""Real Sentinels: where the master is now, and where it is after it has died."""

import asyncio
import logging
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from evalroom.bus.redis import read_address, servers as servers_module
from evalroom.bus.redis.servers import Servers
from tests.bus.contract import TOPIC, heard_by
from tests.bus.redis_parts import asked, becomes, bus_at, until_up
from tests.bus.scripted import hello, reason, scripted
from tests.valkey import Sentinel, Valkey, free_port


class Watched:
    """A master, a replica of it, and Sentinels that watch both under the name `main`."""

    def __init__(self, folder: Path, sentinels: int, *lines: str) -> None:
        self.master = Valkey(folder / "master")
        address = f"127.0.0.1 {self.master.port}"
        self.replica = Valkey(folder / "replica", "--replicaof", *address.split())
        self.sentinels = [
            Sentinel(folder / f"sentinel{number}", "main", self.master, *lines)
            for number in range(sentinels)
        ]

    async def __aenter__(self) -> "Watched":
        for server in (self.master, self.replica, *self.sentinels):
            await asyncio.to_thread(server.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in (*self.sentinels, self.replica, self.master):
            server.stop()

    async def known(self) -> None:
        """Come back when the Sentinels have seen the replica: until then nobody can take over."""
        for sentinel in self.sentinels:
            while not await asked(sentinel.port, "SENTINEL", "REPLICAS", "main"):  # noqa: ASYNC110 — nobody here could set an event
                await asyncio.sleep(0.1)

    def url(self, *others: int) -> str:
        """The Sentinels' address, with ports at which there is none before them."""
        ports = (*others, *(sentinel.port for sentinel in self.sentinels))
        return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in ports)}/main"


@pytest.mark.slow(60)
@pytest.mark.rule("B19")
async def test_when_the_master_dies_nodes_meet_again_at_the_one_that_took_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with Watched(tmp_path, 1) as watched, AsyncExitStack() as stack:
        first, second = buses = [bus_at(watched.url(free_port()), boot) for boot in (1, 2)]
        for bus in buses:
            stack.push_async_callback(bus.close)
        heard = heard_by(second)
        await asyncio.gather(*map(until_up, buses))
        assert f"the bus is up: valkey 9.1.2 at 127.0.0.1:{watched.master.port}" in caplog.messages
        await watched.known()
        watched.master.kill()
        await becomes(lambda: not any(bus.up for bus in buses))
        await asyncio.gather(*map(until_up, buses))
        assert f"at 127.0.0.1:{watched.replica.port}" in caplog.messages[-1]
        first.publish(TOPIC, b"here again")
        await becomes(lambda: heard == [b"here again"])


@pytest.mark.rule("B19")
async def test_a_sentinel_that_does_not_know_hangs_or_is_gone_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers_module, "SENTINEL_SECONDS", 0.2)
    async with Watched(tmp_path, 2) as watched:
        first, second = watched.sentinels
        first.hang()
        servers = Servers(read_address(watched.url(free_port())))
        assert (await servers._find()).port == watched.master.port
        # Whoever knew is asked first from then on.
        assert servers._sentinels[0].port == second.port
        second.stop()
        said = await reason(watched.url())
        assert said == (
            f"127.0.0.1:{first.port}: it does not answer; "
            f"127.0.0.1:{second.port}: Connection refused"
        )
        first.go_on()


@pytest.mark.rule("B19")
async def test_sentinels_may_want_a_log_in_of_their_own(tmp_path: Path) -> None:
    async with Watched(tmp_path, 1, "requirepass hunter2") as watched:
        assert (await reason(watched.url())).endswith("it wants a password")
        bus = bus_at(watched.url() + "?sentinel_password=hunter2")
        await until_up(bus)
        await bus.close()


@pytest.mark.rule("B19")
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"*-1\r\n", "it knows no master of that name"),
        (b"*2\r\n$1\r\na\r\n$5\r\n99999\r\n", "it does not answer as a Sentinel does"),
        (b"*2\r\n$1\r\na\r\n$1\r\nx\r\n", "it does not answer as a Sentinel does"),
        (b"+OK\r\n", "it does not answer as a Sentinel does"),
        (b"-NOPERM no hunter2\r\n", "it refuses what a node needs: NOPERM"),
    ],
)
async def test_a_sentinel_that_is_of_no_help_is_told_of(answer: bytes, words: str) -> None:
    async with scripted(lambda said: hello() if said[0] == b"HELLO" else answer) as port:
        said = await reason(f"redis+sentinel://127.0.0.1:{port}/main")
        assert said == f"127.0.0.1:{port}: {words}"
