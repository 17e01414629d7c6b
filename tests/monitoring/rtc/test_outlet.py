"""What is put into a slot is what a subscriber, who is not ours, takes out."""

import asyncio
import queue
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from msgspec.structs import replace

from evalroom.monitoring.rtc import Outlet, RtcSettings, SlotSpec, h264, private, send, vp8
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc import media
from tests.monitoring.rtc.peers import CLOCK, SETTINGS, Wire, fates, peer, settled, until

# Two real peers on a busy machine.
pytestmark = pytest.mark.slow(60)


PATHS = {
    "datagram path": SETTINGS,
    "library path": RtcSettings(
        addresses=SETTINGS.addresses, ports=SETTINGS.ports, datagram_path=False
    ),
}


class Subscriber:
    """An aiortc peer that notes what it would decode."""

    def __init__(self, *kinds: str) -> None:
        self.connection: RTCPeerConnection = peer()
        self.data: dict[str, list[bytes]] = {}
        self.timestamps: dict[str, list[int]] = {}
        self.transceivers: list[Any] = []
        for index, kind in enumerate(kinds):
            transceiver = self.connection.addTransceiver(kind, direction="recvonly")
            self.transceivers.append(transceiver)
            name = f"{kind}{index}"
            self.data[name], self.timestamps[name] = [], []
            private.put_decoder(transceiver.receiver, _Note(self, name))

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: self.connection.connectionState == "connected")


class _Note:
    def __init__(self, subscriber: Subscriber, name: str) -> None:
        self._data, self._times = subscriber.data[name], subscriber.timestamps[name]
        self._over: queue.SimpleQueue[None] = queue.SimpleQueue()

    def put(self, task: Any) -> None:
        if task is None:
            self._over.put(None)
        else:
            self._data.append(task[1].data)
            self._times.append(task[1].timestamp)

    def get(self) -> None:
        return self._over.get()


class Asked:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@asynccontextmanager
async def subscribed(
    *kinds: Any, settings: RtcSettings = SETTINGS
) -> AsyncIterator[tuple[Outlet, Subscriber, list[str], Asked]]:
    subscriber, ends, asked = Subscriber(*kinds), list[str](), Asked()
    try:
        specs = [SlotSpec(kind) for kind in kinds]
        outlet = await send(await subscriber.offer(), specs, ends.append, CLOCK, settings)
        for slot in outlet.slots:
            slot.on_key_request = asked
        try:
            await subscriber.take(outlet.answer)
            # The handshake is over there; here it may be a moment later.
            await until(lambda: all(_ready(slot) for slot in outlet.slots))
            yield outlet, subscriber, ends, asked
        finally:
            await outlet.close()
    finally:
        await subscriber.connection.close()
        await settled()


def _ready(slot: Any) -> bool:
    return getattr(slot._sender, "_open", True)


def frames(codec: Codec, *, payloads: bool = True) -> list[EncodedFrame]:
    made = {Codec.VP8: media.vp8, Codec.H264: media.h264, Codec.OPUS: media.opus}[codec]()
    cut: dict[Codec, Any] = {
        Codec.VP8: vp8.packetise,
        Codec.H264: lambda data, _: h264.packetise(h264.units_of(data)),
        Codec.OPUS: lambda data, _: [data],
    }
    return [
        EncodedFrame(
            codec, one.data, one.key, 0, one.ticks, CLOCK.wall(),
            tuple(cut[codec](one.data, number)) if payloads else (),
        )
        for number, one in enumerate(made)
    ]  # fmt: skip


async def paced(slot: Any, sent: list[EncodedFrame]) -> None:
    for frame in sent:
        slot.send(frame)
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("payloads", [True, False])
@pytest.mark.parametrize("settings", PATHS.values(), ids=PATHS.keys())
async def test_a_subscriber_gets_every_picture_and_sound(
    settings: RtcSettings, payloads: bool
) -> None:
    async with subscribed("video", "audio", settings=settings) as (outlet, there, _, _):
        pictures, sounds = frames(Codec.VP8, payloads=payloads), frames(Codec.OPUS)
        await asyncio.gather(paced(outlet.slots[0], pictures), paced(outlet.slots[1], sounds))
        # The library gives a frame when the next one has begun.
        await until(lambda: len(there.data["video0"]) == 59)
        assert there.data["video0"] == [frame.data for frame in pictures[:-1]]
        steps = [frame.ticks for frame in pictures[:-1]]
        assert there.timestamps["video0"] == steps
        await until(lambda: len(there.data["audio1"]) >= 40)
        assert there.data["audio1"] == [f.data for f in sounds[: len(there.data["audio1"])]]


async def test_a_subscriber_gets_h264_unit_for_unit() -> None:
    async with subscribed("video") as (outlet, there, _, _):
        sent = frames(Codec.H264, payloads=False)
        await paced(outlet.slots[0], sent)
        await until(lambda: len(there.data["video0"]) == 59)
        for got, frame in zip(there.data["video0"], sent, strict=False):
            assert h264.units_of(got) == h264.units_of(frame.data)


@pytest.mark.parametrize("loss", [0.02, 0.10])
@pytest.mark.rule("M18")
async def test_a_subscriber_that_misses_packets_gets_them_again(loss: float) -> None:
    async with subscribed("video") as (outlet, there, _, _):
        connection = private.connection_of(
            private.transport_of(outlet._connection.getTransceivers()[0])
        )
        pair: Any = private.route(connection)
        wire = pair.protocol.transport = Wire(pair.protocol.transport, fates(3, loss=loss))
        sent = frames(Codec.VP8)
        await paced(outlet.slots[0], sent)
        # The library asks once, when it notices: what it asked for it must get.
        await until(lambda: len(there.data["video0"]) >= 30)
        assert wire.lost > 0
        assert outlet.slots[0].stats.resent > 0
        assert set(there.data["video0"]) <= {frame.data for frame in sent}
        pair.protocol.transport = wire._transport


@pytest.mark.rule("M17")
async def test_a_subscriber_that_lost_the_picture_asks_for_another() -> None:
    async with subscribed("video") as (outlet, there, _, asked):
        await paced(outlet.slots[0], frames(Codec.VP8)[:20])
        receiver = there.transceivers[0].receiver
        ssrc = outlet._senders[0]._ssrc  # type: ignore[union-attr]
        before = asked.times
        await asyncio.sleep(0.35)
        await receiver._send_rtcp_pli(ssrc)
        await until(lambda: asked.times == before + 1)


@pytest.mark.rule("M15")
async def test_a_slot_goes_from_one_source_to_another_without_a_seam() -> None:
    async with subscribed("video") as (outlet, there, _, _):
        slot = outlet.slots[0]
        first = frames(Codec.VP8)[:20]
        await paced(slot, first)
        slot.switch()
        wall = CLOCK.wall()
        second = [
            replace(frame, ticks=frame.ticks + 77_000_000, arrival=wall + 66 * number)
            for number, frame in enumerate(frames(Codec.VP8))
        ]
        # From the middle: nothing before the next key frame is of use.
        await paced(slot, second[10:30])
        await until(lambda: len(there.data["video0"]) == 34)
        assert there.data["video0"] == [f.data for f in first] + [f.data for f in second[15:29]]
        times = there.timestamps["video0"]
        assert times == sorted(times)
        assert slot.stats.frames == 35


async def test_three_voices_are_three_slots() -> None:
    async with subscribed("audio", "audio", "audio") as (outlet, there, _, _):
        sent = frames(Codec.OPUS)
        await asyncio.gather(
            *(paced(slot, sent[n * 10 : n * 10 + 15]) for n, slot in enumerate(outlet.slots))
        )
        for number in range(3):
            name = f"audio{number}"
            await until(lambda name=name: len(there.data[name]) >= 8)  # type: ignore[misc]
            first = [frame.data for frame in sent[number * 10 :]]
            assert there.data[name] == first[: len(there.data[name])]


async def test_a_subscriber_that_leaves_ends_its_subscription() -> None:
    async with subscribed("video") as (outlet, there, ends, _):
        await there.connection.close()
        await until(lambda: bool(ends))
        outlet.slots[0].send(frames(Codec.VP8)[0])
        assert outlet.slots[0].stats.frames == 0
    assert ends == ["closed"]


@pytest.mark.rule("M13")
async def test_a_subscriber_that_vanishes_without_a_word_is_noticed_by_its_consent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Consent is asked for each five seconds, and given up after six refusals (RFC 7675).
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.05)
    monkeypatch.setattr("aioice.ice.CONSENT_FAILURES", 2)
    async with subscribed("video") as (_, there, ends, _):
        ice: Any = private.connection_of(private.transport_of(there.transceivers[0]))
        for one in ice._protocols:
            monkeypatch.setattr(one, "send_stun", lambda *_: None)
        await until(lambda: bool(ends))
        assert ends == ["failed"]
    assert ends == ["failed"]
