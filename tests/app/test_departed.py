"""What is left to somebody who has gone from a session, by every address, offer and socket there
is: the addresses are those of the interface itself.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec
import pytest

from evalroom.api.application import ROUTES
from evalroom.api.routes import Route
from evalroom.identity.registry import Author
from evalroom.rehearsal.client import Dismissed
from evalroom.sessions.refusals import Refused
from tests.app.studio import SDP, Studio, camera, house_with_eyes, until_told
from tests.rehearsal.house import company
from tests.sessions.cast import small_tender

SESSIONS: Final = [
    route
    for route in ROUTES
    if "{id}" in route.path
    and route.path.startswith(("/api/sessions/", "/whip/", "/whep/"))
    and route.access in ("invited", "speaker", "person")
]
PLACES: Final = {
    "source": "seat.m1.camera", "sha256": "0" * 64, "alarm": "1", "publication": "0" * 24,
}  # fmt: skip
QUERIES: Final = {"watch_footage": "?from=1&to=2"}
BODIES: Final = {"take_clip": {"source": "seat.m1.camera", "from": 1, "to": 2}}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Studio]:
    """A session for whose committee a substitute waits."""
    async with house_with_eyes(tmp_path) as home, company(home, small_tender(), "recusal") as room:
        yield Studio(home, room)


async def said(here: Studio, key: str, route: Route) -> str:
    """The code somebody gets, or nothing when he is served."""
    browser = here.browser(key)
    places = {"id": here.session, **PLACES}
    path = re.sub(r"\{(\w+)\}", lambda name: places[name[1]], route.path)
    body, headers = b"", {"Origin": browser.url}
    if SDP in route.takes:
        body, headers["Content-Type"] = b"v=0", SDP
    elif route.body is not None:
        body = msgspec.json.encode(BODIES[route.name])
        headers["Content-Type"] = "application/json"
    url = browser.url + path + QUERIES.get(route.name, "")
    async with browser.http.request(route.method, url, data=body, headers=headers) as answer:
        read = await answer.read()
        return "" if answer.status < 400 else str(msgspec.json.decode(read)["code"])


async def let_into_nothing(here: Studio, key: str) -> None:
    """A stranger everywhere."""
    for route in SESSIONS:
        code = await said(here, key, route)
        expected = "unknown_publication" if route.method == "DELETE" else "not_invited"
        assert code == expected, (key, route.name, code)
    with pytest.raises(Refused, match="not_invited"):
        await here.room.client(key).join()
    async with here.wall(key) as watcher:
        assert (await watcher.farewell()).reason == "not_invited"


@pytest.mark.rule("S12", "A50")
async def test_who_was_replaced_or_lost_his_office_is_a_stranger_by_every_way(
    here: Studio,
) -> None:
    cast, accounts = here.room.people.cast, accounts_of(here)
    drawn, understudy = cast.substitute, cast.understudy
    assert drawn is not None
    assert understudy is not None
    replacing = {
        "member": "m2", "substitute": msgspec.to_builtins(understudy), "workstation": "w2",
        "principal": accounts[drawn.key], "reason": "补抽",
    }  # fmt: skip
    assert {route.name for route in SESSIONS} >= {"publish", "view_session", "watch_footage"}
    async with (
        here.seated("m2", "agency_lead", "witness") as (second, agency, witness),
        here.published("m2", "seat.m2.camera", camera()),
    ):
        await until_told(lambda: shown(here))
        await agency.send("Revoke", {"principal": accounts["witness"], "reason": "换人"})
        await agency.send("ReplaceMember", replacing)
        for client in (second, witness):
            with pytest.raises(Dismissed, match="revoked"):
                await client.send("RaiseHand")
        assert not await shown(here), "his camera is cut in that step"
        await until_told(lambda: out_of_the_list(here, "m2"))
        for key in ("m2", "witness"):
            await let_into_nothing(here, key)
            assert await out_of_the_list(here, key)
        [session] = (await here.browser(drawn.key).get("/api/sessions"))["items"]
        assert session["part"]["member"] == understudy.id, "who was drawn finds his session"


@pytest.mark.rule("A52")
async def test_who_keeps_the_house_is_let_into_nothing_though_he_was_appointed(
    here: Studio,
) -> None:
    drawn = here.room.people.cast.substitute
    assert drawn is not None
    accounts = accounts_of(here)
    await here.home.node.registry.grant(Author(), accounts[drawn.key], "audit")
    async with here.seated("agency_lead") as (agency,):
        await agency.send("Appoint", {"principal": accounts[drawn.key], "roles": ["witness"]})
        await agency.send("Revoke", {"principal": accounts["witness"], "reason": "换人"})
        await until_told(lambda: out_of_the_list(here, "witness"))
        await let_into_nothing(here, drawn.key)
        assert await out_of_the_list(here, drawn.key)


@pytest.mark.rule("S3", "E5")
async def test_when_a_session_is_over_its_people_read_and_neither_act_nor_show(
    here: Studio,
) -> None:
    async with here.seated("m1", "agency_lead") as (first, agency):
        await agency.send("AbortSession", {"reason": "停电"})
        found = {route.name: await said(here, "m1", route) for route in SESSIONS}
        assert found["view_session"] == found["show_session"] == found["read_minutes"] == ""
        assert found["publish"] == "session_over"
        assert found["subscribe"] == "session_over"
        assert found["download_document"] in ("may_not_read", "unknown_document")
        for name in ("list_footage", "watch_footage", "take_clip"):
            assert found[name] == "wrong_role", name
        with pytest.raises(Refused, match="session_over"):
            await first.send("RaiseHand")


def accounts_of(here: Studio) -> dict[str, str]:
    people = here.room.people
    return {part.key: people.accounts[part.login] for part in people.cast.everyone}


async def out_of_the_list(here: Studio, key: str) -> bool:
    return not (await here.browser(key).get("/api/sessions"))["items"]


async def shown(here: Studio) -> bool:
    eyes = here.home.node.monitoring
    assert eyes is not None
    stream = eyes.hub.stream(here.session, "seat.m2.camera")
    return stream is not None and stream.live
