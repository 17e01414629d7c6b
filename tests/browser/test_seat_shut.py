"""Who may not be there: a second device under a member's account, a member whose account is shut
while he scores, a member whose appointment ends. Each is told so calmly and reads nothing more.
"""

import asyncio
import re
import secrets
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from evalroom.cli.demonstration import ADMINISTRATORS, PASSWORD
from evalroom.rehearsal.browser import Browser
from evalroom.sessions.people import SYSTEM, Actor
from tests.browser.around import STORES
from tests.browser.chromium import workplace
from tests.browser.desks import violations
from tests.browser.seat import ME, TENDER, Seat, seated
from tests.browser.stand import until

SECURITY = next(login for login, office in ADMINISTRATORS.items() if office == "security")
SAVED = re.compile("已暂存")


@pytest.mark.browser
@pytest.mark.rule("V23")
async def test_whoever_is_let_in_no_more_reads_nothing_more(tmp_path: Path) -> None:
    async with seated(tmp_path, until("detailed", 2)) as seat, asyncio.timeout(110):
        await expect(seat.page.locator(".er-sheet")).to_be_visible()
        await a_second_device_is_refused_and_told_of(seat)
        await his_account_is_shut_while_a_score_waits(seat)
        await what_waited_is_sent_when_he_is_back(seat)
        await his_appointment_ends_with_something_half_written(seat)
        assert seat.faults == []


async def a_second_device_is_refused_and_told_of(seat: Seat) -> None:
    context = await workplace(seat.browser, seat.up.url)
    page = await context.new_page()
    await page.goto(f"/login?to=/s/{seat.up.session}/expert")
    await log_in(page)
    await expect(page.get_by_text("该席位已绑定另一台设备")).to_be_visible()
    await nothing_readable(page)
    assert await violations(page) == []
    agency: Any = await seat.up.people.browsers["agency_lead"].get(
        f"/api/sessions/{seat.up.session}/view"
    )
    assert [one["member"] for one in agency["view"]["incidents"]] == [ME]
    await expect(seat.page.locator(".er-line-live")).to_be_visible()
    await context.close()


async def his_account_is_shut_while_a_score_waits(seat: Seat) -> None:
    page = seat.page
    await page.context.set_offline(True)
    await page.locator("#score-t1-D").fill("9.5")
    await page.keyboard.press("Enter")
    await expect(page.locator(".er-saving")).to_contain_text("1 项保存在本机")
    await shut(seat, disabled=True)
    await page.context.set_offline(False)
    await expect(page.get_by_text("登录已结束")).to_be_visible()
    await nothing_readable(page)
    assert await violations(page) == []
    assert '"9.5"' in await page.evaluate(STORES)
    await page.get_by_role("button", name="重新登录").click()
    await log_in(page)
    await expect(page.get_by_text("账号或密码不正确")).to_be_visible()


async def what_waited_is_sent_when_he_is_back(seat: Seat) -> None:
    page = seat.page
    await shut(seat, disabled=False)
    await log_in(page)
    await expect(page.locator("#score-t1-D")).to_have_value("9.5")
    await expect(page.locator(".er-saving")).to_have_text(SAVED)
    assert (await seat.cell("t1", "D"))["value"] == "9.5"


async def his_appointment_ends_with_something_half_written(seat: Seat) -> None:
    page = seat.page
    await page.get_by_role("tab", name="笔记").click()
    await page.get_by_label("写一条笔记").fill("存储冗余与偏离表不一致")
    await page.get_by_role("tab", name="评分表").click()
    await page.locator("#score-t2-D").fill("99")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("1 格待更正")).to_be_visible()
    room = await seat.up.node.rooms.open(seat.up.session)
    account = seat.up.people.accounts[login(seat)]
    revoked = {"principal": account, "reason": "主管部门通知"}
    await room.submit(Actor(SYSTEM), secrets.token_bytes(16), "Revoke", revoked, None)
    await expect(page.get_by_text("您在本场评审中的任命已终止")).to_be_visible()
    await nothing_readable(page)
    await expect(page.locator("video")).to_have_count(0)
    # The end takes what was typed out of the drawer, too.
    await expect(page.locator(".er-gate")).to_be_visible()
    await page.get_by_role("button", name="返回我的评审场次").click()
    await expect(page.locator(".er-lobby")).to_be_visible()
    left = await page.evaluate(STORES)
    assert [word for word in ('"99"', "不一致") if word in left] == []


async def log_in(page: Page) -> None:
    await page.locator("#login").fill(f"member{ME.removeprefix('m')}")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")


async def nothing_readable(page: Page) -> None:
    """Neither a bidder nor a score stands in the page."""
    shown = await page.content()
    names = [bid.bidder for bid in TENDER.bids]
    assert [name for name in (*names, TENDER.title) if name in shown] == []
    await expect(page.locator(".er-sheet, .er-page canvas")).to_have_count(0)


async def shut(seat: Seat, *, disabled: bool) -> None:
    account = seat.up.people.accounts[login(seat)]
    async with Browser(seat.up.url) as office:
        await office.log_in(SECURITY, PASSWORD)
        await office.patch(f"/api/accounts/{account}", {"disabled": disabled})


def login(seat: Seat) -> str:
    return next(one.login for one in seat.up.people.cast.everyone if one.key == ME)
