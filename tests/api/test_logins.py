"""Coming in and going out over real HTTP: cookies as they must be, and nobody else's page."""

from pathlib import Path

import pytest

from evalroom.identity.throttle import PER_ACCOUNT
from tests.api.node import Node, node
from tests.identity.parts import PASSWORD


@pytest.mark.rule("A7")
async def test_a_log_in_sets_two_cookies_that_no_script_and_no_other_site_gets(site: Node) -> None:
    await site.person("ada")
    browser = site.browser()
    reply = await browser.log_in("ada")
    cookies = reply.headers.getall("Set-Cookie")
    login = next(one for one in cookies if one.startswith("evalroom_login="))
    device = next(one for one in cookies if one.startswith("evalroom_device="))
    for cookie in (login, device):
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert "Max-Age" not in login
    assert "Max-Age=34560000" in device
    me = await browser.get("/api/me")
    assert me.value == reply.value
    assert me.value["name"] == "Ada"


@pytest.mark.rule("A7")
async def test_who_logs_out_is_out_and_only_this_browsers_sockets_end(site: Node) -> None:
    ada = await site.person("ada")
    here, there = site.browser(), site.browser()
    await here.log_in("ada")
    await there.log_in("ada")
    assert (await here.post("/api/logout")).status == 204
    assert (await here.get("/api/me")).code == "not_logged_in"
    assert (await there.get("/api/me")).status == 200
    assert site.revoked == [ada]


@pytest.mark.rule("A2", "A30")
async def test_a_wrong_password_is_a_problem_in_the_persons_language(site: Node) -> None:
    await site.person("ada")
    browser = site.browser()
    wrong = {"login": "ada", "password": "wrong"}
    zh = await browser.post("/api/login", json=wrong)
    en = await browser.post("/api/login", json=wrong, headers={"Accept-Language": "en-GB, zh;q=.1"})
    assert (zh.status, en.status) == (401, 401)
    assert zh.value["detail"] == "账号或密码不正确。"
    assert en.value["detail"] == "The name or the password is not right."
    assert en.value["type"] == "urn:evalroom:refusal:wrong_credentials"
    assert "wrong" not in en.value["params"]


@pytest.mark.rule("A4")
async def test_too_many_slips_are_told_when_to_try_again(site: Node) -> None:
    browser = site.browser()
    for _ in range(PER_ACCOUNT.burst):
        await browser.post("/api/login", json={"login": "ada", "password": "wrong"})
    reply = await browser.post("/api/login", json={"login": "ada", "password": "wrong"})
    assert (reply.status, reply.code) == (429, "log_in_throttled")
    assert reply.headers["Retry-After"] == "31"
    assert reply.value["retry_ms"] == 30001


@pytest.mark.rule("A15")
@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
async def test_another_sites_page_may_not_write_with_the_persons_cookies(
    site: Node, origin: str
) -> None:
    browser = await site.at_desk("ada")
    reply = await browser.post("/api/logout", headers={"Origin": origin})
    assert (reply.status, reply.code) == (403, "foreign_origin")
    entered = {"login": "ada", "password": PASSWORD}
    reply = await site.browser().post("/api/login", json=entered, headers={"Origin": origin})
    assert reply.code == "foreign_origin"
    assert (await browser.get("/api/me")).status == 200


@pytest.mark.rule("A15")
async def test_a_write_with_cookies_but_without_an_origin_is_refused(site: Node) -> None:
    browser = await site.at_desk("ada")
    async with browser.http.post(site.url + "/api/logout") as response:
        assert response.status == 403
    # A program that brings no cookie may log in without a page.
    stranger = site.browser()
    form = {"login": "ada", "password": PASSWORD}
    async with stranger.http.post(site.url + "/api/login", json=form) as response:
        assert response.status == 200


@pytest.mark.rule("A7")
async def test_changing_ones_password_logs_every_other_browser_out(site: Node) -> None:
    ada = await site.person("ada")
    here, there = site.browser(), site.browser()
    await here.log_in("ada")
    await there.log_in("ada")
    wrong = {"old": "wrong", "new": "a new long one"}
    assert (await here.put("/api/me/password", json=wrong)).code == "wrong_credentials"
    weak = {"old": PASSWORD, "new": "short"}
    assert (await here.put("/api/me/password", json=weak)).code == "password_too_weak"
    change = {"old": PASSWORD, "new": "a new long one"}
    assert (await here.put("/api/me/password", json=change)).status == 204
    assert (await here.get("/api/me")).status == 200
    assert (await there.get("/api/me")).code == "login_ended"
    assert site.revoked == [ada]


@pytest.mark.rule("A16")
async def test_a_browser_is_paired_by_a_code_before_anybody_logs_in(site: Node) -> None:
    sysadm = await site.at_desk("sysadm", "system")
    await sysadm.put("/api/centers/zh", json={"title": "珠海"})
    await sysadm.put("/api/venues/302", json={"center": "zh", "title": "302室"})
    await sysadm.put("/api/workstations/302-2", json={"venue": "302", "title": "2号"})
    code = (await sysadm.post("/api/workstations/302-2/code")).value["code"]
    seat = site.browser()
    paired = await seat.post("/api/pairing", json={"code": code.lower().replace("-", " ")})
    assert paired.value["id"] == "302-2"
    again = await seat.post("/api/pairing", json={"code": code})
    assert (again.status, again.code) == (404, "pairing_code_unknown")
    await site.person("ada")
    me = await seat.log_in("ada")
    assert (me.value["workstation"], me.value["device"]) == ("302-2", paired.value["device"])
    assert (await sysadm.delete("/api/workstations/302-2/device")).status == 204
    assert (await seat.get("/api/me")).value["workstation"] is None


@pytest.mark.rule("A16")
async def test_guessing_codes_is_held_up(site: Node) -> None:
    browser = site.browser()
    for _ in range(30):
        assert (await browser.post("/api/pairing", json={"code": "x"})).status == 404
    assert (await browser.post("/api/pairing", json={"code": "x"})).code == "pairing_throttled"


@pytest.mark.rule("E46")
@pytest.mark.parametrize("records", [True, False])
async def test_a_page_learns_whether_this_node_records(tmp_path: Path, records: bool) -> None:
    async with node(tmp_path, records=records) as site:
        browser = await site.at_desk("ada")
        assert (await browser.get("/api/me")).value["records"] is records
