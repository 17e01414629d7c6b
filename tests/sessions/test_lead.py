"""Electing the lead, run-offs, deadlock, and the start."""

import pytest
from msgspec.structs import replace

from evalroom.sessions import lead
from tests.sessions.cast import HANA, MEMBERS, SEED, VERA, Table, brought_to, small_tender


def vote(table: Table, *choices: str) -> list[str]:
    """Every member's ballot in order; the types of the events of the last entry."""
    for member, choice in zip(MEMBERS, choices, strict=True):
        events = table.act(member, "CastBallot", candidate=choice)
    return [type(event).__name__ for event in events]


@pytest.mark.rule("S16")
def test_three_of_five_elect() -> None:
    table = brought_to("lead")
    assert vote(table, "m1", "m1", "m2", "m2", "m2")[-2:] == ["BallotTallied", "LeadElected"]
    assert table.state.lead.member == "m2"
    assert table.refused("m1", "CastBallot", candidate="m1").code == "ballot_closed"


@pytest.mark.rule("S16")
def test_after_two_two_one_only_the_tied_go_on() -> None:
    table = brought_to("lead")
    vote(table, "m1", "m1", "m2", "m2", "m3")
    assert table.state.lead.candidates == ("m1", "m2")
    assert table.state.lead.tallies == ({"m1": 2, "m2": 2, "m3": 1, "m4": 0, "m5": 0},)
    assert table.refused("m1", "CastBallot", candidate="m3").code == "not_a_candidate"


@pytest.mark.rule("S16")
def test_when_everyone_has_one_vote_everybody_goes_on_until_the_rounds_are_spent() -> None:
    table = brought_to("lead", small_tender(lead_rounds="2"))
    vote(table, *MEMBERS)
    assert table.state.lead.candidates == MEMBERS
    names = vote(table, *MEMBERS)
    assert names == ["BallotCast", "BallotTallied", "LotDrawn", "LeadElected"]
    assert table.state.lead.member == lead.drawn(SEED, MEMBERS)


@pytest.mark.rule("S17")
def test_the_lot_can_be_drawn_again_by_anyone_from_the_opened_seed() -> None:
    assert lead.drawn("00" * 32, ("m1", "m2", "m3")) == "m3"
    assert {lead.drawn(f"{n:064x}", ("a", "b")) for n in range(20)} == {"a", "b"}


@pytest.mark.rule("S17")
def test_a_deadlock_may_be_ended_by_designation_among_the_tied() -> None:
    table = brought_to("lead", small_tender(lead_rounds="1", lead_deadlock="designated"))
    assert table.refused(HANA, "DesignateLead", member="m1", reason="x").code == "no_deadlock"
    assert vote(table, "m1", "m1", "m2", "m2", "m3")[-1] == "BallotDeadlocked"
    assert table.refused("m1", "CastBallot", candidate="m1").code == "ballot_closed"
    assert table.refused(HANA, "DesignateLead", member="m3", reason="x").code == "not_a_candidate"
    table.act(HANA, "DesignateLead", member="m2", reason="资历")
    assert table.state.lead.member == "m2"
    assert table.refused(HANA, "DesignateLead", member="m1", reason="x").code == "no_deadlock"


@pytest.mark.rule("S16")
def test_a_ballot_is_final_and_seen_by_its_author_alone() -> None:
    table = brought_to("lead")
    table.act("m1", "CastBallot", candidate="m4")
    assert table.refused("m1", "CastBallot", candidate="m5").code == "already_voted"
    assert table.view("m1")["ballot"]["own"] == "m4"
    for other in ("m2", "m4", HANA, VERA):
        assert table.view(other)["ballot"]["own"] is None
        assert table.view(other)["ballot"]["voted"] == ["m1"]


@pytest.mark.rule("S18")
def test_in_government_procurement_the_purchasers_representative_cannot_stand() -> None:

    tender = small_tender("government_procurement")
    representative = replace(tender.committee[4], seniority="procuring_entity_representative")
    committee = (*tender.committee[:4], representative)
    table = brought_to("lead", replace(tender, committee=committee))
    assert table.state.lead.candidates == ("m1", "m2", "m3", "m4")


@pytest.mark.rule("S19")
def test_the_review_starts_when_the_lead_asks_for_it() -> None:
    table = brought_to("lead")
    assert table.refused("m1", "RequestStart").code == "wrong_role"
    vote(table, *["m3"] * 5)
    assert table.refused("m1", "RequestStart").code == "wrong_role"
    table.act("m3", "RequestStart")
    assert table.phase == "preliminary"


@pytest.mark.rule("S19")
def test_where_the_policy_wants_it_the_supervisor_releases_the_start() -> None:
    table = brought_to("lead", small_tender(start_approval="supervisor"))
    vote(table, *["m1"] * 5)
    assert table.refused(VERA, "ApproveStart").code == "start_not_requested"
    table.act("m1", "RequestStart")
    assert table.refused("m1", "RequestStart").code == "start_already_requested"
    assert table.phase == "lead"
    table.act(VERA, "ApproveStart")
    assert table.phase == "preliminary"


@pytest.mark.rule("S19")
def test_a_supervisor_is_not_asked_where_the_policy_does_not_want_him() -> None:
    table = brought_to("lead")
    assert table.refused(VERA, "ApproveStart").code == "not_asked_for"
