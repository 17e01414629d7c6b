import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.verdicts import (
    is_majority,
    judge_section,
    mismatches,
    vote_on_deduction,
)
from tests.sessions.scoring.build import column, deduction, merged, pass_fail, points, tender

UNANIMOUS = {"pass_fail": "unanimous"}


@pytest.mark.rule("C6")
@pytest.mark.parametrize(("of", "enough"), [(5, 3), (7, 4), (9, 5), (4, 3), (1, 1)])
def test_a_majority_is_strictly_more_than_half(of: int, enough: int) -> None:
    assert next(votes for votes in range(of + 1) if is_majority(votes, of)) == enough


@pytest.mark.rule("C6")
@pytest.mark.parametrize(
    ("votes", "passed"),
    [
        ("fail fail fail pass pass", False),
        ("fail fail pass pass pass", True),
        ("fail fail pass pass", True),
        ("fail", False),
    ],
)
def test_a_bid_fails_when_more_than_half_of_the_scorers_say_so(votes: str, passed: bool) -> None:
    item = pass_fail()
    (verdict,) = judge_section(tender(item), "conformity", column(votes, "licence"), ["b1"])
    assert verdict.passed is passed
    assert [one.passed for one in verdict.items] == [passed]
    (counted,) = verdict.items
    assert (counted.passes, counted.fails) == (votes.count("pass"), votes.count("fail"))


@pytest.mark.rule("C6")
def test_one_failed_item_is_enough_to_fail_a_bid() -> None:
    sheets = merged(column("pass pass pass", "licence"), column("fail fail pass", "seal"))
    (verdict,) = judge_section(
        tender(pass_fail("licence"), pass_fail("seal")), "conformity", sheets, ["b1"]
    )
    assert not verdict.passed
    assert [one.passed for one in verdict.items] == [True, False]


@pytest.mark.rule("C6")
def test_only_bids_still_in_the_evaluation_are_judged_in_the_order_of_the_tender() -> None:
    sheets = merged(*(column("pass", "licence", f"b{number}") for number in (1, 3)))
    judged = judge_section(tender(pass_fail(), bids=3), "conformity", sheets, {"b3", "b1"})
    assert [verdict.bid for verdict in judged] == ["b1", "b3"]


@pytest.mark.rule("C6")
def test_a_section_without_pass_fail_items_passes_everybody() -> None:
    (verdict,) = judge_section(tender(points()), "technical", {}, ["b1"])
    assert verdict.passed
    assert verdict.items == ()


@pytest.mark.rule("C9")
def test_an_objective_pass_fail_item_has_one_verdict() -> None:
    item = pass_fail(objective="each_then_match")
    (verdict,) = judge_section(tender(item), "conformity", column("fail fail", "licence"), ["b1"])
    (counted,) = verdict.items
    assert (counted.passed, counted.passes, counted.fails) == (False, 0, 1)


@pytest.mark.rule("C7")
def test_where_unanimity_is_asked_for_a_split_vote_is_no_outcome() -> None:
    strict = tender(pass_fail(), policies=UNANIMOUS)
    with pytest.raises(Unscorable) as refused:
        judge_section(strict, "conformity", column("fail pass pass", "licence"), ["b1"])
    assert refused.value.code == "mismatch"
    for votes, passed in (("pass pass pass", True), ("fail fail fail", False)):
        (verdict,) = judge_section(strict, "conformity", column(votes, "licence"), ["b1"])
        assert verdict.passed is passed


@pytest.mark.rule("C8")
def test_a_mismatch_names_item_and_bid_and_nothing_else() -> None:
    item = points(most="10", objective="each_then_match")
    one = tender(item, bids=2)
    agreed = column("6 6 6 6 6", of="b2")
    assert mismatches(one, [item], merged(column("6 6 6 6 4"), agreed)) == (("quality", "b1"),)
    assert mismatches(one, [item], merged(column("6 6 6 6 6.0"), agreed)) == ()


@pytest.mark.rule("C8")
def test_cells_that_are_not_there_differ_from_nothing() -> None:
    item = points(objective="one_enters_all_confirm")
    assert mismatches(tender(item, members=3), [item], column("6")) == ()


@pytest.mark.rule("C8")
def test_bids_that_are_out_are_not_compared() -> None:
    item = points(objective="each_then_match")
    sheets = merged(column("1 2", of="b1"), column("1 2", of="b2"))
    assert mismatches(tender(item, bids=2), [item], sheets, ["b2"]) == (("quality", "b2"),)


@pytest.mark.rule("C7", "C8")
def test_who_must_agree_depends_on_item_and_policy() -> None:
    free, strict = tender(pass_fail(), points()), tender(pass_fail(), points(), policies=UNANIMOUS)
    split = merged(column("pass fail", "licence"), column("1 2"))
    assert mismatches(free, free.criteria, split) == ()
    assert mismatches(strict, strict.criteria, split) == (("licence", "b1"),)
    read = points(objective="from_structured_data", source="awards")
    assert mismatches(free, [read], split) == ()


@pytest.mark.rule("C10")
@pytest.mark.parametrize(
    ("votes", "policy", "carried"),
    [
        ("apply apply none", "majority", True),
        ("apply none", "majority", False),
        ("apply apply none", "unanimous", False),
        ("apply apply apply", "unanimous", True),
    ],
)
def test_a_deduction_applies_by_majority_or_only_when_all_say_so(
    votes: str, policy: str, carried: bool
) -> None:
    item = deduction()
    one = tender(item, policies={"deduction": policy})
    vote = vote_on_deduction(one, item, "b1", column(votes, "defect"))
    assert vote == (votes.count("apply"), len(votes.split()), carried)


@pytest.mark.rule("C25")
@given(st.permutations(["fail", "fail", "pass", "pass", "pass"]))
def test_who_voted_what_changes_no_verdict(votes: list[str]) -> None:
    sheets = column(" ".join(votes), "licence")
    (verdict,) = judge_section(tender(pass_fail()), "conformity", sheets, ["b1"])
    assert verdict.passed
