"""Those around a committee: a witness, the staff of a venue, an auditor."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from evalroom.cli.rehearse_file import WORKS, case
from tests.browser.around import Hall, hall, outsiders, play, second
from tests.browser.desks import choose, violations
from tests.browser.stand import stand, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

JUNCTION = case(WORKS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scoring(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """Members at their sheets; one session for all."""
    async with (
        stand(tmp_path_factory.mktemp("scoring"), JUNCTION, until("detailed", 4)) as up,
        hall(up) as opened,
    ):
        yield opened


async def test_a_witness_puts_on_record_what_he_saw(scoring: Hall) -> None:
    page = await scoring.opens("witness", "witness")
    await page.get_by_role("textbox", name="情况").fill("二号机位人员短暂离开后返回")
    await page.get_by_role("button", name="记录", exact=True).click()
    await expect(page.locator(".er-remark-list")).to_contain_text("二号机位人员短暂离开后返回")
    await page.get_by_role("button", name="本席记录").click()
    await expect(page.locator(".er-sheetpaper")).to_contain_text("二号机位人员短暂离开后返回")
    await expect(page.locator(".er-sheetpaper h1")).to_contain_text("演练")


async def test_a_witness_is_shown_no_picture_and_no_seat_of_another_venue(scoring: Hall) -> None:
    page = await scoring.opens("witness", "witness")
    await expect(page.get_by_role("cell", name="201-1")).to_be_visible()
    await expect(page.get_by_role("cell", name="302-1")).to_have_count(0)
    assert await page.locator("canvas, video").count() == 0


async def test_whom_the_host_appoints_lets_a_member_go_and_releases_a_seat(scoring: Hall) -> None:
    async with outsiders(scoring.stand, "staff") as people:
        staff = people["staff"]
        page = await scoring.opens("agency_lead", "host/people")
        await page.get_by_role("button", name="任命", exact=True).click()
        dialog = page.get_by_role("dialog")
        await choose(page, "人员", "staff")
        await choose(page, "身份", "场地工作人员")
        await choose(page, "会场", "临江市分中心")
        await dialog.get_by_role("button", name="任命", exact=True).click()
        await expect(dialog).to_be_hidden()
        appointed = page.get_by_role("row").filter(has_text="场地工作人员")
        await expect(appointed).to_contain_text("临江市分中心")
        await expect(appointed.get_by_role("cell").first).to_have_text("staff")
        page = await scoring.page(staff.cookies)
        await page.goto(f"/s/{scoring.stand.session}/witness")
        seat = await scoring.seat("m2")
        await seat.send("RequestLeave")
        await page.get_by_role("button", name="准予").click()
        await expect(page.get_by_text("专家1号 暂离")).to_be_visible()

        row = page.get_by_role("row").filter(has_text="302-2")
        await row.get_by_role("button", name="释放席位").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("textbox").fill("评审设备故障，更换设备")
        await dialog.get_by_role("button", name="释放席位").click()
        await expect(row.get_by_text("未签到").first).to_be_visible()


async def test_an_auditor_reads_everything_afterwards_and_next_to_nothing_before(
    scoring: Hall,
) -> None:
    async with outsiders(scoring.stand, "auditor") as people:
        auditor = people["auditor"]
        session = await second(scoring.stand, JUNCTION, {auditor.account: "auditor"})
        page = await scoring.page(auditor.cookies)
        await page.goto(f"/s/{session}/audit")
        await expect(page.get_by_text("评标进行中")).to_be_visible()
        await expect(page.locator(".er-line")).to_have_text("已连接")
        await expect(page.get_by_role("button", name="会议记录")).to_have_count(0)
        assert await violations(page) == []
        await play(scoring.stand, JUNCTION, session)
        await page.get_by_role("button", name="会议记录").click()
        await expect(page.locator(".er-sheetpaper")).to_contain_text("评标报告签署完毕")
        await page.get_by_role("button", name="评标报告").click()
        await expect(page.locator(".er-reportpaper")).to_contain_text("否决投标情况")
        for matter in ("评审结果", "查阅登记", "录制清单"):
            await page.get_by_role("button", name=matter).click()
            await expect(page.get_by_role("heading", name=matter)).to_be_visible()
            assert await violations(page) == []
