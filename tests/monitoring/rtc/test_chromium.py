"""A real browser publishes to us, and plays what we send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Page

from evalroom.monitoring.rtc import Inlet, Outlet, SlotSpec, receive, send
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.browser.chromium import executable
from tests.monitoring.rtc.browser import page
from tests.monitoring.rtc.peers import CLOCK, SETTINGS, Seen, settled, until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(executable() is None, reason="no browser on this machine"),
]


class Relay:
    """What is published is sent on to whoever subscribes, in the shortest way there is."""

    def __init__(self, layers: int = 3) -> None:
        self.seen = Seen()
        self.layers = layers
        self.inlet: Inlet | None = None
        self.outlet: Outlet | None = None
        self.outlet_ends: list[str] = []

    async def publish(self, offer: str) -> str:
        self.inlet = await receive(offer, self.frame, self.seen.ends.append, CLOCK, SETTINGS)
        return self.inlet.answer

    async def subscribe(self, offer: str) -> str:
        specs = [SlotSpec("video"), SlotSpec("audio")]
        self.outlet = await send(offer, specs, self.outlet_ends.append, CLOCK, SETTINGS)
        self.outlet.slots[0].on_key_request = self.ask_key
        return self.outlet.answer

    def frame(self, track: Any, frame: EncodedFrame) -> None:
        self.seen.frame(track, frame)
        if self.outlet is not None and frame.layer < self.layers:
            self.outlet.slots[frame.codec is Codec.OPUS].send(frame)

    def ask_key(self) -> None:
        assert self.inlet is not None
        self.inlet.tracks[0].request_key()

    async def close(self) -> None:
        for one in (self.inlet, self.outlet):
            if one is not None:
                await one.close()


@asynccontextmanager
async def browsing(layers: int = 3) -> AsyncIterator[tuple[Relay, Page]]:
    relay = Relay(layers)
    async with page(relay.publish, relay.subscribe) as opened:
        try:
            yield relay, opened
        finally:
            await relay.close()
    await settled()


@pytest.mark.rule("M8")
async def test_chromiums_camera_comes_in_three_temporal_layers_with_its_sound() -> None:
    async with browsing() as (relay, opened):
        await opened.evaluate("publish('vp8')")
        video, audio = relay.seen.video, relay.seen.audio
        await until(lambda: len(video) > 60 and len(audio) > 100, 60)
        assert video[0].key
        assert {frame.codec for frame in video} == {Codec.VP8}
        assert {frame.layer for frame in video} == {0, 1, 2}
        assert all(a.ticks < b.ticks for a, b in pairwise(video))
        levels = [level for level in relay.seen.levels if level is not None]
        assert levels
        # The camera that is none beeps once in a second.
        assert min(levels) < 60
        await opened.evaluate("close_all()")
        await until(lambda: relay.seen.ends == ["closed"])
    assert relay.seen.after_end == 0


@pytest.mark.rule("M8")
async def test_chromium_gives_a_key_frame_when_it_is_asked_and_only_then() -> None:
    async with browsing() as (relay, opened):
        await opened.evaluate("publish('vp8')")
        video = relay.seen.video
        await until(lambda: len(video) > 45, 60)
        keys = sum(frame.key for frame in video)
        assert relay.inlet is not None
        relay.inlet.tracks[0].request_key()
        await until(lambda: sum(frame.key for frame in video) > keys)
        assert relay.inlet.tracks[0].stats.key_requests == 1
        # Its reports tell when that was, by its own clock, which here is ours.
        count = len(video)
        await until(lambda: len(video) > count + 15)
        told = relay.inlet.tracks[0].wall_of(video[-1].ticks)
        assert told is not None
        assert abs(told - video[-1].arrival) < 1_000


@pytest.mark.parametrize("codec", ["vp8", "h264"])
@pytest.mark.rule("M20")
async def test_chromium_plays_what_another_publishes(codec: str) -> None:
    async with browsing() as (relay, opened):
        await opened.evaluate(f"publish('{codec}')")
        await until(lambda: len(relay.seen.video) > 15, 60)
        await opened.evaluate("subscribe(['video', 'audio'])")
        played = await shown(opened, 30)
        assert played["width"] > 0
        assert played["keys"] >= 1
        assert played["freezes"] == 0
        assert played["sound"] > 0
        assert played["energy"] > 0
        await opened.evaluate("close_all()")
        await until(lambda: relay.outlet_ends == ["closed"])


@pytest.mark.rule("M16")
async def test_chromium_plays_a_stream_without_its_upper_layers_smoothly() -> None:
    async with browsing(layers=2) as (relay, opened):
        await opened.evaluate("publish('vp8')")
        await until(lambda: len(relay.seen.video) > 15, 60)
        await opened.evaluate("subscribe(['video', 'audio'])")
        await shown(opened, 30)
        assert relay.outlet is not None
        sent = relay.outlet.slots[0].stats
        played = await opened.evaluate("played()")
        # Whatever was sent is shown: a browser that waited for the layers left out would stand.
        assert played["decoded"] >= sent.frames - 5
        assert {frame.layer for frame in relay.seen.video} == {0, 1, 2}


async def shown(opened: Any, frames: int) -> dict[str, Any]:
    async with asyncio.timeout(60):
        # The browser is asked; it does not tell.
        while (played := await opened.evaluate("played()")).get("shown", 0) < frames:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert isinstance(played, dict)
    return played
