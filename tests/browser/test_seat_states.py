"""What a seat says at the rarer points of an evaluation, in both languages: the engine's own view
of each is laid before the page, which has words for it, no name of the program in them, and no
barrier.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from playwright.async_api import Page, expect

from tests.browser.desks import violations
from tests.browser.seat import seated
from tests.sessions.cast import (
    HANA,
    MEMBERS,
    STAN,
    VERA,
    Table,
    brought_to,
    small_tender,
    with_policy,
)

CODE: Final = re.compile(r"\b[a-z]+(?:[_.][a-z]+)+\b")
"""A name of the program in what people read: `committee_rejected_all`, `expert.vote.open`."""

LAY: Final = """([view, audience]) => {
  const app = document.querySelector('#app').__vue_app__
  const session = app.config.globalProperties.$pinia._s.get('session')
  session.audience = audience
  session.view = view
}"""


def tied(**policies: str) -> Table:
    """Two candidates have as many votes."""
    table = brought_to("lead", with_policy(small_tender(), **policies))
    for member, candidate in zip(MEMBERS, ("m1", "m1", "m2", "m2", "m3"), strict=True):
        table.act(member, "CastBallot", candidate=candidate)
    return table


def few(regime: Any = "works") -> Table:
    """Two bids are left after the preliminary review."""
    table = brought_to("preliminary", small_tender(regime))
    table.fill("conformity", lambda _, bid: "fail" if bid in ("B1", "B2") else "pass")
    table.act(table.lead, "CloseGroup", section="conformity")
    return table


def rejected() -> Table:
    table = few()
    for member in MEMBERS:
        table.act(member, "CastVote", choice="reject_all", reason="缺乏竞争性")
    return table


def recused() -> Table:
    table = brought_to("declaration")
    table.act(HANA, "AnnounceDiscipline")
    table.act("m2", "Recuse", ground="employment")
    return table


def reopened() -> Table:
    table = brought_to("detailed")
    for member in MEMBERS:
        value = "12" if member == "m2" else "10"
        table.enter(member, "business", value)
        table.act(member, "ClosePersonally", section="business")
    return table


def rechecked() -> Table:
    table = brought_to("summary", small_tender("government_procurement"))
    table.act(HANA, "RequestRecheck", ground="arithmetic_error", reason="合计应为18分")
    return table


def interrupted() -> Table:
    table = brought_to("detailed")
    table.act(VERA, "OpenIntercom", member="m2")
    table.act(VERA, "SendNotice", kind="written_notice", text="请勿接听电话", member="m2")
    table.act(VERA, "Pause", clause="《招标投标法》第七条", document="监督〔2026〕3号")
    return table


def away() -> Table:
    table = brought_to("detailed")
    for member in ("m2", "m3"):
        table.act(member, "RequestMoreTime")
    table.act("m2", "RequestLeave")
    table.act(STAN, "AnswerLeave", member="m2", granted=True)
    return table


def stopped() -> Table:
    table = brought_to("detailed")
    table.act("m1", "StopEvaluation", ground="document_ambiguous", explanation="前后矛盾")
    return table


STATES: Final[dict[str, tuple[Callable[[], Table], str, tuple[str, ...]]]] = {
    "run-off": (tied, "m2", ("第 2 轮", "2 票")),
    "deadlock": (
        lambda: tied(lead_rounds="1", lead_deadlock="designated"),
        "m2",
        ("等待代理机构指定",),
    ),
    "lot": (lambda: tied(lead_rounds="1"), "m2", ("按规则抽签产生",)),
    "few bids": (few, "m2", ("有效投标不足三个：是否继续评审",)),
    "rejected by vote": (rejected, "m2", ("流标", "缺乏竞争性，否决全部投标")),
    "few bids in procurement": (
        lambda: few("government_procurement"),
        "m2",
        ("废标", "有效投标不足法定家数"),
    ),
    "recused": (recused, "m2", ("您已提出回避",)),
    "re-opened": (reopened, "m2", ("下列客观因素不一致，请复核", "B1 · 业绩")),
    "recheck, lead": (rechecked, "m1", ("合计应为18分", "维持原结果，记录在案", "请说明理由")),
    "recheck, member": (rechecked, "m2", ("汇总计算错误", "等待组长答复")),
    "interrupted": (
        interrupted,
        "m2",
        ("监督暂停", "监督〔2026〕3号", "正在与您通话", "请勿接听电话"),
    ),
    "away": (away, "m2", ("屏幕已遮蔽", "延长申请已超三分之一")),
    "stopped": (stopped, "m2", ("停止评标", "事由：招标文件内容歧义", "工位清场")),
}


@pytest.mark.browser
async def test_every_turn_of_an_evaluation_has_its_words_at_the_seat(tmp_path: Path) -> None:
    async with seated(tmp_path, None, me="m2") as seat:
        page = seat.page
        await expect(page.locator(".er-line-live")).to_be_visible()
        for name, (played, who, words) in STATES.items():
            await lay(page, played(), who)
            for word in words:
                await expect(page.locator(".er-expert"), name).to_contain_text(word)
            await barriers(page, name)
        await page.get_by_role("button", name="English").click()
        for name, (played, who, _) in STATES.items():
            await lay(page, played(), who)
            await barriers(page, name)
        assert seat.faults == []


async def lay(page: Page, table: Table, who: str) -> None:
    """Show the page what the engine shows this member."""
    audience = table.audience(who)
    seen = msgspec.json.decode(msgspec.json.encode(table.view(who)))
    await page.evaluate(LAY, [seen, {"member": audience.member, "roles": [], "venue": None}])
    await expect(page.locator(".er-loading")).to_have_count(0)


async def barriers(page: Page, name: str) -> None:
    shown = await page.locator(".er-expert").inner_text()
    assert CODE.findall(shown) == [], name
    assert await violations(page) == [], name
