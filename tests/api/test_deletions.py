"""Recordings go when two offices agree, and never before their time."""

import asyncio

import pytest

from evalroom.identity.registry import Author
from tests.api.node import Browser, Node
from tests.api.recorded import CAMERA, acts, ended, opened, record, shelf

DAY_MS = 24 * 3600 * 1000
NOBODY = "5" * 32


@pytest.fixture
async def session(site: Node, sysadm: Browser) -> str:
    return await opened(site, sysadm)


async def wished(site: Node, session: str, secadm: Browser) -> str:
    """Ask for it when it may be asked for; where."""
    await ended(site, session)
    site.clock.now += 31 * DAY_MS
    await secadm.log_in("secadm")
    place = f"/api/footage/deletions/{session}"
    asked = await secadm.post(place, json={"reason": "x"})
    assert asked.status == 201
    return place


@pytest.mark.rule("M149")
async def test_recordings_go_when_two_offices_agree_and_their_time_is_over(
    site: Node, session: str, secadm: Browser, auditor: Browser
) -> None:
    await record(site, session, CAMERA, site.clock.now - 60_000)
    place, why = f"/api/footage/deletions/{session}", {"reason": "保存期满"}
    running = await secadm.post(place, json=why)
    assert (running.status, running.code) == (409, "session_running")
    await ended(site, session)
    young = await secadm.post(place, json=why)
    assert (young.code, young.value["params"]) == ("footage_kept", {"days": 30})
    site.clock.now += 31 * DAY_MS
    await secadm.log_in("secadm")
    await auditor.log_in("auditor")
    assert (await auditor.post(f"{place}/confirm")).code == "unknown_deletion"
    asked = await secadm.post(place, json=why)
    assert (asked.status, asked.value["confirmed"]) == (201, None)
    assert (await secadm.post(place, json=why)).code == "deletion_requested"
    assert (await secadm.post(f"{place}/confirm")).code == "not_your_office"
    assert await asyncio.to_thread(shelf(site).sources, session) == (CAMERA,)
    done = await auditor.post(f"{place}/confirm")
    assert (done.status, done.value["removed"]) == (200, site.clock.now)
    assert await asyncio.to_thread(shelf(site).sources, session) == ()
    assert (await auditor.post(f"{place}/confirm")).status == 200, "again changes nothing"
    assert (await secadm.delete(place)).code == "deletion_confirmed"
    assert (await secadm.get("/api/footage/deletions")).value["items"] == [
        (await auditor.get("/api/footage/deletions")).value["items"][0]
    ]
    told = await acts(auditor)
    for act in ("request_footage_deletion", "confirm_footage_deletion", "delete_footage"):
        assert act in told


@pytest.mark.rule("M149")
async def test_a_wish_to_delete_can_be_taken_back_and_names_a_session_there_is(
    site: Node, session: str, secadm: Browser
) -> None:
    place = await wished(site, session, secadm)
    assert (await secadm.delete(place)).status == 204
    assert (await secadm.delete(place)).code == "unknown_deletion"
    nobody = await secadm.post(f"/api/footage/deletions/{NOBODY}", json={"reason": "x"})
    assert (nobody.status, nobody.code) == (404, "unknown_session")


@pytest.mark.rule("M149")
async def test_whoever_asked_does_not_confirm_even_when_he_holds_the_other_office_by_then(
    site: Node, session: str, secadm: Browser
) -> None:
    place = await wished(site, session, secadm)
    account = (await secadm.get("/api/me")).value["account"]
    await site.person("successor", "security")
    await site.parts.registry.withdraw(Author(), account)
    await site.parts.registry.grant(Author(), account, "audit")
    assert (await secadm.post(f"{place}/confirm")).code == "two_persons_wanted"
