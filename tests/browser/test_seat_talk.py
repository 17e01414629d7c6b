"""The lead at her seat: she is heard and silent as she wants, shares her screen, leads the talk,
stops the evaluation; while the members work apart every button says why it is closed.
"""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from evalroom.rehearsal.client import Client
from tests.browser.around import STORES
from tests.browser.chromium import workplace
from tests.browser.desks import violations
from tests.browser.seat import TENDER, Seat, in_phase, seated

LEAD = "m2"
"""Whom everybody votes for: the first who may be elected."""

LOUDEST = """() => new Promise((done) => {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, document.querySelectorAll('.er-talk-buttons .er-level-lit').length)
  }, 50)
  setTimeout(() => { clearInterval(timer); done(most) }, 2500)
})"""

CLOSED = "独立评审中，讨论区已关闭；可讨论事项：客观因素、否决认定、澄清"


@pytest.mark.browser
@pytest.mark.rule("E11")
async def test_the_lead_talks_shows_her_screen_leads_the_talk_and_stops_the_evaluation(
    tmp_path: Path,
) -> None:
    async with seated(tmp_path, None, me=LEAD) as seat, asyncio.timeout(90):
        await she_sits_down(seat)
        host = await a_host_who_listens(seat)
        await she_is_heard_until_she_closes_her_microphone(seat, host)
        await a_key_that_is_held_opens_it_for_so_long(seat, host)
        await her_screen_is_published(seat)
        await a_strip_that_is_folded_ends_nothing(seat)
        await she_is_elected_and_leads_the_talk(seat)
        await while_they_work_apart_the_buttons_say_why(seat)
        await what_she_types_into_a_dialog_outlives_it(seat)
        assert await violations(seat.page) == []
        await she_stops_the_evaluation(seat)
        assert seat.faults == []


async def she_sits_down(seat: Seat) -> None:
    page = seat.page
    playing = asyncio.create_task(seat.others(in_phase("lead"), but=(LEAD,)))
    await page.get_by_role("button", name="签到就座").click()
    await page.get_by_label("我已阅读上述内容").check()
    await page.get_by_role("button", name="签署承诺").click()
    await playing


async def a_host_who_listens(seat: Seat) -> Page:
    context = await workplace(seat.browser, seat.up.url)
    await context.add_cookies(seat.up.cookies("agency_lead"))  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"/s/{seat.up.session}/host")
    await page.get_by_role("button", name="收听讨论").click()
    return page


def loud(host: Page) -> Locator:
    return host.locator(".er-talk-buttons .er-level-lit").first


def tool(page: Page, name: str) -> Locator:
    return page.locator(".er-strip-small").get_by_role("button", name=name)


async def silent(host: Page) -> None:
    """For longer than the pause between two sounds of a microphone that is none."""
    await expect(loud(host)).to_have_count(0)
    assert await host.evaluate(LOUDEST) == 0


async def opened(page: Page) -> None:
    """Her microphone is open, as the session has it."""
    await expect(tool(page, "关闭话筒（M）")).to_have_attribute("aria-pressed", "true")


async def closed(page: Page) -> None:
    await expect(tool(page, "打开话筒（M）")).to_have_attribute("aria-pressed", "false")


async def she_is_heard_until_she_closes_her_microphone(seat: Seat, host: Page) -> None:
    await opened(seat.page)
    await expect(loud(host)).to_be_visible(timeout=20_000)
    await seat.page.keyboard.press("m")
    await closed(seat.page)
    assert (await seat.view())["speaking"]["muted"] == [LEAD]
    await silent(host)


async def a_key_that_is_held_opens_it_for_so_long(seat: Seat, host: Page) -> None:
    page = seat.page
    await page.keyboard.down("F8")
    await opened(page)
    await expect(loud(host)).to_be_visible()
    await page.keyboard.up("F8")
    await closed(page)
    await page.keyboard.press("m")
    await opened(page)


async def her_screen_is_published(seat: Seat) -> None:
    await tool(seat.page, "共享屏幕").click()
    await expect(tool(seat.page, "屏幕录制中")).to_have_attribute("aria-pressed", "true")
    await expect(seat.page.locator(".er-tile").last).to_contain_text("录屏中")
    agency = seat.up.people.browsers["agency_lead"]
    seen: Any = await agency.get(f"/api/sessions/{seat.up.session}/view")
    assert f"seat.{LEAD}.screen" not in seen["view"]["sources"]


async def a_strip_that_is_folded_ends_nothing(seat: Seat) -> None:
    page = seat.page
    await page.keyboard.press("v")
    await expect(page.locator(".er-strip")).to_have_count(0)
    await page.keyboard.press("v")
    await expect(tool(page, "屏幕录制中")).to_be_visible()
    await expect(tool(page, "关闭话筒（M）")).to_be_visible()


async def she_is_elected_and_leads_the_talk(seat: Seat) -> None:
    page = seat.page
    playing = asyncio.create_task(
        seat.others(lambda view: view["ballot"]["lead"] is not None, but=(LEAD,))
    )
    await page.get_by_role("radio", name="专家1号").check()
    await page.get_by_role("button", name="投票").click()
    await playing
    other = Client(seat.up.people.browsers["m4"], seat.up.session)
    await other.join()
    await other.send("RaiseHand")
    await page.keyboard.press("c")
    row = page.locator(".er-talkpanel li").filter(has_text="请求发言")
    await expect(row).to_contain_text("第 1")
    await row.get_by_role("button", name="静音").click()
    await row.get_by_role("button", name="放下").click()
    await expect(row).to_have_count(0)
    silenced = page.locator(".er-talkpanel li").filter(has_text="话筒已关")
    await expect(silenced).to_have_count(1)
    await page.get_by_role("button", name="全员静音").click()
    await expect(silenced).to_have_count(len(TENDER.committee))
    await page.keyboard.press("Escape")
    await expect(page.locator(".er-talkpanel")).to_have_count(0)
    await other.leave()


async def while_they_work_apart_the_buttons_say_why(seat: Seat) -> None:
    page = seat.page
    await page.get_by_role("button", name="提出开始评审").click()
    await seat.others(in_phase("preliminary"), but=(LEAD,))
    await expect(page.locator(".er-sheet")).to_be_visible()
    microphone = tool(page, CLOSED)
    await expect(microphone).to_have_attribute("aria-disabled", "true")
    await microphone.press("Enter")
    await expect(page.locator(".er-strip-why")).to_have_text(CLOSED)
    await page.keyboard.press("Escape")
    await expect(page.locator(".er-strip-why")).to_have_count(0)
    # A letter in a field is a letter.
    await page.get_by_placeholder("全文检索").fill("")
    await page.get_by_placeholder("全文检索").press_sequentially("mvcrn?1")
    await expect(page.get_by_placeholder("全文检索")).to_have_value("mvcrn?1")
    await expect(page.locator(".er-strip")).to_be_visible()
    assert (await seat.view())["speaking"]["hands"] == []
    await page.locator(".er-pages").first.focus()
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="快捷键")
    for key in ("M", "F8", "V", "C", "R", "/", "?", "Esc", "N", "Ctrl+M", "Enter", "Ctrl+→"):
        await expect(sheet.locator("kbd").get_by_text(key, exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()


async def what_she_types_into_a_dialog_outlives_it(seat: Seat) -> None:
    page = seat.page
    await page.get_by_role("button", name="停止评标").click()
    dialog = page.get_by_role("dialog", name="停止后")
    await dialog.get_by_label("具体情况").fill("第三章与第五章的评分标准相互矛盾。")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await page.reload()
    await page.get_by_role("button", name="停止评标").click()
    await expect(dialog.get_by_label("具体情况")).to_have_value(re.compile("相互矛盾"))


async def she_stops_the_evaluation(seat: Seat) -> None:
    page = seat.page
    dialog = page.get_by_role("dialog", name="停止后")
    verb = dialog.get_by_role("button", name="停止评标")
    await dialog.get_by_label("招标文件内容歧义").check()
    await expect(verb).to_be_disabled()
    await dialog.get_by_label("评标委员会已就此形成一致意见").check()
    await verb.click()
    await expect(page.get_by_text("评标委员会已停止评标")).to_be_visible()
    view = await seat.view()
    assert view["phase"]["name"] == "evaluation_stopped"
    # Nothing that was typed is left in the browser.
    assert "相互矛盾" not in await page.evaluate(STORES)
