"""A whole node with its eyes open: who is seen and heard by whom, and what is recorded."""

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evalroom.app.folder import FOOTAGE
from evalroom.footage.shelf import Shelf
from evalroom.identity.keys import KeyRing
from evalroom.monitoring.limits import LOOKS_SECONDS
from evalroom.sessions.refusals import Refused
from tests.app.looking import (
    CAMERA,
    SCREEN,
    SOUND,
    ended,
    known,
    listed,
    seen,
    unknown,
    until_still,
)
from tests.app.studio import Problem, Studio, camera, microphone, until, until_told
from tests.monitoring.rtc.media import vp8

pytestmark = pytest.mark.slow(90)


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
    lies = await asyncio.to_thread(found[0].path.read_bytes)
    assert sha256(lies).hexdigest() == segment["sha256"]
    looks: list[dict[str, Any]] = []

    async def recorded() -> bool:
        looks[:] = [look for told in await here.minutes("LooksRecorded") for look in told["looks"]]
        return {look["what"] for look in looks} == {CAMERA, "talk"}

    await until_told(recorded, LOOKS_SECONDS + 10)
    assert all(look["until"] >= look["at"] for look in looks)


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


@pytest.mark.rule("E54")
async def test_who_runs_a_session_knows_which_sources_are_there_and_a_member_does_not(
    here: Studio,
) -> None:
    async with here.seated("m1", "m2", "agency_lead", "witness", "supervisor"):
        async with here.published("m1", SOUND, microphone()):
            await until_told(lambda: known(here, "agency_lead"))
            for key in ("agency_lead", "supervisor", "witness"):
                assert await known(here, key) == [SOUND]
            assert await known(here, "m2") == []
        await until_told(lambda: unknown(here, "agency_lead"))


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
