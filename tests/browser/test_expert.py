"""A member at his seat: he scores by keyboard with the bids beside the sheet, through a cut line
and a pause, closes, sees the reveal, signs, and leaves a clean workstation.
"""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from evalroom.rehearsal.client import Client
from tests.browser.desks import violations
from tests.browser.seat import ME, Seat, in_phase, seated
from tests.browser.stand import until

SAVED = re.compile("已暂存")


@pytest.mark.browser
async def test_a_member_scores_by_keyboard_loses_nothing_closes_and_sees_the_reveal(
    tmp_path: Path,
) -> None:
    async with seated(tmp_path, until("detailed", 8)) as seat, asyncio.timeout(120):
        await expect(seat.page.locator(".er-page canvas").first).to_be_visible()
        await he_scores_by_keyboard(seat)
        await he_cites_the_page_and_is_led_back_to_it(seat)
        await what_may_not_stand_stays_here_and_is_named(seat)
        await a_cut_line_loses_nothing_and_doubles_nothing(seat)
        await a_pause_in_mid_edit_keeps_what_was_typed(seat)
        assert await violations(seat.page) == []
        await he_fills_what_is_missing(seat)
        await he_closes_and_the_reveal_shows_all_sheets(seat)
        await he_confirms_prices_signs_and_clears_his_workstation(seat)
        assert seat.faults == []


async def he_scores_by_keyboard(seat: Seat) -> None:
    page = seat.page
    await page.locator("#score-t1-D").click()
    await page.keyboard.type("10.5")
    await page.keyboard.press("Enter")
    await expect(page.locator("#score-t2-D")).to_be_focused()
    await expect(page.locator(".er-saving")).to_have_text(SAVED)
    assert (await seat.cell("t1", "D"))["value"] == "10.5"
    await page.keyboard.press("Control+ArrowLeft")
    await expect(page.locator("#score-t2-C")).to_be_focused()
    await page.keyboard.press("Control+ArrowRight")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#score-t1-D")).to_be_focused()
    # Turning the wheel over a cell that has the focus scores nothing.
    await page.mouse.wheel(0, 300)
    await page.keyboard.type("3")
    await page.keyboard.press("Escape")
    await expect(page.locator("#score-t1-D")).to_have_value("10.5")
    await page.keyboard.press("Tab")
    await expect(page.locator("#score-t2-D")).to_be_focused()


async def he_cites_the_page_and_is_led_back_to_it(seat: Seat) -> None:
    page = seat.page
    await page.get_by_role("button", name="4.2 系统总体架构").click()
    await expect(page.get_by_label("页码")).to_have_value("6")
    await page.locator("#score-t1-D").focus()
    await page.keyboard.press("Control+m")
    await expect(page.locator(".er-evidence")).to_contain_text("技术标 P6")
    await expect(page.locator(".er-saving")).to_have_text(SAVED)
    assert (await seat.cell("t1", "D"))["evidence"]["page"] == 6
    await page.get_by_role("button", name="第一章 投标函").click()
    await expect(page.get_by_label("页码")).to_have_value("1")
    await page.locator(".er-evidence button").first.click()
    await expect(page.get_by_label("页码")).to_have_value("6")
    await page.get_by_placeholder("全文检索").fill("双控制器")
    await page.get_by_placeholder("全文检索").press("Enter")
    await expect(page.locator(".er-side-found").first).to_contain_text("双控制器")
    await page.get_by_role("button", name="结束检索").click()


async def what_may_not_stand_stays_here_and_is_named(seat: Seat) -> None:
    page, before = seat.page, await seat.cell("t2", "D")
    await page.locator("#score-t2-D").click()
    await page.keyboard.type("9")
    await page.keyboard.press("Enter")
    await page.locator("#score-t2-D").click()
    await expect(page.locator(".er-detail-said")).to_contain_text("应在 0 至 8 之间")
    assert await seat.cell("t2", "D") == before
    await page.get_by_role("button", name="提交前检查").click()
    await expect(page.locator(".er-check-bad")).to_contain_text("D · 系统集成与联调方案")
    await page.keyboard.press("Escape")


async def a_cut_line_loses_nothing_and_doubles_nothing(seat: Seat) -> None:
    page = seat.page
    before = (await seat.view())["sheet"]["technical"]["D"]
    standing = {name: before["cells"].get(name, {}).get("value") for name in ("t2", "t3", "t4")}
    typed = {
        name: other if standing[name] == value else value
        for name, value, other in (("t2", "6.5", "7"), ("t3", "5", "4"), ("t4", "0.5", "1"))
    }
    await page.locator("#score-t2-D").click()
    await page.context.set_offline(True)
    for value in typed.values():
        await page.keyboard.type(value)
        await page.keyboard.press("Enter")
    await expect(page.locator(".er-saving")).to_contain_text("3 项保存在本机")
    await page.context.set_offline(False)
    await expect(page.locator(".er-saving")).to_have_text(SAVED)
    row = (await seat.view())["sheet"]["technical"]["D"]
    assert {name: row["cells"][name]["value"] for name in typed} == typed
    assert row["revision"] == before["revision"] + 3


async def a_pause_in_mid_edit_keeps_what_was_typed(seat: Seat) -> None:
    page = seat.page
    agency = Client(seat.up.people.browsers["agency_lead"], seat.up.session)
    await agency.join()
    await page.locator("#score-t1-D").click()
    await page.keyboard.type("9.5")
    await agency.send("PauseTechnically", {"reason": "会场停电"})
    await expect(page.locator(".er-band-pause")).to_contain_text("会场停电")
    await page.keyboard.press("Enter")
    await expect(page.locator(".er-saving")).to_contain_text("暂停中，1 项待暂存")
    assert (await seat.cell("t1", "D"))["value"] == "10.5"
    await agency.send("Resume")
    await expect(page.locator(".er-saving")).to_have_text(SAVED)
    assert (await seat.cell("t1", "D"))["value"] == "9.5"
    await agency.leave()


async def he_fills_what_is_missing(seat: Seat) -> None:
    page, sheet = seat.page, seat.script.sheets[ME]
    while await page.get_by_role("button", name="下一空格").count():
        await page.get_by_role("button", name="下一空格").click()
        place = await page.evaluate("document.activeElement.id")
        _, criterion, bid = place.split("-")
        meant = sheet[bid, criterion]
        field_ = page.locator(f"#{place}")
        if await field_.evaluate("field => field.tagName") == "SELECT":
            await field_.select_option(value=meant.value)
        else:
            await field_.fill(meant.value)
            await field_.press("Enter")
        if meant.reason:
            await page.locator(f"#{place}").focus()
            await page.get_by_label("评分理由").fill(meant.reason)
            await page.get_by_label("评分理由").press("Control+Enter")
        await expect(page.locator(".er-saving")).to_have_text(SAVED)


async def he_closes_and_the_reveal_shows_all_sheets(seat: Seat) -> None:
    page = seat.page
    await page.get_by_role("button", name="提交前检查").click()
    for title in ("技术标", "商务标"):
        await page.get_by_role("button", name=f"结束“{title}”个人评审").click()
        await expect(page.locator(".er-check-act p")).to_contain_text("不能自行修改")
        await page.get_by_role("button", name="确认结束").click()
        await expect(
            page.locator(".er-check article").filter(has_text=title).first
        ).to_contain_text("已结束")
    assert all((await seat.view())["committee"][ME]["finished"].values())
    await seat.others(in_phase("price"))
    await expect(page.get_by_role("heading", name="价格得分")).to_be_visible()


async def he_confirms_prices_signs_and_clears_his_workstation(seat: Seat) -> None:
    page = seat.page
    playing = asyncio.create_task(seat.others(lambda view: view["phase"]["over"]))
    await page.get_by_role("button", name="核对无误，确认").click()
    await expect(page.locator(".er-report")).to_contain_text("评标报告")
    await page.get_by_label("我已阅读评标报告全文").check()
    await page.get_by_text("签署，并附不同意见").click()
    await page.get_by_label("不同意见", exact=True).last.fill("对业绩认定有保留意见。")
    await page.get_by_role("button", name="签署并附不同意见").click()
    await playing
    await page.get_by_role("button", name="清场", exact=True).click()
    await expect(page.get_by_text("已清场").first).to_be_visible()
    view = await seat.view()
    assert view["workstations"][ME]["cleared"] is not None
    assert view["report"]["signatures"][ME]["state"] == "signed_with_dissent"
    assert await page.evaluate("indexedDB.databases()") == []
