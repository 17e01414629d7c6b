"""The bus of one process."""

import asyncio

import pytest

from evalroom.bus import local
from evalroom.bus.bus import Bus
from evalroom.bus.local import LocalBus, LocalHub
from evalroom.bus.sealed import Sealer
from tests.bus.contract import KEYS, TOPIC, BusContract, Cluster, heard_by


class LocalCluster:
    """Nodes on one hub."""

    def __init__(self) -> None:
        self.hub = LocalHub()

    def node(self) -> LocalBus:
        starts = len(self.hub.buses)
        return LocalBus(self.hub, KEYS, lambda length: bytes([starts]) * length)

    async def settle(self) -> None:
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def inject(self, topic: str, envelope: bytes) -> None:
        for bus in self.hub.buses:
            bus.deliver(topic, envelope)

    async def cut(self, bus: Bus) -> None:
        assert isinstance(bus, LocalBus)
        bus.plug(False)

    async def mend(self, bus: Bus) -> None:
        assert isinstance(bus, LocalBus)
        bus.plug(True)


class TestLocalBus(BusContract):
    @pytest.fixture
    def cluster(self) -> Cluster:
        return LocalCluster()


async def test_a_node_that_is_alone_seals_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed: list[str] = []
    monkeypatch.setattr(Sealer, "seal", lambda self, topic, message: sealed.append(topic))
    alone = LocalCluster().node()
    heard_by(alone)
    alone.publish(TOPIC, b"entry")
    assert sealed == []


@pytest.mark.rule("B6")
async def test_more_than_a_node_can_read_in_a_turn_is_dropped_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local, "WAITING", 3)
    cluster = LocalCluster()
    first, second = cluster.node(), cluster.node()
    heard = heard_by(second)
    for number in range(5):
        first.publish(TOPIC, b"%d" % number)
    await cluster.settle()
    assert heard == [b"0", b"1", b"2"]
    assert second.dropped == 2
    first.publish(TOPIC, b"5")
    await cluster.settle()
    assert heard[-1] == b"5"


async def test_a_node_that_leaves_hears_nothing_of_what_was_on_its_way() -> None:
    cluster = LocalCluster()
    first, second = cluster.node(), cluster.node()
    heard = heard_by(second)
    first.publish(TOPIC, b"a")
    second.close()
    first.publish(TOPIC, b"b")
    await cluster.settle()
    assert heard == []
    assert cluster.hub.buses == [first]
    first.close()


async def test_pulling_the_plug_twice_is_told_once() -> None:
    bus = LocalCluster().node()
    told: list[bool] = []
    bus.watch(told.append)
    bus.plug(True)
    bus.plug(False)
    bus.plug(False)
    assert told == [False]


async def test_a_message_to_somebody_who_has_just_stopped_listening_goes_nowhere() -> None:
    cluster = LocalCluster()
    first, second = cluster.node(), cluster.node()
    heard: list[bytes] = []
    stop = second.subscribe(TOPIC, heard.append)
    first.publish(TOPIC, b"a")
    stop()
    await cluster.settle()
    assert (heard, second.dropped) == ([], 0)


@pytest.mark.rule("B2")
async def test_one_of_two_listeners_may_stop() -> None:
    cluster = LocalCluster()
    first, second = cluster.node(), cluster.node()
    stop = second.subscribe(TOPIC, print)
    heard = heard_by(second)
    stop()
    first.publish(TOPIC, b"a")
    await cluster.settle()
    assert heard == [b"a"]


async def test_a_listener_that_fails_keeps_no_message_from_the_others() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    cluster = LocalCluster()
    first, second = cluster.node(), cluster.node()

    def broken(_message: bytes) -> None:
        raise RuntimeError

    second.subscribe(TOPIC, broken)
    heard = heard_by(second)
    first.publish(TOPIC, b"a")
    first.publish(TOPIC, b"b")
    await cluster.settle()
    assert heard == [b"a", b"b"]
    assert len(told) == 2
