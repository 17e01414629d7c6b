"""The description is true: every route is in it, and every answer of a whole tour is as it says."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalroom.api.application import ROUTES
from tests.api.node import DESCRIPTION, Browser, Node
from tests.api.test_documents import DIGEST, session as session, upload
from tests.api.test_sessions import at, check_everyone_in
from tests.api.test_tenders import JSON, tender_file
from tests.identity.parts import PASSWORD

DOCS = Path(__file__).parents[2] / "docs" / "http-api.md"


# Media need a whole node; recordings have to be made before they are seen.
OWN_TOURS = {"media", "footage", "deletions"}


@pytest.mark.rule("A35")
async def test_the_description_is_served_and_names_every_route(site: Node) -> None:
    served = (await site.browser().get("/api/openapi.json")).value
    assert served == json.loads(json.dumps(DESCRIPTION))
    described = {
        (method.upper(), path) for path, methods in served["paths"].items() for method in methods
    }
    assert described == {(route.method, route.path) for route in ROUTES}


@pytest.mark.rule("A35")
def test_every_reference_leads_somewhere_and_every_operation_has_its_own_name() -> None:
    for reference in under("$ref", DESCRIPTION):
        found: Any = DESCRIPTION
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    operations = [one for methods in DESCRIPTION["paths"].values() for one in methods.values()]
    names = Counter(operation["operationId"] for operation in operations)
    assert max(names.values()) == 1
    assert [name["operationId"] for name in operations if not name["summary"]] == []
    for path, methods in DESCRIPTION["paths"].items():
        for operation in methods.values():
            named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))


@pytest.mark.rule("A35")
def test_every_pattern_is_one_that_other_languages_know() -> None:
    # JSON Schema takes its expressions from ECMA-262, where these are letters or faults.
    patterns = set(under("pattern", DESCRIPTION))
    assert len(patterns) >= 5
    assert [one for one in patterns if re.search(r"\\[AZ]|\(\?[Pi]", one)] == []


def under(key: str, value: Any) -> Iterator[str]:
    """All texts that stand under a key, however deep."""
    if isinstance(value, dict):
        if isinstance(value.get(key), str):
            yield value[key]
        for part in value.values():
            yield from under(key, part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from under(key, part)


@pytest.mark.rule("A35")
@pytest.mark.timeout(60)
async def test_on_a_whole_tour_every_route_answers_as_described(
    site: Node, sysadm: Browser, secadm: Browser, auditor: Browser, session: str
) -> None:
    await tour_of_a_stranger(site)
    await tour_of_security(site, secadm)
    await tour_of_places(site, sysadm)
    await tour_of_papers(sysadm)
    await tour_of_a_session(site, sysadm, session)
    await auditor.get("/api/audit")
    carried_out = {(method, path) for method, path, status in site.seen if status < 300}
    # The report opens to its readers at the end of a whole evaluation.
    elsewhere = {("GET", "/api/sessions/{id}/report")}
    elsewhere |= {(route.method, route.path) for route in ROUTES if route.tag in OWN_TOURS}
    assert {(route.method, route.path) for route in ROUTES} - carried_out == elsewhere


async def tour_of_a_stranger(site: Node) -> None:
    browser = await site.at_desk("tourist")
    for path in (
        "/healthz",
        "/readyz",
        "/api/time",
        "/api/keys",
        "/api/openapi.json",
        "/api/me",
        "/api/ice",
    ):
        await browser.get(path)
    change = {"old": PASSWORD, "new": "a new long one"}
    await browser.put("/api/me/password", json=change)
    await browser.post("/api/logout")


async def tour_of_security(site: Node, secadm: Browser) -> None:
    form = {"login": "guide", "name": "Guide", "password": PASSWORD}
    account = (await secadm.post("/api/accounts", json=form)).value["id"]
    path = f"/api/accounts/{account}"
    await secadm.get("/api/accounts")
    await secadm.get(path)
    await secadm.patch(path, json={"name": "Leader"})
    await secadm.put(f"{path}/office", json={"office": "system"})
    await secadm.delete(f"{path}/office")
    await secadm.get(f"{path}/logins")
    await secadm.delete(f"{path}/logins")
    scopes = [{"session": "5" * 32, "verb": "read"}]
    expires = site.clock.now + 1000
    wanted = {"account": account, "label": "x", "scopes": scopes, "expires": expires}
    token = (await secadm.post("/api/tokens", json=wanted)).value["token"]["id"]
    await secadm.get("/api/tokens")
    await secadm.delete(f"/api/tokens/{token}")


async def tour_of_places(site: Node, sysadm: Browser) -> None:
    await sysadm.put("/api/centers/zh", json={"title": "x"})
    await sysadm.put("/api/venues/302", json={"center": "zh", "title": "x"})
    await sysadm.put("/api/workstations/1", json={"venue": "302", "title": "x"})
    camera = {"venue": "302", "title": "x", "address": "rtsp://127.0.0.1:1/x"}
    await sysadm.put("/api/cameras/1", json=camera)
    for path in ("/api/centers", "/api/venues", "/api/workstations", "/api/cameras"):
        await sysadm.get(path)
    await sysadm.post("/api/cameras/1/trial")
    await sysadm.delete("/api/cameras/1")
    code = (await sysadm.post("/api/workstations/1/code")).value["code"]
    await site.browser().post("/api/pairing", json={"code": code})
    for path in ("/workstations/1/device", "/workstations/1", "/venues/302", "/centers/zh"):
        await sysadm.delete(f"/api{path}")


async def tour_of_papers(sysadm: Browser) -> None:
    await sysadm.get("/api/tender-template")
    await sysadm.post("/api/tenders/check", data=tender_file(), headers=JSON)
    stored = await sysadm.post("/api/tenders", data=tender_file(), headers=JSON)
    path = f"/api/tenders/{stored.value['id']}"
    await sysadm.get("/api/tenders")
    for part in ("", "/file", "/workbook"):
        await sysadm.get(path + part)
    await sysadm.delete(path)
    await upload(sysadm)
    await sysadm.get("/api/documents")


async def tour_of_a_session(site: Node, sysadm: Browser, session: str) -> None:
    path = f"/api/sessions/{session}"
    await sysadm.get(f"{path}/appointments")
    await check_everyone_in(site, session)
    ada = await at(site, "ada")
    await ada.get("/api/sessions")
    for part in ("", "/view", "/minutes", "/report", f"/documents/{DIGEST}"):
        await ada.get(path + part)
    await ada.get(f"{path}/documents/{DIGEST}", headers={"Range": "bytes=0-99"})
    hana = await at(site, "hana")
    await hana.get(f"{path}/officers")
    await hana.get(f"{path}/candidates?login=ada")


@pytest.mark.rule("A35")
def test_the_manual_lists_every_route_as_it_is() -> None:
    rows = re.findall(
        r"^\| `([A-Z]+)` \| `(\S+)` \| ([^|]+) \| ([^|]+) \|$", DOCS.read_text("utf-8"), re.M
    )
    assert rows == [(one.method, one.path, one.access, one.summary) for one in ROUTES]
