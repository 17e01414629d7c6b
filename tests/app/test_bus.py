"""A node's bus, as its operator has configured it."""

import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from evalroom.app.bus import bus_at
from evalroom.app.folder import CannotStart
from evalroom.bus.bus import Bus
from evalroom.bus.local import LocalBus
from evalroom.bus.redis import RedisBus
from evalroom.cli.node_options import START_FAULTS
from evalroom.clock import SystemClock
from tests.bus.contract import KEYS, ones
from tests.bus.redis_parts import until_down, until_up
from tests.valkey import Valkey


async def built(stack: AsyncExitStack, address: str, figures: CollectorRegistry) -> Bus:
    return await bus_at(stack, address, KEYS, SystemClock(), ones, figures)


async def refused(address: str) -> str:
    """Why there is no such bus, as an operator reads it."""
    async with AsyncExitStack() as stack:
        with pytest.raises(CannotStart) as cannot:
            await built(stack, address, CollectorRegistry())
    for sentences in START_FAULTS.values():
        assert sentences[cannot.value.code].format_map(cannot.value.params)
    return START_FAULTS["en"][cannot.value.code].format_map(cannot.value.params)


async def test_a_node_without_others_needs_no_server() -> None:
    async with AsyncExitStack() as stack:
        bus = await built(stack, "local", CollectorRegistry())
        assert isinstance(bus, LocalBus)
        assert bus.up


@pytest.mark.rule("B20")
async def test_a_server_that_is_gone_is_a_figure_and_keeps_no_node_from_starting(
    valkey: Valkey,
) -> None:
    valkey.kill()
    figures = CollectorRegistry()
    async with AsyncExitStack() as stack:
        bus = await built(stack, valkey.url, figures)
        assert isinstance(bus, RedisBus)
        bus.publish("session:00", b"unheard")
        assert figures.get_sample_value("evalroom_bus_up") == 0.0
        assert figures.get_sample_value("evalroom_bus_unsent_total") == 1.0
        valkey.start()
        await until_up(bus)
        assert b"evalroom_bus_up 1.0\n" in generate_latest(figures)
        assert figures.get_sample_value("evalroom_bus_dropped_total") == 0.0
        valkey.kill()
        await until_down(bus)


@pytest.mark.rule("B20")
async def test_an_address_that_is_none_keeps_a_node_from_starting(tmp_path: Path) -> None:
    told = "the configured bus cannot be used: "
    assert await refused("redis://:hunter2@one,two") == (
        told + "its address must name one server; several are for Sentinels, redis+sentinel://"
    )
    assert await refused(f"rediss://bus?ca={tmp_path / 'absent'}") == (
        told + "ca, cert or key cannot be read: No such file or directory"
    )


@pytest.mark.rule("B20")
async def test_a_missing_library_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in [name for name in sys.modules if name.startswith("evalroom.bus.redis")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "hiredis", None)
    assert await refused("redis://bus") == (
        "the configured bus cannot be used: hiredis is missing: install evalroom[redis]"
    )
