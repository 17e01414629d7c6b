import pytest

from evalroom.sessions.scoring.cells import Sheets
from evalroom.sessions.scoring.tally import tally, trace_tally
from evalroom.sessions.scoring.wording import LABELS, Lang, Wording
from evalroom.sessions.tender.model import Level, Tender, TieBreaker
from tests.sessions.scoring.build import (
    bid,
    claim,
    column,
    deduction,
    merged,
    pass_fail,
    points,
    price_rule,
    rule,
    tender,
)


def lines(one: Tender, sheets: Sheets, lang: Lang = "zh-CN") -> list[str]:
    steps = trace_tally(one, sheets, tally(one, sheets), members=True)
    return list(Wording(one, lang).lines(steps))


def test_both_languages_have_the_same_words() -> None:
    assert LABELS["zh-CN"].keys() == LABELS["en"].keys()


@pytest.mark.rule("C27")
def test_a_trimmed_mean_reads_as_it_was_reckoned() -> None:
    one = tender(
        points("方案"), aggregation=rule(method="trimmed_mean", round_at=("item", "total"))
    )
    mean, *rest = lines(one, column("86 90.5 88 92 79.5", "方案"))
    assert mean.split("；") == [
        "投标人b1 · 方案：去掉最高、最低后平均 (86 + 88 + 90.5) / 3 = 529/6 → 88.17",
        "去掉最低 79.5 (m5)",
        "去掉最高 92 (m4)",
    ]
    assert rest == ["投标人b1 · 技术 小计：88.17", "投标人b1 · 总分：88.17 → 88.17"]


@pytest.mark.rule("C27")
def test_what_goes_on_unrounded_is_shown_near() -> None:
    one = tender(points(), aggregation=rule(round_at=()))
    assert lines(one, column("8 8 9"), "en")[0] == (
        "投标人b1 · quality: mean (8 + 8 + 9) / 3 = 25/3 ≈ 8.333333"
    )
    assert lines(one, column("8"), "en")[0] == "投标人b1 · quality: one value 8"


@pytest.mark.rule("C27")
def test_a_median_names_what_lies_beside_the_middle() -> None:
    one = tender(points(), aggregation=rule(method="median"))
    assert lines(one, column("60 90 88"), "en")[0] == (
        "投标人b1 · quality: median 88; below the middle: 60 (m1); above the middle: 90 (m2)"
    )


@pytest.mark.rule("C27")
def test_members_stand_with_their_alias() -> None:
    one = tender(points(), members=5, aggregation=rule(method="trimmed_mean"))
    assert "去掉最低 1 (专家1号)" in lines(one, column("1 2 3 4 5"))[0]


@pytest.mark.rule("C27")
@pytest.mark.parametrize(
    ("level", "unit"), [("section_total", "技术"), ("grand_total", "members' grand totals")]
)
def test_totals_are_named_by_what_they_total(level: Level, unit: str) -> None:
    one = tender(points("one"), points("two"), aggregation=rule(level=level))
    sheets = merged(column("1 2", "one"), column("3 4", "two"))
    assert any(
        line.startswith(f"投标人b1 · {unit}: mean (4 + 6) / 2 = 5")
        for line in lines(one, sheets, "en")
    )


@pytest.mark.rule("C27")
def test_verdicts_votes_and_common_values_are_sentences() -> None:
    one = tender(pass_fail("执照"), deduction("缺陷"), points("业绩", objective="each_then_match"))
    sheets = merged(
        column("pass pass fail", "执照"),
        column("apply apply none", "缺陷"),
        column("6 6 6", "业绩"),
    )
    assert lines(one, sheets)[:4] == [
        "投标人b1 · 执照：通过 2，不通过 1 → 通过",
        "投标人b1 · 缺陷：扣分 2/3 票 → 扣分成立 = 8",
        "投标人b1 · 业绩：客观分，一致值 6 = 6",
        "投标人b1 · 技术 小计：8 + 6 = 14 → 14.00",
    ]
    failed = tender(pass_fail("执照"))
    assert lines(failed, column("fail", "执照"), "en") == [
        "投标人b1 · 执照: 0 passed, 1 failed → failed"
    ]


@pytest.mark.rule("C27")
def test_prices_read_with_what_was_taken_off_and_what_was_not() -> None:
    domestic = claim("domestic", "0.20")
    bids = bid("a", "1000", domestic), bid("b", "1200", domestic, claim("other", "0.10"))
    refused = "0.20 not taken off (no foreign product competes)"
    assert lines(tender(bids=bids, price=price_rule()), {}, "en")[:4] == [
        f"投标人a · evaluated price: 1000 → 1000.00; {refused}",
        "投标人a · price points: 30 * 1000.00 / 1000.00 = 30 → 30.00",
        f"投标人b · evaluated price: 1200 * (1 - 0.10) = 1080 → 1080.00; {refused}",
        "投标人b · price points: 30 * 1000.00 / 1080.00 = 250/9 → 27.78",
    ]


@pytest.mark.rule("C27")
def test_a_tie_reads_as_it_was_broken() -> None:
    bids = [bid("a", "100"), bid("b", "99"), bid("c", "100")]
    one = tender(points(), bids=bids, tie_breakers=(TieBreaker("price", "ascending"),))
    sheets = merged(*(column("80", of=of) for of in "abc"))
    assert lines(one, sheets)[-1] == (
        "并列，比较投标报价（低者优先）：投标人b 99 优于 投标人a 100 = 投标人c 100"
    )
