"""Filling a sheet."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from evalroom.sessions.sheets import PAGES, ScoresEntered, SharedScoresEntered
from evalroom.sessions.tender.model import Criterion, Document
from tests.sessions.cast import CRITERIA, Table, brought_to, small_tender


def cell(bid: str = "B1", criterion: str = "t1", value: str | None = "12.5", **more: Any) -> Any:
    return {"bid": bid, "criterion": criterion, "value": value, **more}


@pytest.mark.rule("S20")
def test_an_edit_is_one_event_per_section_in_one_entry() -> None:
    table = brought_to("detailed")
    events = table.act("m1", "EnterScores", cells=[cell(), cell("B2"), cell("B1", "b1", "8")])
    assert [(type(e), e.section, len(e.cells)) for e in events if isinstance(e, ScoresEntered)] == [
        (ScoresEntered, "technical", 2),
        (ScoresEntered, "business", 1),
    ]


@pytest.mark.rule("S20")
def test_entering_what_is_already_there_changes_nothing() -> None:
    table = brought_to("detailed")
    table.act("m1", "EnterScores", cells=[cell()])
    assert table.act("m1", "EnterScores", cells=[cell()]) == ()
    assert table.act("m1", "EnterScores", cells=[cell("B2", value=None)]) == ()


@pytest.mark.rule("S20")
def test_an_emptied_cell_is_missing_again() -> None:
    table = brought_to("detailed")
    table.enter("m1", "technical")
    table.act("m1", "EnterScores", cells=[cell(value=None)])
    refusal = table.refused("m1", "ClosePersonally", section="technical")
    assert (refusal.code, refusal.params["cells"]) == ("cells_missing", [("B1", "t1")])


@pytest.mark.rule("S21")
@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (cell(criterion="t9"), "criterion_unknown"),
        (cell("B9"), "bid_unknown"),
        (cell(criterion="q1", value="pass"), "section_not_open"),
        (cell(value="40.5"), "value_out_of_range"),
        (cell(value="-1"), "value_out_of_range"),
        (cell(value="12.3"), "value_off_interval"),
        (cell(value="1e1"), "value_not_a_number"),
        (cell(value="\uff11\uff12"), "value_not_a_number"),
        (cell(criterion="t2", value="5"), "value_not_in_list"),
    ],
)
def test_a_value_the_tender_does_not_allow_is_refused_with_its_cell(entry: Any, code: str) -> None:
    table = brought_to("detailed")
    refusal = table.refused("m1", "EnterScores", cells=[cell("B2"), entry])
    assert refusal.code == code
    assert refusal.params["cell"] == 1
    assert refusal.params["criterion"] == entry["criterion"]


@pytest.mark.rule("S21")
def test_a_failed_item_needs_a_reason() -> None:
    table = brought_to("preliminary")
    failed = cell(criterion="q1", value="fail")
    assert table.refused("m1", "EnterScores", cells=[failed]).code == "reason_missing"
    blank = {**failed, "reason": "  "}
    assert table.refused("m1", "EnterScores", cells=[blank]).code == "text_unreadable"
    evidence = {"document": "d1", "page": 3, "rectangle": [0, 0, 500, 500]}
    table.act("m1", "EnterScores", cells=[{**failed, "reason": "未盖章", "evidence": evidence}])
    shown = table.view("m1")["sheet"]["conformity"]["B1"]["cells"]["q1"]
    assert msgspec.json.decode(msgspec.json.encode(shown["evidence"])) == evidence


@pytest.mark.rule("S53")
@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        ({"document": "d2", "page": 1}, "evidence_document_unknown"),
        ({"document": "d" * 65, "page": 1}, "evidence_document_unknown"),
        ({"document": "d1", "page": 0}, "evidence_page"),
        ({"document": "d1", "page": 10}, "evidence_page"),
        ({"document": "d1", "page": 2**40}, "evidence_page"),
        ({"document": "d1", "page": 9, "rectangle": [0, 0, 1001, 9]}, "evidence_rectangle"),
        ({"document": "d1", "page": 9, "rectangle": [-1, 0, 9, 9]}, "evidence_rectangle"),
        ({"document": "d1", "page": 9, "rectangle": [0, 9, 9, 9]}, "evidence_rectangle"),
        ({"document": "d1", "page": 9, "rectangle": [9, 0, 8, 9]}, "evidence_rectangle"),
    ],
)
def test_a_place_of_evidence_is_one_that_can_be_turned_to(evidence: Any, code: str) -> None:
    table = brought_to("detailed")
    refusal = table.refused("m1", "EnterScores", cells=[cell(evidence=evidence)])
    assert (refusal.code, refusal.params["cell"], refusal.params["bid"]) == (code, 0, "B1")
    assert evidence["document"] not in str(refusal.params)
    whole = {"document": "d1", "page": 9, "rectangle": [0, 0, 1000, 1000]}
    table.act("m1", "EnterScores", cells=[cell(evidence=whole)])


@pytest.mark.rule("S53")
def test_a_page_of_a_document_of_unknown_length_is_bounded_too() -> None:
    tender = small_tender()
    bids = tuple(replace(bid, documents=(Document("d1", "x", "0" * 64),)) for bid in tender.bids)
    table = brought_to("detailed", replace(tender, bids=bids))
    far = cell(evidence={"document": "d1", "page": PAGES + 1})
    assert table.refused("m1", "EnterScores", cells=[far]).params["pages"] == PAGES
    table.act("m1", "EnterScores", cells=[cell(evidence={"document": "d1", "page": PAGES})])


@pytest.mark.rule("S20")
def test_a_cell_stands_once_in_a_command() -> None:
    table = brought_to("detailed")
    refusal = table.refused("m1", "EnterScores", cells=[cell(), cell("B2"), cell(value="13")])
    assert (refusal.code, refusal.params["cell"]) == ("cell_twice", 2)


@pytest.mark.rule("S21")
def test_items_are_filled_only_by_those_the_tender_names() -> None:
    technical = Criterion(
        "t1", "technical", "方案", "range", points=Decimal(40), scored_by="economic"
    )
    tender = small_tender(criteria=(CRITERIA[0], technical, *CRITERIA[2:]))

    economist = replace(tender.committee[0], discipline="economic")
    table = brought_to("detailed", replace(tender, committee=(economist, *tender.committee[1:])))
    table.act("m1", "EnterScores", cells=[cell()])
    assert table.refused("m2", "EnterScores", cells=[cell()]).code == "not_your_item"


@pytest.mark.rule("S22")
def test_a_row_has_a_revision_and_an_edit_of_an_older_one_is_stale() -> None:
    table = brought_to("detailed")
    table.act("m1", "EnterScores", seen=0, cells=[cell()])
    assert table.view("m1")["sheet"]["technical"]["B1"]["revision"] == 1
    refusal = table.refused("m1", "EnterScores", seen=0, cells=[cell(value="13")])
    assert (refusal.code, refusal.params["revision"]) == ("stale_revision", 1)
    table.act("m1", "EnterScores", seen=1, cells=[cell(value="13")])
    both = [cell(value="14"), cell("B2")]
    assert table.refused("m1", "EnterScores", 2, cells=both).params["bid"] == "B2"


@pytest.mark.rule("S22")
def test_another_members_edits_never_make_mine_stale() -> None:
    table = brought_to("detailed")
    table.act("m2", "EnterScores", cells=[cell()])
    table.act("m1", "EnterScores", seen=0, cells=[cell()])


@pytest.mark.rule("S23")
def test_what_one_enters_and_all_confirm_is_seen_by_its_scorers_without_a_name() -> None:
    shared = Criterion("b1", "business", "业绩", "range", points=Decimal(20),
                       objective="one_enters_all_confirm")  # fmt: skip
    table = brought_to("detailed", small_tender(criteria=(*CRITERIA[:3], shared)))
    events = table.act("m1", "EnterScores", cells=[cell(criterion="b1", value="8"), cell()])
    assert {type(e) for e in events} == {SharedScoresEntered, ScoresEntered}
    assert table.view("m4")["shared"] == {"business": {"B1": {"b1": "8"}}}
    assert table.view("hana")["shared"] == {}
    assert table.view("m4")["sheet"]["business"] == {}


@pytest.mark.rule("S21")
def test_a_rejected_bid_is_not_scored() -> None:
    table = brought_to("preliminary")
    table.fill("conformity", lambda c, bid: "fail" if bid == "B4" else "pass")
    table.act("m1", "CloseGroup", section="conformity")
    assert table.refused("m1", "EnterScores", cells=[cell("B4")]).code == "bid_rejected"
    assert table.state.valid_bids() == ("B1", "B2", "B3")


@pytest.mark.rule("S20")
def test_a_command_carries_at_most_two_hundred_cells() -> None:

    table = Table()
    refusal = table.refused("m1", "EnterScores", cells=[cell()] * 201)
    assert (refusal.code, refusal.params) == ("list_too_long", {"path": "cells", "limit": 200})
    assert table.refused("m1", "EnterScores", cells=[]).code == "list_empty"
