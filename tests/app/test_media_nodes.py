"""Pictures across nodes, each a process of its own, over a real Valkey: seen elsewhere, ended from
elsewhere, and back when a node or the bus has gone.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from evalroom.clock import SystemClock
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.desk import desk_at
from evalroom.rehearsal.drill import Terms, opened, troupe
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.sessions.refusals import Refused
from tests.app.pages import chromium, fresh_pictures, page_of
from tests.app.studio import Scene, Watcher, camera, microphone, until, until_told
from tests.browser.chromium import executable
from tests.cli.serving import OFFICES, PASSWORD
from tests.faults.processes import NodeProcess, pair_of_nodes
from tests.postgres import Database
from tests.rehearsal.house import Company
from tests.sessions.cast import small_tender
from tests.valkey import Valkey

pytestmark = pytest.mark.usefixtures("loopback")

CAMERA, SOUND = "seat.m1.camera", "seat.m1.microphone"


class Town(Scene):
    """Two nodes, and people who may be at either."""

    def __init__(self, nodes: list[NodeProcess], room: Company) -> None:
        super().__init__(room)
        self.nodes = nodes

    def move(self, key: str, node: int) -> None:
        """From now on this person's browser asks that node."""
        self.browser(key).url = self.nodes[node].url


@pytest.fixture
async def town(tmp_path: Path, database: Database, valkey: Valkey) -> AsyncIterator[Town]:
    media = [
        {"EVALROOM_MEDIA_ADDRESSES": "127.0.0.1", "EVALROOM_MEDIA_PORTS": ports}
        for ports in ("42000-43999", "44000-45999")
    ]
    async with (
        pair_of_nodes(tmp_path, database, valkey, *media) as nodes,
        AsyncExitStack() as stack,
    ):
        urls = [node.url for node in nodes]
        administrators = [(office, PASSWORD) for office in OFFICES]
        desk = await stack.enter_async_context(desk_at(urls[1], administrators, urls[0]))
        script = script_of(small_tender(), SCENARIOS["plain"], 1)
        cast = cast_of(script.tender)
        passwords = {part.login: PASSWORD for part in cast.everyone}
        people = await stack.enter_async_context(troupe(desk, urls[1], cast, passwords, urls[0]))
        session = await opened(desk, await desk.enter_tender(script.tender), people)
        made = Town(nodes, Company(Terms(script, SystemClock(), 1.0), people, session))
        for part in cast.everyone:
            made.move(part.key, 1)
        yield made


async def listed(wall: Watcher) -> int:
    """The handle of the camera, once a wall lists it."""
    while True:
        for stream in await wall.word("streams"):
            if stream["source"] == CAMERA and stream["codec"] == "vp8":
                return int(stream["stream"])


@pytest.mark.slow(120)
@pytest.mark.rule("M126")
async def test_what_is_published_at_one_node_is_seen_heard_and_ended_at_another(
    town: Town, valkey: Valkey
) -> None:
    town.move("m1", 0)
    async with (
        town.seated("m1", "m2", "supervisor"),
        town.published("m1", CAMERA, camera(), microphone()) as (place, _),
        town.wall("supervisor") as wall,
    ):
        await wall.subscribe(await listed(wall))
        for _ in range(20):
            await wall.picture()
        async with (
            town.listening("supervisor", CAMERA, "video") as player,
            town.listening("m2", "talk", "audio", "audio", "audio") as listener,
        ):
            await until(lambda: len(player.data["video0"]) > 10)
            await until(lambda: any(len(heard) > 10 for heard in listener.data.values()))
        await the_bus_may_go(town, valkey, wall)
        town.move("m1", 1)
        with pytest.raises(Refused, match="unknown_publication"):
            await town.browser("m2").delete(place)
        await town.browser("m1").delete(place)
        while (await wall.word("ended")) != wall.pictures[-1][0].stream:
            pass


async def the_bus_may_go(town: Town, valkey: Valkey, remote: Watcher) -> None:
    """Who is at the publisher's node sees on; who is at another one sees again by himself."""
    town.move("witness", 0)
    town.move("supervisor", 0)
    async with town.wall("supervisor") as local:
        await local.subscribe(await listed(local))
        await local.picture()
        valkey.kill()
        for _ in range(60):
            await local.picture()
        # Whoever is elsewhere is told that it has ended when the node has not been heard of.
        await remote.word("ended")
        valkey.start()
        handle = await listed(remote)
        await remote.subscribe(handle)
        for _ in range(20):
            await remote.picture()
    town.move("supervisor", 1)


@pytest.mark.browser
@pytest.mark.skipif(executable() is None, reason="no browser on this machine")
@pytest.mark.rule("M127")
async def test_a_node_is_killed_and_the_picture_comes_back_at_the_other(town: Town) -> None:
    town.move("m1", 0)
    async with town.seated("m1", "supervisor"), chromium() as browser:
        wall = await page_of(browser, town, "supervisor")
        await wall.evaluate(f"wall('{town.session}', '{CAMERA}')")
        seat = await page_of(browser, town, "m1")
        await seat.evaluate(f"publish('{town.session}', '{CAMERA}')")
        await fresh_pictures(wall, "wallState.pictures")
        await asyncio.to_thread(town.nodes[0].kill)
        # As a page does: it sees that its connection has failed, and offers itself to another node.
        town.move("m1", 1)
        seat = await page_of(browser, town, "m1")
        await seat.evaluate(f"publish('{town.session}', '{CAMERA}')")
        await fresh_pictures(wall, "wallState.pictures")
        assert await wall.evaluate("wallState.closed") is None
        await asyncio.to_thread(town.nodes[0].start)
        await town.nodes[0].ready()

        async def told() -> list[str]:
            lines = await town.minutes("SegmentsSealed")
            return [s["source"] for line in lines for s in line["segments"]]

        # What the killed node left open is closed by the next that starts there.
        await until_told(told, 30)
