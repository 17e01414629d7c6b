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
