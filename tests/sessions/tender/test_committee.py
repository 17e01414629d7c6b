"""The committee may sit: how many, who, and where."""

from typing import Any

import pytest

from tests.sessions.tender.examples import Found, Value, changed, errors, found, lawful, member

REPRESENTATIVE = {"seniority": "procuring_entity_representative"}


def with_committee(size: int, representatives: int = 0, **fields: Any) -> Value:
    value = changed(lambda v: v.update(fields))
    value["committee"] = [
        member(number, **(REPRESENTATIVE if number <= representatives else {}))
        for number in range(1, size + 1)
    ]
    value["seats"] = [
        {"workstation": f"{number}", "venue": "v1", "member": f"m{number}"}
        for number in range(1, size + 1)
    ]
    return value


@pytest.mark.rule("T10")
@pytest.mark.parametrize(
    ("size", "representatives", "codes"),
    [
        (5, 0, set()),
        (5, 1, set()),
        (5, 2, {"too_few_experts"}),
        (7, 2, set()),
        (7, 3, {"too_few_experts"}),
        (9, 3, set()),
        (9, 4, {"too_few_experts"}),
        (11, 3, set()),
        (11, 4, {"too_few_experts"}),
        (3, 0, {"committee_too_small"}),
        (4, 0, {"committee_too_small", "committee_even"}),
        (6, 0, {"committee_even"}),
    ],
)
def test_a_committee_is_odd_and_two_thirds_of_it_are_experts(
    size: int, representatives: int, codes: set[str]
) -> None:
    expected: Found = {("committee", code) for code in codes}
    assert errors(with_committee(size, representatives)) == expected


@pytest.mark.rule("T10")
@pytest.mark.parametrize(
    ("budget", "size", "warned"),
    [
        ("9999999.99", 5, False),
        ("10000000", 5, True),
        ("10000000", 7, False),
        (None, 5, False),
    ],
)
def test_a_large_budget_in_government_procurement_wants_seven(
    budget: str | None, size: int, warned: bool
) -> None:
    value = with_committee(size, budget=budget)
    assert errors(value) == set()
    assert (("committee", "committee_small_for_budget") in found(value)) is warned


def test_works_want_no_more_members_for_a_large_budget() -> None:
    assert found(with_committee(5, budget="90000000", regime="works", category="works")) == set()


@pytest.mark.rule("T10")
def test_the_purchasers_representative_may_not_be_eligible_as_lead() -> None:
    policies = [{"name": "lead_eligible", "value": "all"}]
    fault = ("policies", "representative_may_not_lead")
    assert fault in errors(with_committee(5, 1, policies=policies))
    assert fault not in errors(with_committee(5, 0, policies=policies))
    assert fault not in errors(with_committee(5, 1))
    assert fault not in errors(with_committee(5, 1, policies=policies, regime="works"))


def test_in_government_procurement_every_member_should_score_everything() -> None:
    value = changed(lambda v: v["criteria"][1].update(scored_by="technical"))
    assert found(value) == {("criteria[1].scored_by", "every_member_scores")}
    value["regime"] = "works"
    assert found(value) == set()


def test_an_alias_tells_members_apart() -> None:
    value = changed(lambda v: v["committee"][3].update(alias="专家1号"))
    assert errors(value) == {("committee[3].alias", "alias_twice")}


@pytest.mark.rule("T15")
def test_a_committee_not_yet_drawn_warns_and_stands_before_a_session() -> None:
    value = changed(lambda v: v.update(committee=[], seats=[], venues=[]))
    missing = {("committee", "committee_missing"), ("venues", "venues_missing")}
    assert (found(value), errors(value)) == (missing, set())
    assert errors(value, for_session=True) == missing


@pytest.mark.rule("T15")
def test_every_member_has_one_seat_before_a_session() -> None:
    value = lawful()
    value["seats"][4]["member"] = "m1"
    assert errors(value) == {("seats[4].member", "seated_twice")}
    assert found(value) - errors(value) == {("committee[4]", "not_seated")}
    assert ("committee[4]", "not_seated") in errors(value, for_session=True)


@pytest.mark.rule("T15")
@pytest.mark.parametrize("roles", [("sub", "sub"), ("main", "main")])
def test_there_is_exactly_one_main_venue(roles: tuple[str, str]) -> None:
    value = lawful()
    for venue, role in zip(value["venues"], roles, strict=True):
        venue["role"] = role
    assert errors(value) == {("venues", "main_venues")}
