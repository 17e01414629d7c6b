"""Everything about a tender at once: what fits, what is lawful, what a session needs."""

import pytest

from evalroom.sessions.tender.faults import error, warning
from evalroom.sessions.tender.limits import CELLS
from evalroom.sessions.tender.validation import faults_of, is_sound
from tests.sessions.tender.examples import (
    Value,
    bid,
    changed,
    criterion,
    errors,
    found,
    lawful,
    member,
    tender,
)


def sheets(value: Value) -> Value:
    cells = {"c1": "pass", "t1": "40.5", "t2": "20"}
    bids = {one["id"]: dict(cells) for one in value["bids"]}
    return {
        one["id"]: {name: dict(row) for name, row in bids.items()} for one in value["committee"]
    }


def test_a_lawful_tender_has_no_fault_and_a_session_can_be_opened_on_it() -> None:
    assert faults_of(tender(), for_session=False) == ()
    assert faults_of(tender(), for_session=True) == ()


@pytest.mark.rule("T1")
def test_structure_law_and_seating_are_judged_at_once() -> None:
    value = lawful()
    value["criteria"][1]["points"] = "-1"
    value["committee"].pop()
    value["seats"].pop()
    value["bids"][0]["uscc"] = "1"
    assert {code for _, code in found(value)} >= {
        "points_not_positive",
        "committee_even",
        "uscc_malformed",
        "points_do_not_sum",
    }


@pytest.mark.rule("T15")
@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"regime": "works_two_envelope"}, "regime", "regime_not_yet_supported"),
        ({"method": "lowest_price"}, "method", "method_not_yet_supported"),
        ({"sheets": {}}, "sheets", "sheets_in_session"),
        ({"bids": []}, "bids", "nothing_there"),
        ({"sections": [], "criteria": []}, "sections", "nothing_there"),
    ],
)
def test_what_only_tally_can_do_is_refused_before_a_session(
    fields: Value, path: str, code: str
) -> None:
    value = changed(lambda v: v.update(fields))
    assert (path, code) in errors(value, for_session=True)
    assert (path, code) not in found(value)


@pytest.mark.rule("T4", "T15")
def test_a_session_has_no_more_cells_than_a_state_can_hold() -> None:
    value = lawful()
    value["bids"] = [bid(f"b{number}") for number in range(300)]
    value["criteria"] = [criterion(f"t{number}", points="1") for number in range(300)]
    assert 300 * 300 * 5 > CELLS.value
    assert ("", "too_many_cells") in errors(value, for_session=True)
    assert ("", "too_many_cells") not in found(value)


@pytest.mark.rule("T15")
def test_sheets_are_measured_for_tally() -> None:
    value = changed(lambda v: v.update(sheets=sheets(v)))
    assert found(value) == set()
    value["sheets"]["m1"]["甲"]["t1"] = "40.3"
    del value["sheets"]["m2"]["乙"]["t2"]
    value["sheets"]["m9"] = {}
    assert found(value) == {
        ("sheets.m1.甲.t1", "value_off_interval"),
        ("sheets.m2.乙.t2", "cell_missing"),
        ("sheets.m9", "member_unknown"),
    }


def test_sheets_are_not_measured_by_a_tender_that_does_not_hold_together() -> None:
    value = changed(lambda v: v.update(sheets={"m9": {}}))
    value["committee"].append(member(5, alias="又一人"))
    assert ("committee[5].id", "id_twice") in found(value)
    assert ("sheets.m9", "member_unknown") not in found(value)


def test_warnings_alone_are_sound() -> None:
    assert is_sound(())
    assert is_sound((warning("", "x"),))
    assert not is_sound((warning("", "x"), error("", "y")))
