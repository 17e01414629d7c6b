"""A camera crew keeps its cameras going, and lets them fail on order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from evalroom.clock import SystemClock
from evalroom.rehearsal import crew
from evalroom.rehearsal.cameras import whip
from evalroom.rehearsal.crew import FAULTS, Crew, cameras_of, screens_of
from evalroom.wire.media_frame import Codec
from tests.app.studio import studio
from tests.monitoring.rtc.peers import until
from tests.sessions.cast import small_tender

pytestmark = [pytest.mark.slow(60), pytest.mark.usefixtures("loopback")]

TENDER = small_tender()
ROOM = "venue.east.camera.1"


@asynccontextmanager
async def at_work(works: Crew) -> AsyncIterator[None]:
    """A crew for the time of the block."""
    task = asyncio.create_task(works.work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.rule("M150")
async def test_each_seat_but_the_guests_has_camera_and_screen_and_each_venue_a_camera(
    tmp_path: Path,
) -> None:
    async with studio(tmp_path, TENDER) as here:
        seen = (TENDER, here.session, here.room.people.browsers, "m5")
        seats = [f"seat.m{n}" for n in range(1, 5)]
        assert set(screens_of(*seen)) == {f"{seat}.screen" for seat in seats}
        cameras = {f"{seat}.camera" for seat in seats}
        assert set(cameras_of(*seen)) == cameras | {"venue.main.camera.1", ROOM}


@pytest.mark.rule("M150")
async def test_a_crew_brings_back_what_is_gone_and_obeys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "LOOK_SECONDS", 0.1)
    async with studio(tmp_path, TENDER, recordings="off") as here:
        camera = cameras_of(TENDER, here.session, here.room.people.browsers, "m5")[ROOM]
        works = Crew({ROOM: camera}, SystemClock(), Random(1), faults=False)
        eyes = here.home.node.monitoring
        assert eyes is not None
        async with at_work(works):
            await until(lambda: camera.live)
            for fault in FAULTS:
                failing = asyncio.create_task(works.fail(ROOM, fault, 0.5))
                await asyncio.sleep(0.2)
                assert camera.live == (fault != "gone")
                await failing
                await until(lambda: camera.live)
            stream = eyes.hub.stream(here.session, ROOM)
            assert stream is not None
            await until(lambda: stream.live and stream.codec is Codec.VP8)
        assert not camera.live


@pytest.mark.rule("M150")
async def test_a_crew_bears_a_source_that_is_not_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "LOOK_SECONDS", 0.05)
    async with studio(tmp_path, TENDER, recordings="off") as here:
        browsers = here.room.people.browsers
        source = "seat.m1.camera"
        camera = cameras_of(TENDER, here.session, browsers, "m5")[source]
        publish, refused = whip(browsers["m1"], here.session, source), 0

        async def counted(offer: str) -> str:
            nonlocal refused
            refused += 1
            return await publish(offer)

        monkeypatch.setattr(camera, "_publish", counted)
        async with at_work(Crew({source: camera}, SystemClock(), Random(1))):
            # Nobody sits there yet.
            await until(lambda: refused > 2)
            async with here.seated("m1"):
                await until(lambda: camera.live)
