"""Simulated people against the pure domain: what each does, and that it ends where it should."""

from collections import Counter

import pytest

from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.sessions.closings import CellsReopened
from evalroom.sessions.declarations import MemberReplaced
from evalroom.sessions.interventions import Paused, Resumed
from evalroom.sessions.lead import BallotTallied, LotDrawn
from evalroom.sessions.scoring.cells import plain_sheets
from evalroom.sessions.scoring.tally import tally
from evalroom.sessions.sheets import texts_of
from tests.rehearsal.dry import DryStage
from tests.sessions.cast import small_tender, with_policy

REGIMES = ("works", "government_procurement")


@pytest.mark.rule("K46")
@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("regime", REGIMES)
def test_people_who_only_look_at_their_views_bring_every_scenario_to_its_end(
    regime: str, scenario: str
) -> None:
    stage = DryStage(small_tender(regime), scenario)  # type: ignore[arg-type]
    state = stage.play()
    assert state.phase == "closed"
    ending = stage.script.ending(stage.cast)
    expected = tally(ending, plain_sheets(ending))
    assert state.results.result == expected.result
    for section in state.sheets.revealed:
        for member, bids in texts_of(state, section).items():
            for bid, cells in bids.items():
                wanted = plain_sheets(ending)[member][bid]
                assert cells == {criterion: wanted[criterion] for criterion in cells}


@pytest.mark.rule("K46")
@pytest.mark.parametrize("name", [PUBLISHED, WORKS])
def test_the_cases_that_come_along_are_played_to_what_their_sheets_say(name: str) -> None:
    stage = DryStage(case(name), "usual")
    state = stage.play()
    ending = stage.script.ending(stage.cast)
    assert state.results.result == tally(ending, plain_sheets(ending)).result


@pytest.mark.parametrize("seed", range(5))
def test_people_change_their_minds_and_still_end_on_their_sheets(seed: int) -> None:
    stage = DryStage(small_tender(), "usual", seed)
    stage.play()
    entries = Counter(name for _, name, _ in stage.acts)["EnterScores"]
    plain = DryStage(small_tender(), "plain", seed)
    plain.play()
    assert entries > Counter(name for _, name, _ in plain.acts)["EnterScores"]


def test_a_recused_members_seat_goes_to_a_substitute_who_starts_from_zero() -> None:
    stage = DryStage(small_tender(), "recusal")
    state = stage.play()
    assert [e for e in stage.events if isinstance(e, MemberReplaced)]
    former = stage.script.tender.committee[-1].id
    assert former not in state.sheets.rows
    assert stage.cast.understudy is not None
    assert stage.cast.understudy.id in state.signing.signatures


def test_a_deadlock_is_left_by_lot_after_the_last_round() -> None:
    stage = DryStage(small_tender(), "deadlock")
    stage.play()
    tallies = [e for e in stage.events if isinstance(e, BallotTallied)]
    assert len(tallies) == 3
    assert all(max(t.votes.values()) == min(t.votes.values()) for t in tallies)
    assert [e for e in stage.events if isinstance(e, LotDrawn)]


def test_a_deadlock_may_be_left_by_designation() -> None:
    stage = DryStage(small_tender("works", lead_deadlock="designated"), "deadlock")
    assert stage.play().phase == "closed"
    assert "DesignateLead" in {name for _, name, _ in stage.acts}


def test_a_mismatch_reopens_cells_once_and_only_its_author_corrects() -> None:
    stage = DryStage(small_tender(), "mismatch")
    stage.play()
    reopened = [e for e in stage.events if isinstance(e, CellsReopened)]
    assert len(reopened) == 1
    assert len(reopened[0].cells) == 1
    again = [
        (key, args)
        for key, name, args in stage.acts
        if name == "EnterScores" and len(args["cells"]) == 1
        and (args["cells"][0]["bid"], args["cells"][0]["criterion"]) == reopened[0].cells[0]
    ]  # fmt: skip
    assert [key for key, _ in again][-1:] == ["m5"]


def test_the_silent_member_is_put_on_record_by_the_lead() -> None:
    stage = DryStage(small_tender(), "silent")
    state = stage.play()
    assert state.signing.signatures["m5"].state == "refused_silent"


def test_a_supervisor_pauses_with_clause_and_document_and_resumes() -> None:
    stage = DryStage(small_tender(), "pause")
    stage.play()
    (paused,) = [e for e in stage.events if isinstance(e, Paused)]
    assert paused.kind == "supervision"
    assert paused.reason
    assert paused.document
    assert [e for e in stage.events if isinstance(e, Resumed)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lead", "none"),
        ("start_approval", "supervisor"),
        ("identity", "host_visual"),
        ("pass_fail", "unanimous"),
        ("member_names", "name"),
    ],
)
def test_people_find_their_way_under_every_policy(name: str, value: str) -> None:
    tender = with_policy(small_tender(), **{name: value})
    assert DryStage(tender, "usual").play().phase == "closed"


def test_a_committee_with_few_bids_left_votes_to_go_on() -> None:
    tender = small_tender("works", bids=2)
    stage = DryStage(tender, "plain")
    assert stage.play().phase == "closed"
    assert Counter(name for _, name, _ in stage.acts)["CastVote"] == 5


def test_nobody_acts_in_a_pause_that_is_not_his_own() -> None:
    stage = DryStage(small_tender(), "pause")
    state = stage.play(lambda state: state.pause is not None)
    assert state.pause is not None
    acting = {key for key in stage.people if stage.would(key) is not None}
    assert acting == {"supervisor"}
