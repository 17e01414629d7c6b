"""Which scenario a tender has a place for."""

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from evalroom.rehearsal.scenarios import SCENARIOS, Unplayable, check_playable, tied_ballots
from evalroom.rehearsal.sheets import sheets_of
from evalroom.sessions.tender.model import Member, Policy, Tender
from tests.sessions.cast import small_tender, with_policy


def committee(size: int, representatives: int, rounds: int) -> Tender:
    members = tuple(
        Member(
            f"m{n}",
            f"专家{n}号",
            seniority="procuring_entity_representative" if n <= representatives else "expert",
        )
        for n in range(1, size + 1)
    )
    policies = (Policy("lead_eligible", "experts"), Policy("lead_rounds", str(rounds)))
    return replace(small_tender(), committee=members, policies=policies)


@given(
    size=st.sampled_from([3, 5, 7, 9, 11]),
    representatives=st.integers(0, 2),
    rounds=st.integers(1, 4),
)
def test_tied_ballots_leave_every_round_undecided(
    size: int, representatives: int, rounds: int
) -> None:
    tender = committee(size, representatives, rounds)
    ballots = tied_ballots(tender)
    standing = [m.id for m in tender.committee if m.seniority == "expert"]
    assert len(ballots) in (0, rounds)
    for votes in ballots:
        assert set(votes) == {m.id for m in tender.committee}
        assert set(votes.values()) <= set(standing)
        counts = {c: list(votes.values()).count(c) for c in standing}
        standing = [c for c in standing if counts[c] == max(counts.values())]
        assert len(standing) > 1


@pytest.mark.parametrize(
    ("size", "representatives", "rounds", "possible"),
    [(5, 0, 3, True), (5, 1, 3, False), (5, 1, 1, True), (7, 1, 2, True), (7, 1, 3, False),
     (9, 0, 9, True), (9, 1, 3, True)],
)  # fmt: skip
def test_a_tie_lasts_only_where_the_voters_divide(
    size: int, representatives: int, rounds: int, *, possible: bool
) -> None:
    assert bool(tied_ballots(committee(size, representatives, rounds))) is possible


def test_a_committee_without_a_lead_has_no_ballot_to_tie() -> None:
    assert tied_ballots(with_policy(small_tender(), lead="none")) == ()


@pytest.mark.rule("K37")
def test_a_mismatch_needs_an_objective_item_of_a_bid_that_stays() -> None:
    tender = small_tender()
    check_playable(SCENARIOS["mismatch"], tender, sheets_of(tender, 1))
    free = replace(tender, criteria=tuple(replace(c, objective=None) for c in tender.criteria))
    with pytest.raises(Unplayable) as unplayable:
        check_playable(SCENARIOS["mismatch"], free, sheets_of(free, 1))
    assert unplayable.value.code == "no_objective_item"
