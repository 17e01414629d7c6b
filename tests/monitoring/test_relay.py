"""Streams across nodes: two hubs on one local bus, time moved by hand."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable

import pytest

from evalroom.bus.local import LocalBus, LocalHub
from evalroom.bus.sealed import ClusterKeys
from evalroom.identity.keys import Purpose, SecretKeys
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.monitoring.relay import ELSEWHERE, LAPSE_SECONDS, LAPSED, Relay
from evalroom.monitoring.stream import Stream
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.parts import CAMERA, SESSION, SOUND, HandClock, frame

KEYS: ClusterKeys = SecretKeys(Purpose.CLUSTER, [b"c" * 32])


class Viewer:
    """Takes a stream and notes what it was given."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []
        self.over: list[str] = []
        self.renewals = 0

    def take(self, _stream: Stream, _seq: int, frame: EncodedFrame) -> None:
        self.frames.append(frame)

    def renewed(self, _stream: Stream) -> None:
        self.renewals += 1

    def ended(self, _stream: Stream, code: str) -> None:
        self.over.append(code)


class Cluster:
    """Two nodes, A and B, with a session open on both."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.wire = LocalHub()
        self.buses = [LocalBus(self.wire, KEYS, secrets.token_bytes) for _ in "AB"]
        self.a, self.b = Hub(self.clock), Hub(self.clock)
        self.relays = [
            Relay(SESSION, name * 16, hub, bus, self.clock)
            for name, hub, bus in zip("ab", (self.a, self.b), self.buses, strict=True)
        ]
        self.keys_asked = 0

    def publish(self, hub: Hub, source: str = CAMERA) -> Publishing:
        kind = "microphone" if source == SOUND else "camera"
        return hub.publish(SESSION, source, kind, self._ask, True)  # type: ignore[arg-type]

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.2)):
            self.clock.ms += 200
            for relay in self.relays:
                relay.beat()

    def _ask(self) -> None:
        self.keys_asked += 1


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    cluster = Cluster()
    yield cluster
    for relay in cluster.relays:
        relay.close()
    for bus in cluster.buses:
        bus.close()


def seen_on_b(cluster: Cluster, source: str = CAMERA) -> tuple[Stream, Viewer]:
    stream = cluster.b.stream(SESSION, source)
    assert stream is not None
    viewer = Viewer()
    stream.attach(viewer)
    return stream, viewer


async def turns() -> None:
    """The local bus delivers as the loop comes round."""
    for _ in range(10):
        await asyncio.sleep(0)


async def settle(condition: Callable[[], bool]) -> None:
    for _ in range(50):
        if condition():
            return
        await asyncio.sleep(0)
    assert condition()


@pytest.mark.rule("M120")
async def test_a_stream_is_known_elsewhere_and_travels_only_when_somebody_looks(
    cluster: Cluster,
) -> None:
    camera = cluster.publish(cluster.a)
    cluster.pass_time(0.4)
    await settle(lambda: cluster.b.stream(SESSION, CAMERA) is not None)
    camera.push(frame(0, key=True))
    assert camera.stream.takers == 0
    stream, viewer = seen_on_b(cluster)
    assert stream.borrowed
    await settle(lambda: camera.stream.takers == 1)
    asked = cluster.keys_asked
    assert asked >= 1
    shown = [frame(100, key=True), frame(166), frame(233)]
    for one in shown:
        camera.push(one)
    await settle(lambda: len(viewer.frames) == 3)
    assert viewer.frames == shown
    stream.detach(viewer)
    cluster.pass_time(LAPSE_SECONDS + 3)
    assert camera.stream.takers == 0


@pytest.mark.rule("M120")
async def test_what_is_shown_elsewhere_has_its_codec_before_anybody_looks(cluster: Cluster) -> None:
    camera = cluster.publish(cluster.a)
    cluster.pass_time(0.4)
    await settle(lambda: cluster.b.stream(SESSION, CAMERA) is not None)
    stream = cluster.b.stream(SESSION, CAMERA)
    assert stream is not None
    assert stream.codec is None
    camera.push(frame(0, key=True))
    cluster.pass_time(0.4)
    await settle(lambda: stream.codec is Codec.VP8)
    assert camera.stream.takers == 0


@pytest.mark.rule("M121")
async def test_whoever_comes_back_is_not_shown_the_past(cluster: Cluster) -> None:
    camera = cluster.publish(cluster.a)
    cluster.pass_time(0.4)
    await settle(lambda: cluster.b.stream(SESSION, CAMERA) is not None)
    stream, viewer = seen_on_b(cluster)
    await settle(lambda: camera.stream.takers == 1)
    camera.push(frame(0, key=True))
    await settle(lambda: len(viewer.frames) == 1)
    assert len(stream.gop) == 1
    stream.detach(viewer)
    assert len(stream.gop) == 0
    cluster.pass_time(LAPSE_SECONDS + 3)
    _, again = seen_on_b(cluster)
    await settle(lambda: camera.stream.takers == 1)
    # The new sender counts from 1 again: its second frame would follow the one that was taken.
    camera.push(frame(100))
    camera.push(frame(166))
    camera.push(frame(233, key=True))
    await settle(lambda: len(again.frames) == 1)
    assert again.frames[0].key


@pytest.mark.rule("M124")
async def test_of_several_nodes_that_show_a_camera_one_goes_on(cluster: Cluster) -> None:
    first, second = cluster.relays
    assert not first.elsewhere(CAMERA)
    cluster.publish(cluster.a)
    cluster.pass_time(0.4)
    await settle(lambda: second.elsewhere(CAMERA))
    assert not first.elsewhere(CAMERA)
    theirs = cluster.publish(cluster.b)
    cluster.pass_time(0.4)
    await turns()
    # Both have it: the one with the lesser name keeps it.
    assert (first.elsewhere(CAMERA), second.elsewhere(CAMERA)) == (False, True)
    theirs.end("closed")
    cluster.relays = [second]
    cluster.pass_time(LAPSE_SECONDS + 3)
    assert not second.elsewhere(CAMERA)


@pytest.mark.rule("M121")
async def test_a_gap_waits_for_a_key_frame(cluster: Cluster) -> None:
    camera = cluster.publish(cluster.a)
    cluster.pass_time(0.4)
    await settle(lambda: cluster.b.stream(SESSION, CAMERA) is not None)
    _, viewer = seen_on_b(cluster)
    await settle(lambda: camera.stream.takers == 1)
    camera.push(frame(0, key=True))
    await settle(lambda: len(viewer.frames) == 1)
    sender = cluster.relays[0]._senders[CAMERA]
    sender._count += 1  # A message that the bus has lost.
    camera.push(frame(66))
    camera.push(frame(133))
    camera.push(frame(200, key=True))
    camera.push(frame(266))
    await settle(lambda: len(viewer.frames) == 3)
    assert [one.key for one in viewer.frames] == [True, True, False]


@pytest.mark.rule("M122")
async def test_a_node_that_is_heard_no_more_takes_its_streams_along_and_brings_them_back(
    cluster: Cluster,
) -> None:
    cluster.publish(cluster.a)
    cluster.pass_time(0.4)
    await settle(lambda: cluster.b.stream(SESSION, CAMERA) is not None)
    _, viewer = seen_on_b(cluster)
    deaf = cluster.relays[0]
    cluster.relays = cluster.relays[1:]
    cluster.pass_time(LAPSE_SECONDS + 3)
    assert viewer.over == [LAPSED]
    cluster.relays = [deaf, *cluster.relays]
    cluster.pass_time(2.4)
    stream = cluster.b.stream(SESSION, CAMERA)
    await settle(lambda: stream is not None and stream.live)


@pytest.mark.rule("M122")
async def test_a_source_that_ends_there_ends_here(cluster: Cluster) -> None:
    camera = cluster.publish(cluster.a)
    cluster.pass_time(0.4)
    await settle(lambda: cluster.b.stream(SESSION, CAMERA) is not None)
    _, viewer = seen_on_b(cluster)
    camera.end("closed")
    cluster.pass_time(0.4)
    await settle(lambda: viewer.over == [ELSEWHERE])


@pytest.mark.rule("M122")
async def test_a_source_that_moves_to_this_node_is_no_longer_borrowed(cluster: Cluster) -> None:
    cluster.publish(cluster.a)
    cluster.pass_time(0.4)
    await settle(lambda: cluster.b.stream(SESSION, CAMERA) is not None)
    stream, viewer = seen_on_b(cluster)
    cluster.publish(cluster.b)
    assert not stream.borrowed
    assert viewer.renewals == 1
    assert viewer.over == []
    cluster.pass_time(3)
    # A hears that B has it now, and still has its own: each node shows what it has itself.
    assert cluster.relays[1].borrowed == ()


@pytest.mark.rule("M123")
async def test_loudness_crosses_while_somebody_listens_elsewhere(cluster: Cluster) -> None:
    microphone = cluster.publish(cluster.a, SOUND)
    microphone.push(EncodedFrame(Codec.OPUS, b"x", True, 0, 0, 0))
    microphone.stream.level = 20
    cluster.pass_time(2.4)
    await settle(lambda: cluster.b.stream(SESSION, SOUND) is not None)
    stream = cluster.b.stream(SESSION, SOUND)
    assert stream is not None
    assert stream.level is None
    cluster.relays[1].listen(True)
    cluster.pass_time(2.4)
    await turns()
    cluster.pass_time(0.4)
    await settle(lambda: stream.level == 20)


@pytest.mark.rule("M120")
async def test_what_makes_no_sense_is_not_listened_to(cluster: Cluster) -> None:
    cluster.publish(cluster.a)
    for topic in (f"media:{SESSION}", f"media:{SESSION}:{'a' * 16}", f"media:{SESSION}:{'b' * 16}"):
        for nonsense in (b"", b"\xc1", b"\x80", b"\x81\xa4type\xa4wish"):
            cluster.buses[0].publish(topic, nonsense)
            cluster.buses[1].publish(topic, nonsense)
    cluster.pass_time(0.4)
    await settle(lambda: cluster.b.stream(SESSION, CAMERA) is not None)
