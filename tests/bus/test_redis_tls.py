"""The bus over TLS. The tests' Valkey speaks none, so a relay in front of it does."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from evalroom.bus.redis import servers as servers_module
from tests.bus.certificates import Authority
from tests.bus.contract import TOPIC, heard_by
from tests.bus.redis_parts import becomes, bus_at, until_up
from tests.bus.relay import Relay
from tests.bus.scripted import reason, scripted
from tests.valkey import Valkey


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
