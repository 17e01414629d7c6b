"""Who is around a committee, by name, and whom the agency's lead may ask to join them."""

from typing import Any

import pytest

from tests.api.node import Browser, Node
from tests.api.test_sessions import at, check_everyone_in, enter_tender, people
from tests.sessions.cast import MEMBERS


@pytest.fixture
async def session(site: Node, sysadm: Browser) -> str:
    form = {"tender": await enter_tender(sysadm), "appointments": await people(site)}
    key: str = (await sysadm.post("/api/sessions", json=form)).value["id"]
    return key


async def named(browser: Browser, session: str) -> dict[str, list[str]]:
    found = (await browser.get(f"/api/sessions/{session}/officers")).value["items"]
    return {one["name"]: one["roles"] for one in found}


async def logins(browser: Browser, session: str, query: str = "") -> list[str]:
    found = (await browser.get(f"/api/sessions/{session}/candidates{query}")).value["items"]
    return [one["login"] for one in found]


@pytest.mark.rule("A46")
async def test_agency_and_supervisor_know_the_officers_by_name_and_no_member(
    site: Node, session: str
) -> None:
    for login in ("hana", "vera"):
        assert await named(await at(site, login), session) == {
            "Hana": ["agency_lead"], "Vera": ["supervisor"], "Wang": ["witness"],
        }  # fmt: skip
    await check_everyone_in(site, session)
    for login in ("ada", "wang"):
        assert await named(await at(site, login), session) == {}
    stranger = await site.at_desk("stranger")
    assert (await stranger.get(f"/api/sessions/{session}/officers")).code == "not_invited"


@pytest.mark.rule("A46")
async def test_an_auditor_knows_the_supervisors_before_the_end_and_nobody_else(
    site: Node, sysadm: Browser
) -> None:
    cast = await people(site)
    auditor = await site.at_desk("auden")
    cast[(await auditor.get("/api/me")).value["account"]] = {"roles": ["auditor"]}
    form = {"tender": await enter_tender(sysadm), "appointments": cast}
    session = (await sysadm.post("/api/sessions", json=form)).value["id"]
    assert await named(auditor, session) == {"Vera": ["supervisor"]}


@pytest.mark.rule("A47")
async def test_the_agencys_lead_finds_his_colleagues_and_no_expert(
    site: Node, sysadm: Browser, session: str
) -> None:
    hana = await at(site, "hana")
    assert await logins(hana, session) == ["wang"]
    stan = await site.person("stan")
    other: dict[str, Any] = {stan: {"roles": ["center_staff"], "venue": "main"}}
    lead = (await hana.get("/api/me")).value["account"]
    experts = {await site.person(f"expert{n}"): {"member": m} for n, m in enumerate(MEMBERS)}
    form = {
        "tender": await enter_tender(sysadm, title="另一项目"),
        "appointments": {lead: {"roles": ["agency_lead"]}, **other, **experts},
    }
    assert (await sysadm.post("/api/sessions", json=form)).status == 201
    assert await logins(hana, session) == ["stan", "wang"]


@pytest.mark.rule("A47")
async def test_a_whole_log_in_name_finds_one_account_that_can_be_used(
    site: Node, secadm: Browser, session: str
) -> None:
    hana = await at(site, "hana")
    gone = await site.person("gone")
    await secadm.patch(f"/api/accounts/{gone}", json={"disabled": True})
    await site.person("newcomer")
    assert await logins(hana, session, "?login=Newcomer") == ["newcomer"]
    assert await logins(hana, session, "?login=newcome") == []
    assert await logins(hana, session, "?login=gone") == []


@pytest.mark.rule("A47")
async def test_nobody_else_looks_for_people(site: Node, sysadm: Browser, session: str) -> None:
    await check_everyone_in(site, session)
    for login in ("vera", "wang", "ada"):
        reply = await (await at(site, login)).get(f"/api/sessions/{session}/candidates")
        assert reply.code == "wrong_role"
    assert (await sysadm.get(f"/api/sessions/{session}/candidates")).code == "not_invited"
