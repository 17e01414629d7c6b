"""The points of a section, and the members' grand totals where the tender averages those.

Rounding at level `item`: each item (if `round_at` names it), then the sum of the section (if
named). At level `section_total`: the sum of the section's averages and settled items, once. At
level `grand_total` a section is shown rounded but never carried on: only the total is rounded.
`round_at: item` has nothing to round above level `item`, and `round_at: section` nothing at level
`grand_total`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from evalroom.sessions.scoring.aggregation import (
    Average,
    Unit,
    average,
    averaged,
    carry,
    entered_in,
    units,
)
from evalroom.sessions.scoring.arithmetic import cell_points, exact_sum, exact_text, round_half_up
from evalroom.sessions.scoring.cells import Sheets, common_value
from evalroom.sessions.scoring.facts import ItemScore, SectionScore
from evalroom.sessions.scoring.verdicts import Vote, vote_on_deduction
from evalroom.sessions.scoring.who import scorers
from evalroom.sessions.tender.model import Bid, Criterion, Tender


@dataclass(frozen=True, slots=True)
class Part:
    """One summand: the average of a unit, or an item that is one for all."""

    criteria: tuple[Criterion, ...]
    points: Fraction
    average: Average | None = None
    value: str = ""
    vote: Vote | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """How a bid's points came about: `items` one by one, `parts` as summed to `exact`."""

    bid: str
    items: tuple[Part, ...]
    parts: tuple[Part, ...]
    exact: Fraction
    carried: Fraction


@dataclass(frozen=True, slots=True)
class Plan:
    """What is averaged together in some sections of a tender; the same for every bid."""

    tender: Tender
    sheets: Sheets
    items: tuple[Unit, ...]
    units: tuple[Unit, ...]
    settled: tuple[Criterion, ...]

    def settle(self, bid: Bid) -> list[Part]:
        """The items of a bid that are one for all."""
        return [_settle(self.tender, criterion, bid, self.sheets) for criterion in self.settled]

    def average(self, units: Sequence[Unit], bid: Bid) -> list[Part]:
        """The averages of a bid over these units."""
        found = [
            average(entered_in(u, bid.id, self.sheets), self.tender.aggregation) for u in units
        ]
        return [Part(unit.criteria, one.exact, one) for unit, one in zip(units, found, strict=True)]


def score_section(
    tender: Tender, section: str, sheets: Sheets, valid: Collection[str]
) -> tuple[SectionScore, ...]:
    """Points of each valid bid in one section, in the order of the tender.

    Raises Unscorable for missing cells and for objective items that still differ.
    """
    plan = plan_sections(tender, (section,), sheets)
    bids = [bid for bid in tender.bids if bid.id in valid]
    return tuple(_section_score(section, work_section(plan, bid), tender) for bid in bids)


def plan_sections(tender: Tender, sections: Collection[str], sheets: Sheets) -> Plan:
    """What is averaged together in these sections at the tender's level."""
    criteria = [c for c in tender.criteria if c.section in sections and c.kind != "pass_fail"]
    return Plan(
        tender,
        sheets,
        items=tuple(units(tender, criteria, "item", sheets)),
        units=tuple(units(tender, criteria, tender.aggregation.level, sheets)),
        settled=tuple(criterion for criterion in criteria if not averaged(criterion)),
    )


def work_section(plan: Plan, bid: Bid) -> Work:
    """The points of one bid in the one section of the plan."""
    rule = plan.tender.aggregation
    settled = plan.settle(bid)
    items = plan.average(plan.items, bid)
    if rule.level == "item":
        rounded = [replace(part, points=carry(part.points, "item", rule)) for part in items]
        parts = rounded + settled
    else:
        parts = plan.average(plan.units, bid) + settled
    exact = exact_sum(part.points for part in parts)
    carried = exact if rule.level == "grand_total" else carry(exact, "section", rule)
    return Work(bid.id, tuple(items + settled), tuple(parts), exact, carried)


def work_grand_total(plan: Plan, bid: Bid) -> Work:
    """The members' grand totals averaged, with the settled items added, before the price."""
    settled = plan.settle(bid)
    parts = plan.average(plan.units, bid) + settled
    exact = exact_sum(part.points for part in parts)
    return Work(bid.id, (), tuple(parts), exact, exact)


def _settle(tender: Tender, criterion: Criterion, bid: Bid, sheets: Sheets) -> Part:
    if criterion.objective is not None:
        members = scorers(tender, criterion, sheets)
        value = common_value(criterion, bid, members, sheets)
        return Part((criterion,), Fraction(cell_points(criterion, value)), value=value)
    vote = vote_on_deduction(tender, criterion, bid.id, sheets)
    value = "apply" if vote.carried else "none"
    return Part((criterion,), Fraction(cell_points(criterion, value)), value=value, vote=vote)


def _section_score(section: str, work: Work, tender: Tender) -> SectionScore:
    rule = tender.aggregation
    order = {criterion.id: place for place, criterion in enumerate(tender.criteria)}
    items = sorted(work.items, key=lambda part: order[part.criteria[0].id])
    return SectionScore(
        section,
        work.bid,
        tuple(_item_score(part, tender) for part in items),
        round_half_up(work.carried, rule.places),
        exact_text(work.carried),
    )


def _item_score(part: Part, tender: Tender) -> ItemScore:
    rule = tender.aggregation
    rounds = part.average is not None and rule.level == "item"
    exact = carry(part.points, "item", rule) if rounds else part.points
    return ItemScore(
        part.criteria[0].id,
        "averaged" if part.average else "voted" if part.vote else "common",
        round_half_up(exact, rule.places),
        exact_text(exact),
    )
