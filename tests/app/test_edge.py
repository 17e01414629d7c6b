"""The edge of a whole node: who is let in to a room, in which words one is not, who is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.client import Client
from evalroom.sessions.refusals import Refused
from tests.identity.parts import PASSWORD
from tests.rehearsal.house import Company, House, company, config, house
from tests.sessions.cast import small_tender
from tests.signaling.peer import CONNECT_ERROR, Peer


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(config(tmp_path)) as built:
        yield built


@pytest.fixture
async def room(home: House) -> AsyncIterator[Company]:
    async with company(home, small_tender()) as people:
        yield people


@asynccontextmanager
async def joined(room: Company, key: str) -> AsyncIterator[Client]:
    client = room.client(key)
    await client.join()
    try:
        yield client
    finally:
        await client.leave()


@pytest.mark.slow(60)
@pytest.mark.rule("W34", "S55")
async def test_a_second_device_at_a_seat_is_shown_to_the_supervisor(
    home: House, room: Company
) -> None:
    login = room.people.cast.members[0].login
    async with (
        joined(room, "m1") as member,
        joined(room, "supervisor") as supervisor,
        joined(room, "m2") as other,
        Browser(home.node.url) as elsewhere,
    ):
        await member.send("CheckIn")
        await elsewhere.log_in(login, PASSWORD)
        second = Client(elsewhere, room.session)
        with pytest.raises(Refused) as refused:
            await second.join()
        assert refused.value.code == "other_device"
        while not supervisor.view["incidents"]:
            await supervisor.news()
        [incident] = supervisor.view["incidents"]
        assert incident["member"] == "m1"
        await other.send("CheckIn")
        assert not other.view.get("incidents"), "members are not told"


@pytest.mark.rule("W2")
async def test_a_join_is_refused_in_the_words_of_the_door(home: House, room: Company) -> None:
    browser = room.people.browsers["supervisor"]
    kept = {cookie.key: cookie.value for cookie in browser.http.cookie_jar}
    login = next(value for name, value in kept.items() if name.endswith("_login"))
    cookies = f"evalroom_login={login}"
    said = {
        "not_logged_in": (await answer(home, "", {}))["code"],
        "login_unknown": (await answer(home, "evalroom_login=x", {}))["code"],
        # A log-in without the browser's own cookie is as good as another browser's.
        "login_of_other_device": (await answer(home, cookies, {}))["code"],
        "token_unknown": (await answer(home, cookies, {"bearer": "er1.forged"}))["code"],
    }
    assert all(expected == code for expected, code in said.items()), said


async def answer(home: House, cookies: str, auth: dict[str, str]) -> dict[str, str]:
    """What a peer with these cookies is told when it wants to join."""
    url = home.node.url
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        Peer(http, url, Cookie=cookies, Origin=url) as peer,
    ):
        refused = await peer.join(session="7" * 32, **auth)
        assert refused["type"] == CONNECT_ERROR
        found: dict[str, str] = refused["data"]["data"]
        return found
