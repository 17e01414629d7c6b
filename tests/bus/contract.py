"""What every bus promises. A backend runs the whole suite with a `Cluster` of its own."""

from typing import Protocol

import pytest

from evalroom.bus.bus import MESSAGE_BYTES, TOPIC_LENGTH, Bus
from evalroom.bus.sealed import HEADER_BYTES, Sealer
from evalroom.identity.keys import Purpose, SecretKeys

KEYS = SecretKeys(Purpose.CLUSTER, [b"c" * 32])
FOREIGN = SecretKeys(Purpose.CLUSTER, [b"f" * 32])
TOPIC = "session:00"


def ones(length: int) -> bytes:
    return b"1" * length


class Cluster(Protocol):
    """Nodes that hear each other, and a hand on the wire between them."""

    def node(self) -> Bus:
        """A further node."""
        ...

    async def settle(self) -> None:
        """Come back when what was published has been delivered or lost."""
        ...

    async def inject(self, topic: str, envelope: bytes) -> None:
        """Put bytes on the wire as an attacker, or a fault, would."""
        ...

    async def cut(self, bus: Bus) -> None:
        """Take a node off the bus."""
        ...

    async def mend(self, bus: Bus) -> None:
        """Bring it back."""
        ...


def heard_by(bus: Bus, topic: str = TOPIC) -> list[bytes]:
    """What a node hears under a topic from now on."""
    messages: list[bytes] = []
    bus.subscribe(topic, messages.append)
    return messages


class BusContract:
    """Inherit, and provide the fixture `cluster`."""

    @pytest.mark.rule("B1")
    async def test_every_other_node_hears_a_message_and_its_sender_does_not(
        self, cluster: Cluster
    ) -> None:
        first, second, third = cluster.node(), cluster.node(), cluster.node()
        heard = [heard_by(bus) for bus in (first, second, third)]
        await cluster.settle()
        first.publish(TOPIC, b"entry")
        await cluster.settle()
        assert heard == [[], [b"entry"], [b"entry"]]

    @pytest.mark.rule("B1")
    async def test_a_message_is_heard_in_a_later_turn_and_in_the_senders_order(
        self, cluster: Cluster
    ) -> None:
        first, second = cluster.node(), cluster.node()
        heard = heard_by(second)
        await cluster.settle()
        for number in range(100):
            first.publish(TOPIC, b"%d" % number)
        assert heard == []
        await cluster.settle()
        assert heard == [b"%d" % number for number in range(100)]

    @pytest.mark.rule("B2")
    async def test_a_node_hears_only_the_topics_it_subscribes_to_and_until_it_stops(
        self, cluster: Cluster
    ) -> None:
        first, second = cluster.node(), cluster.node()
        messages: list[bytes] = []
        stop = second.subscribe(TOPIC, messages.append)
        other = heard_by(second, "session:11")
        await cluster.settle()
        first.publish(TOPIC, b"a")
        await cluster.settle()
        stop()
        stop()
        await cluster.settle()
        first.publish(TOPIC, b"b")
        first.publish("session:11", b"c")
        await cluster.settle()
        assert (messages, other) == ([b"a"], [b"c"])

    @pytest.mark.rule("B2")
    async def test_two_subscribers_of_one_topic_both_hear(self, cluster: Cluster) -> None:
        first, second = cluster.node(), cluster.node()
        one, two = heard_by(second), heard_by(second)
        await cluster.settle()
        first.publish(TOPIC, b"a")
        await cluster.settle()
        assert one == two == [b"a"]

    @pytest.mark.rule("B3")
    async def test_what_was_not_sealed_under_the_cluster_key_is_dropped_and_counted(
        self, cluster: Cluster
    ) -> None:
        bus = cluster.node()
        heard = heard_by(bus)
        await cluster.settle()
        good = Sealer(KEYS, ones).seal(TOPIC, b"entry")
        forged = [
            b"",
            b"nonsense",
            good[: HEADER_BYTES + 3],
            good[:-1],
            good[:-1] + bytes([good[-1] ^ 1]),
            bytes([good[0] ^ 1]) + good[1:],
            good[:20] + bytes([good[20] ^ 1]) + good[21:],
            Sealer(FOREIGN, ones).seal(TOPIC, b"entry"),
            Sealer(KEYS, ones).seal("session:11", b"entry"),
        ]
        for envelope in forged:
            await cluster.inject(TOPIC, envelope)
        await cluster.settle()
        assert heard == []
        assert bus.dropped == len(forged)
        await cluster.inject(TOPIC, good)
        await cluster.settle()
        assert heard == [b"entry"]

    @pytest.mark.rule("B4")
    async def test_a_repeated_or_overtaken_message_is_dropped_and_counted(
        self, cluster: Cluster
    ) -> None:
        bus = cluster.node()
        heard = heard_by(bus)
        await cluster.settle()
        sealer = Sealer(KEYS, ones)
        one, two, three = (sealer.seal(TOPIC, text) for text in (b"1", b"2", b"3"))
        for envelope in (one, three, two, one, three):
            await cluster.inject(TOPIC, envelope)
        await cluster.settle()
        assert heard == [b"1", b"3"]
        assert bus.dropped == 3

    @pytest.mark.rule("B5")
    async def test_a_node_off_the_bus_knows_it_hears_nothing_and_never_raises(
        self, cluster: Cluster
    ) -> None:
        first, second = cluster.node(), cluster.node()
        heard = heard_by(second)
        told: list[bool] = []
        stop = second.watch(told.append)
        await cluster.settle()
        await cluster.cut(second)
        assert not second.up
        first.publish(TOPIC, b"lost")
        second.publish(TOPIC, b"unheard")
        await cluster.settle()
        await cluster.mend(second)
        assert second.up
        first.publish(TOPIC, b"later")
        await cluster.settle()
        assert heard == [b"later"]
        stop()
        await cluster.cut(second)
        assert told == [False, True]

    @pytest.mark.rule("B6")
    async def test_a_topic_and_a_message_have_limits(self, cluster: Cluster) -> None:
        first, second = cluster.node(), cluster.node()
        heard = heard_by(second)
        await cluster.settle()
        for topic, message in (("", b""), ("t" * (TOPIC_LENGTH + 1), b"")):
            with pytest.raises(ValueError, match="topic"):
                first.publish(topic, message)
            with pytest.raises(ValueError, match="topic"):
                first.subscribe(topic, heard.append)
        with pytest.raises(ValueError, match="message"):
            first.publish(TOPIC, bytes(MESSAGE_BYTES + 1))
        first.publish(TOPIC, bytes(MESSAGE_BYTES))
        await cluster.settle()
        assert heard == [bytes(MESSAGE_BYTES)]
