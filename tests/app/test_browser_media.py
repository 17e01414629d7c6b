"""A real browser with a fake camera against a real node: seen, heard, frozen, gone and back."""

import time
from io import BytesIO
from pathlib import Path

import av
import pytest

from tests.app.coturn import SECRET, program, relay
from tests.app.pages import chromium, fresh_pictures, page_of
from tests.app.studio import Studio, news, studio, until_told
from tests.browser.chromium import executable
from tests.sessions.cast import small_tender

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(executable() is None, reason="no browser on this machine"),
]

CAMERA = "seat.m1.camera"
THRESHOLD = 10
"""Seconds of the policy `alarm_after_seconds` where a tender says nothing else."""


@pytest.mark.rule("M70", "M130", "M132")
async def test_a_browsers_camera_is_on_the_wall_and_heard_and_frozen_is_an_alarm(
    tmp_path: Path,
) -> None:
    async with (
        studio(tmp_path, small_tender()) as here,
        here.seated("m1", "m2", "supervisor") as (_, _, supervisor),
        chromium() as browser,
    ):
        seat = await page_of(browser, here, "m1")
        wall = await page_of(browser, here, "supervisor")
        await wall.evaluate(f"wall('{here.session}', '{CAMERA}')")
        await seat.evaluate(f"publish('{here.session}', '{CAMERA}')")
        await fresh_pictures(wall, "wallState.pictures")
        await wall.evaluate(f"subscribe('{here.session}', '{CAMERA}', ['video'])")
        await fresh_pictures(wall, "shown")
        other = await page_of(browser, here, "m2")
        await other.evaluate(f"subscribe('{here.session}', 'talk', ['audio', 'audio', 'audio'])")
        await until_told(lambda: other.evaluate("heard()"), 30)
        await fresh_pictures(wall, "wallState.pictures")
        await wall.screenshot(path=tmp_path / "wall.png")

        await seat.evaluate("frozen = true")
        froze = time.time()
        await news(supervisor, lambda: bool(supervisor.view["alarms"]), 40)
        known = time.time()
        [alarm] = supervisor.view["alarms"].values()
        assert (alarm["kind"], alarm["source"]) == ("frozen", CAMERA)
        raised = alarm["at"] / 1_000
        # The key frame before the freeze may be two seconds old, and the next look one away; an
        # encoder with little time sharpens a still picture for some key frames more.
        assert THRESHOLD - 3 < raised - froze < THRESHOLD + 8
        assert known - raised < 3
        await the_moments_before_can_be_seen(here, alarm["at"])
        assert await wall.evaluate("wallState.closed") is None
        assert not await wall.evaluate("wallState.words.filter((word) => word.fault).length")


async def the_moments_before_can_be_seen(here: Studio, at: int) -> None:
    browser = here.browser("supervisor")
    path = f"/api/sessions/{here.session}/footage/{CAMERA}?from={at - 15_000}&to={at}"

    async def cut() -> bytes:
        async with browser.http.get(browser.url + path) as answer:
            return await answer.read() if answer.status == 200 else b""

    await until_told(cut, 30)
    file = await cut()
    with av.open(BytesIO(file), "r") as footage:
        assert sum(1 for _ in footage.decode(video=0)) > 50


@pytest.mark.skipif(program() is None, reason="no coturn on this machine")
@pytest.mark.rule("M125")
@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_where_no_udp_gets_through_a_relay_carries_it(tmp_path: Path, transport: str) -> None:
    async with relay(tmp_path) as port:
        turn = {"turn": (f"turn:127.0.0.1:{port}?transport={transport}",), "turn_secret": SECRET}
        async with (
            studio(tmp_path / "node", small_tender(), **turn) as here,
            here.seated("m1", "supervisor"),
            chromium() as browser,
        ):
            seat = await page_of(browser, here, "m1")
            wall = await page_of(browser, here, "supervisor")
            await wall.evaluate(f"wall('{here.session}', '{CAMERA}')")
            await seat.evaluate(f"publish('{here.session}', '{CAMERA}', true)")
            await fresh_pictures(wall, "wallState.pictures")
            assert await seat.evaluate("way()") == ["relay", transport]
