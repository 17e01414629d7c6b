from decimal import Decimal
from fractions import Fraction

import pytest

from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.sections import plan_sections, score_section, work_grand_total
from evalroom.sessions.tender.model import Aggregation
from tests.sessions.scoring.build import (
    bid,
    column,
    deduction,
    merged,
    pass_fail,
    points,
    rule,
    tender,
)

ITEMS = points("one", "10"), points("two", "20")
SHEETS = merged(column("10 6 8 9 7", "one"), column("12 18 15 11 17", "two"))


@pytest.mark.rule("C12")
@pytest.mark.parametrize(
    ("level", "total", "exact"),
    [("item", "22.67", "22.67"), ("section_total", "23.00", "23"), ("grand_total", "23.00", "23")],
)
def test_trimming_totals_and_trimming_items_differ(level: str, total: str, exact: str) -> None:
    one = tender(*ITEMS, aggregation=rule(method="trimmed_mean", level=level))
    (score,) = score_section(one, "technical", SHEETS, ["b1"])
    assert (str(score.total), score.exact) == (total, exact)
    assert [(item.criterion, str(item.points)) for item in score.items] == [
        ("one", "8.00"),
        ("two", "14.67"),
    ]
    assert [item.exact for item in score.items] == ["8", "44/3"]


@pytest.mark.rule("C2", "C14")
@pytest.mark.parametrize(
    ("round_at", "total", "exact"),
    [
        (("item", "section"), "21.99", "21.99"),
        (("item",), "21.99", "21.99"),
        (("section",), "22.00", "22"),
        ((), "22.00", "22"),
    ],
)
def test_rounding_items_first_gives_another_section(
    round_at: tuple[str, ...], total: str, exact: str
) -> None:
    items = points("one", "10"), points("two", "10"), points("three", "10")
    sheets = merged(column("8 8 9", "one"), column("7 7 8", "two"), column("6 6 7", "three"))
    one = tender(*items, aggregation=Aggregation(round_at=round_at))  # type: ignore[arg-type]
    (score,) = score_section(one, "technical", sheets, ["b1"])
    assert (str(score.total), score.exact) == (total, exact)


@pytest.mark.rule("C14")
def test_what_is_not_rounded_goes_on_whole() -> None:
    one = tender(points(), aggregation=rule(round_at=("total",)))
    (score,) = score_section(one, "technical", column("8 8 9"), ["b1"])
    assert (str(score.total), score.exact) == ("8.33", "25/3")
    assert (str(score.items[0].points), score.items[0].exact) == ("8.33", "25/3")


@pytest.mark.rule("C14")
def test_a_section_is_only_shown_where_grand_totals_are_averaged() -> None:
    one = tender(points(), aggregation=rule(level="grand_total"))
    (score,) = score_section(one, "technical", column("8 8 9"), ["b1"])
    assert (str(score.total), score.exact) == ("8.33", "25/3")


@pytest.mark.rule("C9")
@pytest.mark.parametrize("level", ["item", "section_total", "grand_total"])
def test_an_objective_item_is_added_after_never_averaged_and_never_trimmed(level: str) -> None:
    same = points("same", "10", objective="each_then_match")
    one = tender(same, *ITEMS, aggregation=rule(method="trimmed_mean", level=level))
    sheets = merged(SHEETS, column("6.125 6.125 6.125 6.125 6.125", "same"))
    (score,) = score_section(one, "technical", sheets, ["b1"])
    (without,) = score_section(
        tender(*ITEMS, aggregation=rule(method="trimmed_mean", level=level, round_at=())),
        "technical",
        SHEETS,
        ["b1"],
    )
    whole = Fraction(without.exact) + Fraction("6.125")
    assert abs(Fraction(score.total) - whole) <= Fraction("0.005")
    first = score.items[0]
    assert (first.criterion, first.basis, str(first.points), first.exact) == (
        "same",
        "common",
        "6.13",
        "6.125",
    )


@pytest.mark.rule("C9")
def test_objective_scores_that_differ_are_no_score() -> None:
    same = points("same", "10", objective="each_then_match")
    with pytest.raises(Unscorable) as refused:
        score_section(tender(same), "technical", column("6 6 6 6 4", "same"), ["b1"])
    assert refused.value.code == "mismatch"
    corrected = column("6 6 6 6 6", "same")
    (score,) = score_section(tender(same), "technical", corrected, ["b1"])
    assert str(score.total) == "6.00"


@pytest.mark.rule("C9")
def test_structured_data_score_without_anybodys_sheet() -> None:
    read = points("read", "10", objective="from_structured_data", source="awards")
    bids = [bid("b1", data={"awards": "7"}), bid("b2", data={"awards": "9.5"})]
    scores = score_section(tender(read, bids=bids), "technical", {}, ["b1", "b2"])
    assert [str(score.total) for score in scores] == ["7.00", "9.50"]


@pytest.mark.rule("C10")
@pytest.mark.parametrize(
    ("votes", "left"), [("apply apply none", "8.00"), ("apply none none", "10.00")]
)
def test_a_deduction_is_decided_and_not_averaged(votes: str, left: str) -> None:
    (score,) = score_section(tender(deduction()), "technical", column(votes, "defect"), ["b1"])
    assert (str(score.total), score.items[0].basis) == (left, "voted")


@pytest.mark.rule("C9")
def test_an_objective_deduction_has_one_value() -> None:
    item = deduction(objective="each_then_match")
    (score,) = score_section(tender(item), "technical", column("apply apply", "defect"), ["b1"])
    assert (str(score.total), score.items[0].basis) == ("8.00", "common")


@pytest.mark.rule("C6")
def test_pass_fail_items_give_no_points() -> None:
    one = tender(pass_fail(), points())
    assert [score.items for score in score_section(one, "conformity", {}, ["b1"])] == [()]
    (score,) = score_section(one, "technical", column("8"), ["b1"])
    assert str(score.total) == "8.00"


@pytest.mark.rule("C5", "C12")
@pytest.mark.parametrize("level", ["item", "section_total", "grand_total"])
def test_members_of_other_items_do_not_trim_each_other(level: str) -> None:
    everybody, experts = points("everybody", "10"), points("experts", "10", scored_by="technical")
    trimming = rule(method="trimmed_mean", level=level, round_at=())
    one = tender(everybody, experts, aggregation=trimming)
    sheets = merged(column("1 8 8 8 10", "everybody"), column("9 9 3", "experts"))
    (score,) = score_section(one, "technical", sheets, ["b1"])
    # Five of the first are trimmed to 8, three of the second are too few: 7.
    assert score.exact == "15"


@pytest.mark.rule("C12")
def test_a_grand_total_crosses_sections() -> None:
    items = points("one", "10"), points("two", "20", section="business")
    level = rule(method="trimmed_mean", level="grand_total")
    plan = plan_sections(tender(*items, aggregation=level), ("technical", "business"), SHEETS)
    assert work_grand_total(plan, bid("b1")).exact == 23


def test_sections_are_scored_in_the_order_of_the_tender_for_valid_bids_only() -> None:
    sheets = merged(column("1", of="b1"), column("2", of="b2"), column("3", of="b3"))
    scores = score_section(tender(points(), bids=3), "technical", sheets, {"b3", "b1"})
    assert [(score.bid, score.total) for score in scores] == [
        ("b1", Decimal("1.00")),
        ("b3", Decimal("3.00")),
    ]
