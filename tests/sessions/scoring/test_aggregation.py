import statistics
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.scoring.aggregation import (
    Entered,
    average,
    averaged,
    carry,
    entered_in,
    units,
)
from evalroom.sessions.scoring.arithmetic import round_half_up
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import Criterion, Level
from tests.sessions.scoring.build import column, deduction, merged, pass_fail, points, rule, tender

TRIMMED = rule(method="trimmed_mean")
MEDIAN = rule(method="median")

scores = st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=9)


def entered(values: Sequence[Decimal]) -> list[Entered]:
    return [Entered(f"m{number}", Fraction(value)) for number, value in enumerate(values, 1)]


def of(text: str) -> list[Entered]:
    return entered([Decimal(value) for value in text.split()])


@pytest.mark.rule("C11")
@pytest.mark.parametrize(
    ("values", "plain", "trimmed"),
    [
        ("86 90.5 88 92 79.5", "87.20", "88.17"),
        ("90 90 84 80 79", "84.60", "84.67"),  # dropping both maxima would give 82.00
        ("91 89 90 88 92 60 95", "86.43", "90.00"),
        ("88 90 92 60", "82.50", "82.50"),  # four are too few to trim
    ],
)
def test_a_trimmed_mean_drops_one_highest_and_one_lowest_of_five_or_more(
    values: str, plain: str, trimmed: str
) -> None:
    assert str(round_half_up(average(of(values), rule()).exact, 2)) == plain
    assert str(round_half_up(average(of(values), TRIMMED).exact, 2)) == trimmed


@pytest.mark.rule("C11")
def test_it_is_recorded_what_was_really_done() -> None:
    done = average(of("90 90 84 80 79"), TRIMMED)
    assert done.method == "trimmed_mean"
    assert [one.member for one in done.lowest] == ["m5"]
    assert [one.points for one in done.highest] == [90]
    assert [one.points for one in done.kept] == [80, 84, 90]
    few = average(of("88 90 92 60"), TRIMMED)
    assert (few.method, few.lowest, few.highest) == ("mean", (), ())


@pytest.mark.rule("C11")
def test_how_many_and_from_when_is_the_tenders_to_say() -> None:
    two = rule(method="trimmed_mean", trim_each_side=2, min_members_to_trim=7)
    assert average(of("91 89 90 88 92 60 95"), two).exact == 90
    assert average(of("91 89 90 88 92 60"), two).exact == 85


@pytest.mark.rule("C11")
@pytest.mark.parametrize("method", ["trimmed_mean", "mean", "median"])
def test_nothing_cannot_be_averaged(method: str) -> None:
    greedy = rule(method=method, trim_each_side=2, min_members_to_trim=4)
    with pytest.raises(Unscorable) as refused:
        average(of("1 2 3 4") if method == "trimmed_mean" else [], greedy)
    assert refused.value.code == "trim_leaves_nobody"


@pytest.mark.rule("C13")
@pytest.mark.parametrize(
    ("values", "middle"), [("60 88 90 92 100", "90"), ("60 88 90 92", "89"), ("60", "60")]
)
def test_a_median_is_the_middle_value_or_the_mean_of_the_two(values: str, middle: str) -> None:
    done = average(of(values), MEDIAN)
    assert done.exact == Fraction(middle)
    assert len(done.lowest) == len(done.highest) == (len(values.split()) - 1) // 2


@pytest.mark.rule("C1", "C11", "C13")
@given(scores, st.integers(1, 3), st.integers(1, 9))
def test_an_average_is_that_of_a_naive_reckoning(
    values: list[Decimal], trim: int, least: int
) -> None:
    exact = [Fraction(value) for value in values]
    assert average(entered(values), rule()).exact == statistics.mean(exact)
    assert average(entered(values), MEDIAN).exact == statistics.median(exact)
    trimmed = rule(method="trimmed_mean", trim_each_side=trim, min_members_to_trim=least)
    left = list(exact)
    if len(values) >= least:
        for _ in range(trim):
            for extreme in (max, min):
                if left:
                    left.remove(extreme(left))
    if left:
        assert average(entered(values), trimmed).exact == statistics.mean(left)
    else:
        with pytest.raises(Unscorable):
            average(entered(values), trimmed)


@pytest.mark.rule("C25")
@given(scores.flatmap(lambda values: st.tuples(st.just(values), st.permutations(values))))
def test_the_order_of_the_members_changes_no_average(
    orders: tuple[list[Decimal], list[Decimal]],
) -> None:
    for how in (rule(), TRIMMED, MEDIAN):
        assert average(entered(orders[0]), how).exact == average(entered(orders[1]), how).exact


@pytest.mark.rule("C9", "C10")
@pytest.mark.parametrize(
    ("criterion", "differs"),
    [
        (points(), True),
        (Criterion("c", "s", "", "fixed", values=(Decimal(1),)), True),
        (Criterion("c", "s", "", "deduction_range", points=Decimal(5)), True),
        (points(objective="each_then_match"), False),
        (deduction(), False),
        (pass_fail(), False),
    ],
)
def test_only_what_members_may_differ_on_is_averaged(criterion: Criterion, differs: bool) -> None:
    assert averaged(criterion) is differs


@pytest.mark.rule("C12")
@pytest.mark.parametrize(
    ("level", "together"),
    [
        ("item", [["one"], ["two"], ["cost"], ["record"]]),
        ("section_total", [["one", "two"], ["cost"], ["record"]]),
        ("grand_total", [["one", "two", "record"], ["cost"]]),
    ],
)
def test_members_who_score_the_same_items_are_totalled_together(
    level: Level, together: list[list[str]]
) -> None:
    items = (
        points("one"),
        points("two"),
        points("cost", scored_by="technical"),
        points("record", section="business"),
        points("same", objective="each_then_match"),
    )
    bare = tender(*items)
    sheets = merged(
        *(column("1 2", name) for name in ("one", "two", "record")), column("1", "cost")
    )
    found = units(bare, items, level, sheets)
    assert [[item.id for item in unit.criteria] for unit in found] == together
    assert all(
        unit.members == (("m1",) if "cost" in unit.criteria[0].id else ("m1", "m2"))
        for unit in found
    )


@pytest.mark.rule("C12")
def test_a_member_of_a_unit_stands_with_his_own_total() -> None:
    items = points("one"), points("two")
    sheets = merged(column("10 6 8 9 7", "one"), column("12 18 15 11 17", "two"))
    (unit,) = units(tender(*items), items, "section_total", sheets)
    totals = entered_in(unit, "b1", sheets)
    assert totals == of("22 24 23 20 24")
    assert average(totals, TRIMMED).exact == 23


@pytest.mark.rule("C28")
def test_a_unit_with_an_empty_cell_has_no_total() -> None:
    item = points()
    one = tender(item, members=3)
    (unit,) = units(one, [item], "item", {})
    with pytest.raises(Unscorable) as refused:
        entered_in(unit, "b1", column("1 2"))
    assert refused.value.code == "cell_missing"


@pytest.mark.rule("C14")
def test_a_value_is_rounded_where_the_tender_says_and_only_there() -> None:
    third = Fraction(25, 3)
    assert carry(third, "item", rule(round_at=("item",))) == Fraction("8.33")
    assert carry(third, "section", rule(round_at=("item",))) == third
