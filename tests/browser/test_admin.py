"""The three administrators at their pages: an empty node becomes one with a session."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from evalroom.sessions.tender.policies import KNOWN
from tests.browser.desks import PASSWORD, House, choose, house, row, workbook

POLICIES = Path(__file__).parents[2] / "web_client/src/components/admin/policies.json"

PEOPLE = {"lead": "程理", "m1": "采购人代表", **{f"m{n}": f"专家{n - 1}号" for n in range(2, 6)}}
"""Accounts of a session by log-in; members are named as in the tender, so that they are matched."""


@pytest.fixture
async def new_house(tmp_path: Path) -> AsyncIterator[House]:
    """A node as it stands after its installation: one security administrator."""
    async with house(tmp_path, security="security") as opened:
        yield opened
        assert opened.faults == []


async def make_account(page: Page, login: str, name: str) -> None:
    await page.get_by_role("button", name="新增账号").click()
    form = page.get_by_role("dialog", name="新增账号")
    await form.get_by_label("登录名").fill(login)
    await form.get_by_label("姓名").fill(name)
    await form.get_by_label("初始密码").fill(PASSWORD)
    await form.get_by_role("button", name="建立").click()
    await expect(row(page, login)).to_be_visible()
    await expect(form).to_be_hidden()


async def grant(page: Page, login: str, office: str) -> None:
    await row(page, login).get_by_role("button", name="详情").click()
    await choose(page, "选择职责", office)
    await page.get_by_role("button", name="授予", exact=True).click()
    await expect(page.get_by_role("button", name="收回")).to_be_visible()
    await page.get_by_role("button", name="关闭", exact=True).click()


@pytest.mark.browser
async def test_three_administrators_bring_an_empty_node_to_a_session(new_house: House) -> None:
    security = await new_house.enters("security")
    await security.goto("/admin/accounts")
    for login, name in {"sys": "沈岚", "aud": "许明", **PEOPLE}.items():
        await make_account(security, login, name)
    await grant(security, "sys", "系统管理员")
    await grant(security, "aud", "审计管理员")

    page = await new_house.enters("sys")
    await page.goto("/admin/tenders")
    await expect(page.get_by_text("还没有招标数据")).to_be_visible()
    await a_fault_is_named_before_anything_is_stored(page)
    await the_mended_workbook_is_stored(page)
    await a_session_is_set_up_step_by_step(page)
    await a_seat_is_paired_by_its_code(page, new_house)

    audit = await new_house.enters("aud")
    await audit.goto("/admin/log")
    await expect(row(audit, "创建会话")).to_contain_text("sys")
    await expect(row(audit, "存入招标数据")).to_have_count(1)
    await choose(audit, "行为", "授予职责")
    await expect(row(audit, "授予职责")).to_have_count(3)
    await expect(row(audit, "创建会话")).to_have_count(0)


async def a_fault_is_named_before_anything_is_stored(page: Page) -> None:
    await page.get_by_role("button", name="上传招标数据").click()
    form = page.get_by_role("dialog", name="上传招标数据")
    await form.locator("input[type=file]").set_input_files(
        await asyncio.to_thread(workbook, "二百万")
    )
    fault = row(page, "C2").filter(has_text="错误")
    await expect(fault).to_contain_text("投标人")
    await expect(fault).to_contain_text("二百万")
    await expect(form.get_by_text("处错误，尚未存入")).to_be_visible()
    await expect(form.get_by_role("button", name="存入", exact=True)).to_be_disabled()
    stored = await page.request.get("/api/tenders")
    assert (await stored.json())["items"] == []


async def the_mended_workbook_is_stored(page: Page) -> None:
    form = page.get_by_role("dialog", name="上传招标数据")
    await form.locator("input[type=file]").set_input_files(await asyncio.to_thread(workbook))
    await expect(form.get_by_text("可以存入")).to_be_visible()
    await form.get_by_role("button", name="存入", exact=True).click()
    line = row(page, "珠海教育项目")
    await expect(line).to_be_visible()
    async with page.expect_download() as download:
        await line.get_by_role("button", name="下载工作簿").click()
    assert (await download.value).suggested_filename.endswith(".xlsx")


async def a_session_is_set_up_step_by_step(page: Page) -> None:
    onward = page.get_by_role("button", name="下一步")
    await page.goto("/admin/sessions")
    await page.get_by_role("button", name="创建评标会话").click()
    await expect(onward).to_be_disabled()
    await page.get_by_role("radio", name="珠海教育项目").check()
    await onward.click()

    await onward.click()
    await expect(page.get_by_text("请指定账号。")).to_have_count(5)
    await page.get_by_role("button", name="按姓名匹配账号").click()
    await expect(page.get_by_text("请指定账号。")).to_have_count(0)
    await onward.click()

    await onward.click()
    await expect(page.get_by_text("请指定代理机构项目负责人。")).to_be_visible()
    await whoever_keeps_the_house_is_not_offered(page, "代理机构项目负责人")
    await choose(page, "代理机构项目负责人", "程理")
    await onward.click()

    await page.get_by_role("button", name="登记缺少的 5 个工位").click()
    await expect(page.get_by_text("已登记", exact=True)).to_have_count(5)
    await onward.click()

    await expect(row(page, "谁可以担任负责人（组长）")).to_contain_text("仅评审专家")
    await onward.click()
    await page.get_by_role("radio", name="演练").check()
    await onward.click()
    await page.get_by_role("button", name="创建会话").click()

    await page.wait_for_url("**/admin/sessions")
    await expect(page.get_by_role("dialog", name="珠海教育项目")).to_contain_text("程理")
    await page.keyboard.press("Escape")
    await expect(row(page, "珠海教育项目").first).to_contain_text("演练")
    await expect(row(page, "珠海教育项目").first).to_contain_text("签到核验")


async def whoever_keeps_the_house_is_not_offered(page: Page, label: str) -> None:
    box = page.get_by_role("combobox", name=label)
    await box.focus()
    await box.press("Enter")
    offered = page.get_by_role("option").filter(visible=True)
    await expect(offered.filter(has_text="程理")).to_have_count(1)
    await expect(offered.filter(has_text="沈岚")).to_have_count(0)
    await box.press("Escape")


async def a_seat_is_paired_by_its_code(page: Page, house: House) -> None:
    await page.goto("/admin/workstations")
    seat = row(page, "301-1")
    await expect(seat).to_contain_text("未配对")
    await seat.get_by_role("button", name="席位码").click()
    await page.get_by_role("button", name="生成席位码").click()
    code = await page.locator(".er-code strong").inner_text()
    there = await house.newcomer()
    origin = {"Origin": house.node.url}
    claimed = await there.request.post("/api/pairing", data={"code": code}, headers=origin)
    assert claimed.ok
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="刷新").click()
    await expect(seat).to_contain_text("已配对")
    await seat.get_by_role("button", name="解除配对").click()
    asked = page.get_by_role("dialog", name="解除工位 301-1 的配对")
    await asked.get_by_role("button", name="解除配对").click()
    await expect(seat).to_contain_text("未配对")


def test_the_rules_that_are_told_in_words_are_those_the_server_has() -> None:
    told = {one["name"]: one for one in json.loads(POLICIES.read_text())}
    assert set(told) == set(KNOWN)
    for name, kind in KNOWN.items():
        held = told[name]
        assert held["default"] == kind.default
        assert held.get("by_regime", {}) == kind.by_regime
        assert tuple(held.get("words", ())) == kind.words
