from decimal import Decimal
from typing import Any

import pytest

from evalroom.sessions.scoring.completeness import scoring_faults
from evalroom.sessions.tender.model import Criterion, Opening, Section, Tender
from evalroom.sessions.tender.texts import TEXTS, message
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

Found = list[tuple[str, str]]


def found(one: Tender) -> Found:
    return [(fault.path, fault.code) for fault in scoring_faults(one)]


def filed(*criteria: Criterion, sheets: Any = None, **fields: Any) -> Tender:
    return tender(*criteria, sheets=sheets, **fields)


@pytest.mark.rule("C29")
def test_a_complete_file_has_no_fault() -> None:
    sheets = merged(column("pass pass", "licence"), column("8 9"), column("apply none", "defect"))
    assert found(filed(pass_fail(), points(), deduction(), sheets=sheets)) == []
    assert found(filed(bids=[bid("a", "1")], price=price_rule())) == []


@pytest.mark.rule("C29")
def test_parts_that_do_not_hold_together_are_all_named_at_once() -> None:
    one = filed(
        Criterion("a", "nowhere", "", "range"),
        Criterion("b", "technical", "", "fixed"),
        Criterion("c", "technical", "", "deduction", points=Decimal(5)),
        Criterion("c", "technical", "", "deduction_range", interval=Decimal(0)),
        bids=[bid("x", "1", claim("other", "0.6"), claim("other", "0.4")), bid("x", "1")],
        sections=(Section("technical", "", "detailed"), Section("technical", "", "detailed")),
        aggregation=rule(method="trimmed_mean", min_members_to_trim=2, places=7),
        price=price_rule(places=7, evaluated_price_places=8),
        policies={"pass_fail": "never"},
    )
    assert found(one) == [
        ("aggregation.min_members_to_trim", "trim_leaves_nobody"),
        ("aggregation.places", "too_many_places"),
        ("bids[0].deductions", "deductions_take_all"),
        ("bids[1].id", "id_twice"),
        ("criteria[0].points", "points_missing"),
        ("criteria[0].section", "no_such_section"),
        ("criteria[1].values", "values_missing"),
        ("criteria[2].deduction", "deduction_missing"),
        ("criteria[3].id", "id_twice"),
        ("criteria[3].interval", "interval_not_positive"),
        ("criteria[3].points", "points_missing"),
        ("policies[0].value", "policy_value"),
        ("price.evaluated_price_places", "too_many_places"),
        ("price.places", "too_many_places"),
        ("sections[1].id", "id_twice"),
    ]


@pytest.mark.rule("C29")
def test_amounts_that_would_turn_a_score_around_are_named() -> None:
    one = filed(
        deduction("more", most="5", off="6"),
        deduction("gift", most="5", off="-1"),
        bids=[bid("x", "1", claim("other", "-0.5"), claim("domestic", "1"))],
        price=price_rule("-30"),
    )
    assert found(one) == [
        ("bids[0].deductions[0].rate", "rate_beyond_one"),
        ("bids[0].deductions[1].rate", "rate_beyond_one"),
        ("criteria[0].deduction", "deduction_beyond_points"),
        ("criteria[1].deduction", "deduction_beyond_points"),
        ("price.points", "amount_not_positive"),
    ]


@pytest.mark.rule("C29")
def test_cells_are_named_by_member_bid_and_item() -> None:
    one = filed(
        points("quality", "10", interval=Decimal("0.5")),
        points("price level", "10"),
        members=3,
        bids=2,
        sheets={
            "m1": {
                "b1": {"quality": "8.5", "price level": "11"},
                "b2": {"quality": "8.6", "price level": "ten"},
            },
            "m2": {"b1": {"quality": "8"}},
            "stranger": {},
        },
    )
    assert found(one) == [
        ('sheets.m1.b1["price level"]', "value_out_of_range"),
        ("sheets.m1.b2.quality", "value_off_interval"),
        ('sheets.m1.b2["price level"]', "value_not_a_number"),
        ('sheets.m2.b1["price level"]', "cell_missing"),
        ("sheets.m2.b2.quality", "cell_missing"),
        ('sheets.m2.b2["price level"]', "cell_missing"),
        ("sheets.m3", "sheet_missing"),
        ("sheets.stranger", "member_unknown"),
    ]


@pytest.mark.rule("C29")
def test_cells_of_no_bid_no_item_or_of_others_are_not_passed_over() -> None:
    one = filed(
        points(scored_by="technical"),
        members=1,
        sheets={"m1": {"b1": {"quality": "1", "beauty": "9"}, "b9": {}}},
    )
    assert found(one) == [
        ("sheets.m1.b1.beauty", "criterion_unknown"),
        ("sheets.m1.b9", "bid_unknown"),
    ]
    foreign = filed(
        points(),
        points("cost", scored_by="economic"),
        members=1,
        sheets={"m1": {"b1": {"quality": "1", "cost": "9"}}},
    )
    assert found(foreign) == [
        ("criteria[1].scored_by", "no_scorers"),
        ("sheets.m1.b1.cost", "not_a_scorer"),
    ]


@pytest.mark.rule("C29")
def test_a_file_without_sheets_lacks_them_as_a_whole() -> None:
    assert found(filed(points(), members=3)) == [("sheets", "missing")]
    assert found(filed(points(), sheets={})) == [("sheets", "missing")]


@pytest.mark.rule("C29")
def test_items_that_must_be_equal_are_named_without_their_values() -> None:
    same = points("same", objective="each_then_match")
    one = filed(same, bids=2, sheets=merged(column("6 4", "same"), column("1 1", "same", "b2")))
    (fault,) = scoring_faults(one)
    assert (fault.path, fault.code, fault.params) == ("criteria[0]", "values_differ", {"bid": "b1"})


@pytest.mark.rule("C29")
def test_of_an_item_that_one_enters_one_cell_is_enough() -> None:
    shared = points("shared", objective="one_enters_all_confirm")
    sheets = {"m1": {"b1": {"shared": "6"}}, "m2": {}}
    assert found(filed(shared, members=2, sheets=sheets)) == []
    (fault,) = scoring_faults(filed(shared, members=2, sheets={"m1": {}, "m2": {}}))
    assert (fault.path, fault.code) == ("sheets", "item_missing")
    assert fault.params == {"criterion": "shared", "bid": "b1"}


@pytest.mark.rule("C29")
def test_structured_data_are_looked_for_in_the_bid() -> None:
    awards = points("awards", "5", objective="from_structured_data", source="awards")
    credit = points("credit", "100", objective="from_structured_data", source="credit_score")
    bids = [
        bid("b1", data={"awards": "5"}, credit_score=Decimal(90)),
        bid("b2", data={"awards": "6"}),
        bid("b3", credit_score=Decimal(90)),
    ]
    assert found(filed(awards, credit, bids=bids)) == [
        ("bids[1].credit_score", "data_missing"),
        ("bids[1].data.awards", "data_does_not_fit"),
        ("bids[2].data.awards", "data_missing"),
    ]


@pytest.mark.rule("C29")
def test_a_bid_needs_nothing_after_the_section_it_fails_in() -> None:
    judged = merged(column("fail fail", "licence"), column("pass pass", "licence", "b2"))
    bids = [bid("b1"), bid("b2", "100")]
    whole = merged(judged, column("8 9", of="b2"))
    one = filed(pass_fail(), points(), bids=bids, sheets=whole, price=price_rule())
    assert found(one) == []
    assert found(filed(pass_fail(), points(), bids=bids, sheets=judged, price=price_rule())) == [
        ("sheets.m1.b2.quality", "cell_missing"),
        ("sheets.m2.b2.quality", "cell_missing"),
    ]


@pytest.mark.rule("C29")
def test_a_bid_that_nobody_can_judge_yet_is_checked_to_the_end() -> None:
    sheets = merged(column("fail fail", "licence"), column("8 101"))
    one = filed(pass_fail(), points(), members=3, sheets=sheets)
    assert found(one) == [
        ("sheets.m2.b1.quality", "value_out_of_range"),
        ("sheets.m3", "sheet_missing"),
    ]
    split = filed(
        pass_fail(),
        points(),
        sheets=merged(column("fail pass", "licence"), column("8 101")),
        policies={"pass_fail": "unanimous"},
    )
    assert found(split) == [
        ("criteria[0]", "values_differ"),
        ("sheets.m2.b1.quality", "value_out_of_range"),
    ]


@pytest.mark.rule("C29")
def test_prices_are_looked_for_where_they_are_scored() -> None:
    bids = [bid("a"), bid("b", "0"), bid("c"), bid("d", "5")]
    record = Opening(prices={"c": Decimal(7)})
    priced = filed(bids=bids, price=price_rule(), opening_record=record)
    assert found(priced) == [
        ("bids[0].price", "price_missing"),
        ("bids[1].price", "amount_not_positive"),
    ]
    assert found(filed(bids=bids)) == []


@pytest.mark.rule("C29")
def test_every_fault_has_its_sentence_in_both_languages() -> None:
    for test in (
        filed(points(), policies={"unheard": "x"}),
        filed(points(), members=3),
        filed(points(), members=1, sheets={"m1": {"b1": {"quality": "?", "x": "1"}, "y": {}}}),
        filed(points(objective="each_then_match"), sheets=column("1 2")),
        filed(pass_fail(), sheets=column("maybe", "licence")),
    ):
        for fault in scoring_faults(test):
            assert all(message(fault, lang) for lang in TEXTS)


def test_policies_of_other_rooms_are_none_of_the_scores_business() -> None:
    assert found(filed(policies={"member_names": "name", "lead": "none"})) == []
