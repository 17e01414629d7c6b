"""An evaluation is opened at the agency's console: the roll is called, the discipline announced, a
member who steps back is replaced by somebody who is found by name and sits down in his place.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from evalroom.cli.demonstration import PASSWORD
from evalroom.cli.rehearse_file import WORKS, case
from tests.browser.around import Hall, hall, outsiders
from tests.browser.desks import choose
from tests.browser.stand import stand

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

JUNCTION = case(WORKS)
LEAVING = "m4"
DRAWN = "drawn"


@pytest_asyncio.fixture(loop_scope="module")
async def at_the_door(tmp_path: Path) -> AsyncIterator[Hall]:
    """A session that has just been opened."""
    async with stand(tmp_path, JUNCTION, lambda _: True) as up, hall(up) as opened:
        yield opened


async def test_the_host_calls_the_roll_announces_the_discipline_and_replaces_who_steps_back(
    at_the_door: Hall,
) -> None:
    async with outsiders(at_the_door.stand, DRAWN):
        page = await at_the_door.opens("agency_lead", "host")
        await the_roll_is_called(page, at_the_door)
        await the_discipline_is_announced(page)
        seat = await who_steps_back_is_replaced(page, at_the_door)
        await the_new_member_sits_down(at_the_door, seat)


async def the_roll_is_called(page: Page, room: Hall) -> None:
    await page.get_by_role("button", name="点名核验").first.click()
    await expect(page.get_by_role("heading", name="点名核验")).to_be_visible()
    for member in room.stand.people.cast.members:
        client = await room.seat(member.key)
        if not client.view["me"]["seated"]:
            await client.send("CheckIn")
    await expect(page.get_by_text("全部成员已签到")).to_be_visible()


async def the_discipline_is_announced(page: Page) -> None:
    await page.get_by_role("button", name="会场总览").click()
    told = page.get_by_text("向全体会场宣布评标纪律")
    await expect(told).to_be_visible()
    await page.get_by_role("button", name="已宣布").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="已宣布", exact=True).click()
    await expect(dialog).to_be_hidden()
    await expect(told).to_be_hidden()
    await expect(page.get_by_role("log").get_by_text("评标纪律宣布完毕")).to_be_visible()


async def who_steps_back_is_replaced(page: Page, room: Hall) -> str:
    """And the seat that waits for the new member."""
    leaving = await room.seat(LEAVING)
    seat = str(leaving.view["me"]["workstation"])
    await leaving.send("Recuse", {"ground": "employment", "explanation": "三年内曾任职"})
    await expect(page.get_by_text("专家3号 回避，待补抽更换")).to_be_visible()
    await page.get_by_role("button", name="更换", exact=True).click()
    dialog = page.get_by_role("dialog", name="专家3号 不再参加本次评审")
    verb = dialog.get_by_role("button", name="更换成员", exact=True)
    await choose(page, "补抽成员账号", DRAWN)
    await expect(verb).to_be_disabled()
    await dialog.get_by_label("补抽成员代号").fill("专家7号")
    await dialog.get_by_label("成员编号").fill("m8")
    await dialog.get_by_role("button", name="回避后补抽").click()
    await expect(dialog.get_by_role("textbox", name="席位")).to_have_value(seat)
    await verb.click()
    await expect(dialog).to_be_hidden()
    await expect(page.locator(".er-matrix").get_by_text("专家7号")).to_be_visible()
    await expect(page.locator(".er-matrix").get_by_text("专家3号")).to_have_count(0)
    return seat


async def the_new_member_sits_down(room: Hall, seat: str) -> None:
    """At the workstation of the one before: it stays paired, whoever logs in at it."""
    paired = [one for one in room.stand.cookies(LEAVING) if one["name"] != "evalroom_login"]
    page = await room.page(paired)
    await page.goto("/login")
    await page.locator("#login").fill(DRAWN)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")
    await expect(page.locator(".er-session")).to_contain_text("评标委员会成员")
    await page.locator(".er-session").click()
    await expect(page.get_by_text(seat, exact=True).first).to_be_visible()
    await page.get_by_role("button", name="签到就座").click()
    await expect(page.get_by_role("button", name="签署承诺")).to_be_visible()
    page = await room.opens("agency_lead", "host/roll")
    await expect(page.get_by_text("全部成员已签到")).to_be_visible()
