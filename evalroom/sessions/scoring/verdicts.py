"""Verdicts by vote, deductions by vote, and items that should be equal and are not.

A majority is strictly more than half of the scorers of the item (12号令; 87号令), so an even split
rejects nobody.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from evalroom.sessions.scoring.cells import (
    Sheets,
    common_value,
    differing,
    entered_values,
)
from evalroom.sessions.scoring.facts import ItemVerdict, Verdict
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.policies import deduction_agreement, pass_fail_agreement
from evalroom.sessions.scoring.who import scorers
from evalroom.sessions.tender.model import Bid, Criterion, Tender


class Vote(NamedTuple):
    """How many of an item's scorers said yes, and whether that carries it."""

    votes: int
    of: int
    carried: bool


def judge_section(
    tender: Tender, section: str, sheets: Sheets, valid: Collection[str]
) -> tuple[Verdict, ...]:
    """A verdict on each valid bid, in the order of the tender; without items it passes all.

    Raises Unscorable for a missing cell, and "mismatch" where the tender wants unanimity that is
    not there yet.
    """
    items = [c for c in tender.criteria if c.section == section and c.kind == "pass_fail"]
    return tuple(_verdict(tender, items, bid, sheets) for bid in tender.bids if bid.id in valid)


def mismatches(
    tender: Tender,
    criteria: Iterable[Criterion],
    sheets: Sheets,
    valid: Collection[str] | None = None,
) -> tuple[tuple[str, str], ...]:
    """(criterion, bid) wherever scorers differ although they must agree, without a value and
    without a name.

    They must agree on objective items and, under the policy `pass_fail=unanimous`, on pass/fail
    items. Cells that do not exist are not compared. `valid` limits the bids looked at.
    """
    unanimous = pass_fail_agreement(tender) == "unanimous"
    bids = [bid.id for bid in tender.bids if valid is None or bid.id in valid]
    found = []
    for criterion in criteria:
        if not _must_agree(criterion, unanimous):
            continue
        members = scorers(tender, criterion, sheets)
        found += [(criterion.id, bid) for bid in bids if _differ(criterion, bid, members, sheets)]
    return tuple(found)


def vote_on_deduction(tender: Tender, criterion: Criterion, bid: str, sheets: Sheets) -> Vote:
    """Whether a fixed deduction applies: by majority, or only when all say so (policy)."""
    entered = entered_values(criterion, bid, scorers(tender, criterion, sheets), sheets)
    votes = sum(value == "apply" for _, value in entered)
    of = len(entered)
    carried = votes == of if deduction_agreement(tender) == "unanimous" else is_majority(votes, of)
    return Vote(votes, of, carried)


def is_majority(votes: int, of: int) -> bool:
    """Strictly more than half."""
    return 2 * votes > of


def _verdict(tender: Tender, items: Iterable[Criterion], bid: Bid, sheets: Sheets) -> Verdict:
    judged = tuple(_judge_item(tender, item, bid, sheets) for item in items)
    return Verdict(bid.id, all(item.passed for item in judged), judged)


def _judge_item(tender: Tender, item: Criterion, bid: Bid, sheets: Sheets) -> ItemVerdict:
    members = scorers(tender, item, sheets)
    if item.objective is not None:
        passed = common_value(item, bid, members, sheets) == "pass"
        return ItemVerdict(item.id, passed, int(passed), int(not passed))
    entered = entered_values(item, bid.id, members, sheets)
    fails = sum(value == "fail" for _, value in entered)
    if pass_fail_agreement(tender) == "unanimous" and 0 < fails < len(entered):
        raise Unscorable("mismatch", criterion=item.id, bid=bid.id)
    return ItemVerdict(item.id, not is_majority(fails, len(entered)), len(entered) - fails, fails)


def _must_agree(criterion: Criterion, unanimous: bool) -> bool:
    if criterion.objective is not None:
        return criterion.objective != "from_structured_data"
    return unanimous and criterion.kind == "pass_fail"


def _differ(criterion: Criterion, bid: str, members: Iterable[str], sheets: Sheets) -> bool:
    cells = (sheets.get(member, {}).get(bid, {}).get(criterion.id) for member in members)
    return differing(value for value in cells if value is not None)
