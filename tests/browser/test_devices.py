"""A member tries his workstation before he takes his seat, and the organisers learn how it is; a
browser that belongs to no workstation is given one by the code that the staff read out.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from evalroom.cli.demonstration import ADMINISTRATORS, PASSWORD
from evalroom.cli.rehearse_file import WORKS, case
from evalroom.rehearsal.browser import Browser
from tests.browser.around import Hall, hall
from tests.browser.desks import violations
from tests.browser.stand import stand

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

JUNCTION = case(WORKS)
SYSTEM = next(login for login, office in ADMINISTRATORS.items() if office == "system")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def before(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """A session that has just been opened."""
    folder = tmp_path_factory.mktemp("node")
    async with stand(folder, JUNCTION, lambda _: True) as up, hall(up) as opened:
        yield opened


async def go_on(page: Page) -> None:
    await page.get_by_role("button", name="下一项").click()


async def fine(page: Page, what: str) -> None:
    """This thing has its green tick."""
    row = page.get_by_role("listitem").filter(has_text=what)
    await expect(row.get_by_role("img", name="正常")).to_be_visible(timeout=15_000)


async def test_what_a_page_finds_reaches_the_organisers(before: Hall) -> None:
    page = await before.opens("m2", "devices")
    await fine(page, "身份与工位")
    await go_on(page)
    await fine(page, "摄像头")
    await go_on(page)
    await fine(page, "麦克风")
    await go_on(page)
    await page.get_by_role("button", name="播放").click()
    await page.get_by_role("button", name="没有听到").click()
    await go_on(page)
    await go_on(page)
    await fine(page, "网络")
    await go_on(page)
    await fine(page, "时钟")
    await page.get_by_role("button", name="发送检测结果").click()
    await expect(page.get_by_role("button", name="检测结果已发送")).to_be_visible()
    lead = before.stand.people.browsers["agency_lead"]
    told: Any = await lead.get(f"/api/sessions/{before.stand.session}/view")
    checks = told["view"]["workstations"]["m2"]["checked"]["checks"]
    found = {check["what"]: check["outcome"] for check in checks}
    assert found == {
        "identity": "ok", "camera": "ok", "microphone": "ok", "speaker": "failed",
        "screen": "skipped", "network": "ok", "clock": "ok",
    }  # fmt: skip


async def test_one_hears_oneself_after_six_seconds(before: Hall) -> None:
    page = await before.opens("m2", "devices")
    await page.get_by_role("button", name="麦克风").click()
    await page.get_by_role("button", name="录 6 秒").click()
    await expect(page.get_by_role("button", name="正在录音")).to_be_disabled()
    await expect(page.get_by_role("button", name="正在播放")).to_be_visible(timeout=9_000)
    await expect(page.get_by_role("button", name="录 6 秒")).to_be_enabled(timeout=15_000)


async def test_a_seat_code_makes_a_browser_that_of_a_workstation(before: Hall) -> None:
    page = await before.page([])
    await page.goto("/login")
    await page.locator("#login").fill(SYSTEM)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")
    await page.wait_for_url("**/")
    await page.goto("/devices")
    await expect(page.get_by_role("listitem").filter(has_text="未绑定工位")).to_be_visible()
    await page.get_by_label("席位码").fill("0000-0000")
    await page.get_by_role("button", name="绑定本机").click()
    await expect(page.get_by_text("席位码不正确")).to_be_visible()
    await page.get_by_label("席位码").fill(await _code(before, "302-1"))
    await page.get_by_role("button", name="绑定本机").click()
    await fine(page, "身份与工位")
    await expect(page.get_by_role("listitem").filter(has_text="302-1")).to_be_visible()


async def _code(before: Hall, title: str) -> str:
    async with Browser(before.stand.url) as office:
        await office.log_in(SYSTEM, PASSWORD)
        told = await office.get("/api/workstations", limit="200")
        found = next(one["id"] for one in told["items"] if title in (one["id"], one["title"]))
        return str((await office.post(f"/api/workstations/{found}/code", {}))["code"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_nobody_is_kept_out_of_the_device_check(before: Hall, language: str) -> None:
    page = await before.opens("m2", "devices", language)
    for place in range(7):
        await page.locator(".er-checks button").nth(place).click()
        await page.locator(".er-step").wait_for()
        assert await violations(page) == []
