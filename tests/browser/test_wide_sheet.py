"""The largest score sheet: only what is in sight is drawn, and every bid of it is reached."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.browser.chromium import FLAGS, executable
from tests.browser.stand import stand, until
from tests.browser.wide import BIDS, TYPED, read, wide_tender

SAVED = re.compile("已暂存")


@pytest.mark.browser
async def test_a_sheet_of_119_bids_scrolls_and_takes_a_score_in_the_last_one(
    tmp_path: Path,
) -> None:
    async with (
        stand(tmp_path, wide_tender(), until("detailed", 1)) as up,
        async_playwright() as play,
    ):
        browser = await play.chromium.launch(executable_path=executable(), args=FLAGS)
        context = await browser.new_context(
            base_url=up.url, locale="zh-CN", viewport={"width": 1440, "height": 900}
        )
        await context.add_cookies(up.cookies("m1"))  # type: ignore[arg-type]
        page, faults = await context.new_page(), list[str]()
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(f"/s/{up.session}/expert")
        await he_reaches_the_last_bid(page)
        read_there = await read(page)
        assert len(read_there.saved) == TYPED
        assert faults == []
        await browser.close()


async def he_reaches_the_last_bid(page: Page) -> None:
    await expect(page.locator(".er-sheet")).to_be_visible()
    await expect(page.locator("#score-t1-B1")).to_be_visible()
    assert await page.locator(".er-sheet-bid").count() < 20
    await page.evaluate("document.querySelector('.er-sheet').scrollLeft = 1e6")
    last = page.locator(f"#score-t1-B{BIDS}")
    await last.click()
    await page.keyboard.type("2.5")
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#score-t2-B{BIDS}")).to_be_focused()
    await expect(page.locator(".er-saving")).to_have_text(SAVED)
    await expect(last).to_have_value("2.5")
    assert await page.locator("#score-t1-B1").count() == 0
