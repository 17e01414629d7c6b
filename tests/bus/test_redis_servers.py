"""Where the server is, whether it is one of ours, and how it is spoken to."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import hiredis
import pytest

from evalroom.bus.redis import RedisBus, bus as bus_module, read_address, servers as servers_module
from evalroom.bus.redis.names import Names
from evalroom.bus.redis.reasons import Lost
from evalroom.bus.redis.servers import Servers
from tests.bus.certificates import Authority
from tests.bus.contract import TOPIC, heard_by
from tests.bus.redis_parts import asked, becomes, bus_at, until_up
from tests.bus.relay import Relay
from tests.valkey import Sentinel, Valkey, free_port

Script = Callable[[list[bytes]], bytes]


def hello(version: str = "7.0.0", role: str = "master", mode: str = "standalone") -> bytes:
    words = ["server", "redis", "version", version, "proto", "2", "mode", mode, "role", role]
    return b"*%d\r\n" % len(words) + b"".join(
        b"$%d\r\n%b\r\n" % (len(w), w.encode()) for w in words
    )


class Actor(asyncio.Protocol):
    """One connection to a server that says what its script tells it to."""

    def __init__(self, script: Script, there: set["Actor"], greeting: bytes) -> None:
        self.transport: asyncio.Transport
        self._greeting = greeting
        self._script = script
        self._there = there
        self._parser = hiredis.Reader()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._there.add(self)
        if self._greeting:
            transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        self._parser.feed(data)
        while (words := self._parser.gets()) is not False:
            self.transport.write(self._script(words))

    def connection_lost(self, exc: Exception | None) -> None:
        self._there.discard(self)


@asynccontextmanager
async def scripted(script: Script, greeting: bytes = b"") -> AsyncIterator[int]:
    """A server that says what it is told to; its port."""
    there: set[Actor] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Actor(script, there, greeting), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for actor in there:
            actor.transport.abort()
        await becomes(lambda: not there)


async def reason(url: str) -> str:
    """Why there is no connection."""
    with pytest.raises(Lost) as lost:
        await Servers(read_address(url)).connect(lambda topic, envelope: None)
    return str(lost.value)


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


# TLS. The test's Valkey speaks none, so a relay in front of it does.


@asynccontextmanager
async def over_tls(
    valkey: Valkey, files: tuple[Path, Path], ask: Path | None = None
) -> AsyncIterator[int]:
    """The port at which a Valkey is spoken to over TLS; `ask` names who signs those let in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    if ask is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(ask)
    relay = Relay(valkey.port, context)
    await relay.open()
    try:
        yield relay.port
    finally:
        await relay.close()


@pytest.mark.rule("B16")
async def test_over_tls_nodes_hear_each_other_when_the_authority_is_the_one_that_was_named(
    valkey: Valkey, tmp_path: Path
) -> None:
    ours = Authority(tmp_path, "ours")
    async with over_tls(valkey, ours.sign("server")) as port:
        url = f"rediss://127.0.0.1:{port}?ca={ours.file}"
        first, second = bus_at(url, 1), bus_at(url, 2)
        await asyncio.gather(until_up(first), until_up(second))
        heard = heard_by(second)
        await becomes(lambda: TOPIC.encode() in second._topics._asked)
        first.publish(TOPIC, bytes(1 << 20))
        await becomes(lambda: heard == [bytes(1 << 20)])
        await first.close()
        await second.close()


@pytest.mark.rule("B16")
async def test_over_tls_nobody_else_is_taken_for_the_server(valkey: Valkey, tmp_path: Path) -> None:
    ours, other = Authority(tmp_path, "ours"), Authority(tmp_path, "other")
    no = "its certificate is not accepted: "
    for files, words in [
        (other.sign("foreign"), no + "unable to get local issuer certificate"),
        (ours.sign("elsewhere", "192.0.2.1"), no + "IP address mismatch, certificate is not valid"),
        (ours.sign("past", hours=-24), no + "certificate has expired"),
    ]:
        async with over_tls(valkey, files) as port:
            said = await reason(f"rediss://127.0.0.1:{port}?ca={ours.file}")
            assert said.startswith(f"127.0.0.1:{port}: {words}")


@pytest.mark.rule("B16")
async def test_a_server_that_wants_our_certificate_gets_it(valkey: Valkey, tmp_path: Path) -> None:
    ours = Authority(tmp_path, "ours")
    certificate, key = ours.sign("node")
    async with over_tls(valkey, ours.sign("server"), ask=ours.file) as port:
        url = f"rediss://127.0.0.1:{port}?ca={ours.file}"
        assert (await reason(url)).startswith(f"127.0.0.1:{port}: ")
        bus = bus_at(f"{url}&cert={certificate}&key={key}")
        await until_up(bus)
        await bus.close()


@pytest.mark.rule("B16")
async def test_files_that_cannot_be_used_and_a_server_without_tls_are_told_of(
    valkey: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers_module, "CONNECT_SECONDS", 0.2)
    url = f"rediss://127.0.0.1:{valkey.port}"
    assert await reason(f"{url}?ca={tmp_path / 'absent'}") == (
        "ca, cert or key cannot be read: No such file or directory"
    )
    (tmp_path / "empty").write_text("nothing")
    assert (await reason(f"{url}?ca={tmp_path / 'empty'}")).startswith(
        "ca, cert or key is not one: "
    )
    assert await reason(url) == f"127.0.0.1:{valkey.port}: it does not answer over TLS"
    async with scripted(lambda _: b"", greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        said = await reason(f"rediss://127.0.0.1:{port}")
        assert said == f"127.0.0.1:{port}: it does not speak TLS as we do: WRONG_VERSION_NUMBER"


# Sentinels.


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
        (b":1\r\n", "it does not answer as a Sentinel does"),
        (b"-NOPERM no hunter2\r\n", "it refuses what a node needs: NOPERM"),
    ],
)
async def test_a_sentinel_that_is_of_no_help_is_told_of(answer: bytes, words: str) -> None:
    async with scripted(lambda said: hello() if said[0] == b"HELLO" else answer) as port:
        said = await reason(f"redis+sentinel://127.0.0.1:{port}/main")
        assert said == f"127.0.0.1:{port}: {words}"


async def test_a_bus_that_is_closed_while_it_connects_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached = asyncio.Event()

    def silent(_: list[bytes]) -> bytes:
        reached.set()
        return b""

    async with scripted(silent) as port:
        bus: RedisBus = bus_at(f"redis://127.0.0.1:{port}")
        await reached.wait()
        await bus.close()
