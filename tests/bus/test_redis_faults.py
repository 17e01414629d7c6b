"""What a server, or the wire to it, can do to the bus: it hears less, knows it, and goes on."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from evalroom.bus.redis import RedisBus, bus as bus_module, line, outbox
from evalroom.bus.redis.limits import PING_SECONDS
from evalroom.room.limits import LEASE_SECONDS
from tests.bus.contract import TOPIC, heard_by
from tests.bus.redis_parts import asked, attempts, becomes, nodes, until_down, until_up
from tests.bus.relay import Relay
from tests.valkey import Valkey


@pytest.fixture(autouse=True)
def no_bug(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that a server does is a fault of ours."""
    yield
    assert [r.message for r in caplog.records if r.levelno >= logging.ERROR] == []


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for a sign of life every tenth of a second, in place of every two."""
    monkeypatch.setattr(bus_module, "PING_SECONDS", 0.1)


@pytest.mark.rule("B13")
async def test_a_server_killed_in_mid_stream_is_missed_and_found_again(
    valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    async with nodes(valkey.url, valkey.url) as (first, second):
        await asyncio.gather(until_up(first), until_up(second))
        heard = heard_by(second)
        told: list[bool] = []
        second.watch(told.append)
        talking = asyncio.create_task(talk(first))
        await becomes(lambda: len(heard) > 20)
        valkey.kill()
        await asyncio.gather(until_down(first), until_down(second))
        new = heard_by(second, "session:11")
        before = len(heard)
        await asyncio.to_thread(valkey.start)
        await asyncio.gather(until_up(first), until_up(second))
        await becomes(lambda: len(heard) > before + 20)
        first.publish("session:11", b"a")
        await becomes(lambda: new == [b"a"])
        talking.cancel()
        assert told == [False, True]
        assert heard == sorted(heard)
        assert first.unsent > 0
        assert "the bus is down: " in caplog.text


async def reaches(bus: RedisBus, heard: list[bytes]) -> None:
    """Say something until it is heard: the subscription is in force."""
    while not heard:
        bus.publish(TOPIC, b"")
        await asyncio.sleep(0.002)


async def talk(bus: RedisBus) -> None:
    for number in range(1_000_000):
        bus.publish(TOPIC, b"%06d" % number)
        await asyncio.sleep(0.001)


@pytest.mark.rule("B13")
async def test_a_server_that_is_not_there_yet_is_waited_for(valkey: Valkey) -> None:
    valkey.kill()
    async with nodes(valkey.url, valkey.url) as (first, second):
        heard = heard_by(second)
        first.publish(TOPIC, b"unheard")
        await asyncio.to_thread(valkey.start)
        await asyncio.gather(until_up(first), until_up(second))
        first.publish(TOPIC, b"heard")
        await becomes(lambda: heard == [b"heard"])


@pytest.mark.rule("B14")
@pytest.mark.usefixtures("hasty")
async def test_a_server_that_hangs_is_noticed_though_its_connections_stand(
    valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    async with nodes(valkey.url) as (bus,):
        await until_up(bus)
        valkey.hang()
        await until_down(bus)
        assert "it has fallen silent" in caplog.text
        valkey.go_on()
        await until_up(bus)


@pytest.mark.rule("B14")
def test_a_dead_server_is_noticed_before_a_lease_on_presence_runs_out() -> None:
    assert 2 * PING_SECONDS < LEASE_SECONDS


@pytest.mark.rule("B14")
@pytest.mark.usefixtures("hasty")
async def test_a_wire_that_swallows_everything_takes_one_node_off_the_bus_and_no_other(
    valkey: Valkey,
) -> None:
    relay = Relay(valkey.port)
    await relay.open()
    async with nodes(f"redis://127.0.0.1:{relay.port}", valkey.url) as (held, free):
        await asyncio.gather(until_up(held), until_up(free))
        told: list[bool] = []
        free.watch(told.append)
        relay.hold()
        await until_down(held)
        relay.release()
        await until_up(held)
        assert told == []
        await reaches(free, heard_by(held))
    await relay.close()


@pytest.mark.rule("B22")
async def test_a_node_that_stops_does_not_wait_for_a_server_that_hangs(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "CLOSE_SECONDS", 0.1)
    async with nodes(valkey.url) as (bus,):
        await until_up(bus)
        valkey.hang()
        bus.publish(TOPIC, b"good-bye")
        async with asyncio.timeout(2):
            await bus.close()


@pytest.mark.rule("B15")
async def test_what_a_server_that_is_behind_does_not_take_is_dropped_and_counted(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "OWED_BYTES", 1 << 20)
    async with nodes(valkey.url, valkey.url) as (first, second):
        await asyncio.gather(until_up(first), until_up(second))
        heard = heard_by(second)
        box = first._outbox
        assert box is not None
        valkey.hang()
        # The system's own buffers take some megabytes before anything is owed here.
        for _ in range(600):
            first.publish(TOPIC, bytes(50_000))
            await asyncio.sleep(0)
            assert box.line.owed <= 1 << 20
        assert first.unsent > 300
        valkey.go_on()
        await becomes(lambda: box.line.owed == 0)
        await becomes(lambda: len(heard) == 600 - first.unsent)
        first.publish(TOPIC, b"in time")
        await becomes(lambda: heard[-1] == b"in time")
        assert first.up


@pytest.mark.rule("B15")
async def test_more_than_may_be_owed_is_not_even_taken_within_one_turn(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "OWED_BYTES", 1_000)
    async with nodes(valkey.url, valkey.url) as (first, second):
        await asyncio.gather(until_up(first), until_up(second))
        heard = heard_by(second)
        await reaches(first, heard)
        for _ in range(10):
            first.publish(TOPIC, bytes(300))
        assert first.unsent == 8
        await becomes(lambda: heard[-2:] == [bytes(300)] * 2)


@pytest.mark.rule("B13")
async def test_a_subscriber_that_the_server_throws_out_comes_back(valkey: Valkey) -> None:
    async with nodes(valkey.url) as (bus,):
        await until_up(bus)
        heard_by(bus)
        await becomes(lambda: bool(bus._lines))
        told: list[bool] = []
        bus.watch(told.append)
        assert await asked(valkey.port, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes") == 1
        await becomes(lambda: told == [False, True])


@pytest.mark.rule("B13")
async def test_one_reason_is_logged_once_however_often_it_stands_in_the_way(
    valkey: Valkey, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    valkey.kill()
    async with nodes(valkey.url) as (bus,):
        tried = attempts(bus, monkeypatch)
        await becomes(lambda: len(tried) >= 3)
    assert caplog.messages == [f"the bus is down: 127.0.0.1:{valkey.port}: Connection refused"]
