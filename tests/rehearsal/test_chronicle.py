"""What an onlooker is told of an evaluation, and in which order."""

from typing import Any

import pytest

from evalroom.rehearsal.chronicle import Chronicle
from evalroom.rehearsal.words import Words
from evalroom.sessions.visibility import audience_of, view
from tests.rehearsal.dry import DryStage
from tests.sessions.cast import small_tender


def told(scenario: str) -> list[str]:
    """The notes of a whole dry evaluation, as the agency's lead has seen it."""
    tender = small_tender("works")
    stage = DryStage(tender, scenario)
    chronicle = Chronicle(tender, Words("zh-CN", "works"))

    def look() -> None:
        chronicle.look(shown(stage), stage.at / 1000)

    look()
    stage.after_each_act = look
    stage.play()
    assert [note.after for note in chronicle.notes] == sorted(n.after for n in chronicle.notes)
    return [note.text for note in chronicle.notes]


def shown(stage: DryStage) -> Any:
    return view(stage.state, audience_of(stage.state, "agency"))


@pytest.mark.rule("K39")
def test_every_phase_is_told_once_and_in_order() -> None:
    words = Words("zh-CN", "works")
    phases = [words(f"phase.{p}") for p in
              ("check_in", "declaration", "lead", "preliminary", "detailed", "price", "summary",
               "signing", "closed")]  # fmt: skip
    notes = told("plain")
    assert [text for text in notes if text in phases] == phases


@pytest.mark.rule("K39")
@pytest.mark.parametrize(
    ("scenario", "wanted"),
    [
        ("plain", ["专家1号 当选负责人", "技术：小组评审结束，评分公开"]),
        ("usual", ["专家5号 签署并附不同意见"]),
        ("pause", ["暂停：《招标投标法》第七条（监督〔2026〕3号）", "恢复评审"]),
        ("recusal", ["专家5号 申请回避", "专家6号 替补就任"]),
        ("deadlock", ["第 1 轮票数相同，再次投票", "3 轮未决，抽签确定"]),
        ("silent", ["专家5号 既不签署也未书面说明，记录在案"]),
        ("mismatch", ["提交前检查：投标人1·业绩 不一致，请复核"]),
    ],
)
def test_what_a_scenario_is_about_is_told(scenario: str, wanted: list[str]) -> None:
    notes = told(scenario)
    assert [text for text in notes if text in wanted] == wanted


def test_a_view_that_has_not_changed_is_no_news() -> None:
    stage = DryStage(small_tender(), "plain")
    chronicle = Chronicle(small_tender(), Words("en"))
    seen = shown(stage)
    chronicle.look(seen, 1)
    chronicle.look(seen, 2)
    assert [note.text for note in chronicle.notes] == ["check-in"]


def test_a_lost_link_is_told_and_so_is_its_return() -> None:
    stage = DryStage(small_tender(), "plain")
    chronicle = Chronicle(small_tender(), Words("en"))
    chronicle.look(shown(stage), 0)
    chronicle.link("m3", 1, back=False)
    chronicle.link("m3", 2, back=True)
    assert [note.text for note in chronicle.notes][1:] == [
        "专家3号 loses the link with a command under way",
        "专家3号 is back, the command is acknowledged",
    ]
