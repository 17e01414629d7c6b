"""Policies of the tender as the score reads them; an impossible value leaves it undefined."""

from decimal import Decimal
from typing import Literal

from evalroom.sessions.scoring.arithmetic import parse_decimal
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.policies import policy

Agreement = Literal["majority", "unanimous"]


def pass_fail_agreement(tender: Tender) -> Agreement:
    """How scorers of a pass/fail item agree (合格制): by majority unless the tender says more."""
    return _agreement(tender, "pass_fail")


def deduction_agreement(tender: Tender) -> Agreement:
    """How scorers agree that a fixed deduction applies (扣分制)."""
    return _agreement(tender, "deduction")


def outlier_threshold(tender: Tender) -> Decimal | None:
    """How far from the mean a value may lie, as a fraction of the mean; None: none is flagged."""
    text = policy(tender, "outlier_threshold")
    if text == "none":
        return None
    try:
        threshold = parse_decimal(text)
    except ValueError:
        raise Unscorable("policy_value", policy="outlier_threshold") from None
    if threshold <= 0:
        raise Unscorable("policy_value", policy="outlier_threshold")
    return threshold


def outliers_substituted(tender: Tender) -> bool:
    """Whether to show what the mean of the others would give in place of an outlier."""
    text = policy(tender, "outlier_substitution")
    if text not in ("none", "mean_of_others"):
        raise Unscorable("policy_value", policy="outlier_substitution")
    return text == "mean_of_others"


def technical_sections(tender: Tender) -> tuple[str, ...]:
    """Ids of the sections whose points are the technical score, by default `technical`."""
    wanted = tuple(name.strip() for name in policy(tender, "technical_sections").split(","))
    if not set(wanted) <= {section.id for section in tender.sections}:
        raise Unscorable("technical_section_unknown")
    return wanted


def _agreement(tender: Tender, name: str) -> Agreement:
    match policy(tender, name):
        case "majority":
            return "majority"
        case "unanimous":
            return "unanimous"
        case _:
            raise Unscorable("policy_value", policy=name)
