"""Policies: known names, possible values, one default each."""

import pytest

from evalroom.sessions.tender.policies import KNOWN, allowed_text, policy
from tests.sessions.tender.examples import Found, Value, changed, errors, tender


def with_policy(name: str, value: str) -> Value:
    return changed(lambda v: v.update(policies=[{"name": name, "value": value}]))


@pytest.mark.rule("T9")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pass_fail", "unanimous"),
        ("deduction", "majority"),
        ("lead", "none"),
        ("lead_eligible", "experts"),
        ("lead_rounds", "9"),
        ("lead_deadlock", "designated"),
        ("start_approval", "supervisor"),
        ("min_valid_bids", "5"),
        ("outlier_threshold", "0.30"),
        ("outlier_threshold", "none"),
        ("outlier_substitution", "mean_of_others"),
        ("technical_sections", "tech"),
        ("technical_sections", "tech, conformity"),
        ("technical_pause_hours", "4"),
        ("pause_document_hours", "48"),
        ("member_names", "name"),
        ("identity", "host_visual"),
    ],
)
def test_a_policy_of_the_tender_holds(name: str, value: str) -> None:
    assert errors(with_policy(name, value)) == set()
    assert policy(tender(with_policy(name, value)), name) == value


@pytest.mark.rule("T9")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pass_fail", "most"),
        ("lead_rounds", "0"),
        ("lead_rounds", "10"),
        ("lead_rounds", "3.0"),
        ("lead_rounds", "drei"),
        ("outlier_threshold", "0"),
        ("outlier_threshold", "11"),
        ("technical_sections", "nowhere"),
        ("lead", "1"),
    ],
)
def test_a_value_that_a_policy_cannot_have_is_a_fault(name: str, value: str) -> None:
    assert errors(with_policy(name, value)) >= {("policies[0].value", "policy_value")}


@pytest.mark.rule("T9")
@pytest.mark.parametrize(
    ("policies", "faults"),
    [
        ([{"name": "lead_round", "value": "3"}], {("policies[0].name", "unknown_policy_similar")}),
        ([{"name": "zzzz", "value": "3"}], {("policies[0].name", "unknown_policy")}),
        (
            [{"name": "lead", "value": "none"}, {"name": "lead", "value": "elected"}],
            {("policies[1].name", "policy_twice")},
        ),
    ],
)
def test_an_unknown_policy_or_one_given_twice_is_a_fault(
    policies: list[Value], faults: Found
) -> None:
    assert errors(changed(lambda v: v.update(policies=policies))) == faults


@pytest.mark.rule("T9")
def test_a_policy_the_tender_is_silent_on_has_the_default_of_its_regime() -> None:
    procurement, works = tender(), tender(changed(lambda v: v.update(regime="works")))
    assert policy(procurement, "lead_eligible") == "experts"
    assert policy(works, "lead_eligible") == "all"
    assert policy(works, "min_valid_bids") == "3"
    with pytest.raises(KeyError):
        policy(works, "no_such_policy")


@pytest.mark.rule("T9")
@pytest.mark.parametrize("name", KNOWN)
def test_every_default_is_a_value_the_policy_may_have(name: str) -> None:
    kind = KNOWN[name]
    assert kind.reason.endswith(".")
    assert allowed_text(kind)
    for default in {kind.default, *kind.by_regime.values()}:
        if name != "technical_sections":
            assert errors(with_policy(name, default)) == set()
