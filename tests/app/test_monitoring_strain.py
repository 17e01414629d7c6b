"""What publishers may do to a node: bad offers by the hundred, other sizes, many at once."""

import asyncio
import threading
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from random import Random

import av
import pytest

from evalroom.app.folder import FOOTAGE
from evalroom.footage.containers import vp8_size
from evalroom.footage.shelf import Footage, Shelf
from evalroom.identity.keys import KeyRing
from tests.app.looking import CAMERA, SCREEN, listed, seen
from tests.app.studio import Film, Problem, Studio, camera, until_told
from tests.monitoring.rtc.media import vp8
from tests.monitoring.rtc.peers import Publisher, until

pytestmark = pytest.mark.slow(90)

OFFERS = 100
LARGE, SMALL = (320, 180), (160, 90)


@pytest.mark.rule("M10")
async def test_a_hundred_bad_offers_are_refused_by_name_and_leave_nothing(here: Studio) -> None:
    members = [f"m{n}" for n in range(1, 6)]
    eyes = here.home.node.monitoring
    assert eyes is not None
    async with here.seated(*members):
        publisher = Publisher()
        publisher.connection.addTransceiver(camera(), direction="sendonly")
        good = await publisher.offer()
        await publisher.connection.close()
        chance, problems = Random(7), []
        for number in range(OFFERS):
            member = members[number % len(members)]
            path = f"/whip/{here.session}/seat.{member}.camera"
            try:
                place, _ = await here.offer(member, path, spoilt(good, chance))
                # It was still an offer that can be answered.
                await here.browser(member).delete(place)
            except Problem as problem:
                problems.append(problem)
        assert {(one.status, one.code) for one in problems} == {(422, "offer_faulty")}
        assert all(problem.params["fault"] for problem in problems)
        assert len(problems) > OFFERS // 2
        now = eyes.open_now()
        assert (now["media_publications"], now["recorders"]) == (0, 0)
        async with here.published("m1", CAMERA, camera()):
            await seen(here, CAMERA)


def spoilt(offer: str, chance: Random) -> str:
    """An offer as a broken or hostile publisher may send it."""
    lines = offer.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            return offer[: chance.randrange(len(offer))]
        case 1:
            return "".join(lines[:at] + lines[at + 5 :])
        case 2:
            return "".join([*lines[:at], "m=video 9 UDP/TLS/RTP/SAVPF 999999\r\n", *lines[at:]])
        case 3:
            return "".join(chance.sample(lines, len(lines)))
        case _:
            return offer.replace("a=fingerprint", "a=finger").replace("VP8", "AV9")


@pytest.mark.rule("M67", "M130")
async def test_a_publisher_that_changes_its_size_is_seen_and_recorded_in_both(
    here: Studio, tmp_path: Path
) -> None:
    both = (*vp8(30, 15, LARGE), *vp8(30, 15, SMALL))
    async with here.seated("m1", "supervisor"), here.wall("supervisor") as wall:
        async with here.published("m1", CAMERA, Film("video", both, 90_000, 6_000)):
            await wall.subscribe(await listed(wall, CAMERA))
            shown: list[tuple[int, int]] = []
            while {LARGE, SMALL} - set(shown):
                header, data = await wall.picture()
                if header.key:
                    size = vp8_size(data)
                    shown.append((size.width, size.height))

        async def pieces() -> set[tuple[int, int]]:
            keys = await asyncio.to_thread(KeyRing.load_or_create, tmp_path)
            shelf = Shelf(tmp_path / FOOTAGE, keys.at_rest)
            found = await asyncio.to_thread(shelf.find, here.session, CAMERA, 0, 1 << 60)
            return {await asyncio.to_thread(size_of, shelf, footage) for footage in found}

        async def whole() -> bool:
            return await pieces() == {LARGE, SMALL}

        await until_told(whole)


def size_of(shelf: Shelf, footage: Footage) -> tuple[int, int]:
    """Of the pictures in a piece, all of which decode and have one."""
    with av.open(BytesIO(b"".join(shelf.read(footage))), "r") as file:
        [size] = {(picture.width, picture.height) for picture in file.decode(video=0)}
        return size


@pytest.mark.rule("M24")
async def test_more_publishers_need_no_more_threads(here: Studio) -> None:
    members = ("m1", "m2", "m3", "m4")
    async with here.seated(*members), AsyncExitStack() as stack:
        await stack.enter_async_context(here.published("m1", CAMERA, camera()))
        await seen(here, CAMERA)
        await stack.enter_async_context(here.published("m1", SCREEN, camera()))
        await seen(here, SCREEN)
        # Pools begin with their first work: diagnosis with the first key frame that is looked at.
        await until(lambda: "diagnosis_0" in threads())
        before = threads()
        for member in members[1:]:
            source = f"seat.{member}.camera"
            await stack.enter_async_context(here.published(member, source, camera()))
            await seen(here, source)
        assert threads() == before


def threads() -> set[str]:
    """All but those in which the loop looks up and reads what blocks, of which it has a few."""
    names = (thread.name for thread in threading.enumerate())
    return {name for name in names if not name.startswith(("asyncio_", "ledger-reader_"))}
