"""The rules of a tender are lawful."""

from collections.abc import Callable

import pytest

from tests.sessions.tender.examples import Found, Value, changed, criterion, errors, found


def works(value: Value) -> None:
    value.update(regime="works", category="works")


@pytest.mark.rule("T11")
@pytest.mark.parametrize(
    ("category", "price", "points", "lawful"),
    [
        ("goods", "30", "30", True),
        ("goods", "29.99", "30.01", False),
        ("services", "10", "50", True),
        ("services", "9.99", "50.01", False),
        ("works", "1", "59", True),
    ],
)
def test_the_price_weighs_as_much_as_the_law_asks(
    category: str, price: str, points: str, lawful: bool
) -> None:
    value = changed(lambda v: v.update(category=category, price={"points": price}))
    value["criteria"][1] = criterion("t1", points=points)
    assert errors(value) == (set() if lawful else {("price.points", "price_weight_too_low")})


@pytest.mark.rule("T11")
def test_points_add_up_to_a_hundred() -> None:
    value = changed(lambda v: v["price"].update(points="15.5"))
    assert errors(value) == {("price.points", "points_do_not_sum")}
    works(value)
    assert errors(value) == set()
    assert found(value) == {("price.points", "points_do_not_sum")}


@pytest.mark.rule("T11")
def test_a_price_without_points_is_for_fixed_prices_only() -> None:
    value = changed(lambda v: v.update(price=None))
    assert errors(value) == {("criteria", "points_do_not_sum")}
    value["criteria"][1] = criterion("t1", points="60")
    assert found(value) == {("price", "price_not_scored")}


def test_a_sum_with_a_missing_part_is_not_judged() -> None:
    value = changed(lambda v: v["criteria"].__setitem__(1, criterion("t1")))
    assert errors(value) == {("criteria[1].points", "points_missing")}


def test_points_do_not_count_where_the_lowest_price_decides() -> None:
    value = changed(lambda v: v.update(method="lowest_price"))
    assert found(value) == {
        ("criteria[1].points", "points_not_counted"),
        ("criteria[2].points", "points_not_counted"),
    }


@pytest.mark.rule("T11")
@pytest.mark.parametrize(
    ("rates", "fields"),
    [
        ({}, set()),
        ({"of_mean": "0.65", "of_next_lowest": "0.65", "of_ceiling": "0.65"}, set()),
        ({"of_mean": "0.49"}, {"of_mean"}),
        ({"of_mean": "0.66"}, {"of_mean"}),
        ({"of_next_lowest": "0.49"}, {"of_next_lowest"}),
        ({"of_ceiling": "0.45"}, set()),
        ({"of_ceiling": "0.44"}, {"of_ceiling"}),
    ],
)
def test_rates_for_abnormal_prices_may_be_raised_but_not_lowered(
    rates: Value, fields: set[str]
) -> None:
    value = changed(lambda v: v["price"].update(abnormal=rates))
    expected: Found = {(f"price.abnormal.{field}", "abnormal_rate_unlawful") for field in fields}
    assert errors(value) == expected
    works(value)
    assert errors(value) == set()


@pytest.mark.rule("T11")
@pytest.mark.parametrize(
    ("change", "faults", "severe"),
    [
        (
            lambda v: v["price"].update(visible="second_opening"),
            {("price.visible", "second_opening_needs_two_envelopes")},
            True,
        ),
        (
            lambda v: v.update(regime="works_two_envelope", category="works"),
            {("price.visible", "second_opening_needs_two_envelopes")},
            True,
        ),
        (
            lambda v: v["price"].update(visible="hidden_until_technical_closed"),
            {("price.visible", "price_hidden_after_opening")},
            False,
        ),
    ],
)
def test_when_prices_are_seen_belongs_to_the_regime(
    change: Callable[[Value], object], faults: Found, severe: bool
) -> None:
    value = changed(change)
    assert found(value) == faults
    assert errors(value) == (faults if severe else set())


def test_works_may_hide_prices_that_were_not_read_out() -> None:
    value = changed(lambda v: v["price"].update(visible="hidden_until_technical_closed"))
    works(value)
    assert found(value) == set()
    value["opening_record"] = {"prices": {one["id"]: one["price"] for one in value["bids"]}}
    assert found(value) == {("price.visible", "price_hidden_but_read_out")}
    value["opening_record"] = {"at": "2026-03-18"}
    assert found(value) == set()


@pytest.mark.rule("T11")
def test_fewer_than_three_bids_are_not_evaluated_in_government_procurement() -> None:
    value = changed(lambda v: v["bids"].pop())
    assert errors(value) == {("bids", "too_few_bids_procurement")}
    works(value)
    assert errors(value) == set()
    assert found(value) == {("bids", "too_few_bids_works")}
    value["policies"] = [{"name": "min_valid_bids", "value": "2"}]
    assert found(value) == set()


@pytest.mark.rule("T11")
def test_government_procurement_cannot_lower_the_least_competition() -> None:
    policies = [{"name": "min_valid_bids", "value": "2"}]
    value = changed(lambda v: v.update(policies=policies))
    assert errors(value) == {("policies", "competition_not_negotiable")}


@pytest.mark.rule("T11")
def test_at_most_three_candidates_are_recommended() -> None:
    assert errors(changed(lambda v: v.update(candidates=4))) == {
        ("candidates", "too_many_candidates")
    }
