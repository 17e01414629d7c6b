"""A member sits down, commits himself, votes for the lead, and judges what has no points."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.desks import violations
from tests.browser.seat import in_phase, seated
from tests.browser.stand import until

SAVED = re.compile("已暂存")


@pytest.mark.browser
async def test_a_member_sits_down_commits_himself_and_votes(tmp_path: Path) -> None:
    async with seated(tmp_path, until("check_in")) as seat:
        page = seat.page
        await expect(page.get_by_text("302-2").first).to_be_visible()
        await page.get_by_role("button", name="签到就座").click()
        await expect(page.get_by_text("已签到，本机已绑定")).to_be_visible()
        await seat.others(in_phase("declaration"))
        await page.get_by_label("我已阅读上述内容").check()
        await expect(page.get_by_text("已宣布")).to_be_hidden()
        playing = asyncio.create_task(seat.others(in_phase("preliminary")))
        await expect(page.get_by_text("已宣布")).to_be_visible()
        await page.get_by_role("button", name="签署承诺").click()
        await page.get_by_role("radio", name="专家1号").check()
        await page.get_by_role("button", name="投票").click()
        await playing
        await expect(page.locator(".er-sheet")).to_be_visible()
        await page.locator("#score-f1-A").focus()
        await page.keyboard.press("1")
        await expect(page.locator(".er-saving")).to_have_text(SAVED)
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("2")
        await expect(page.locator(".er-detail textarea")).to_be_focused()
        assert await seat.cell("f2", "A") is None
        await page.keyboard.type("资质证书已过有效期。")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".er-saving")).to_have_text(SAVED)
        assert (await seat.cell("f2", "A"))["value"] == "fail"
        assert await violations(page) == []
        assert seat.faults == []
