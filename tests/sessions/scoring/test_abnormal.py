from decimal import Decimal
from typing import Any

import pytest

from evalroom.sessions.scoring.abnormal import review_prices, triggers
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import AbnormalPrice, Tender
from tests.sessions.scoring.build import bid, claim, ids, price_rule, tender


def procurement(*amounts: str, **fields: Any) -> Tender:
    bids = [bid("abcdefgh"[place], amount) for place, amount in enumerate(amounts)]
    fields.setdefault("price", price_rule())
    return tender(bids=bids, regime="government_procurement", **fields)


def limits(one: Tender) -> dict[str, str]:
    return {bound.rule: str(bound.limit) for bound in review_prices(one, ids(one.bids)).thresholds}


@pytest.mark.rule("C23")
def test_a_price_equal_to_a_bound_is_not_below_it() -> None:
    one = procurement("1000000", "980000", "960000", "480000", ceiling_price=Decimal(1050000))
    assert limits(one) == {
        "of_mean": "427500.00",
        "of_next_lowest": "480000.00",
        "of_ceiling": "472500.00",
    }
    assert triggers(one, "abcd") == {}


@pytest.mark.rule("C23")
def test_each_bound_triggers_by_itself() -> None:
    amounts = "1000000", "980000", "960000", "470000", "450000"
    one = procurement(*amounts, ceiling_price=Decimal(1100000))
    assert limits(one) == {
        "of_mean": "386000.00",
        "of_next_lowest": "235000.00",
        "of_ceiling": "495000.00",
    }
    assert triggers(one, "abcde") == {"d": ("of_ceiling",), "e": ("of_ceiling",)}


@pytest.mark.rule("C23")
def test_a_price_below_all_bounds_is_named_with_all() -> None:
    one = procurement("100", "100", "10", ceiling_price=Decimal(100))
    (low,) = review_prices(one, "abc").findings
    assert (low.bid, low.price, low.rules) == (
        "c",
        Decimal(10),
        ("of_mean", "of_next_lowest", "of_ceiling"),
    )


@pytest.mark.rule("C23")
def test_only_bids_that_passed_make_the_bounds() -> None:
    one = procurement("1000", "1000", "300")
    assert triggers(one, "abc") == {"c": ("of_mean", "of_next_lowest")}
    assert triggers(one, "ac") == {"c": ("of_mean", "of_next_lowest")}
    assert triggers(one, "c") == {}
    assert [bound.rule for bound in review_prices(one, "c").thresholds] == ["of_mean"]
    assert review_prices(one, "").thresholds == ()


@pytest.mark.rule("C23")
def test_without_a_ceiling_the_budget_is_the_ceiling() -> None:
    assert limits(procurement("100", budget=Decimal(200)))["of_ceiling"] == "90.00"
    both = procurement("100", budget=Decimal(200), ceiling_price=Decimal(100))
    assert limits(both)["of_ceiling"] == "45.00"


@pytest.mark.rule("C23")
def test_the_tender_may_raise_the_rates() -> None:
    rates = AbnormalPrice(Decimal("0.65"), Decimal("0.60"), Decimal("0.55"))
    one = procurement("100", "62", budget=Decimal(100), price=price_rule(abnormal=rates))
    assert limits(one) == {"of_mean": "52.65", "of_next_lowest": "60.00", "of_ceiling": "55.00"}
    by_price = procurement("100", budget=Decimal(100), price=None, method="lowest_price")
    assert limits(by_price) == {"of_mean": "50.00", "of_ceiling": "45.00"}


@pytest.mark.rule("C23")
def test_a_bound_is_shown_in_cents_and_compared_whole() -> None:
    one = procurement("100", "100", "100.01", "42.85")
    # The mean is 85.715, half of it 42.8575: 42.85 is below, although 42.86 is shown.
    assert limits(one)["of_mean"] == "42.86"
    assert triggers(one, "abcd") == {"d": ("of_mean", "of_next_lowest")}
    above = procurement("100", "100", "100.02", "42.860006")
    assert limits(above)["of_mean"] == "42.86"
    assert triggers(above, "abcd")["d"] == ("of_next_lowest",)


@pytest.mark.rule("C23")
def test_original_prices_are_reviewed() -> None:
    discounted = [bid("a", "100"), bid("b", "60", claim("other", "0.5"))]
    assert triggers(tender(bids=discounted, price=price_rule()), "ab") == {}


@pytest.mark.rule("C23")
def test_a_tender_that_compares_no_prices_finds_none_low() -> None:
    one = tender(bids=[bid("a")], regime="government_procurement", budget=Decimal(100))
    review = review_prices(one, "a")
    assert (review.thresholds, review.findings) == ((), ())


@pytest.mark.rule("C18")
def test_a_price_that_is_not_there_is_not_low() -> None:
    with pytest.raises(Unscorable, match="price_missing"):
        review_prices(tender(bids=[bid("a")], price=price_rule()), "a")
