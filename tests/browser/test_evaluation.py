"""A whole evaluation through the pages: host, lead, a second member, supervisor and witness each
at a browser of their own at the same time, from the log-in to the signed result.
"""

import asyncio
import re
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace
from playwright.async_api import Page, expect

from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.rehearsal.offers import offered
from evalroom.sessions.tender.model import Tender
from tests.browser.everybody import Room, room

pytestmark = pytest.mark.browser

SAVED: Final = re.compile("已暂存")
SILENT_NOTE: Final = "经两次提请，既不签署也未书面说明理由"


def short(tender: Tender, *criteria: str, bids: int = 3) -> Tender:
    """The tender with these items and the first bids only; the price makes up the points."""
    kept = tuple(one for one in tender.criteria if one.id in criteria)
    assert tender.price is not None
    assert tender.opening_record is not None
    points = 100 - sum((one.points or Decimal(0) for one in kept), Decimal(0))
    price = replace(tender.price, points=points)
    first = tender.bids[:bids]
    opened = {bid.id: tender.opening_record.prices[bid.id] for bid in first}
    record = replace(tender.opening_record, prices=opened)
    return replace(
        tender, bids=first, opening_record=record, criteria=kept, price=price, sheets=None
    )


JUNCTION: Final = offered(short(case(WORKS), "f1", "r1", "t1", "t5", "b1", "b3"))
PROCUREMENT: Final = offered(short(case(PUBLISHED), "c1", "c4", "t1", "t5", "b1", "b3"))


async def test_works_are_evaluated_through_the_pages_to_the_signed_result(tmp_path: Path) -> None:
    at_pages = ("agency_lead", "m2", "m3", "supervisor", "witness")
    async with room(tmp_path, JUNCTION, "silent", *at_pages) as held:
        lead, second = held.pages["m2"], held.pages["m3"]
        for page in (lead, second):
            await they_check_in(page)
        await the_host_calls_the_roll_and_announces(held)
        for page in (lead, second):
            await they_commit_themselves(page)
        for page in (lead, second):
            await they_vote(page, "专家1号")
        await the_lead_begins(lead)
        await the_witness_notes_what_he_saw(held)
        for titles in (("形式与资格评审", "响应性评审"), ("技术标", "商务标")):
            await asyncio.gather(fills(held, "m2", titles), fills(held, "m3", titles))
            for page in (second, lead):
                await closes(page, titles)
            await the_lead_closes_for_the_group(lead, titles)
        for page in (lead, second):
            await page.get_by_role("button", name="核对无误，确认").click()
        await lead.get_by_role("button", name="提交评标报告签署").click()
        for page in (second, lead):
            await signs(page)
        await the_lead_notes_who_stays_silent(held)
        await lead.get_by_role("button", name="结束评标").click()
        for page in (lead, second):
            await clears(page)
        await the_host_sees_the_signed_result(held)
        await expect(held.pages["supervisor"].get_by_text("评审结束").first).to_be_visible()


async def test_a_procurement_is_evaluated_and_checked_by_the_agency(tmp_path: Path) -> None:
    async with room(tmp_path, PROCUREMENT, "dissent", "agency_lead", "m2", "witness") as held:
        lead, host = held.pages["m2"], held.pages["agency_lead"]
        await they_check_in(lead)
        await the_host_calls_the_roll_and_announces(held)
        await they_commit_themselves(lead)
        await they_vote(lead, "专家1号")
        await expect(lead.get_by_text("专家1号 当选组长")).to_be_visible()
        await the_lead_begins(lead)
        for titles in (("符合性审查",), ("技术部分", "商务部分")):
            await fills(held, "m2", titles)
            await closes(lead, titles)
            await the_lead_closes_for_the_group(lead, titles)
        await lead.get_by_role("button", name="核对无误，确认").click()
        await expect(lead.get_by_text("等待代理机构核对评审结果")).to_be_visible()
        await host.get_by_role("button", name="评标报告", exact=True).click()
        await host.get_by_role("button", name="核对无误").click()
        await gives(host, "核对无误")
        await lead.get_by_role("button", name="提交评标报告签署").click()
        await signs(lead)
        await lead.get_by_role("button", name="结束评标").click()
        await clears(lead)
        await the_host_sees_the_signed_result(held)


async def they_check_in(page: Page) -> None:
    await page.get_by_role("button", name="签到就座").click()
    await expect(page.get_by_role("button", name="签到就座")).to_be_hidden()


async def the_host_calls_the_roll_and_announces(held: Room) -> None:
    page = held.pages["agency_lead"]
    await page.get_by_role("button", name="点名核验").first.click()
    await expect(page.get_by_text("全部成员已签到")).to_be_visible()
    await page.get_by_role("button", name="会场总览").click()
    await page.get_by_role("button", name="已宣布").click()
    await gives(page, "已宣布")


async def gives(page: Page, act: str) -> None:
    """Give the act that a dialog asks about."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=act, exact=True).click()
    await expect(dialog).to_be_hidden()


async def they_commit_themselves(page: Page) -> None:
    await page.get_by_label("我已阅读上述内容").check()
    await page.get_by_role("button", name="签署承诺").click()


async def they_vote(page: Page, candidate: str) -> None:
    await page.get_by_role("radio", name=candidate).check()
    await page.get_by_role("button", name="投票").click()


async def the_lead_begins(page: Page) -> None:
    await page.get_by_role("button", name="提出开始评审").click()
    await expect(page.locator(".er-sheet")).to_be_visible()


async def the_witness_notes_what_he_saw(held: Room) -> None:
    page = held.pages["witness"]
    await page.get_by_role("textbox", name="情况").fill("各工位通讯工具已保管")
    await page.get_by_role("button", name="记录", exact=True).click()
    await expect(page.locator(".er-remark-list")).to_contain_text("各工位通讯工具已保管")


async def fills(held: Room, member: str, titles: Collection[str]) -> None:
    """Every open cell of a member in these sections, from one empty cell to the next."""
    page, sheet = held.pages[member], held.script.sheets[member]
    for title in titles:
        await expect(page.locator(".er-sheet")).to_contain_text(title)
    while await page.get_by_role("button", name="下一空格").count():
        await page.get_by_role("button", name="下一空格").click()
        place = await page.evaluate("document.activeElement.id")
        _, criterion, bid = place.split("-")
        await writes(page, place, sheet[bid, criterion].value)
    await expect(page.locator(".er-saving")).to_have_text(SAVED)


async def writes(page: Page, place: str, value: str) -> None:
    box = page.locator(f"#{place}")
    if await box.evaluate("box => box.tagName") == "SELECT":
        await box.select_option(value=value)
    else:
        await box.fill(value)
        await box.press("Enter")
    await expect(page.locator(".er-saving")).to_have_text(SAVED)


async def closes(page: Page, titles: Collection[str]) -> None:
    """Each section by himself, in words that say what it means."""
    await page.get_by_role("button", name="提交前检查").click()
    for title in titles:
        await page.get_by_role("button", name=f"结束“{title}”个人评审").click()
        await page.get_by_role("button", name="确认结束", exact=True).click()
        await expect(page.locator(".er-check article").filter(has_text=title)).to_contain_text(
            "已结束"
        )


async def the_lead_closes_for_the_group(page: Page, titles: Collection[str]) -> None:
    for title in titles:
        await page.get_by_role("button", name=f"结束“{title}”小组评审").click()
        await page.get_by_role("button", name="确认结束并揭示").click()


async def signs(page: Page) -> None:
    await expect(page.locator(".er-report")).to_contain_text("评标报告")
    await writes_his_name(page)
    await page.get_by_label("我已阅读评标报告全文").check()
    await page.get_by_role("button", name="签署评标报告", exact=True).click()
    await expect(page.get_by_text("您的签署已记录")).to_be_visible()


async def writes_his_name(page: Page) -> None:
    """Two strokes with the mouse, begun over after a slip."""
    field = page.locator(".er-signpad-field")
    await field.scroll_into_view_if_needed()
    box = await field.bounding_box()
    assert box is not None
    for over in (False, True):
        for start, end in ((0.2, 0.8), (0.8, 0.2)):
            await page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * start)
            await page.mouse.down()
            await page.mouse.move(
                box["x"] + box["width"] * 0.6, box["y"] + box["height"] * end, steps=8
            )
            await page.mouse.up()
        await expect(field.locator("path")).to_have_count(2)
        if not over:
            await page.get_by_role("button", name="重写").click()
            await expect(field.locator("path")).to_have_count(0)


async def the_lead_notes_who_stays_silent(held: Room) -> None:
    page = held.pages["m2"]
    silent = page.locator(".er-members li").filter(has_text="专家6号")
    await silent.get_by_role("button", name="记录拒签").click()
    await silent.get_by_label("拒签且不书面说明的情况说明").fill(SILENT_NOTE)
    await silent.get_by_role("button", name="记录", exact=True).click()
    await expect(silent).to_contain_text("拒签，视为同意")


async def clears(page: Page) -> None:
    """工位清场: nothing of the evaluation stays in the browser."""
    await page.get_by_role("button", name="清场", exact=True).click()
    await expect(page.get_by_text("已清场").first).to_be_visible()
    assert await page.evaluate("indexedDB.databases()") == []


async def the_host_sees_the_signed_result(held: Room) -> None:
    page, view = held.pages["agency_lead"], await held.view("m2")
    await page.goto(f"/s/{held.up.session}/host/result")
    for one in view["results"]["result"]["standings"]:
        line = page.locator(".er-ranking tbody tr").filter(
            has_text=view["bids"][one["bid"]]["bidder"]
        )
        await expect(line.locator(".er-ranking-total")).to_have_text(one["total"])
    shown = "".join(await page.locator(".er-hash code").all_inner_texts())
    assert shown == view["report"]["sha256"]
    assert view["phase"]["name"] == "closed"
    written = {m for m, one in view["report"]["signatures"].items() if one["by_hand"]}
    assert written == {name for name in held.pages if name in view["committee"]}
