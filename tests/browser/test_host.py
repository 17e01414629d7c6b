"""The agency's lead at his console: he speaks to all seats, lets members go, pauses, and learns the
result when it is signed; of the sealed sheets nothing ever reaches him.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import Page, expect

from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS
from tests.browser.around import STORES, Hall, Overheard, hall, strings_of
from tests.browser.desks import violations
from tests.browser.stand import SEED, stand, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

MATTERS = ("", "roll", "notices", "alarms", "people", "result", "minutes", "end")
JUNCTION, PROCUREMENT = case(WORKS), case(PUBLISHED)
REASON = "本席独有的理由七三一九"
OF_ONE_VENUE = ("m2", "m3")
OFFLINE = 30_000
PATROL_MS = 15_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scoring(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """Members at their sheets, with some cells entered; one session for all that leave it as it
    is, and in the end for the one that ends it.
    """
    async with (
        stand(tmp_path_factory.mktemp("scoring"), JUNCTION, until("detailed", 4)) as up,
        hall(up) as opened,
    ):
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def signed(tmp_path: Path) -> AsyncIterator[Hall]:
    """An evaluation that is over."""
    async with stand(tmp_path, JUNCTION, until("closed")) as up, hall(up) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def pricing(tmp_path: Path) -> AsyncIterator[Hall]:
    """A government procurement that waits for its members to confirm the prices."""
    async with stand(tmp_path, PROCUREMENT, until("price")) as up, hall(up) as opened:
        yield opened


async def decide(page: Page, act: str, reason: str = "") -> None:
    """Give the act that a dialog asks about, with its reason."""
    dialog = page.get_by_role("dialog")
    if reason:
        await dialog.get_by_role("textbox").first.fill(reason)
    await dialog.get_by_role("button", name=act, exact=True).click()
    await expect(dialog).to_be_hidden()


async def test_an_announcement_comes_back_with_a_receipt_of_each_seat(scoring: Hall) -> None:
    page = await scoring.opens("agency_lead", "host")
    await page.get_by_placeholder("向全体会场发布公告…").fill("请各席位核对漏项")
    await page.get_by_role("button", name="发布", exact=True).click()
    await page.get_by_role("button", name="公告广播", exact=True).first.click()
    await expect(page.get_by_text("回执 0 / 7")).to_be_visible()
    for member in ("m1", "m2", "m3"):
        client = await scoring.seat(member)
        number = int(max(client.view["notices"], key=int))
        await client.send("ConfirmNotice", {"notice": number})
    await expect(page.get_by_text("回执 3 / 7")).to_be_visible()
    await expect(page.locator(".er-receipts-open")).to_have_count(4)


async def test_a_technical_pause_stops_the_seats_until_the_host_resumes(scoring: Hall) -> None:
    page = await scoring.opens("agency_lead", "host")
    seat = await scoring.seat("m2")
    await page.get_by_role("button", name="技术性暂停").click()
    verb = page.get_by_role("dialog").get_by_role("button", name="暂停评审")
    await expect(verb).to_be_disabled()
    await decide(page, "暂停评审", "副场网络中断")
    assert seat.view["pause"]["reason"] == "副场网络中断"
    await expect(page.locator(".er-pauseband")).to_contain_text("副场网络中断")

    await page.locator(".er-stage").get_by_role("button", name="恢复评审").click()
    await decide(page, "恢复评审", "网络已恢复")
    await expect(page.locator(".er-pauseband")).to_be_hidden()
    assert seat.view["pause"] is None


async def test_a_member_who_asks_to_step_out_is_let_go_from_the_list_of_things_to_do(
    scoring: Hall,
) -> None:
    page = await scoring.opens("agency_lead", "host")
    seat = await scoring.seat("m2")
    await seat.send("RequestLeave")
    await expect(page.get_by_text("专家1号 申请暂离")).to_be_visible()
    await page.get_by_role("button", name="准予").click()
    await expect(page.locator(".er-matrix").get_by_text("暂离 00:")).to_be_visible()
    await seat.send("ReturnToSeat")
    await expect(page.locator(".er-matrix").get_by_text("暂离 00:")).to_be_hidden()


async def test_every_closed_gate_says_who_is_missing(scoring: Hall) -> None:
    page = await scoring.opens("agency_lead", "host")
    await page.get_by_role("button", name="本条为何未通过").first.click()
    told = page.locator(".er-gates-told")
    await expect(told).to_contain_text("专家1号、专家2号")
    await expect(told).to_contain_text("各成员本人")


async def test_no_sealed_value_reaches_the_host(scoring: Hall) -> None:
    seat = await scoring.seat("m2")
    page = await scoring.page(scoring.stand.cookies("agency_lead"))
    heard = Overheard()
    await heard.listen(page)
    for matter in MATTERS:
        await page.goto(f"/s/{scoring.stand.session}/host/{matter}".rstrip("/"))
        await expect(page.locator(".er-nav-at")).to_be_visible()
    cell = {"bid": next(iter(seat.view["bids"])), "criterion": "t1", "value": "7.5"}
    await seat.send("EnterScores", {"cells": [{**cell, "reason": REASON}]})
    await page.goto(f"/s/{scoring.stand.session}/host")
    await expect(page.locator(".er-matrix")).to_be_visible()
    await seat.send("RaiseHand")
    await expect(page.locator(".er-talk-hands b")).to_have_text("1")

    network = heard.everything
    held = await page.content() + await page.evaluate(STORES)
    assert b'"sheet":null' in network
    tender = JUNCTION
    open_ = strings_of(replace(tender, sheets=None))
    cells = [
        w
        for sheet in script_of(tender, SCENARIOS[DEFAULT], SEED).sheets.values()
        for w in sheet.values()
    ]
    for reason in {REASON} | {one.reason for one in cells if one.reason}:
        assert reason.encode() not in network
        assert reason not in held
    for value in {one.value for one in cells if "." in one.value} - open_:
        packed = bytes([0xA0 | len(value)]) + value.encode()
        assert packed not in network
        assert f'"{value}"'.encode() not in network
        assert f'"{value}"' not in held


async def test_the_result_is_there_when_the_report_is_signed(signed: Hall) -> None:
    page = await signed.opens("agency_lead", "host/result")
    seat = await signed.seat("m1")
    standings = seat.view["results"]["result"]["standings"]
    for one in standings:
        row = page.locator(".er-ranking tbody tr").filter(
            has_text=seat.view["bids"][one["bid"]]["bidder"]
        )
        await expect(row.locator(".er-ranking-total")).to_have_text(one["total"])
    await expect(page.get_by_text("7 / 7 已签署")).to_be_visible()
    shown = "".join(await page.locator(".er-hash code").all_inner_texts())
    assert shown == seat.view["report"]["sha256"]
    await expect(page.get_by_text("演练结果，不具效力")).to_be_visible()


async def test_in_government_procurement_the_agency_checks_the_result(pricing: Hall) -> None:
    page = await pricing.opens("agency_lead", "host/result")
    await expect(page.get_by_text("评审结果尚未开放")).to_be_visible()
    for part in pricing.stand.people.cast.members:
        client = await pricing.seat(part.key)
        if part.key not in client.view["results"]["prices_confirmed"]:
            await client.send("ConfirmPrices")
    await expect(page.locator(".er-ranking")).to_be_visible()
    await page.get_by_role("button", name="核对无误").click()
    await decide(page, "核对无误")
    await expect(page.locator(".er-chip").filter(has_text="核对无误")).to_be_visible()


async def test_a_sub_venue_that_drops_out_is_seen_by_host_and_supervisor_until_it_is_back(
    scoring: Hall,
) -> None:
    seats = [await scoring.seat(member) for member in OF_ONE_VENUE]
    page = await scoring.opens("agency_lead", "host")
    await expect(page.locator(".er-figures")).to_contain_text("4/ 4")
    for seat in seats:
        await seat.leave()
    # As long as the server takes a lost line for a reload.
    await expect(page.locator(".er-figures")).to_contain_text("3/ 4", timeout=OFFLINE)
    await expect(page.locator(".er-seat-lost")).to_have_count(2)
    page = await scoring.opens("supervisor", "wall")
    for member in OF_ONE_VENUE:
        tile = page.locator(f'[data-source="seat.{member}.camera"]')
        await expect(tile).to_contain_text("席位链路中断")
    for member in OF_ONE_VENUE:
        await scoring.seat(member)
    await expect(page.get_by_text("席位链路中断")).to_have_count(0)
    page = await scoring.opens("agency_lead", "host")
    await expect(page.locator(".er-figures")).to_contain_text("4/ 4")
    await expect(page.get_by_role("log").get_by_text("专家2号 链路恢复")).to_be_visible()


async def test_a_supervisor_who_finds_something_asks_for_a_pause_and_reads_the_answer(
    scoring: Hall,
) -> None:
    seat = await scoring.seat("m3")
    await seat.send("ReportWorkstation", {"kind": "second_screen"})
    page = await scoring.opens("supervisor", "wall")
    await expect(page.locator(".er-alarm")).to_contain_text("接入第二块屏幕")
    await page.get_by_role("button", name="提请暂停").click()
    form = page.locator(".er-act")
    await form.get_by_label("依据条款").fill("实施条例第四十八条")
    await form.get_by_label("事由").fill("专家2号接入第二块屏幕")
    await form.get_by_role("button", name="提请暂停").click()
    asked = page.locator(".er-acts").get_by_role("button", name="提请暂停")
    await expect(asked).to_be_disabled()
    await expect(asked).to_contain_text("已提请，等待答复")

    page = await scoring.opens("agency_lead", "host")
    await page.locator(".er-todos").get_by_role("button", name="答复").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("专家2号接入第二块屏幕")
    await dialog.get_by_text("不同意暂停").first.click()
    await decide(page, "不同意暂停", "第二块屏幕已拔除")
    await seat.send("ReportWorkstation", {"kind": "second_screen", "over": True})

    page = await scoring.opens("supervisor", "wall/record")
    names = {part.key: part.name for part in scoring.stand.people.cast.officers}
    answered = page.get_by_role("row").filter(has_text="第二块屏幕已拔除")
    await expect(answered).to_contain_text(f"（{names['agency_lead']}）")
    await expect(page.get_by_role("row").filter(has_text="提请暂停（")).to_contain_text(
        f"（{names['supervisor']}）"
    )
    await page.get_by_role("button", name="返回监督墙").click()
    await expect(page.get_by_role("button", name="提请暂停")).to_be_enabled()


async def test_a_patrol_turns_the_pages_of_the_wall_every_quarter_of_a_minute(
    scoring: Hall,
) -> None:
    page = await scoring.opens("supervisor", "wall")
    await page.clock.install()
    await page.locator(".er-grid-place").first.wait_for()
    await page.keyboard.press("4")
    await page.get_by_text("15 秒轮巡").click()
    for shown in ("1", "2", "3", "4", "1"):
        await expect(page.locator(".er-tools-pages")).to_contain_text(f"{shown} / 4 页")
        await page.clock.fast_forward(PATROL_MS)


async def test_the_session_is_aborted_only_by_who_has_typed_the_word(scoring: Hall) -> None:
    page = await scoring.opens("agency_lead", "host/end")
    await page.get_by_role("button", name="终止会议").last.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="终止原因").fill("项目取消")
    verb = dialog.get_by_role("button", name="终止会议", exact=True)
    await expect(verb).to_be_disabled()
    await dialog.get_by_role("textbox", name="请输入").fill("终止")
    await verb.click()
    await expect(page.get_by_text("会议已结束")).to_be_visible()

    page = await scoring.opens("supervisor", "wall")
    await expect(page.locator(".er-wall-over")).to_contain_text("终止")
    await expect(page.locator(".er-recording")).to_have_text("录制已结束")
    await expect(page.get_by_role("button", name="暂停评审")).to_have_count(0)
    assert await violations(page) == []
