"""A whole node with its eyes open: who is seen and heard by whom, what is recorded and found."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from evalroom.app.folder import FOOTAGE
from evalroom.footage.shelf import Shelf
from evalroom.identity.keys import KeyRing
from evalroom.monitoring.limits import LOOKS_SECONDS
from evalroom.rehearsal.client import Client
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import Codec
from tests.app.studio import (
    Problem,
    Studio,
    camera,
    house_with_eyes,
    microphone,
    news,
    studio,
    until,
    until_told,
)
from tests.monitoring.rtc.media import vp8
from tests.rehearsal.house import company
from tests.sessions.cast import small_tender

pytestmark = pytest.mark.slow(90)

CAMERA, SCREEN, SOUND = "seat.m1.camera", "seat.m1.screen", "seat.m1.microphone"


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return ["127.0.0.1"]

    with monkeypatch.context() as patch:
        patch.setattr("aioice.ice.get_host_addresses", addresses)
        yield


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Studio]:
    async with studio(tmp_path, small_tender(alarm_after_seconds="2")) as made:
        yield made


@pytest.mark.rule("M130", "M131")
async def test_a_seat_is_seen_heard_and_recorded(here: Studio, tmp_path: Path) -> None:
    async with here.seated("m1", "m2", "supervisor"), here.wall("supervisor") as wall:
        assert await wall.word("streams") == []
        async with here.published("m1", CAMERA, camera(), microphone()):
            handle = await listed(wall, CAMERA)
            await wall.subscribe(handle)
            pictures = [await wall.picture() for _ in range(20)]
            assert pictures[0][0].key
            known = {sample.data for sample in vp8()}
            assert all(data in known for _, data in pictures)
            async with here.listening("m2", "talk", *["audio"] * 3) as listener:
                await until(lambda: any(len(heard) > 5 for heard in listener.data.values()))
        assert await ended(wall, handle) == "closed"
        await until_told(lambda: here.minutes("SegmentsSealed"))
    [line] = await here.minutes("SegmentsSealed")
    [segment] = line["segments"]
    assert segment["source"] == CAMERA
    keys = await asyncio.to_thread(KeyRing.load_or_create, tmp_path)
    shelf = Shelf(tmp_path / FOOTAGE, keys.at_rest)
    found = await asyncio.to_thread(shelf.find, here.session, CAMERA, 0, 1 << 60)
    assert [footage.begun for footage in found] == [segment["begun"]]
    assert await asyncio.to_thread(shelf.verify, found[0], segment["sha256"])
    looks: list[dict[str, Any]] = []

    async def recorded() -> bool:
        looks[:] = [look for told in await here.minutes("LooksRecorded") for look in told["looks"]]
        return {look["what"] for look in looks} == {CAMERA, "talk"}

    await until_told(recorded, LOOKS_SECONDS + 10)
    assert all(look["until"] >= look["at"] for look in looks)


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


@pytest.mark.rule("M133")
async def test_a_sealed_screen_reaches_no_supervisor_by_any_way(here: Studio) -> None:
    async with here.seated("m1", "supervisor"), here.wall("supervisor") as wall:
        async with (
            here.published("m1", CAMERA, camera()),
            here.published("m1", SCREEN, camera()),
        ):
            handle = await listed(wall, CAMERA)
            await seen(here, SCREEN)
            with pytest.raises(Problem) as problem:
                async with here.listening("supervisor", SCREEN, "video"):
                    pass
            assert (problem.value.status, problem.value.code) == (403, "screen_sealed")
            others = [number for number in range(1, 5) if number != handle]
            await wall.subscribe(handle, *others)
            assert await wall.word("refused") in others
            for _ in range(30):
                await wall.picture()
        assert {header.stream for header, _ in wall.pictures} == {handle}
        sources = {s["source"] for word in wall.words for s in word.get("streams", ())}
        assert sources == {CAMERA}


@pytest.mark.rule("M134")
async def test_whoever_is_muted_is_not_heard(here: Studio) -> None:
    async with (
        here.seated("m1", "m2", "agency_lead") as (first, _, agency),
        here.published("m1", SOUND, microphone()),
        here.listening("m2", "talk", *["audio"] * 3) as listener,
    ):

        def heard() -> int:
            return sum(len(data) for data in listener.data.values())

        await until(lambda: heard() > 5)
        await agency.send("Mute", {"member": "m1"})
        await until_still(heard)
        before = heard()
        await first.send("Unmute")
        await until(lambda: heard() > before + 5)


@pytest.mark.rule("M135")
async def test_what_is_taken_back_ends_in_mid_stream(here: Studio) -> None:
    account = here.room.people.accounts[here.room.people.cast.members[0].login]
    watcher = here.room.people.accounts[here.room.people.cast.officers[1].login]
    security = here.home.desk._security
    async with (
        here.seated("m1"),
        here.wall("supervisor") as wall,
        here.published("m1", CAMERA, camera()),
    ):
        handle = await listed(wall, CAMERA)
        await wall.subscribe(handle)
        await wall.picture()
        await security.delete(f"/api/accounts/{account}/logins")
        assert await ended(wall, handle) == "login_ended"
        await security.delete(f"/api/accounts/{watcher}/logins")
        gone = await wall.farewell()
        assert (gone.code, gone.reason) == (4401, "login_ended")


@pytest.mark.rule("M136")
async def test_what_cannot_be_published_or_watched_is_refused_in_so_many_words(
    here: Studio,
) -> None:
    async def told(key: str, path: str, sdp: str = "v=0\r\n", kind: str = "application/sdp") -> Any:
        with pytest.raises(Problem) as problem:
            await here.offer(key, path.format(here.session), sdp, kind)
        fault = problem.value.params.get("fault")
        return problem.value.status, problem.value.code, *([fault] if fault else [])

    assert await told("m1", "/whip/{}/seat.m1.camera") == (409, "not_checked_in")
    async with here.seated("m1"):
        assert await told("m1", "/whip/{}/seat.m2.camera") == (403, "wrong_role")
        assert await told("m1", "/whip/{}/seat.m9.camera") == (404, "unknown_source")
        assert await told("m1", f"/whip/{'7' * 32}/seat.m1.camera") == (404, "unknown_session")
        assert await told("m1", "/whip/{}/seat.m1.camera", "x") == (422, "offer_faulty", "not_sdp")
        assert await told("m1", "/whip/{}/seat.m1.camera", "", "text/plain") == (
            415, "unsupported_media_type",
        )  # fmt: skip
        assert (await told("m1", "/whip/{}/seat.m1.camera", "x" * 70_000))[0] == 413
        assert await told("supervisor", "/whep/{}/seat.m1.camera") == (409, "not_live")
        assert await told("m1", "/whep/{}/seat.m1.microphone") == (403, "own_voice")
        assert await told("m2", "/whep/{}/seat.m1.screen") == (403, "wrong_role")
        for source, film, fault in (
            (SOUND, camera(), "missing_media"),
            (CAMERA, microphone(), "missing_media"),
        ):
            with pytest.raises(Problem) as problem:
                async with here.published("m1", source, film):
                    pass
            assert problem.value.params["fault"] == fault
        with pytest.raises(Problem) as problem:
            async with here.published("m1", SCREEN, camera(), microphone()):
                pass
        assert problem.value.params["fault"] == "too_many_media"
        await only_its_own_is_ended(here)
        await there_is_no_trickle(here)


async def there_is_no_trickle(here: Studio) -> None:
    async with here.published("m1", CAMERA, camera()) as (place, _):
        browser = here.browser("m1")
        headers = {"Content-Type": "application/trickle-ice-sdpfrag", "Origin": browser.url}
        async with browser.http.patch(browser.url + place, data="", headers=headers) as answer:
            assert answer.status == 405


async def only_its_own_is_ended(here: Studio) -> None:
    async with here.published("m1", CAMERA, camera()) as (place, _):
        with pytest.raises(Refused, match="unknown_publication"):
            await here.browser("m2").delete(place)
        for wrong in ("x", "0" * 32 + "." + "x" * 22):
            with pytest.raises(Refused, match="unknown_publication"):
                await here.browser("m1").delete(place.rpartition("/")[0] + "/" + wrong)
        await here.browser("m1").delete(place)
        with pytest.raises(Refused, match="unknown_publication"):
            await here.browser("m1").delete(place)


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


def alarms(client: Client) -> list[str]:
    return [alarm["kind"] for alarm in client.view["alarms"].values()]


def subsided(client: Client, kind: str) -> bool:
    found = [alarm for alarm in client.view["alarms"].values() if alarm["kind"] == kind]
    return all(alarm["subsided"] is not None for alarm in found)


async def listed(wall: Any, source: str) -> int:
    """The handle of a source, once a wall lists it with its codec."""
    while True:
        for stream in await wall.word("streams"):
            if stream["source"] == source and stream["codec"] == Codec.VP8.name.lower():
                return int(stream["stream"])


async def ended(wall: Any, handle: int) -> str:
    while True:
        word = await wall.next()
        if isinstance(word, dict) and word.get("ended") == handle:
            return str(word["code"])


async def seen(here: Studio, source: str) -> None:
    """Come back when a key frame of a source has arrived, and some more."""
    eyes = here.home.node.monitoring
    assert eyes is not None

    def arrived() -> bool:
        stream = eyes.hub.stream(here.session, source)
        return stream is not None and len(stream.gop) > 5

    await until(arrived)


async def until_still(number: Any) -> None:
    """Come back when nothing has been added for half a second."""
    async with asyncio.timeout(15):
        while True:
            before = number()
            await asyncio.sleep(0.5)
            if number() == before:
                return
