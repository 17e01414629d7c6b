"""A living session waits for its guest, and goes on with him to whatever end he brings it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from evalroom.clock import SystemClock
from evalroom.rehearsal import living
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.drill import Troupe, troupe
from evalroom.rehearsal.ensemble import people_of, script_of
from evalroom.rehearsal.living import Living, living_tender, tidy
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.sessions.refusals import Refused
from tests.app.studio import house_with_eyes, news, until_told
from tests.identity.parts import PASSWORD
from tests.monitoring.rtc.peers import until
from tests.rehearsal.house import House
from tests.sessions.cast import small_tender

pytestmark = [pytest.mark.slow(90), pytest.mark.usefixtures("loopback")]

GUEST = "m5"
TENDER = living_tender(small_tender(seat_browser="paired"))
SECONDS = 60.0


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes people half a minute takes the tests a fraction of a second."""
    monkeypatch.setattr(living, "BEFORE", 200.0)
    monkeypatch.setattr(living, "MEANWHILE", 8.0)
    monkeypatch.setattr(living, "AFTER", 100.0)
    monkeypatch.setattr(living, "REFUSED_SECONDS", 0.1)
    monkeypatch.setattr(living, "PAUSE_SECONDS", 0.2)


class Room:
    """A house in which people live, and the way in for whoever comes from outside."""

    def __init__(self, home: House, people: Troupe) -> None:
        self.home = home
        self.people = people

    @asynccontextmanager
    async def visitor(self, login: str) -> AsyncIterator[Client]:
        """Somebody at a browser of his own, which is paired with nothing."""
        async with Browser(self.home.node.url) as browser:
            await browser.log_in(login, PASSWORD)
            client = Client(browser, await self.session())
            try:
                await client.join()
                yield client
            finally:
                await client.leave()

    async def session(self) -> str:
        listed = await self.people.browsers["agency_lead"].get("/api/sessions")
        (session,) = [s["id"] for s in listed["items"] if s["state"] not in living.ENDED]
        return str(session)


@asynccontextmanager
async def inhabited(folder: Path) -> AsyncIterator[Room]:
    cast = cast_of(TENDER)
    passwords = {part.login: PASSWORD for part in cast.everyone}
    async with (
        house_with_eyes(folder, recordings="off") as home,
        troupe(home.desk, home.node.url, cast, passwords) as people,
    ):
        ready = asyncio.Event()
        life = Living(home.desk, people, TENDER, GUEST, SystemClock(), ready)
        going_on = asyncio.create_task(life.go_on())
        try:
            async with asyncio.timeout(SECONDS):
                await ready.wait()
            yield Room(home, people)
        finally:
            going_on.cancel()
            await asyncio.wait([going_on])


@pytest.mark.rule("K52")
async def test_whoever_comes_finds_people_at_their_scores_and_a_free_seat_for_his_own_browser(
    tmp_path: Path,
) -> None:
    async with inhabited(tmp_path) as room, room.visitor("member5") as guest:
        assert guest.view["phase"]["name"] == "detailed"
        assert not guest.view["me"]["seated"]
        assert all(guest.view["committee"][m]["checked_in"] for m in ("m1", "m2", "m3", "m4"))
        await guest.send("CheckIn")
        await news(guest, lambda: guest.view["me"]["seated"])
        async with room.visitor("supervisor") as supervisor:
            await news(supervisor, lambda: supervisor.view["notices"])
            session = await room.session()
            held = room.home.node.rooms.find(session)
            assert held is not None
            entered = held.head.seq
            await until(lambda: held.head.seq > entered + 5, SECONDS)
            await news(supervisor, lambda: supervisor.view["speaking"]["hands"], SECONDS)
            finished = supervisor.view["committee"]
            assert not all(all(finished[m]["finished"].values()) for m in ("m2", "m3"))
            eyes = room.home.node.monitoring
            assert eyes is not None
            shown = {"seat.m1.camera", "seat.m4.screen", "venue.main.camera.1"}
            streams = eyes.hub.streams
            await until(lambda: shown <= {s.source for s in streams(session) if s.live}, SECONDS)
            assert eyes.hub.stream(session, "seat.m5.camera") is None


@pytest.mark.rule("K52")
async def test_a_guest_who_comes_again_at_another_browser_finds_his_seat_freed(
    tmp_path: Path,
) -> None:
    async with inhabited(tmp_path) as room:
        async with room.visitor("member5") as first:
            await first.send("CheckIn")
            with pytest.raises(Refused) as refused:
                async with room.visitor("member5"):
                    pass
            assert refused.value.code == "other_device"
        async with asyncio.timeout(SECONDS), room.visitor("agency") as agency:
            await news(agency, lambda: not agency.view["committee"][GUEST]["checked_in"])
        async with room.visitor("member5") as second:
            await second.send("CheckIn")


@pytest.mark.rule("K52")
async def test_with_the_guest_the_session_comes_to_its_end_and_another_one_begins(
    tmp_path: Path,
) -> None:
    async with inhabited(tmp_path) as room:
        script = script_of(TENDER, SCENARIOS["plain"], living.SEED)
        person = people_of(script, room.people.cast, room.people.accounts)[GUEST]
        async with room.visitor("member5") as guest, asyncio.timeout(SECONDS):
            session = await room.session()
            while not guest.view["phase"]["over"]:
                act = person.next(guest.view)
                if act is None:
                    await guest.news()
                    continue
                try:
                    await guest.send(act.name, act.args, act.seen)
                except Refused:
                    await guest.news()
                else:
                    person.done(act)
            assert guest.view["phase"]["name"] == "closed"

            async def another() -> bool:
                return bool(set(await running(room)) - {session})

            await until_told(another)


@pytest.mark.rule("K52")
async def test_what_an_earlier_run_has_left_is_ended(tmp_path: Path) -> None:
    async with inhabited(tmp_path) as room:
        session = await room.session()
        await tidy(room.people.browsers["agency_lead"], SystemClock())
        seen = await room.people.browsers["agency_lead"].get(f"/api/sessions/{session}/view")
        assert seen["view"]["phase"]["name"] == "aborted"


async def running(room: Room) -> list[str]:
    listed = await room.people.browsers["agency_lead"].get("/api/sessions")
    return [s["id"] for s in listed["items"] if s["state"] not in living.ENDED]
