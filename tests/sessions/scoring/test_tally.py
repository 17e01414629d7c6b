import random
import time
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.scoring.aggregation import Step
from evalroom.sessions.scoring.tally import scored_sections, tally
from evalroom.sessions.tender.model import Aggregation, Criterion, Level, Tender
from tests.sessions.scoring.build import (
    bid,
    column,
    merged,
    pass_fail,
    points,
    price_rule,
    rule,
    tender,
)


@pytest.mark.rule("C6", "C19")
def test_a_whole_evaluation_goes_from_verdicts_to_ranks() -> None:
    one = tender(
        pass_fail(),
        points("quality", "40"),
        points("record", "30", section="business", objective="each_then_match"),
        bids=[bid("a", "100"), bid("b", "120"), bid("c", "10")],
        regime="government_procurement",
        price=price_rule(),
    )
    sheets = merged(
        *(column("pass pass pass", "licence", of) for of in "ab"),
        column("fail fail pass", "licence", "c"),
        column("30 33 36", of="a"),
        column("36 38 40", of="b"),
        column("20 20 20", "record", "a"),
        column("25 25 25", "record", "b"),
    )
    whole = tally(one, sheets)
    assert whole.rejected == {"c": "conformity"}
    assert [verdict.passed for verdict in whole.verdicts["conformity"]] == [True, True, False]
    assert [(score.section, score.bid, str(score.total)) for score in whole.section_scores] == [
        ("technical", "a", "33.00"),
        ("technical", "b", "38.00"),
        ("business", "a", "20.00"),
        ("business", "b", "25.00"),
    ]
    # The rejected bid of 10 makes neither the benchmark nor the mean of the prices.
    assert [(score.bid, str(score.points)) for score in whole.price_scores] == [
        ("a", "30.00"),
        ("b", "25.00"),
    ]
    assert whole.abnormal_prices is not None
    assert whole.abnormal_prices.findings == ()
    assert [(one.bid, str(one.total), one.rank) for one in whole.result.standings] == [
        ("b", "88.00", 1),
        ("a", "83.00", 2),
    ]


@pytest.mark.rule("C15", "C19")
def test_the_totals_of_zhuhai_are_those_of_the_notice() -> None:
    prices = {"a": "2288231.72", "b": "2296472.00", "c": "2311110.40", "d": "2299360.00"}
    others = {"a": "75 75 75", "b": "55 56 57", "c": "49 49.5 50", "d": "48 49 50"}
    one = tender(
        points("quality", "80"),
        bids=[bid(name, price) for name, price in prices.items()],
        regime="government_procurement",
        price=price_rule("20"),
    )
    whole = tally(one, merged(*(column(values, of=of) for of, values in others.items())))
    assert [(one.bid, str(one.total), one.rank) for one in whole.result.standings] == [
        ("a", "95.00", 1),
        ("b", "75.93", 2),
        ("c", "69.30", 3),
        ("d", "68.90", 4),
    ]


@pytest.mark.rule("C23")
def test_abnormal_prices_are_reviewed_in_government_procurement_only() -> None:
    bids = [bid("a", "100"), bid("b", "10")]
    assert tally(tender(bids=bids, price=price_rule()), {}).abnormal_prices is None
    procurement = tender(bids=bids, price=price_rule(), regime="government_procurement")
    review = tally(procurement, {}).abnormal_prices
    assert review is not None
    assert [low.bid for low in review.findings] == ["b"]


def test_an_evaluation_that_nobody_survives_has_no_ranks() -> None:
    one = tender(pass_fail(), points(), price=price_rule())
    whole = tally(one, column("fail", "licence"))
    assert whole.result.standings == ()
    assert whole.price_scores == ()
    assert whole.section_scores == ()


def test_sections_without_points_are_not_scored() -> None:
    assert scored_sections(tender(pass_fail(), points())) == ["technical"]


Method = Literal["mean", "trimmed_mean", "median"]
METHODS: tuple[Method, ...] = ("mean", "trimmed_mean", "median")
LEVELS: tuple[Level, ...] = ("item", "section_total", "grand_total")
STEPS: tuple[Step, ...] = ("item", "section", "total")

Cells = dict[str, dict[str, dict[str, str]]]


@st.composite
def evaluations(draw: st.DrawFn) -> tuple[Tender, Cells]:
    """Two sections, one objective item, any way to average and round, up to six of everything."""
    aggregation = Aggregation(
        method=draw(st.sampled_from(METHODS)),
        level=draw(st.sampled_from(LEVELS)),
        round_at=tuple(step for step in STEPS if draw(st.booleans())),
        places=draw(st.integers(0, 3)),
    )
    items = [
        points(f"c{n}", "20", section=("technical", "business")[n % 2])
        for n in range(draw(st.integers(1, 4)))
    ]
    same = points("same", "10", objective="each_then_match")
    bids = [
        bid(f"b{n}", str(price))
        for n, price in enumerate(draw(st.lists(st.integers(1, 999), min_size=1, max_size=5)))
    ]
    one = tender(*items, same, bids=bids, price=price_rule(places=2), aggregation=aggregation)
    cell = st.integers(0, 2000).map(lambda hundredths: str(Decimal(hundredths) / 100))
    sheets: Cells = {}
    common = {of.id: str(draw(st.integers(0, 10))) for of in bids}
    for member in range(draw(st.integers(1, 7))):
        sheets[f"m{member}"] = {
            of.id: {item.id: draw(cell) for item in items} | {"same": common[of.id]} for of in bids
        }
    return one, sheets


def half_up(value: Fraction, places: int) -> Fraction:
    return Fraction(int(value * 10**places + Fraction(1, 2)), 10**places)


def naive_average(values: list[Fraction], how: Aggregation) -> Fraction:
    values = sorted(values)
    if how.method == "median":
        half = len(values) // 2
        return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
    if how.method == "trimmed_mean" and len(values) >= 5:
        values = values[1:-1]
    return sum(values, Fraction(0)) / len(values)


def naive_total(one: Tender, sheets: Cells, of: str) -> Fraction:
    """The total of a bid, reckoned in the plainest way."""
    how = one.aggregation

    def rounded(value: Fraction, step: str) -> Fraction:
        return half_up(value, how.places) if step in how.round_at else value

    def own(member: str, items: list[Criterion]) -> Fraction:
        return sum((Fraction(sheets[member][of][item.id]) for item in items), Fraction(0))

    plain = [item for item in one.criteria if item.id != "same"]
    common = Fraction(next(iter(sheets.values()))[of]["same"])
    total = Fraction(0)
    if how.level == "grand_total":
        total = naive_average([own(member, plain) for member in sheets], how) + common
    else:
        for section in ("technical", "business"):
            items = [item for item in plain if item.section == section]
            groups = [[item] for item in items] if how.level == "item" else [items]
            found = [
                naive_average([own(member, group) for member in sheets], how) for group in groups
            ]
            if how.level == "item":
                found = [rounded(value, "item") for value in found]
            whole = sum(found, Fraction(0)) + (common if section == "technical" else 0)
            total += rounded(whole, "section")
    prices = {bid.id: Fraction(bid.price or 0) for bid in one.bids}
    total += half_up(30 * min(prices.values()) / prices[of], 2)
    return rounded(total, "total")


@pytest.mark.rule("C1", "C12", "C14", "C25")
@given(evaluations(), st.randoms(use_true_random=False))
def test_a_result_is_that_of_a_naive_reckoning_in_any_order(
    case: tuple[Tender, Cells], chance: random.Random
) -> None:
    one, sheets = case
    whole = tally(one, sheets)
    for standing in whole.result.standings:
        expected = naive_total(one, sheets, standing.bid)
        assert Fraction(standing.total) == half_up(expected, one.aggregation.places)
    shuffled = list(sheets.items())
    chance.shuffle(shuffled)
    bids = list(one.bids)
    chance.shuffle(bids)
    other = tender(
        *one.criteria, bids=bids, price=one.price, aggregation=one.aggregation, regime=one.regime
    )
    again = tally(other, dict(shuffled))
    assert {one.bid: (one.total, one.exact, one.rank) for one in again.result.standings} == {
        one.bid: (one.total, one.exact, one.rank) for one in whole.result.standings
    }


@pytest.mark.rule("C26")
@given(evaluations())
def test_the_parts_of_a_total_add_up_to_it_where_parts_and_total_are_rounded(
    case: tuple[Tender, Cells],
) -> None:
    one, sheets = case
    level: Level = "item" if one.aggregation.level == "grand_total" else one.aggregation.level
    rounded = rule(method=one.aggregation.method, level=level, round_at=("section", "total"))
    whole = tally(
        tender(*one.criteria, bids=one.bids, price=one.price, aggregation=rounded), sheets
    )
    for standing in whole.result.standings:
        parts = [*standing.sections.values(), standing.price_points or Decimal(0)]
        assert sum(map(Fraction, parts)) == Fraction(standing.total)
        assert standing.exact == str(standing.total) or Fraction(standing.exact) == Fraction(
            standing.total
        )


@pytest.mark.rule("C30")
def test_the_largest_package_is_scored_well_within_a_second() -> None:
    chance = random.Random(7)
    items = [points(f"c{n}", "10", interval=Decimal("0.5")) for n in range(20)]
    bids = [bid(f"b{n}", str(1_000_000 + n)) for n in range(119)]
    sheets = {
        f"m{member}": {
            of.id: {item.id: str(Decimal(chance.randrange(21)) / 2) for item in items}
            for of in bids
        }
        for member in range(5)
    }
    one = tender(*items, bids=bids, price=price_rule(), aggregation=rule(method="trimmed_mean"))
    begun = time.process_time()
    whole = tally(one, sheets)
    taken = time.process_time() - begun
    assert len(whole.result.standings) == 119
    assert taken < 1
