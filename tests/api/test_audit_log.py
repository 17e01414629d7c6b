"""The audit office reads what the others did, and they do not."""

import pytest

from tests.api.node import Browser, Node
from tests.identity.parts import PASSWORD


@pytest.mark.rule("A14")
async def test_every_administrative_act_is_in_the_log_with_its_author(
    site: Node, secadm: Browser, sysadm: Browser, auditor: Browser
) -> None:
    await secadm.post("/api/accounts", json={"login": "x", "name": "x", "password": PASSWORD})
    await sysadm.put("/api/centers/zh", json={"title": "珠海"})
    await sysadm.delete("/api/centers/zh")
    boss = (await secadm.get("/api/me")).value["account"]
    system = (await sysadm.get("/api/me")).value["account"]
    lines = (await auditor.get("/api/audit?limit=3")).value
    assert [(line["act"], line["account"]) for line in lines["items"]] == [
        ("remove_center", system),
        ("put_center", system),
        ("add_account", boss),
    ]
    assert {line["address"] for line in lines["items"]} == {"127.0.0.1"}
    older = (await auditor.get(f"/api/audit?limit=1&after={lines['next']}")).value
    assert older["items"][0]["act"] == "log_in"
    assert (await auditor.get("/api/audit?after=x")).code == "unknown_cursor"
    assert PASSWORD not in (await auditor.get("/api/audit?limit=200")).body.decode()


@pytest.mark.rule("A48")
async def test_the_log_is_searched_by_act_person_outcome_and_time(
    site: Node, secadm: Browser, sysadm: Browser, auditor: Browser
) -> None:
    system = (await sysadm.get("/api/me")).value["account"]
    await sysadm.put("/api/centers/zh", json={"title": "珠海"})
    began = site.clock.wall()
    site.clock.now += 60_000
    await sysadm.put("/api/centers/sz", json={"title": "深圳"})
    stranger = site.browser()
    await stranger.post("/api/login", json={"login": "nobody", "password": PASSWORD})

    async def found(query: str) -> list[tuple[str, str | None]]:
        lines = (await auditor.get(f"/api/audit?limit=200&{query}")).value["items"]
        return [(line["act"], line["subject"]) for line in lines]

    assert await found("act=put_center") == [("put_center", "sz"), ("put_center", "zh")]
    assert await found(f"act=put_center&until={began + 1}") == [("put_center", "zh")]
    assert await found(f"account={system}&since={began + 1}") == [("put_center", "sz")]
    assert await found("outcome=refused") == [("log_in", None)]
    assert ("log_in", None) in await found("account=none")
    assert await found("act=put_center&outcome=refused") == []
    first = (await auditor.get("/api/audit?act=put_center&limit=1")).value
    rest = (await auditor.get(f"/api/audit?act=put_center&limit=1&after={first['next']}")).value
    assert [one["subject"] for one in rest["items"]] == ["zh"]
