"""One expert's whole review without a mouse: from the log-in over the commitment and both sheets to
the signature and the clean workstation.
"""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from evalroom.cli.demonstration import PASSWORD
from evalroom.rehearsal.offers import offered
from tests.browser.seat import ME, Seat, in_phase, seated
from tests.sessions.cast import small_tender

SAVED = re.compile("已暂存")

FURTHEST = 60
"""How many steps of the tabulator lead to anything that is in sight."""

CHOICES = {"pass": "1", "fail": "2", "none": "1", "apply": "2"}
"""The figure that chooses a word in a cell."""


@pytest.mark.browser
async def test_a_whole_review_is_held_by_keyboard_alone(tmp_path: Path) -> None:
    offers = offered(small_tender(bids=4))
    async with seated(tmp_path, None, offers=offers) as seat, asyncio.timeout(120):
        playing = asyncio.create_task(seat.others(in_phase(), patience=120))
        await he_logs_in_and_takes_his_seat(seat)
        await he_commits_himself_and_votes(seat)
        await expect(seat.page.locator("#score-q1-B1")).to_be_visible()
        await he_fills_his_sheet_and_closes_it(seat)
        await expect(seat.page.locator("#score-t1-B2")).to_be_visible()
        await he_fills_his_sheet_and_closes_it(seat)
        await he_confirms_signs_and_clears(seat)
        await playing
        assert seat.faults == []


async def press(page: Page, thing: Locator, key: str = "Enter") -> None:
    """Go there by the tabulator, and press a key on it."""
    await expect(thing).to_be_enabled()
    for _ in range(FURTHEST):
        if await thing.evaluate("one => one === document.activeElement"):
            return await page.keyboard.press(key)
        await page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {thing}")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


async def he_logs_in_and_takes_his_seat(seat: Seat) -> None:
    page = seat.page
    await page.context.clear_cookies(name="evalroom_login")
    await page.goto("/login")
    await expect(page.locator("#login")).to_be_focused()
    await page.keyboard.type(f"member{ME.removeprefix('m')}")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await press(page, page.locator(".er-session"))
    await press(page, button(page, "签到就座"))


async def he_commits_himself_and_votes(seat: Seat) -> None:
    page = seat.page
    await expect(page.get_by_text("已宣布")).to_be_visible()
    await press(page, page.get_by_label("我已阅读上述内容"), "Space")
    await press(page, button(page, "签署承诺"))
    await press(page, page.get_by_role("radio", name="专家1号"), "Space")
    await press(page, button(page, "投票"))


async def he_fills_his_sheet_and_closes_it(seat: Seat) -> None:
    page = seat.page
    await page.keyboard.press("n")
    while await button(page, "下一空格").count():
        await he_fills(seat, await page.evaluate("document.activeElement.id"))
        # Out of a reason into its cell, and out of that.
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")
        await page.keyboard.press("n")
    await expect(page.locator(".er-saving")).to_have_text(SAVED)
    # From the cell to its reason, and on from there.
    await page.keyboard.press("F2")
    await expect(page.get_by_label("评分理由")).to_be_focused()
    await press(page, button(page, "提交前检查"))
    own = page.get_by_role("button", name=re.compile("^结束“.*”个人评审"))
    for left in range(await own.count(), 0, -1):
        await press(page, own.first)
        await press(page, button(page, "确认结束"))
        await expect(own).to_have_count(left - 1)


async def he_fills(seat: Seat, field: str) -> None:
    page = seat.page
    _, criterion, bid = field.split("-")
    meant = seat.script.sheets[ME][bid, criterion]
    await page.keyboard.type(CHOICES.get(meant.value, meant.value))
    if meant.value in ("fail", "apply"):
        await expect(page.get_by_label("评分理由")).to_be_focused()
        await page.keyboard.type(meant.reason)
        await page.keyboard.press("Control+Enter")
    elif meant.value not in CHOICES:
        await page.keyboard.press("Enter")


async def he_confirms_signs_and_clears(seat: Seat) -> None:
    page = seat.page
    await press(page, button(page, "核对无误，确认"))
    await press(page, page.get_by_label("我已阅读评标报告全文"), "Space")
    await press(page, button(page, "签署评标报告"))
    await press(page, page.get_by_role("button", name="清场", exact=True))
    await expect(page.get_by_text("已清场").first).to_be_visible()
    view = await seat.view()
    assert view["report"]["signatures"][ME]["state"] == "signed"
    assert view["workstations"][ME]["cleared"] is not None
