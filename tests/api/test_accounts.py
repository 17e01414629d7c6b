"""Accounts, offices and tokens over HTTP, by the security office."""

import asyncio

import pytest

from evalroom.storage.directory import accounts
from tests.api.node import Browser, Node
from tests.identity.parts import PASSWORD

SESSION = "5" * 32
HOUR_MS = 3600 * 1000


@pytest.mark.rule("A13", "A14")
async def test_an_account_is_made_shown_listed_and_changed(site: Node, secadm: Browser) -> None:
    form = {"login": " Ada ", "name": "王艳", "password": PASSWORD}
    made = await secadm.post("/api/accounts", json=form)
    assert made.status == 201
    assert made.value["login"] == "ada"
    path = f"/api/accounts/{made.value['id']}"
    assert (await secadm.get(path)).value == made.value
    changed = await secadm.patch(path, json={"name": "王燕", "password": "a new long one"})
    assert changed.value == {**made.value, "name": "王燕"}
    page = await secadm.get("/api/accounts?limit=1")
    assert [one["login"] for one in page.value["items"]] == ["ada"]
    rest = await secadm.get(f"/api/accounts?after={page.value['next']}")
    assert [one["login"] for one in rest.value["items"]] == ["secadm"]
    await site.browser().log_in("ada", "a new long one")


@pytest.mark.rule("A31")
async def test_what_is_refused_of_a_change_changes_nothing(site: Node, secadm: Browser) -> None:
    me = (await secadm.get("/api/me")).value["account"]
    before = (await secadm.get(f"/api/accounts/{me}")).value
    both = {"name": "renamed", "disabled": True}
    assert (await secadm.patch(f"/api/accounts/{me}", json=both)).code == "own_account"
    ada = await site.person("ada")
    weak = {"name": "renamed", "password": "short"}
    assert (await secadm.patch(f"/api/accounts/{ada}", json=weak)).status == 422
    assert (await secadm.get(f"/api/accounts/{me}")).value == before
    assert (await secadm.get(f"/api/accounts/{ada}")).value["name"] == "Ada"


@pytest.mark.rule("A7")
async def test_a_shut_account_is_out_at_its_next_act_and_its_sockets_end(
    site: Node, secadm: Browser
) -> None:
    ada = await site.person("ada")
    browser = site.browser()
    await browser.log_in("ada")
    await secadm.patch(f"/api/accounts/{ada}", json={"disabled": True})
    assert (await browser.get("/api/me")).code == "login_ended"
    form = {"login": "ada", "password": PASSWORD}
    assert (await browser.post("/api/login", json=form)).code == "wrong_credentials"
    assert site.revoked == [ada]


@pytest.mark.rule("A13")
async def test_offices_are_given_and_taken_and_never_two(site: Node, secadm: Browser) -> None:
    ada = await site.person("ada")
    path = f"/api/accounts/{ada}/office"
    granted = await secadm.put(path, json={"office": "system"})
    assert granted.value["office"] == "system"
    second = await secadm.put(path, json={"office": "audit"})
    assert (second.status, second.code) == (409, "holds_an_office")
    assert (await secadm.put(path, json={"office": "emperor"})).status == 400
    assert (await secadm.delete(path)).status == 204
    assert (await secadm.delete(path)).code == "holds_no_office"


@pytest.mark.rule("A7")
async def test_log_ins_are_shown_and_ended_from_outside(site: Node, secadm: Browser) -> None:
    ada = await site.person("ada")
    browsers = [site.browser(), site.browser()]
    for browser in browsers:
        await browser.log_in("ada")
    path = f"/api/accounts/{ada}/logins"
    assert len((await secadm.get(path)).value["items"]) == 2
    assert (await secadm.delete(path)).value == {"ended": 2}
    assert (await secadm.get(path)).value["items"] == []
    for browser in browsers:
        assert (await browser.get("/api/me")).code == "login_ended"
    assert site.revoked == [ada]


@pytest.mark.rule("A10", "A11")
async def test_a_token_reads_its_session_and_nothing_else(site: Node, secadm: Browser) -> None:
    camera = await site.person("camera", "system")
    wanted = {
        "account": camera,
        "label": "door camera",
        "scopes": [{"session": SESSION, "verb": "read"}],
        "expires": site.clock.now + HOUR_MS,
    }
    issued = await secadm.post("/api/tokens", json=wanted)
    assert issued.status == 201
    text = issued.value["text"]
    program = site.browser()
    bearer = {"Authorization": f"Bearer {text}"}

    async def code(path: str, sent: dict[str, str] = bearer) -> str:
        return (await program.get(path, headers=sent)).code

    # Let in as far as the room, which does not exist.
    assert await code(f"/api/sessions/{SESSION}/view") == "unknown_session"
    assert await code(f"/api/sessions/{'6' * 32}/view") == "outside_scope"
    assert await code("/api/me") == "not_for_programs"
    assert await code("/api/venues") == "not_your_office"
    forged = {"Authorization": f"Bearer {text[:-4]}AAAA"}
    assert await code(f"/api/sessions/{SESSION}/view", forged) == "token_unknown"
    basic = {"Authorization": "Basic YTpi"}
    assert await code(f"/api/sessions/{SESSION}/view", basic) == "token_unknown"
    listed = await secadm.get("/api/tokens")
    assert [one["label"] for one in listed.value["items"]] == ["door camera"]
    assert text.split(".")[2] not in listed.body.decode()
    assert (await secadm.delete(f"/api/tokens/{issued.value['token']['id']}")).status == 204
    assert await code(f"/api/sessions/{SESSION}/view") == "token_revoked"
    assert site.revoked == [camera]


@pytest.mark.rule("A10")
@pytest.mark.parametrize(
    "source", ["talk", "seat.m1.camera", f"venue.{'v' * 64}.camera.{'c' * 16}"]
)
async def test_a_token_may_name_any_source_there_can_be(
    site: Node, secadm: Browser, source: str
) -> None:
    scope = {"session": SESSION, "verb": "watch", "source": source}
    form = {"account": await site.person("camera", "system"), "label": "x", "scopes": [scope]}
    issued = await secadm.post("/api/tokens", json={**form, "expires": site.clock.now + HOUR_MS})
    assert issued.value["token"]["scopes"] == [scope]


@pytest.mark.rule("A10")
@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": [{"session": SESSION + "\n", "verb": "read"}]},
        {"scopes": [{"session": SESSION, "verb": "rule"}]},
        {"scopes": [{"session": SESSION, "verb": "publish", "source": "camera"}]},
        {"scopes": [{"session": SESSION, "verb": "watch", "source": f"venue.{'v' * 92}"}]},
        {"label": ""},
        {"label": "a\nb"},
        {"expires": "tomorrow"},
        {"surprise": 1},
    ],
)
async def test_a_token_form_with_a_slip_is_refused_by_its_place(
    secadm: Browser, wrong: dict[str, object]
) -> None:
    scopes = [{"session": SESSION, "verb": "read"}]
    form = {"account": "a1", "label": "x", "scopes": scopes, "expires": 1}
    reply = await secadm.post("/api/tokens", json={**form, **wrong})
    assert (reply.status, reply.code) == (400, "malformed")
    (error,) = reply.value["errors"]
    assert error["path"].startswith("body")


@pytest.mark.rule("A31")
async def test_two_at_once_do_not_get_the_same_name(site: Node, secadm: Browser) -> None:
    form = {"login": "ada", "name": "Ada", "password": PASSWORD}
    both = await asyncio.gather(*(secadm.post("/api/accounts", json=form) for _ in range(8)))
    assert sorted(reply.status for reply in both) == [201] + [409] * 7
    assert await site.parts.directory.read(accounts.count) == 2
