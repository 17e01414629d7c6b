from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.price import score_prices
from evalroom.sessions.tender.model import (
    Basis,
    Benchmark,
    Bid,
    Deduction,
    Opening,
    PriceRule,
    Tender,
)
from tests.sessions.scoring.build import bid, claim, ids, price_rule, tender

DOMESTIC = claim("domestic", "0.20")
SMALL = claim("small_micro", "0.10")

prices = st.decimals("0.01", 10**9, places=2)


def priced(*bids: Bid, rule: PriceRule | None = None, **fields: Any) -> Tender:
    return tender(bids=bids, price=rule or price_rule(), **fields)


def points_of(one: Tender, *valid: str) -> list[str]:
    return [str(score.points) for score in score_prices(one, valid or ids(one.bids))]


@pytest.mark.rule("C15")
def test_the_published_case_of_zhuhai() -> None:
    amounts = "2288231.72", "2296472.00", "2311110.40", "2299360.00"
    bids = [bid(f"b{place}", amount) for place, amount in enumerate(amounts)]
    assert points_of(priced(*bids, rule=price_rule("20"))) == ["20.00", "19.93", "19.80", "19.90"]


@pytest.mark.rule("C15", "C16")
def test_two_rates_in_one_tender_are_arithmetic_all_the_same() -> None:
    a, b = bid("a", "1000000"), bid("b", "960000")
    c = bid("c", "1050000", claim("small_micro", "0.10"))
    d = bid("d", "1200000", claim("small_micro", "0.20"))
    scores = score_prices(priced(a, b, c, d), "abcd")
    assert [str(score.evaluated) for score in scores] == [
        "1000000.00",
        "960000.00",
        "945000.00",
        "960000.00",
    ]
    assert [str(score.points) for score in scores] == ["28.35", "29.53", "30.00", "29.53"]
    assert {str(score.benchmark) for score in scores} == {"945000.00"}
    bare = [bid(one.id, str(one.price)) for one in (a, b, c, d)]
    assert points_of(priced(*bare)) == ["28.80", "30.00", "27.43", "24.00"]


@pytest.mark.rule("C16", "C17")
def test_preferences_add_up_on_the_original_price() -> None:
    one = priced(
        bid("a", "1000000"),
        bid("b", "960000", DOMESTIC),
        bid("c", "1050000", DOMESTIC, SMALL),
        bid("d", "1200000", DOMESTIC, SMALL),
    )
    scores = score_prices(one, "abcd")
    assert [str(score.evaluated) for score in scores] == [
        "1000000.00",
        "768000.00",
        "735000.00",
        "840000.00",
    ]
    assert [str(score.points) for score in scores] == ["22.05", "28.71", "30.00", "26.25"]
    assert [str(score.original) for score in scores] == ["1000000", "960000", "1050000", "1200000"]


@pytest.mark.rule("C17")
def test_a_domestic_product_is_preferred_only_to_a_foreign_one() -> None:
    one = priced(bid("a", "1000000"), bid("b", "960000", DOMESTIC), bid("c", "990000", DOMESTIC))
    without_a = score_prices(one, ["b", "c"])
    assert [str(score.evaluated) for score in without_a] == ["960000.00", "990000.00"]
    (refused,) = without_a[0].deductions
    assert (refused.counted, refused.reason) == (False, "no_foreign_competitor")
    with_a = score_prices(one, ["a", "b", "c"])
    assert [str(score.evaluated) for score in with_a] == ["1000000.00", "768000.00", "792000.00"]


@pytest.mark.rule("C17")
@pytest.mark.parametrize("basis", ["small_micro", "consortium", "subcontract"])
def test_no_small_firm_is_preferred_where_only_small_firms_may_bid(basis: Basis) -> None:
    one = priced(bid("a", "1000"), bid("b", "1000", claim(basis, "0.10")), reserved_for_small=True)
    score = score_prices(one, "ab")[1]
    assert str(score.evaluated) == "1000.00"
    assert (score.deductions[0].counted, score.deductions[0].reason) == (
        False,
        "reserved_for_small",
    )


@pytest.mark.rule("C17")
def test_other_preferences_hold_in_a_reserved_package() -> None:
    one = priced(
        bid("a", "1000"),
        bid("b", "1000", DOMESTIC, claim("other", "0.05")),
        reserved_for_small=True,
    )
    assert str(score_prices(one, "ab")[1].evaluated) == "750.00"


@pytest.mark.rule("C16")
@pytest.mark.parametrize(("places", "evaluated"), [(0, "899"), (2, "898.91"), (4, "898.9101")])
def test_the_evaluated_price_is_rounded_once_where_the_rule_says(
    places: int, evaluated: str
) -> None:
    rule = price_rule(evaluated_price_places=places)
    one = priced(bid("a", "998.789", claim("other", "0.10")), rule=rule)
    assert str(score_prices(one, "a")[0].evaluated) == evaluated


@pytest.mark.rule("C15")
def test_only_bids_still_in_the_evaluation_make_the_benchmark() -> None:
    one = priced(bid("a", "100"), bid("b", "120"), bid("c", "150"))
    assert points_of(one, "b", "c") == ["30.00", "24.00"]


@pytest.mark.rule("C18")
@pytest.mark.parametrize(
    ("one", "code"),
    [
        (bid("a"), "price_missing"),
        (bid("a", "0"), "amount_not_positive"),
        (bid("a", "-5"), "amount_not_positive"),
        (
            bid("a", "10", claim("other", "0.6"), claim("other", "0.4")),
            "evaluated_price_not_positive",
        ),
        (bid("a", "0.004"), "evaluated_price_not_positive"),
    ],
)
def test_no_price_of_nothing_is_ever_scored(one: Bid, code: str) -> None:
    with pytest.raises(Unscorable) as refused:
        score_prices(priced(one, bid("b", "10")), "ab")
    assert (refused.value.code, refused.value.params) == (code, {"bid": "a"})


@pytest.mark.rule("C18")
def test_a_price_read_out_at_the_opening_stands_for_one_missing_in_the_bid() -> None:
    opened = Opening(prices={"a": Decimal(100), "b": Decimal(1)})
    one = priced(bid("a"), bid("b", "200"), opening_record=opened)
    assert [str(score.original) for score in score_prices(one, "ab")] == ["100", "200"]
    with pytest.raises(Unscorable, match="price_missing"):
        score_prices(priced(bid("c"), opening_record=opened), "c")


@pytest.mark.rule("C32")
def test_a_benchmark_fixed_at_the_opening_stays_and_nobody_gets_more_than_the_full_mark() -> None:
    rule = price_rule(benchmark=Benchmark(fixed_at="opening"))
    record = Opening(benchmark=Decimal(110))
    one = priced(bid("a", "100"), bid("b", "120"), rule=rule, opening_record=record)
    assert points_of(one) == ["30.00", "27.50"]
    assert points_of(one, "b") == ["27.50"]


@pytest.mark.rule("C32")
@pytest.mark.parametrize("record", [None, Opening(), Opening(benchmark=Decimal(0))])
def test_a_benchmark_of_the_opening_must_be_in_its_record(record: Opening | None) -> None:
    rule = price_rule(benchmark=Benchmark(fixed_at="opening"))
    with pytest.raises(Unscorable, match="benchmark_missing"):
        score_prices(priced(bid("a", "100"), rule=rule, opening_record=record), "a")


@pytest.mark.rule("C32")
def test_a_bid_may_be_kept_out_of_the_benchmark() -> None:
    rule = price_rule(benchmark=Benchmark(not_in_benchmark=("a",)))
    one = priced(bid("a", "100"), bid("b", "120"), rule=rule)
    assert points_of(one) == ["30.00", "30.00"]
    with pytest.raises(Unscorable, match="benchmark_missing"):
        score_prices(one, ["a"])


@pytest.mark.rule("C15")
def test_a_tender_without_a_price_rule_scores_no_price() -> None:
    assert score_prices(tender(bids=[bid("a")]), ["a"]) == ()
    assert score_prices(priced(bid("a", "1")), []) == ()


@pytest.mark.rule("C31")
def test_a_lowest_price_method_evaluates_prices_and_gives_no_points() -> None:
    one = tender(bids=[bid("a", "100"), bid("b", "100", SMALL)], method="lowest_price")
    assert [(str(score.evaluated), str(score.points)) for score in score_prices(one, "ab")] == [
        ("100.00", "0.00"),
        ("90.00", "0.00"),
    ]


@pytest.mark.rule("C1", "C15")
@given(st.lists(prices, min_size=1, max_size=8))
def test_price_points_are_those_of_a_naive_reckoning(amounts: list[Decimal]) -> None:
    one = priced(*(bid(f"b{place}", str(amount)) for place, amount in enumerate(amounts)))
    lowest = Fraction(min(amounts))
    for amount, score in zip(amounts, score_prices(one, ids(one.bids)), strict=True):
        exact = 30 * lowest / Fraction(amount)
        cents = int(exact * 100 + Fraction(1, 2))
        assert score.points * 100 == cents


@pytest.mark.rule("C15")
@given(st.lists(prices, min_size=2, max_size=8))
def test_a_lower_price_never_has_fewer_points(amounts: list[Decimal]) -> None:
    one = priced(*(bid(f"b{place}", str(amount)) for place, amount in enumerate(amounts)))
    scores = sorted(score_prices(one, ids(one.bids)), key=lambda score: score.evaluated)
    gained = [score.points for score in scores]
    assert gained == sorted(gained, reverse=True)
    assert gained[0] == 30


@pytest.mark.rule("C16")
@given(prices, st.lists(st.decimals("0.01", "0.20", places=3), max_size=4))
def test_a_further_preference_never_makes_a_price_higher(
    amount: Decimal, rates: list[Decimal]
) -> None:
    claims = [Deduction("other", rate) for rate in rates]
    found = [
        score_prices(priced(bid("a", str(amount + 1), *claims[:count])), "a")[0].evaluated
        for count in range(len(claims) + 1)
    ]
    assert found == sorted(found, reverse=True)
