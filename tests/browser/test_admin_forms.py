"""Forms and pages of the three administrators: each has his own and no others, is told at its field
what is refused, and loses nothing that he has typed.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.desks import PASSWORD, House, choose, house, row, visit

DESKS = {
    "system": ("sessions", "tenders", "documents", "places", "workstations", "cameras"),
    "security": ("accounts", "tokens", "deletions"),
    "audit": ("log", "confirmations", "keys"),
}


@pytest.fixture
async def staffed(tmp_path: Path) -> AsyncIterator[House]:
    """A node with its three administrators."""
    async with house(tmp_path, system="system", security="security", audit="audit") as opened:
        yield opened
        assert opened.faults == []


@pytest.mark.browser
async def test_a_page_of_another_office_shows_why_it_is_not_yours(staffed: House) -> None:
    for office in DESKS:
        await sees_his_own_pages_and_no_others(await staffed.enters(office), office)


async def sees_his_own_pages_and_no_others(page: Page, office: str) -> None:
    await page.goto("/admin/password")
    await page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    for other in set(DESKS) - {office}:
        for name in DESKS[other]:
            await visit(page, name)
            await expect(page.get_by_text("三员分立")).to_be_visible()
            await expect(page.get_by_text("本页所需")).to_be_visible()
    assert [url for url in asked if "/api/" in url] == []
    for name in DESKS[office]:
        await visit(page, name)
        await expect(page.locator(".er-data").first).to_be_visible()
        await expect(page.get_by_text("三员分立")).to_have_count(0)


@pytest.mark.browser
async def test_a_drawer_is_opened_filled_sent_and_left_by_keyboard_alone(staffed: House) -> None:
    page = await staffed.enters("system")
    await page.goto("/admin/places")
    await page.get_by_role("button", name="新增中心").focus()
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="新增中心")
    await form.get_by_label("中心编号").focus()
    await page.keyboard.type("zhuhai")
    await page.keyboard.press("Tab")
    await page.keyboard.type("珠海市公共资源交易中心")
    await page.keyboard.press("Enter")
    await expect(form).to_be_hidden()
    await expect(row(page, "珠海市公共资源交易中心")).to_be_visible()
    await page.get_by_role("button", name="新增中心").focus()
    await page.keyboard.press("Enter")
    await expect(form).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()


@pytest.mark.browser
async def test_a_number_that_is_taken_changes_nothing_and_a_camera_is_tried_from_its_row(
    staffed: House,
) -> None:
    page = await staffed.enters("system")
    await page.goto("/admin/places")
    for title in ("珠海市公共资源交易中心", "横琴分中心"):
        await page.get_by_role("button", name="新增中心").click()
        form = page.get_by_role("dialog", name="新增中心")
        await form.get_by_label("中心编号").fill("zhuhai")
        await form.get_by_label("中心名称").fill(title)
        await form.get_by_role("button", name="保存").click()
    await expect(form.get_by_text("该编号已登记")).to_be_visible()
    await expect(form.get_by_label("中心名称")).to_have_value("横琴分中心")
    await form.get_by_role("button", name="取消").click()
    await expect(row(page, "zhuhai")).to_contain_text("珠海市公共资源交易中心")

    await page.get_by_role("button", name="新增场所").click()
    form = page.get_by_role("dialog", name="新增场所")
    await form.get_by_label("场所编号").fill("v1")
    await form.get_by_label("场所名称").fill("201 室")
    await form.get_by_role("button", name="保存").click()
    await expect(row(page, "201 室")).to_be_visible()
    await page.goto("/admin/cameras")
    await page.get_by_role("button", name="新增摄像机").click()
    form = page.get_by_role("dialog", name="新增摄像机")
    await form.get_by_label("摄像机编号").fill("c1")
    await form.get_by_label("摄像机名称").fill("全景")
    for address in ("http://127.0.0.1/1", "rtsp://127.0.0.1:1/1"):
        await form.get_by_label("RTSP 地址").fill(address)
        await form.get_by_role("button", name="保存").click()
        if address.startswith("http"):
            await expect(form.get_by_text("请填写以 rtsp:// 开头")).to_be_visible()
    await row(page, "全景").get_by_role("button", name="测试").click()
    tried = page.get_by_role("dialog", name="测试摄像机“全景”")
    await expect(tried.get_by_text("该主机的这个端口上没有视频服务。")).to_be_visible()


@pytest.mark.browser
async def test_what_is_refused_is_told_at_its_field_and_a_token_is_shown_once(
    staffed: House,
) -> None:
    page = await staffed.enters("security")
    await page.goto("/admin/accounts")
    await page.get_by_role("button", name="新增账号").click()
    form = page.get_by_role("dialog", name="新增账号")
    await form.get_by_label("登录名").fill("system")
    await form.get_by_label("姓名").fill("重名")
    await form.get_by_label("初始密码").fill(PASSWORD)
    await form.get_by_role("button", name="建立").click()
    login = form.locator(".el-form-item").filter(has_text="登录名")
    await expect(login.locator(".el-form-item__error")).to_be_visible()

    await page.goto("/admin/tokens")
    await page.get_by_role("button", name="签发令牌").click()
    form = page.get_by_role("dialog", name="签发令牌")
    await form.get_by_label("用途").fill("归档程序")
    await choose(page, "使用账号", "audit")
    await form.get_by_label("会话编号").fill("a" * 32)
    await form.get_by_role("button", name="签发令牌").click()
    told = page.get_by_role("dialog", name="令牌已签发")
    await expect(told.locator("code")).to_contain_text("er1.")
    await page.keyboard.press("Escape")
    await expect(row(page, "归档程序")).to_contain_text("有效")
    assert "er1." not in await page.content()

    await page.goto("/admin/deletions")
    await page.get_by_role("button", name="申请删除").click()
    form = page.get_by_role("dialog", name="申请删除")
    await form.get_by_label("理由").fill("保存期已满")
    for session, fault in (("zz", "会话编号为 32 位"), ("a" * 32, f"没有该场评审：{'a' * 32}")):
        await form.get_by_label("会话编号").fill(session)
        await form.get_by_role("button", name="申请删除").click()
        await expect(form.get_by_text(fault)).to_be_visible()


@pytest.mark.browser
async def test_somebody_changes_his_own_password_and_stays_where_he_is(staffed: House) -> None:
    page = await staffed.enters("audit")
    await page.goto("/admin/password")
    old, new, again = (page.locator("input[type=password]").nth(n) for n in range(3))
    for field, text in (
        (old, "not this one"),
        (new, "another password"),
        (again, "another password"),
    ):
        await field.fill(text)
    await page.get_by_role("button", name="修改密码").click()
    wrong = (
        page.locator(".el-form-item").filter(has_text="现用密码").locator(".el-form-item__error")
    )
    await expect(wrong).to_be_visible()
    await old.fill(PASSWORD)
    await page.get_by_role("button", name="修改密码").click()
    await expect(page.get_by_text("密码已修改。")).to_be_visible()
    assert (await page.request.get("/api/me")).ok
