"""Simulated cameras: real publications that obey."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from evalroom.monitoring.picture import look_at
from evalroom.monitoring.rtc import BadOffer, Inlet, receive
from evalroom.rehearsal.cameras import Camera, whip
from evalroom.rehearsal.drawing import Sight, clock_of
from evalroom.rehearsal.films import PICTURES, PICTURES_PER_SECOND, Scene
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.app.studio import news, studio
from tests.monitoring.rtc.peers import CLOCK, SETTINGS, Seen, settled, until
from tests.sessions.cast import small_tender

pytestmark = [pytest.mark.slow(60), pytest.mark.usefixtures("loopback")]


SIGHT = Sight("302-1")


class Wall:
    """Takes whatever is offered."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.inlets: list[Inlet] = []

    async def publish(self, offer: str) -> str:
        inlet = await receive(offer, self.seen.frame, self.seen.ends.append, CLOCK, SETTINGS)
        self.inlets.append(inlet)
        return inlet.answer


@asynccontextmanager
async def shown(
    sound: str | None = None, count: int = 1
) -> AsyncIterator[tuple[list[Camera], list[Wall]]]:
    walls = [Wall() for _ in range(count)]
    cameras = [Camera(wall.publish, SIGHT, sound) for wall in walls]  # type: ignore[arg-type]
    try:
        for camera in cameras:
            await camera.come_back()
        yield cameras, walls
    finally:
        for camera in cameras:
            await camera.vanish()
        for wall in walls:
            for inlet in wall.inlets:
                await inlet.close()
        await settled()


def last_key(frames: list[EncodedFrame]) -> EncodedFrame:
    return next(f for f in reversed(frames) if f.key)


def like(scene: Scene) -> Callable[[EncodedFrame], bool]:
    """How a key frame of a scene looks to the diagnosis."""
    if scene == "black":
        return lambda frame: look_at(frame).mean < 24
    if scene == "covered":
        return lambda frame: look_at(frame).deviation < 6 and look_at(frame).mean > 24
    return lambda frame: look_at(frame).deviation > 20


@pytest.mark.rule("M150")
async def test_a_camera_shows_what_it_is_told_to() -> None:
    async with shown() as ([camera], [wall]):
        frames = wall.seen.video
        scenes: tuple[Scene, ...] = ("moving", "black", "covered", "frozen")
        for scene in scenes:
            camera.show(scene)
            shows = like(scene)
            await until(lambda: bool(frames) and shows(last_key(frames)))  # noqa: B023
        assert {frame.codec for frame in frames} == {Codec.VP8}
        since = len(frames)
        await until(lambda: sum(f.key for f in frames[since:]) >= 3)
        still = [look_at(f).thumbnail for f in frames[since:] if f.key]
        assert np.ptp(np.array(still), axis=0).max() < 3


@pytest.mark.rule("M150")
async def test_a_moving_picture_shows_the_true_second() -> None:
    async with shown() as (_, [wall]):
        frames = wall.seen.video
        await until(lambda: len(frames) > 4 * PICTURES_PER_SECOND)
    decoder = av.CodecContext.create("vp8", "r")
    behind = []
    for frame in frames:
        for picture in decoder.decode(av.Packet(frame.data)):
            number = clock_of(np.asarray(picture.to_ndarray(format="gray")))
            told = number / PICTURES_PER_SECOND
            behind.append((frame.arrival / 1000 - told) % 60)
    assert number < PICTURES
    # Of a machine with many other things to do.
    assert max(behind) < 1


@pytest.mark.rule("M150")
async def test_a_camera_vanishes_and_comes_back_with_the_same_scene() -> None:
    async with shown() as ([camera], [wall]):
        camera.show("black")
        await until(lambda: bool(wall.seen.video))
        await camera.vanish()
        assert not camera.live
        await until(lambda: len(wall.seen.ends) == 1)
        count = len(wall.seen.video)
        await camera.come_back()
        assert camera.live
        await until(lambda: len(wall.seen.video) > count)
        assert wall.seen.video[count].key
        assert like("black")(wall.seen.video[count])


@pytest.mark.rule("M150")
async def test_a_microphone_tells_how_loud_it_is() -> None:
    async with shown("tone") as ([camera], [wall]):
        await until(lambda: len(wall.seen.audio) > 10)
        [inlet] = wall.inlets
        track = next(t for t in inlet.tracks if t.kind == "audio")
        await until(lambda: track.level is not None and track.level < 40)
        camera.say("silence")
        await until(lambda: track.level is not None and track.level > 75)


@pytest.mark.rule("M150")
async def test_one_process_carries_a_dozen_cheaply() -> None:
    async with shown(count=12) as (cameras, walls):
        await until(lambda: all(wall.seen.video for wall in walls))
        counts = [len(wall.seen.video) for wall in walls]
        began, spent = time.monotonic(), time.process_time()
        await until(lambda: cameras[0].sent > 25)
        elapsed = time.monotonic() - began
        # Both ends are in this process, the receiving one with everything a node does.
        assert time.process_time() - spent < elapsed * 0.6
        for wall, before in zip(walls, counts, strict=True):
            assert len(wall.seen.video) - before >= elapsed * PICTURES_PER_SECOND * 0.6


@pytest.mark.rule("M150")
async def test_an_offer_that_is_not_taken_leaves_nothing() -> None:
    async def refusing(offer: str) -> str:
        raise BadOffer("no_media", "nobody wants it")

    camera = Camera(refusing, SIGHT)
    with pytest.raises(BadOffer):
        await camera.come_back()
    assert not camera.live
    await settled()


@pytest.mark.rule("M150")
async def test_a_member_is_seen_at_a_node_and_missed_when_his_camera_is_gone(
    tmp_path: Path,
) -> None:
    source = "seat.m1.camera"
    async with (
        studio(tmp_path, small_tender(alarm_after_seconds="2")) as here,
        here.seated("m1", "supervisor") as (_, supervisor),
    ):
        with pytest.raises(Refused) as refused:
            await Camera(whip(here.browser("m2"), here.session, source), SIGHT).come_back()
        assert refused.value.code == "wrong_role"
        camera = Camera(whip(here.browser("m1"), here.session, source), SIGHT, "tone")
        try:
            await camera.come_back()
            eyes = here.home.node.monitoring
            assert eyes is not None
            stream = eyes.hub.stream(here.session, source)
            assert stream is not None
            await until(lambda: stream.codec is Codec.VP8)
            camera.show("black")
            await news(supervisor, lambda: "black" in kinds(supervisor.view))
            await camera.vanish()
            await news(supervisor, lambda: "no_stream" in kinds(supervisor.view))
        finally:
            await camera.vanish()


def kinds(view: dict[str, object]) -> list[str]:
    alarms = view["alarms"]
    assert isinstance(alarms, dict)
    return [alarm["kind"] for alarm in alarms.values()]
