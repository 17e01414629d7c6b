"""What a node finds by itself: alarms before a supervisor, with what was to be seen just before."""

import time
from io import BytesIO
from pathlib import Path

import av
import pytest

from evalroom.monitoring import recording
from evalroom.monitoring.recording_disk import CRITICAL_BYTES, FULL_BYTES, LOW_BYTES
from evalroom.rehearsal.client import Client
from tests.app.looking import CAMERA, SCREEN, alarms, answered, seen, subsided
from tests.app.studio import Studio, camera, news, studio, until_told
from tests.sessions.cast import small_tender

pytestmark = [pytest.mark.slow(90), pytest.mark.usefixtures("loopback")]


@pytest.mark.rule("M132")
async def test_a_frozen_camera_is_an_alarm_before_the_supervisor(here: Studio) -> None:
    film = camera()
    async with here.seated("m1", "supervisor") as (_, supervisor):
        async with here.published("m1", CAMERA, film):
            await seen(here, CAMERA)
            film.still = True
            froze = time.monotonic()
            await news(supervisor, lambda: "frozen" in alarms(supervisor))
            # The threshold of the policy, and the second between two key frames, and between looks.
            assert 1.5 < time.monotonic() - froze < 2 + 3
            [alarm] = supervisor.view["alarms"].values()
            assert (alarm["source"], alarm["subsided"]) == (CAMERA, None)
            assert len(alarm["snapshot"]) == 64
            film.still = False
            await news(supervisor, lambda: subsided(supervisor, "frozen"))
        await news(supervisor, lambda: "no_stream" in alarms(supervisor))


@pytest.mark.rule("M70", "M141", "M152")
async def test_the_moments_before_an_alarm_are_seen_while_their_piece_is_still_written(
    here: Studio,
) -> None:
    film = camera()
    async with (
        here.seated("m1", "supervisor") as (_, supervisor),
        here.published("m1", CAMERA, film),
        here.published("m1", SCREEN, camera()),
    ):
        await seen(here, CAMERA)
        await seen(here, SCREEN)
        film.still = True
        await news(supervisor, lambda: "frozen" in alarms(supervisor))
        [(number, alarm)] = supervisor.view["alarms"].items()
        span = f"?from={alarm['at'] - 15_000}&to={alarm['at']}"

        async def moments() -> bool:
            return (await answered(here, "supervisor", f"/footage/{CAMERA}{span}"))[0] == 200

        await until_told(moments)
        _, headers, file = await answered(here, "supervisor", f"/footage/{CAMERA}{span}")
        begun, ended = int(headers["Footage-Begun"]), int(headers["Footage-Ended"])
        # From the first picture on, over the threshold of the policy, and nothing of later.
        assert begun <= alarm["at"] - 2_000 < ended <= alarm["at"]
        with av.open(BytesIO(file), "r") as footage:
            assert sum(1 for _ in footage.decode(video=0)) > 15
        status, headers, picture = await answered(here, "supervisor", f"/alarms/{number}/snapshot")
        assert (status, headers["Content-Type"], picture[:2]) == (200, "image/jpeg", b"\xff\xd8")
        status, _, problem = await answered(here, "supervisor", f"/footage/{SCREEN}{span}")
        assert (status, b"screen_sealed" in problem) == (403, True)
        assert (await answered(here, "m1", f"/footage/{CAMERA}{span}"))[0] == 403
        assert await here.minutes("SegmentsSealed") == []


@pytest.mark.rule("E41", "E44", "M69", "M71", "M72")
async def test_a_disk_that_fills_is_alarmed_early_then_urgently_pauses_and_is_well_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "LOOK_SECONDS", 0)
    free = [2 * LOW_BYTES]
    monkeypatch.setattr("evalroom.footage.shelf.Shelf.free_bytes", lambda _: free[0])
    async with (
        studio(tmp_path, small_tender("government_procurement")) as here,
        here.seated("m1", "supervisor") as (_, supervisor),
        here.published("m1", CAMERA, camera()),
    ):
        await seen(here, CAMERA)
        free[0] = LOW_BYTES - 1
        await news(supervisor, lambda: alarms(supervisor) == ["disk_low"])
        free[0] = CRITICAL_BYTES - 1
        await news(supervisor, lambda: alarms(supervisor) == ["disk_low", "disk_critical"])
        assert paused(supervisor) is None
        free[0] = FULL_BYTES - 1
        await news(supervisor, lambda: paused(supervisor) == "technical")
        assert supervisor.view["recording"]["lost"] == "disk_full"
        free[0] = 2 * LOW_BYTES
        await news(supervisor, lambda: supervisor.view["recording"]["lost"] is None)
        await news(supervisor, lambda: subsided(supervisor, "disk_critical"))
        await news(supervisor, lambda: subsided(supervisor, "disk_low"))
        assert paused(supervisor) == "technical"


def paused(client: Client) -> str | None:
    pause = client.view["pause"]
    return None if pause is None else str(pause["kind"])
