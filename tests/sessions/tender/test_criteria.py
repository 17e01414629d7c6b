"""Each criterion has what its kind needs, and numbers that fit together."""

from typing import Any

import pytest

from tests.sessions.tender.examples import (
    Found,
    Value,
    changed,
    criterion,
    errors,
    found,
    lawful,
    member,
)

BAND = {"label": "优", "low": "0", "high": "5"}


def with_criterion(**fields: Any) -> Value:
    """The lawful tender with another criterion t1."""
    return changed(lambda v: v["criteria"].__setitem__(1, criterion("t1", **fields)))


def of_t1(value: Value) -> Found:
    """Faults of criterion t1 by the rest of their path; sums of points are another matter."""
    prefix = "criteria[1]"
    return {
        (path.removeprefix(prefix), code) for path, code in found(value) if path.startswith(prefix)
    }


@pytest.mark.rule("T7")
@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"points": "50"}, set()),
        ({"points": "50", "interval": "0.5"}, set()),
        ({}, {(".points", "points_missing")}),
        ({"points": "0"}, {(".points", "points_not_positive")}),
        ({"points": "-5"}, {(".points", "points_not_positive")}),
        ({"points": "50", "values": ["1"]}, {(".values", "field_not_for_kind")}),
        ({"points": "50", "deduction": "1"}, {(".deduction", "field_not_for_kind")}),
        ({"points": "50", "interval": "0"}, {(".interval", "interval_not_positive")}),
        ({"points": "50", "interval": "51"}, {(".interval", "interval_beyond_points")}),
        ({"points": "50", "interval": "0.3"}, {(".interval", "interval_does_not_divide")}),
        ({"points": "50", "source": "x"}, {(".source", "source_not_used")}),
        ({"kind": "deduction", "points": "50", "deduction": "2"}, set()),
        ({"kind": "deduction", "deduction": "2"}, {(".points", "points_missing")}),
        ({"kind": "deduction", "points": "50"}, {(".deduction", "deduction_missing")}),
        (
            {"kind": "deduction", "points": "50", "deduction": "51"},
            {(".deduction", "deduction_beyond_points")},
        ),
        (
            {"kind": "deduction", "points": "50", "deduction": "0"},
            {(".deduction", "deduction_beyond_points")},
        ),
        ({"kind": "deduction_range", "points": "50", "interval": "1"}, set()),
        (
            {
                "kind": "deduction_range",
                "points": "5",
                "bands": [BAND],
            },
            {(".bands", "field_not_for_kind")},
        ),
        ({"kind": "fixed", "values": ["0", "50"]}, set()),
        ({"kind": "fixed", "points": "50", "values": ["0", "50"]}, set()),
        ({"kind": "fixed", "points": "50"}, {(".values", "values_missing")}),
        (
            {"kind": "fixed", "points": "50", "values": ["0", "2", "2.0", "50"]},
            {(".values[2]", "value_twice")},
        ),
        (
            {"kind": "fixed", "points": "50", "values": ["-1", "50", "51"]},
            {(".values[0]", "value_beyond_points"), (".values[2]", "value_beyond_points")},
        ),
        (
            {"kind": "fixed", "points": "50", "values": ["0", "40"]},
            {(".values", "full_mark_not_listed")},
        ),
        ({"kind": "pass_fail"}, {(".kind", "detailed_gives_points")}),
        (
            {"kind": "pass_fail", "points": "1"},
            {(".kind", "detailed_gives_points"), (".points", "field_not_for_kind")},
        ),
        ({"section": "conformity", "points": "5"}, {(".kind", "preliminary_is_pass_fail")}),
        ({"section": "nowhere", "points": "5"}, {(".section", "no_such_section")}),
    ],
)
def test_a_criterion_has_what_its_kind_needs(fields: Value, faults: Found) -> None:
    assert of_t1(with_criterion(**fields)) == faults


@pytest.mark.rule("T8")
def test_an_item_read_from_data_needs_fitting_data_of_every_bid() -> None:
    value = with_criterion(
        points="50", interval="5", objective="from_structured_data", source="业绩"
    )
    value["bids"][0]["data"] = {"业绩": "45"}
    value["bids"][1]["data"] = {"业绩": "43"}
    assert found(value) == {
        ("bids[1].data.业绩", "data_does_not_fit"),
        ("bids[2].data.业绩", "data_missing"),
    }


@pytest.mark.rule("T8")
def test_an_item_may_be_read_from_the_credit_score() -> None:
    value = with_criterion(points="50", objective="from_structured_data", source="credit_score")
    for place, score in enumerate(["40", "60"]):
        value["bids"][place]["credit_score"] = score
    assert found(value) == {
        ("bids[1].credit_score", "data_does_not_fit"),
        ("bids[2].credit_score", "data_missing"),
    }


@pytest.mark.rule("T8")
def test_an_item_read_from_data_says_which() -> None:
    assert of_t1(with_criterion(points="50", objective="from_structured_data")) == {
        (".source", "source_missing")
    }


def test_data_are_not_measured_by_a_criterion_that_is_itself_at_fault() -> None:
    value = with_criterion(objective="from_structured_data", source="业绩")
    for bid in value["bids"]:
        bid["data"] = {"业绩": "没有"}
    assert errors(value) == {("criteria[1].points", "points_missing")}


@pytest.mark.rule("T8")
def test_no_criterion_is_left_without_scorers() -> None:
    value = with_criterion(points="50", scored_by="economic")
    assert (".scored_by", "no_scorers") in of_t1(value)
    value["committee"][0]["discipline"] = "economic"
    assert (".scored_by", "no_scorers") not in of_t1(value)
    value["committee"], value["seats"] = [], []
    assert (".scored_by", "no_scorers") not in of_t1(value)


@pytest.mark.rule("T8")
@pytest.mark.parametrize(
    ("level", "second_section", "fault"),
    [
        ("item", False, False),
        ("section_total", False, True),
        ("section_total", True, False),
        ("grand_total", False, True),
        ("grand_total", True, True),
    ],
)
def test_averaged_totals_need_the_same_scorers(
    level: str, second_section: bool, fault: bool
) -> None:
    value = lawful()
    value["aggregation"] = {"level": level}
    value["committee"][4] = member(5, discipline="economic")
    value["criteria"][2]["scored_by"] = "technical"
    if second_section:
        value["sections"].append({"id": "more", "title": "商务", "stage": "detailed"})
        value["criteria"][2]["section"] = "more"
    assert (("criteria[2].scored_by", "scorers_differ") in errors(value)) is fault


def test_items_that_are_one_for_all_may_have_other_scorers() -> None:
    value = lawful()
    value["aggregation"] = {"level": "grand_total"}
    value["committee"][4] = member(5, discipline="economic")
    value["criteria"][2].update(scored_by="technical", objective="each_then_match")
    assert errors(value) == set()


def test_levels_are_not_looked_at_while_there_is_no_committee() -> None:
    value = changed(
        lambda v: v.update(committee=[], seats=[], aggregation={"level": "grand_total"})
    )
    assert found(value) == {("committee", "committee_missing")}
