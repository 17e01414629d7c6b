"""Prices, rates, shares, digests and dates are what they are called."""

from collections.abc import Callable

import pytest

from tests.sessions.tender.examples import Found, Value, bid, changed, errors, found, lawful

SHA256 = "0" * 64


def set_bid(**fields: object) -> Callable[[Value], object]:
    return lambda value: value["bids"][1].update(fields)


def deduction(basis: str, rate: str) -> Value:
    return {"basis": basis, "rate": rate, "evidence": "声明函"}


@pytest.mark.rule("T7")
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda v: v.update(budget="0"), ("budget", "amount_not_positive")),
        (lambda v: v.update(ceiling_price="-1"), ("ceiling_price", "amount_not_positive")),
        (set_bid(price="0"), ("bids[1].price", "amount_not_positive")),
        (set_bid(price=None), ("bids[1].price", "price_missing")),
        (set_bid(domestic_ratio="1.01"), ("bids[1].domestic_ratio", "rate_beyond_one")),
        (
            set_bid(deductions=[deduction("other", "1")]),
            ("bids[1].deductions[0].rate", "rate_beyond_one"),
        ),
        (
            set_bid(deductions=[deduction("other", "0")]),
            ("bids[1].deductions[0].rate", "rate_beyond_one"),
        ),
        (
            set_bid(deductions=[deduction("other", "0.6"), deduction("domestic", "0.4")]),
            ("bids[1].deductions", "deductions_take_all"),
        ),
        (
            set_bid(deductions=[deduction("other", "0.1"), deduction("other", "0.1")]),
            ("bids[1].deductions[1].basis", "deduction_twice"),
        ),
        (
            set_bid(consortium=[{"name": "a", "share": "0"}, {"name": "b", "share": "1"}]),
            ("bids[1].consortium[0].share", "rate_beyond_one"),
        ),
        (
            set_bid(consortium=[{"name": "a", "share": "0.6"}, {"name": "b", "share": "0.3"}]),
            ("bids[1].consortium", "shares_do_not_sum"),
        ),
        (
            set_bid(documents=[{"id": "d", "title": "d", "sha256": SHA256[1:] + "A"}]),
            ("bids[1].documents[0].sha256", "digest_malformed"),
        ),
        (
            set_bid(documents=[{"id": "d", "title": "d", "sha256": SHA256, "pages": 0}]),
            ("bids[1].documents[0].pages", "pages_none"),
        ),
        (
            lambda v: v.update(opening_record={"at": "昨天"}),
            ("opening_record.at", "time_malformed"),
        ),
        (
            lambda v: v.update(opening_record={"prices": {"甲": "0"}}),
            ("opening_record.prices.甲", "amount_not_positive"),
        ),
        (
            lambda v: v.update(opening_record={"benchmark": "0"}),
            ("opening_record.benchmark", "amount_not_positive"),
        ),
        (lambda v: v["price"].update(points="0"), ("price.points", "amount_not_positive")),
        (lambda v: v["price"].update(places=7), ("price.places", "too_many_places")),
        (
            lambda v: v["price"].update(evaluated_price_places=7),
            ("price.evaluated_price_places", "too_many_places"),
        ),
        (
            lambda v: v["price"].update(abnormal={"of_mean": "1"}),
            ("price.abnormal.of_mean", "rate_beyond_one"),
        ),
        (
            lambda v: v["price"].update(benchmark={"fixed_at": "opening"}),
            ("opening_record.benchmark", "benchmark_missing"),
        ),
        (
            lambda v: v.update(
                price={"points": "10", "benchmark": {"fixed_at": "opening"}}, opening_record={}
            ),
            ("opening_record.benchmark", "benchmark_missing"),
        ),
        (lambda v: v.update(aggregation={"places": 7}), ("aggregation.places", "too_many_places")),
        (
            lambda v: v.update(aggregation={"round_at": ["item", "item"]}),
            ("aggregation.round_at", "word_twice"),
        ),
        (
            lambda v: v.update(aggregation={"method": "trimmed_mean", "trim_each_side": 0}),
            ("aggregation.trim_each_side", "trim_nothing"),
        ),
        (
            lambda v: v.update(aggregation={"method": "trimmed_mean", "min_members_to_trim": 2}),
            ("aggregation.min_members_to_trim", "trim_leaves_nobody"),
        ),
        (lambda v: v.update(candidates=0), ("candidates", "candidates_none")),
        (
            lambda v: v.update(
                tie_breakers=[
                    {"field": "price", "direction": "ascending"},
                    {"field": "price", "direction": "descending"},
                ]
            ),
            ("tie_breakers[1].field", "tie_breaker_twice"),
        ),
        (
            lambda v: v.update(tie_breakers=[{"field": "credit", "direction": "descending"}]),
            ("bids[0].credit_score", "credit_missing"),
        ),
        (
            lambda v: v["price"].update(benchmark={"not_in_benchmark": ["甲", "乙", "丙"]}),
            ("price.benchmark.not_in_benchmark", "benchmark_of_nothing"),
        ),
        (set_bid(price="0.004"), ("bids[1].price", "evaluated_price_not_positive")),
        (
            set_bid(price="0.006", deductions=[deduction("other", "0.5")]),
            ("bids[1].price", "evaluated_price_not_positive"),
        ),
        (
            lambda v: (
                v["sections"][1].update(id="engineering"),
                [one.update(section="engineering") for one in v["criteria"][1:]],
                v.update(tie_breakers=[{"field": "technical", "direction": "descending"}]),
            ),
            ("tie_breakers[0].field", "technical_sections_unknown"),
        ),
        (
            lambda v: v.update(
                policies=[{"name": "lead_rounds", "value": "2", "effective_from": "2026-2-1"}]
            ),
            ("policies[0].effective_from", "date_malformed"),
        ),
        (
            lambda v: v.update(
                policies=[{"name": "lead_rounds", "value": "2", "effective_from": "20260201"}]
            ),
            ("policies[0].effective_from", "date_malformed"),
        ),
    ],
)
def test_an_impossible_amount_is_named(
    change: Callable[[Value], object], fault: tuple[str, str]
) -> None:
    assert fault in errors(changed(change))


def test_possible_amounts_are_accepted() -> None:
    value = lawful()
    value["ceiling_price"] = "950000"
    value["aggregation"] = {"method": "trimmed_mean", "round_at": ["item", "section", "total"]}
    value["bids"][0].update(
        domestic_ratio="1",
        credit_score="-1.5",
        consortium=[{"name": "a", "share": "0.6"}, {"name": "b", "share": "0.4"}],
        documents=[{"id": "d", "title": "d", "sha256": SHA256, "pages": 1}],
        file_hash="A" * 64,
    )
    value["bids"][1].update(consortium=[{"name": "a", "share": "0.6"}, {"name": "b"}])
    value["bids"][1]["credit_score"] = value["bids"][2]["credit_score"] = "0"
    value["price"]["benchmark"] = {"fixed_at": "opening"}
    prices = {one["id"]: one["price"] for one in value["bids"]}
    value["opening_record"] = {"at": "2026-03-18T09:30", "prices": prices, "benchmark": "900000"}
    value["tie_breakers"] = [
        {"field": "price", "direction": "ascending"},
        {"field": "credit", "direction": "descending"},
    ]
    value["policies"] = [{"name": "lead_rounds", "value": "2", "effective_from": "2026-02-01"}]
    assert found(value) == set()


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        (lambda _: None, True),
        (lambda v: v.update(price=None), False),
        (lambda v: v.update(price=None, method="lowest_price"), True),
        (
            lambda v: v.update(
                price=None, tie_breakers=[{"field": "price", "direction": "ascending"}]
            ),
            True,
        ),
        (lambda v: v["price"].update(visible="second_opening"), False),
        (lambda v: v.update(opening_record={"prices": {"丁": "900000"}}), False),
    ],
)
def test_a_bid_needs_a_price_where_prices_are_compared(
    change: Callable[[Value], object], missing: bool
) -> None:
    value = lawful()
    value["bids"].append(bid("丁", None))
    change(value)
    missed: Found = {("bids[3].price", "price_missing")}
    assert (missed <= errors(value)) is missing
