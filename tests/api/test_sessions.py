"""Sessions over HTTP: set up once, shown to those appointed, and to each only what he may see."""

import gzip
import json
import os
from typing import Any

import aiohttp
import msgspec
import pytest

from evalroom.app.listing import Listing
from evalroom.identity.principal import Principal
from evalroom.sessions.people import Actor
from evalroom.sessions.tender.model import SheetCell
from evalroom.storage.directory import sessions
from tests.api.node import Browser, Node
from tests.sessions.cast import MEMBERS, small_tender

JSON = {"Content-Type": "application/json"}
LOGINS = ("ada", "boris", "chen", "dora", "emil")


async def enter_tender(sysadm: Browser, **changes: Any) -> str:
    tender = msgspec.structs.replace(small_tender(), **changes)
    stored = await sysadm.post("/api/tenders", data=msgspec.json.encode(tender), headers=JSON)
    assert stored.status == 201, stored
    key: str = stored.value["id"]
    return key


async def people(site: Node) -> dict[str, dict[str, Any]]:
    """Accounts for the whole cast, and what each is to be."""
    found: dict[str, dict[str, Any]] = {}
    for login, member in zip(LOGINS, MEMBERS, strict=True):
        found[await site.person(login)] = {"member": member}
    found[await site.person("hana")] = {"roles": ["agency_lead"]}
    found[await site.person("vera")] = {"roles": ["supervisor"]}
    found[await site.person("wang")] = {"roles": ["witness"], "venue": "main"}
    return found


@pytest.fixture
async def session(site: Node, sysadm: Browser) -> str:
    form = {"tender": await enter_tender(sysadm), "appointments": await people(site)}
    opened = await sysadm.post("/api/sessions", json=form)
    assert opened.status == 201, opened
    key: str = opened.value["id"]
    return key


async def at(site: Node, login: str) -> Browser:
    """Somebody logged in, always at the same place."""
    if login not in site.seats:
        site.seats[login] = site.browser()
        await site.seats[login].log_in(login)
    return site.seats[login]


async def check_everyone_in(site: Node, session: str) -> None:
    """All five members check in, which opens the next phase."""
    room = await site.rooms.open(session)
    for number, login in enumerate(LOGINS, 1):
        me = (await (await at(site, login)).get("/api/me")).value
        actor = Actor(me["account"], me["device"], f"w{number}")
        await room.submit(actor, os.urandom(16), "CheckIn", {}, None)


@pytest.mark.rule("A23")
async def test_a_session_is_set_up_and_listed_to_those_appointed(
    site: Node, sysadm: Browser, session: str
) -> None:
    await site.person("zoe")
    assert (await (await at(site, "zoe")).get("/api/sessions")).value["items"] == []
    ada = await at(site, "ada")
    (line,) = (await ada.get("/api/sessions")).value["items"]
    assert (line["id"], line["state"], line["rehearsal"]) == (session, "check_in", False)
    assert line["part"] == {"member": "m1", "roles": [], "venue": None}
    assert (await ada.get(f"/api/sessions/{session}")).value == line
    (shown,) = (await (await at(site, "wang")).get("/api/sessions")).value["items"]
    assert shown["part"] == {"member": None, "roles": ["witness"], "venue": "main"}
    everything = await sysadm.get("/api/sessions?scope=all")
    assert [(one["id"], one["part"]) for one in everything.value["items"]] == [(session, None)]
    assert (await sysadm.get("/api/sessions")).value["items"] == []
    assert (await ada.get("/api/sessions?scope=all")).code == "not_your_office"
    appointed = (await sysadm.get(f"/api/sessions/{session}/appointments")).value["appointments"]
    assert sorted(one["member"] for one in appointed.values() if one["member"]) == list(MEMBERS)


@pytest.mark.rule("A24")
async def test_until_check_in_is_over_a_list_tells_only_the_offices_what_is_evaluated(
    site: Node, session: str
) -> None:
    async def title(login: str) -> str | None:
        browser = await at(site, login)
        (line,) = (await browser.get("/api/sessions")).value["items"]
        shown = (await browser.get(f"/api/sessions/{session}")).value
        assert shown == line
        found: str | None = line["title"]
        return found

    assert await title("hana") == await title("vera") == small_tender().title
    assert await title("ada") is None
    assert await title("wang") is None
    await check_everyone_in(site, session)
    await (await at(site, "vera")).get(f"/api/sessions/{session}/view")
    assert await title("ada") is None, "looking at a session writes nothing"
    room = await site.rooms.open(session)
    await Listing(site.parts.directory).note(
        session, room.session.phase, room.session.seats.appointments
    )
    assert await title("ada") == await title("wang") == small_tender().title


@pytest.mark.rule("A25")
async def test_a_view_comes_whole_with_its_audience_and_token(site: Node, session: str) -> None:
    ada = await at(site, "ada")
    seen = await ada.get(f"/api/sessions/{session}/view")
    assert seen.value["audience"] == {"member": "m1", "roles": [], "venue": None}
    assert seen.value["token"]
    room = await site.rooms.open(session)
    audience = room.audience(Principal((await ada.get("/api/me")).value["account"]))
    assert seen.value["view"] == json.loads(msgspec.json.encode(room.view(audience)["view"]))
    assert seen.headers["Cache-Control"] == "no-store"


@pytest.mark.rule("S56")
async def test_a_member_reads_nothing_anywhere_but_at_his_seat_and_those_who_watch_are_told(
    site: Node, session: str
) -> None:
    await check_everyone_in(site, session)
    elsewhere = site.browser()
    await elsewhere.log_in("ada")
    place = f"/api/sessions/{session}"
    for path in ("view", "minutes", "report", f"documents/{'ab' * 32}"):
        refused = await elsewhere.get(f"{place}/{path}")
        assert (refused.status, refused.code) == (403, "other_device")
    assert (await (await at(site, "ada")).get(f"{place}/view")).status == 200
    told = (await (await at(site, "vera")).get(f"{place}/minutes")).value["lines"]
    incidents = [line["params"] for line in told if line["code"] == "SecondDeviceRefused"]
    assert incidents == [{"member": "m1", "venue": "main"}], "once a minute"


@pytest.mark.rule("A52")
@pytest.mark.parametrize("part", [{"member": "m1"}, {"roles": ["supervisor"]}])
async def test_no_administrator_takes_part_in_an_evaluation(
    site: Node, sysadm: Browser, part: dict[str, Any]
) -> None:
    appointed = await people(site)
    if "member" in part:
        appointed = {who: one for who, one in appointed.items() if one != part}
    me = (await sysadm.get("/api/me")).value["account"]
    form = {"tender": await enter_tender(sysadm), "appointments": {**appointed, me: part}}
    refused = await sysadm.post("/api/sessions", json=form)
    assert (refused.status, refused.code) == (409, "administrator_takes_no_part")
    assert (await sysadm.get("/api/sessions?scope=all")).value["items"] == []


@pytest.mark.rule("A52")
async def test_whoever_takes_part_is_made_no_administrator_before_it_is_over(
    site: Node, secadm: Browser, session: str
) -> None:
    vera = (await (await at(site, "vera")).get("/api/me")).value["account"]
    office = {"office": "audit"}
    refused = await secadm.put(f"/api/accounts/{vera}/office", json=office)
    assert (refused.status, refused.code) == (409, "administrator_takes_no_part")
    await site.parts.directory.write(sessions.set_state, session, "closed")
    assert (await secadm.put(f"/api/accounts/{vera}/office", json=office)).status == 200


@pytest.mark.rule("A25")
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_view_is_compressed_as_the_client_likes(
    site: Node, session: str, coding: str
) -> None:
    ada = await at(site, "ada")
    plain = await ada.get(f"/api/sessions/{session}/view", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    packed = await ada.get(f"/api/sessions/{session}/view", headers={"Accept-Encoding": coding})
    assert packed.headers["Content-Encoding"] == coding
    assert without_token(packed.value) == without_token(plain.value)


@pytest.mark.rule("A25")
async def test_a_view_comes_as_msgpack_to_who_asks_for_it(site: Node, session: str) -> None:
    ada = await at(site, "ada")
    plain = await ada.get(f"/api/sessions/{session}/view")
    packed = await ada.get(
        f"/api/sessions/{session}/view",
        headers={"Accept": "application/msgpack, application/json;q=0.5"},
    )
    assert packed.headers["Content-Type"] == "application/msgpack"
    unpacked = msgspec.msgpack.decode(packed.body)
    assert without_token(unpacked) == without_token(plain.value)
    assert isinstance(unpacked["token"], str)


def without_token(seen: dict[str, Any]) -> dict[str, Any]:
    """A view but for its token, which is sealed anew each time."""
    return {name: value for name, value in seen.items() if name != "token"}


@pytest.mark.rule("A24")
async def test_who_is_not_invited_sees_nothing_and_an_unknown_session_is_nowhere(
    site: Node, sysadm: Browser, session: str
) -> None:
    await site.person("zoe")
    zoe = await at(site, "zoe")
    for part in ("", "/view", "/minutes", "/report", f"/documents/{'0' * 64}"):
        reply = await zoe.get(f"/api/sessions/{session}{part}")
        assert (reply.status, reply.code) == (403, "not_invited")
    for unknown in ("0" * 32, "x", "A" * 32):
        reply = await zoe.get(f"/api/sessions/{unknown}/view")
        assert (reply.status, reply.code) == (404, "unknown_session")
    # The office that set it up knows that it exists, and sees no more of it than anybody else.
    assert (await sysadm.get(f"/api/sessions/{session}")).status == 200
    assert (await sysadm.get(f"/api/sessions/{session}/view")).code == "not_invited"


@pytest.mark.rule("A25")
async def test_minutes_and_report_are_the_rooms_for_each_audience(site: Node, session: str) -> None:
    ada = await at(site, "ada")
    minutes = (await ada.get(f"/api/sessions/{session}/minutes")).value["lines"]
    assert [line["code"] for line in minutes] == ["SessionOpened", "PhaseOpened"]
    report = await ada.get(f"/api/sessions/{session}/report")
    assert (report.status, report.code) == (403, "report_sealed")


@pytest.mark.rule("A23")
@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"tender": "n0"}, 404, "unknown_tender"),
        ({"appointments": {}}, 409, "members_not_appointed_once"),
        ({"appointments": {"a0": {"member": "m1"}}}, 404, "unknown_account"),
        ({"appointments": {"a0": {"roles": ["emperor"]}}}, 400, "malformed"),
        ({"appointments": {"a0": {"surprise": 1}}}, 400, "malformed"),
        ({"appointments": {str(n): {} for n in range(201)}}, 400, "malformed"),
        ({"title": ""}, 400, "malformed"),
    ],
)
async def test_a_session_that_cannot_be_leaves_no_trace(
    site: Node, sysadm: Browser, change: dict[str, Any], status: int, code: str
) -> None:
    form = {"tender": await enter_tender(sysadm), "appointments": await people(site)}
    reply = await sysadm.post("/api/sessions", json={**form, **change})
    assert (reply.status, reply.code) == (status, code)
    assert (await sysadm.get("/api/sessions?scope=all")).value["items"] == []
    assert [one async for one in site.ledger.sessions()] == []


@pytest.mark.rule("A23")
async def test_a_tender_with_sheets_opens_a_rehearsal_only(site: Node, sysadm: Browser) -> None:
    sheets = {"m1": {"B1": {"t1": SheetCell("1")}}}
    tender = await enter_tender(sysadm)
    body = msgspec.json.encode(msgspec.structs.replace(small_tender(), sheets=sheets))
    # Stored behind the check, as an older version of the program might have done.
    checked = await sysadm.post("/api/tenders/check", data=body, headers=JSON)
    assert checked.status == 200
    if checked.value["sound"]:
        stored = await sysadm.post("/api/tenders", data=body, headers=JSON)
        tender = stored.value["id"]
        form = {"tender": tender, "appointments": await people(site)}
        refused = await sysadm.post("/api/sessions", json=form)
        assert (refused.status, refused.code) == (422, "tender_faults")
        drill = await sysadm.post("/api/sessions", json={**form, "rehearsal": True})
        assert drill.status == 201
        (line,) = (await sysadm.get("/api/sessions?scope=all")).value["items"]
        assert line["rehearsal"] is drill.value["rehearsal"] is True


@pytest.mark.rule("A23")
async def test_a_ledger_in_doubt_keeps_the_line_as_opening(site: Node, sysadm: Browser) -> None:
    form = {"tender": await enter_tender(sysadm), "appointments": await people(site)}
    await site.ledger.close()
    reply = await sysadm.post("/api/sessions", json=form)
    assert (reply.status, reply.code) == (503, "ledger_unavailable")
    (line,) = (await sysadm.get("/api/sessions?scope=all")).value["items"]
    assert line["state"] == "opening"


async def test_a_large_view_is_compressed_beside_the_loop(site: Node, session: str) -> None:
    room = await site.rooms.open(session)
    whole = room.view

    def large(audience: Any) -> Any:
        seen = whole(audience)
        return {**seen, "view": {**seen["view"], "padding": ["x" * 50] * 20_000}}

    room.view = large  # type: ignore[method-assign]  # a room of 11,900 cells is slow to make
    ada = await at(site, "ada")
    path = f"{site.url}/api/sessions/{session}/view"
    jar = ada.http.cookie_jar
    async with aiohttp.ClientSession(cookie_jar=jar, auto_decompress=False) as raw:
        async with raw.get(path, headers={"Accept-Encoding": "gzip"}) as response:
            body = await response.read()
    assert len(body) < 30_000
    assert len(json.loads(gzip.decompress(body))["view"]["padding"]) == 20_000
