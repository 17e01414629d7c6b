"""Closing, checking, revealing."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from evalroom.sessions.closings import CellsReopened, ChecksPassed, Revealed
from evalroom.sessions.tender.model import Criterion
from tests.sessions.cast import CRITERIA, Table, brought_to, small_tender, with_policy


def cell(bid: str, criterion: str, value: str) -> dict[str, str]:
    return {"bid": bid, "criterion": criterion, "value": value}


@pytest.mark.rule("S24")
def test_a_sheet_closes_only_when_every_cell_is_filled_and_then_is_out_of_hand() -> None:
    table = brought_to("detailed")
    refusal = table.refused("m1", "ClosePersonally", section="technical")
    assert (refusal.code, refusal.params["count"]) == ("cells_missing", 8)
    table.enter("m1", "technical")
    table.act("m1", "ClosePersonally", section="technical")
    edit = [cell("B1", "t1", "9")]
    assert table.refused("m1", "EnterScores", cells=edit).code == "already_closed"
    assert table.refused("m1", "ClosePersonally", section="technical").code == "already_closed"
    assert table.refused("m1", "ClosePersonally", section="nowhere").code == "section_not_open"
    assert table.refused("m1", "ClosePersonally", section="conformity").code == "section_not_open"


@pytest.mark.rule("S24")
def test_everyone_sees_who_has_finished_and_nothing_of_how_far_the_others_are() -> None:
    table = brought_to("detailed")
    before = {who: table.view(who) for who in ("m2", "hana", "vera", "wang")}
    table.enter("m1", "technical")
    assert before == {who: table.view(who) for who in before}
    table.act("m1", "ClosePersonally", section="technical")
    for who in before:
        finished = table.view(who)["committee"]["m1"]["finished"]
        assert finished == {"conformity": True, "technical": True, "business": False}


@pytest.mark.rule("S25")
def test_a_mismatch_of_an_objective_item_reopens_that_cell_for_all_its_scorers() -> None:
    """Golden case G15: values 6, 6, 6, 6, 4."""
    table = brought_to("detailed")
    table.fill("technical")
    for member in table.members:
        table.enter(member, "business", "6")
    table.act("m5", "EnterScores", cells=[cell("B2", "b1", "4")])
    for member in table.members:
        events = table.act(member, "ClosePersonally", section="business")
    found = events[-1]
    assert isinstance(found, CellsReopened)
    assert found.cells == (("B2", "b1"),)
    assert found.members == table.members
    refusal = table.refused("m1", "CloseGroup", section="business")
    assert refusal.code == "members_unfinished"
    for who in ("m1", "hana"):
        section = table.view(who)["sections"]["business"]
        assert section["reopened"] == {"B2": ["b1"]}
    other = [cell("B1", "b1", "7")]
    assert table.refused("m5", "EnterScores", cells=other).code == "cell_not_reopened"
    table.act("m5", "EnterScores", cells=[cell("B2", "b1", "6")])
    table.everyone("ClosePersonally", section="business")
    table.act("m1", "CloseGroup", section="business")
    score = next(s for s in table.state.results.scores["business"] if s.bid == "B2")
    assert str(score.total) == "6.00"


@pytest.mark.rule("S25")
def test_under_the_policy_of_unanimity_a_divided_pass_fail_item_reopens() -> None:
    table = brought_to("preliminary", with_policy(small_tender(), pass_fail="unanimous"))
    table.enter("m1", "conformity", lambda c, bid: "fail" if bid == "B3" else "pass")
    table.act("m1", "ClosePersonally", section="conformity")
    for member in table.members[1:]:
        table.enter(member, "conformity")
        events = table.act(member, "ClosePersonally", section="conformity")
    assert isinstance(events[-1], CellsReopened)
    assert events[-1].cells == (("B3", "q1"),)


@pytest.mark.rule("S26")
def test_only_after_all_are_closed_and_agree_can_the_lead_close_and_that_reveals() -> None:
    table = brought_to("detailed")
    assert table.refused("m1", "CloseGroup", section="technical").code == "members_unfinished"
    assert table.refused("m2", "CloseGroup", section="technical").code == "wrong_role"
    for member in table.members:
        table.enter(member, "technical")
        events = table.act(member, "ClosePersonally", section="technical")
    assert isinstance(events[-1], ChecksPassed)
    assert "technical" not in table.view("m2")["revealed"]
    events = table.act("m1", "CloseGroup", section="technical")
    assert Revealed(section="technical", round=1) in events
    assert set(table.view("m2")["revealed"]["technical"]) == set(table.members)
    assert table.refused("m1", "CloseGroup", section="technical").code == "section_not_open"
    assert table.view("vera")["revealed"] == {}


@pytest.mark.rule("S26")
def test_a_committee_without_a_lead_closes_by_everyones_word() -> None:
    table = brought_to("declaration", with_policy(small_tender(), lead="none"))
    table.act("hana", "AnnounceDiscipline")
    table.everyone("Commit")
    table.fill("conformity")
    for member in ("m1", "m2", "m3", "m4"):
        table.act(member, "CloseGroup", section="conformity")
    assert table.refused("m1", "CloseGroup", section="conformity").code == "already_confirmed"
    assert table.phase == "preliminary"
    table.act("m5", "CloseGroup", section="conformity")
    assert table.phase == "detailed"


@pytest.mark.rule("S24")
def test_a_member_who_scores_nothing_in_a_section_has_nothing_to_close() -> None:
    economic = Criterion("b1", "business", "报价合理性", "range", points=Decimal(20),
                         scored_by="economic")  # fmt: skip
    tender = small_tender(criteria=(*CRITERIA[:3], economic))
    economist = replace(tender.committee[1], discipline="economic")
    committee = (tender.committee[0], economist, *tender.committee[2:])
    table: Table = brought_to("detailed", replace(tender, committee=committee))
    assert table.refused("m1", "ClosePersonally", section="business").code == "not_your_section"
    assert "business" not in table.view("m1")["sheet"]
    table.fill("business")
    table.act("m1", "CloseGroup", section="business")
    assert table.state.sheets.revealed == {"conformity": 1, "business": 1}


@pytest.mark.rule("S25")
def test_a_section_read_from_structured_data_needs_nobodys_closing() -> None:
    credit = Criterion("b1", "business", "信用分", "range", points=Decimal(20),
                       objective="from_structured_data", source="credit_score")  # fmt: skip
    tender = small_tender(criteria=(*CRITERIA[:3], credit))
    bids = tuple(replace(bid, credit_score=Decimal(15)) for bid in tender.bids)
    table = brought_to("detailed", replace(tender, bids=bids))
    edit = [cell("B1", "b1", "15")]
    assert table.refused("m1", "EnterScores", cells=edit).code == "criterion_unknown"
    table.act("m1", "CloseGroup", section="business")
    assert {str(s.total) for s in table.state.results.scores["business"]} == {"15.00"}
