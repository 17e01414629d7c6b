from decimal import Decimal
from typing import Any

import pytest

from evalroom.sessions.scoring.brands import brands_compete, competitors, recommend
from evalroom.sessions.scoring.facts import Draw, Result, SectionScore
from evalroom.sessions.scoring.price import score_prices
from evalroom.sessions.scoring.ranking import rank
from evalroom.sessions.tender.model import Bid, Tender, TieBreaker
from tests.sessions.scoring.build import bid, claim, ids, tender

CHEAPER = (TieBreaker("price", "ascending"),)


def procurement(*bids: Bid, **fields: Any) -> Tender:
    fields.setdefault("core_product", "服务器")
    return tender(bids=bids, regime="government_procurement", **fields)


def ranked(one: Tender, *totals: str) -> Result:
    scores = [
        SectionScore("technical", of.id, (), Decimal(total), total)
        for of, total in zip(one.bids, totals, strict=True)
    ]
    return rank(one, scores, score_prices(one, ids(one.bids)), ids(one.bids), {})


def outcome(result: Result) -> list[tuple[str, int, str]]:
    return [(one.bid, one.rank, one.reason) for one in result.standings]


@pytest.mark.rule("C21")
def test_bids_of_one_brand_count_as_one_bidder() -> None:
    one = procurement(
        bid("a", brand="Hua Shan"), bid("b", brand=" hua shan"), bid("c"), bid("d", brand="泰山")
    )
    assert competitors(one, "abcd") == (("a", "b"), ("c",), ("d",))
    assert competitors(one, "bcd") == (("b",), ("c",), ("d",))
    assert brands_compete(one, "abcd")
    assert not brands_compete(one, "bcd")


@pytest.mark.rule("C21")
@pytest.mark.parametrize("fields", [{"regime": "works"}, {"core_product": ""}])
def test_brands_matter_only_in_procurement_with_a_core_product(fields: dict[str, Any]) -> None:
    named: dict[str, Any] = {"regime": "government_procurement", "core_product": "服务器"}
    one = tender(bids=[bid("a", brand="x"), bid("b", brand="x")], **named | fields)
    assert competitors(one, "ab") == (("a",), ("b",))


@pytest.mark.rule("C21")
def test_bids_without_a_brand_are_each_their_own() -> None:
    one = procurement(bid("a"), bid("b"))
    assert competitors(one, "ab") == (("a",), ("b",))


@pytest.mark.rule("C21", "C22")
def test_only_the_best_of_a_brand_may_be_recommended_and_the_next_moves_up() -> None:
    one = procurement(
        bid("a", brand="x"), bid("b", brand="x"), bid("c", brand="y"), bid("d"), bid("e")
    )
    assert outcome(ranked(one, "90", "89", "88", "87", "86")) == [
        ("a", 1, ""),
        ("b", 2, "same_brand"),
        ("c", 3, ""),
        ("d", 4, ""),
        ("e", 5, "beyond_candidates"),
    ]


@pytest.mark.rule("C21")
def test_equals_of_one_brand_are_told_apart_as_the_tender_says() -> None:
    bids = bid("a", "100", brand="x"), bid("b", "99", brand="x"), bid("c", "98")
    one = procurement(*bids, tie_breakers=CHEAPER)
    assert outcome(ranked(one, "90", "90", "80")) == [
        ("b", 1, ""),
        ("a", 2, "same_brand"),
        ("c", 3, ""),
    ]


@pytest.mark.rule("C21")
def test_where_the_tender_is_silent_equals_of_one_brand_are_drawn() -> None:
    bids = bid("a", "100", brand="x"), bid("b", "99", brand="x"), bid("c", "98"), bid("d", "97")
    one = procurement(*bids, candidates=2)
    result = ranked(one, "90", "90", "80", "70")
    # The legal order by price gives ranks; it does not say who of a brand is recommended.
    assert outcome(result) == [
        ("b", 1, "brand_draw"),
        ("a", 2, "brand_draw"),
        ("c", 3, ""),
        ("d", 4, "beyond_candidates"),
    ]
    assert result.draws == (Draw("x", ("a", "b")),)


@pytest.mark.rule("C21", "C22")
def test_a_brand_beyond_the_candidates_needs_no_draw() -> None:
    bids = bid("a", "1"), bid("b", "2", brand="x"), bid("c", "3", brand="x")
    result = ranked(procurement(*bids, candidates=1), "90", "80", "80")
    assert [reason for _, _, reason in outcome(result)] == [
        "",
        "beyond_candidates",
        "beyond_candidates",
    ]
    assert result.draws == ()


@pytest.mark.rule("C21", "C31")
def test_by_the_lowest_price_the_original_price_is_best_of_a_brand() -> None:
    bids = (
        bid("a", "100", brand="x"),
        bid("b", "110", claim("small_micro", "0.20"), brand="x"),
        bid("c", "120"),
    )
    one = procurement(*bids, method="lowest_price")
    result = rank(one, [], score_prices(one, "abc"), ["a", "b", "c"], {})
    assert outcome(result) == [("b", 1, "same_brand"), ("a", 2, ""), ("c", 3, "")]


def test_nobody_is_recommended_where_nobody_is_left() -> None:
    assert recommend(procurement(), [], []) == ({}, ())
