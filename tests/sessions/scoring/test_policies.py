from collections.abc import Callable
from decimal import Decimal

import pytest

from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.policies import (
    deduction_agreement,
    outlier_threshold,
    outliers_substituted,
    pass_fail_agreement,
    technical_sections,
)
from evalroom.sessions.tender.model import Tender
from tests.sessions.scoring.build import tender


@pytest.mark.rule("C6", "C10", "C24")
def test_a_silent_tender_has_majorities_and_flags_nobody() -> None:
    silent = tender()
    assert pass_fail_agreement(silent) == deduction_agreement(silent) == "majority"
    assert outlier_threshold(silent) is None
    assert not outliers_substituted(silent)
    assert technical_sections(silent) == ("technical",)


def test_a_tender_says_otherwise() -> None:
    says = tender(
        policies={
            "pass_fail": "unanimous",
            "deduction": "unanimous",
            "outlier_threshold": "0.30",
            "outlier_substitution": "mean_of_others",
            "technical_sections": "technical, business",
        }
    )
    assert pass_fail_agreement(says) == deduction_agreement(says) == "unanimous"
    assert outlier_threshold(says) == Decimal("0.30")
    assert outliers_substituted(says)
    assert technical_sections(says) == ("technical", "business")


@pytest.mark.parametrize(
    ("ask", "name", "value", "code"),
    [
        (pass_fail_agreement, "pass_fail", "most", "policy_value"),
        (outlier_threshold, "outlier_threshold", "a third", "policy_value"),
        (outlier_threshold, "outlier_threshold", "0", "policy_value"),
        (outliers_substituted, "outlier_substitution", "median", "policy_value"),
        (technical_sections, "technical_sections", "elsewhere", "technical_section_unknown"),
    ],
)
def test_a_policy_that_means_nothing_is_not_taken_for_the_usual(
    ask: Callable[[Tender], object], name: str, value: str, code: str
) -> None:
    with pytest.raises(Unscorable) as refused:
        ask(tender(policies={name: value}))
    assert refused.value.code == code
