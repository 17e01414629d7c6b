"""The way in: logging in, one's sessions, a line that breaks and comes back, leaving nothing."""

import re
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from evalroom.cli.demonstration import PASSWORD
from evalroom.cli.rehearse_file import WORKS, case
from tests.browser.around import STORES, Hall, hall
from tests.browser.desks import violations
from tests.browser.stand import unattended

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

JUNCTION = case(WORKS)

FIRST_LOAD_BYTES = 200_000
"""The log-in page, compressed, with its letters: two seconds on the line of a county."""

LOOKS = [("zh-CN", "100"), ("zh-CN", "125"), ("en-US", "100"), ("en-US", "125")]

SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...how) { super(...how); sockets.push(this); }
};"""
"""Offline takes no connection away that is there: they are remembered, to be cut."""

KEEP = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open('evalroom');
    asked.onsuccess = () => done(asked.result);
  });
  const entry = { id: 'ab', session: 's', member: 'm', cells: [{ value: '31.415' }] };
  const written = db.transaction('unsent', 'readwrite');
  written.objectStore('unsent').put(entry);
  await new Promise((done) => { written.oncomplete = done; });
  db.close();
}"""
"""An entry that this browser could not send."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """A session that has just been opened, for all tests of this file."""
    async with unattended(tmp_path_factory.mktemp("entry"), JUNCTION) as up, hall(up) as here:
        yield here


async def log_in(page: Page, login: str, password: str = PASSWORD) -> None:
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(password)
    await page.locator("#password").press("Enter")


async def sized(page: Page, size: str) -> None:
    await page.add_init_script(f"localStorage.setItem('evalroom.text-size', '{size}')")


async def test_whoever_opens_a_page_logs_in_first_and_is_led_there(opened: Hall) -> None:
    page = await opened.page([])
    await page.goto(f"/s/{opened.stand.session}/host")
    await expect(page).to_have_title("登录 · 远程异地评标室")
    await log_in(page, "agency", "not the word")
    await expect(page.locator(".er-refusal")).to_contain_text("账号或密码不正确")
    assert await page.locator("#password").input_value() == ""
    await log_in(page, "agency")
    await page.wait_for_url(f"**/s/{opened.stand.session}/host")
    await expect(page.locator(".er-line-live")).to_be_visible()


async def test_a_page_of_another_house_is_nowhere_to_be_led_to(opened: Hall) -> None:
    for elsewhere in ("//evil.example/x", "https://evil.example", "/\\evil.example"):
        page = await opened.page([])
        await page.goto(f"/login?to={elsewhere}")
        await log_in(page, "agency")
        await expect(page.locator(".er-lobby")).to_be_visible()
        assert page.url == f"{opened.stand.url}/"


@pytest.mark.parametrize(
    ("who", "part", "desk"),
    [
        ("agency_lead", "代理机构项目负责人", "host"),
        ("m2", "评标委员会成员", "expert"),
        ("supervisor", "行政监督", "wall"),
        ("witness", "见证人员", "witness"),
    ],
)
async def test_everybody_is_told_his_part_and_led_to_his_desk(
    opened: Hall, who: str, part: str, desk: str
) -> None:
    page = await opened.page(opened.stand.cookies(who))
    await page.goto("/")
    await expect(page.locator(".er-session")).to_contain_text(part)
    # Until the check-in is over a member does not know what he will evaluate.
    sealed = page.get_by_text("项目信息签到后可见")
    await expect(sealed).to_have_count(1 if who in {"m2", "witness"} else 0)
    await page.locator(".er-session").click()
    await page.wait_for_url(f"**/s/{opened.stand.session}/{desk}")
    await expect(page.locator(".er-line-live")).to_be_visible()


async def test_a_desk_that_is_not_ones_own_stays_shut(opened: Hall) -> None:
    page = await opened.opens("m2", "host")
    await expect(page.get_by_text("您不能进入此页面")).to_be_visible()
    await page.goto("/admin/sessions")
    await expect(page.get_by_role("heading", name="场次")).to_have_count(0)


async def test_another_language_is_one_click_away_and_stays(opened: Hall) -> None:
    page = await opened.page(opened.stand.cookies("agency_lead"))
    await page.goto("/")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_text("Server")).to_have_count(0)
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page).to_have_title("My sessions · EvalRoom")
    await page.reload()
    await expect(page).to_have_title("My sessions · EvalRoom")
    await page.get_by_role("button", name="中文").click()
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


async def test_a_broken_line_is_told_of_after_a_moment_and_the_truth_is_there_after_it(
    opened: Hall,
) -> None:
    page = await opened.page(opened.stand.cookies("agency_lead"))
    await page.add_init_script(SOCKETS)
    await page.goto(f"/s/{opened.stand.session}/host")
    await expect(page.locator(".er-line-live")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="302-1")
    await expect(row).to_contain_text("未签到")

    before = time.monotonic()
    await page.context.set_offline(True)
    await page.evaluate("sockets.forEach((one) => one.close())")
    await expect(page.locator(".er-line-broken")).to_be_visible()
    await expect(page.locator(".er-reconnect")).to_be_visible()
    # A hiccup that mends itself is nobody's concern.
    assert time.monotonic() - before > 0.7
    await expect(page.locator(".er-reconnect")).to_contain_text("正在重新连接")
    await expect(row).to_contain_text("未签到")
    seat = await opened.seat(member_at("302-1"))
    await seat.send("CheckIn")
    await page.context.set_offline(False)
    await expect(page.locator(".er-line-live")).to_be_visible()
    await expect(page.locator(".er-reconnect")).to_have_count(0)
    await expect(row.get_by_text("未签到")).to_have_count(0)


def member_at(workstation: str) -> str:
    member = next(seat.member for seat in JUNCTION.seats if seat.workstation == workstation)
    assert member is not None
    return member


async def test_the_host_reads_how_long_the_way_of_a_seat_is(opened: Hall) -> None:
    page = await opened.opens("agency_lead", "host")
    seat = await opened.browser.new_context(base_url=opened.stand.url)
    await seat.add_cookies(opened.stand.cookies(member_at("201-2")))  # type: ignore[arg-type]
    await (await seat.new_page()).goto(f"/s/{opened.stand.session}/expert")
    row = page.get_by_role("row").filter(has_text="201-2")
    # A page measures its way every five seconds.
    await expect(row.get_by_text(re.compile(r"^\d+ ms"))).to_be_visible(timeout=15_000)


async def test_leaving_takes_everything_out_of_the_browser(opened: Hall) -> None:
    page = await opened.page([])
    await page.goto("/login")
    await log_in(page, "member4")
    await page.locator(".er-session").click()
    await page.wait_for_url("**/expert")
    await expect(page.locator(".er-line-live")).to_be_visible()
    await page.evaluate(KEEP)
    assert "31.415" in await page.evaluate(STORES)
    await page.get_by_role("button", name="退出登录").click()
    await page.wait_for_url("**/login**")
    left = await page.evaluate(STORES)
    assert "31.415" not in left
    assert opened.stand.session not in left
    names = {one["name"] for one in await page.context.cookies()}
    assert "evalroom_login" not in names
    await page.goto("/")
    await page.wait_for_url("**/login**")


async def test_the_first_page_is_light(opened: Hall) -> None:
    page = await opened.page([])
    client = await page.context.new_cdp_session(page)
    came: list[dict[str, Any]] = []
    client.on("Network.loadingFinished", lambda one: came.append(one))
    await client.send("Network.enable")
    await page.goto("/login", wait_until="networkidle")
    await expect(page.locator("#login")).to_be_focused()
    total = sum(one["encodedDataLength"] for one in came)
    assert 20_000 < total <= FIRST_LOAD_BYTES, f"{total:,} bytes"


@pytest.mark.parametrize(("language", "size"), LOOKS)
async def test_everybody_can_use_the_way_in(opened: Hall, language: str, size: str) -> None:
    page = await opened.page([], language)
    await sized(page, size)
    await page.goto("/login")
    await expect(page.locator("#login")).to_be_visible()
    assert await violations(page) == []
    await log_in(page, "agency", "not the word")
    await expect(page.locator(".er-refusal")).to_be_visible()
    assert await violations(page) == []
    page = await opened.page(opened.stand.cookies("agency_lead"), language)
    await sized(page, size)
    for path, there in (("/", ".er-session"), ("/nowhere", ".er-empty"), ("/forbidden", "h2, b")):
        await page.goto(path)
        await expect(page.locator(there).first).to_be_visible()
        assert await violations(page) == []
        width = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, "nothing stands beside the screen"
