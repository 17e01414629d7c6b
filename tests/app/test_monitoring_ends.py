"""A node that stops, and nodes that show or record nothing."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from evalroom.app.folder import FOOTAGE
from tests.app.looking import CAMERA, listed, seen
from tests.app.studio import Problem, Studio, camera, house_with_eyes, studio
from tests.rehearsal.house import company
from tests.sessions.cast import small_tender

pytestmark = [pytest.mark.slow(90), pytest.mark.usefixtures("loopback")]


@pytest.mark.rule("M137")
async def test_a_node_that_stops_ends_media_first_and_loses_nothing(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        async with house_with_eyes(tmp_path) as home:
            room = await stack.enter_async_context(company(home, small_tender()))
            made = Studio(home, room)
            await stack.enter_async_context(made.seated("m1"))
            await stack.enter_async_context(made.published("m1", CAMERA, camera()))
            wall = await stack.enter_async_context(made.wall("supervisor"))
            await wall.subscribe(await listed(wall, CAMERA))
            await wall.picture()
            watching = asyncio.create_task(wall.farewell())
        assert (await watching).code == 1012
        async with house_with_eyes(tmp_path, again=True, listen=home.node.address):
            [sealed] = await made.minutes("SegmentsSealed")
            assert [segment["source"] for segment in sealed["segments"]] == [CAMERA]
            [looked] = await made.minutes("LooksRecorded")
            assert [look["what"] for look in looked["looks"]] == [CAMERA]
            assert await made.minutes("RecordingInterrupted") == []


@pytest.mark.rule("M138")
async def test_a_node_without_media_says_so(tmp_path: Path) -> None:
    async with studio(tmp_path, small_tender(), media="off") as made:
        assert made.home.node.monitoring is None
        for kind in ("whip", "whep"):
            with pytest.raises(Problem) as problem:
                await made.offer("m1", f"/{kind}/{made.session}/{CAMERA}", "v=0\r\n")
            assert (problem.value.status, problem.value.code) == (404, "media_off")
        async with made.wall("supervisor") as wall:
            gone = await wall.farewell()
        assert (gone.code, gone.reason) == (4403, "media_off")
    assert not (tmp_path / FOOTAGE).exists()


@pytest.mark.rule("M138")
async def test_a_node_may_show_and_not_record(tmp_path: Path) -> None:
    async with studio(tmp_path, small_tender(), recordings="off") as made:
        async with made.seated("m1"), made.published("m1", CAMERA, camera()):
            await seen(made, CAMERA)
        assert await made.minutes("SegmentsSealed") == []
    assert not (tmp_path / FOOTAGE).exists()
