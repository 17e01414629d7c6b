"""The bus over a real Valkey: what every bus promises, and what is its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from evalroom.bus.sealed import Opener, Sealer
from tests.bus.contract import KEYS, TOPIC, BusContract, heard_by
from tests.bus.redis_parts import (
    RedisCluster,
    asked,
    becomes,
    bus_at,
    said_by_a_stranger,
    until_up,
)
from tests.valkey import Valkey


@pytest.fixture
async def cluster(valkey: Valkey) -> AsyncIterator[RedisCluster]:
    async with AsyncExitStack() as stack:
        made = RedisCluster(valkey, stack)
        await made.prepare()
        yield made


class TestRedisBus(BusContract):
    """The whole contract; `cluster` is the fixture above."""


async def subscribed(valkey: Valkey, topic: str) -> int:
    """How many connections the server says are subscribed."""
    _, count = await asked(valkey.port, "PUBSUB", "NUMSUB", topic)
    return int(count)


@pytest.mark.rule("B10")
async def test_the_server_is_subscribed_to_only_while_somebody_here_listens(
    cluster: RedisCluster, valkey: Valkey
) -> None:
    bus = cluster.node()
    first = bus.subscribe(TOPIC, print)
    second = bus.subscribe(TOPIC, print)
    await cluster.settle()
    assert await subscribed(valkey, TOPIC) == 1
    first()
    await cluster.settle()
    assert await subscribed(valkey, TOPIC) == 1
    second()
    await cluster.settle()
    assert await subscribed(valkey, TOPIC) == 0


@pytest.mark.rule("B10")
async def test_what_is_said_in_one_turn_leaves_in_one_write(
    cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = cluster.node(), cluster.node()
    heard = heard_by(second)
    await cluster.settle()
    writes: list[bytes] = []
    outbox = first._outbox
    assert outbox is not None
    write = outbox.line.write

    def noted(commands: bytes) -> None:
        writes.append(commands)
        write(commands)

    monkeypatch.setattr(outbox.line, "write", noted)
    for number in range(50):
        first.publish(TOPIC, b"%d" % number)
    await becomes(lambda: len(heard) == 50)
    assert [data.count(b"PUBLISH") for data in writes if b"PING" not in data] == [50]


@pytest.mark.rule("B11")
async def test_a_nodes_own_messages_come_back_and_are_not_even_opened(
    cluster: RedisCluster, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = cluster.node()
    heard = heard_by(bus)
    await cluster.settle()
    opened: list[str] = []
    monkeypatch.setattr(Opener, "open", lambda self, topic, envelope: opened.append(topic))
    bus.publish(TOPIC, b"mine")
    # Whoever repeats it from outside reaches nobody either.
    await said_by_a_stranger(valkey, TOPIC, bus._sealer.seal(TOPIC, b"mine"))
    await said_by_a_stranger(valkey, TOPIC, Sealer(KEYS, bytes).seal(TOPIC, b"not mine"))
    await becomes(lambda: bool(opened))
    assert (opened, heard, bus.dropped) == ([TOPIC], [], 0)


@pytest.mark.rule("B12")
async def test_a_listener_or_a_watcher_that_fails_spoils_nothing_for_the_others(
    cluster: RedisCluster, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: object) -> None:
        raise RuntimeError("a bug")

    first, second = cluster.node(), cluster.node()
    second.subscribe(TOPIC, fails)
    heard = heard_by(second)
    second.watch(fails)
    told: list[bool] = []
    second.watch(told.append)
    await cluster.settle()
    first.publish(TOPIC, b"a")
    first.publish(TOPIC, b"b")
    await cluster.settle()
    assert heard == [b"a", b"b"]
    await cluster.cut(second)
    await cluster.mend(second)
    assert told == [False, True]
    bugs = [record.message for record in caplog.records if "bug" in record.message]
    assert (
        bugs == ["bug: a listener of the bus failed"] * 2 + ["bug: a watcher of the bus failed"] * 2
    )


@pytest.mark.rule("B22")
async def test_the_last_words_of_a_node_that_stops_are_heard(cluster: RedisCluster) -> None:
    first, second = cluster.node(), cluster.node()
    heard = heard_by(second)
    await cluster.settle()
    first.publish(TOPIC, b"good-bye")
    await first.close()
    assert not first.up
    await becomes(lambda: heard == [b"good-bye"])


async def test_a_bus_can_be_closed_before_it_was_ever_up(valkey: Valkey) -> None:
    bus = bus_at(valkey.url)
    heard_by(bus)
    bus.publish(TOPIC, b"unheard")
    assert (bus.up, bus.unsent) == (False, 1)
    await bus.close()
    await bus.close()


@pytest.mark.rule("B12")
async def test_a_fault_of_ours_is_told_and_the_bus_tries_again(
    valkey: Valkey, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bus = bus_at(valkey.url)
    with monkeypatch.context() as broken:
        broken.setattr(bus, "_rise", None)
        await becomes(lambda: "bug: the bus could not be kept up" in caplog.messages)
    await until_up(bus)
    await bus.close()
