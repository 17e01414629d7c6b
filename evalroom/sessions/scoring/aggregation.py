"""From the members' values to one: mean, trimmed mean or median (评分汇总办法).

What is averaged together is a `Unit`: one item, or all items of a section, or of the whole
evaluation, that the *same* members score. Members who score different items (technical, economic)
therefore never trim each other. Items that are one for all (objective, or decided by vote) belong
to no unit: they are added after, neither averaged nor trimmed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from evalroom.sessions.scoring.arithmetic import cell_points, exact_sum, round_half_up
from evalroom.sessions.scoring.cells import Sheets, entered_values
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.who import scorers
from evalroom.sessions.tender.model import Aggregation, Criterion, Level, Tender

Step = Literal["item", "section", "total"]


class Entered(NamedTuple):
    """One member's points for a unit."""

    member: str
    points: Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """Items that are totalled per member before the average, with the members who score them."""

    criteria: tuple[Criterion, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Average:
    """One value out of many; `method` is `mean` where there were too few to trim."""

    method: Literal["mean", "trimmed_mean", "median"]
    kept: tuple[Entered, ...]
    lowest: tuple[Entered, ...]
    highest: tuple[Entered, ...]
    exact: Fraction


def averaged(criterion: Criterion) -> bool:
    """Whether members may differ on this item, so that it has to be averaged."""
    return criterion.objective is None and criterion.kind in ("range", "fixed", "deduction_range")


def units(
    tender: Tender, criteria: Iterable[Criterion], level: Level, sheets: Sheets
) -> list[Unit]:
    """What is averaged together at `level` out of `criteria`, in the order of the tender."""
    groups: dict[tuple[str, tuple[str, ...]], list[Criterion]] = {}
    for criterion in criteria:
        if not averaged(criterion):
            continue
        apart = {"item": criterion.id, "section_total": criterion.section, "grand_total": ""}[level]
        groups.setdefault((apart, scorers(tender, criterion, sheets)), []).append(criterion)
    return [Unit(tuple(items), members) for (_, members), items in groups.items()]


def entered_in(unit: Unit, bid: str, sheets: Sheets) -> list[Entered]:
    """Each scorer's own total of the unit for one bid."""
    rows = [
        (criterion, dict(entered_values(criterion, bid, unit.members, sheets)))
        for criterion in unit.criteria
    ]
    return [
        Entered(member, exact_sum(cell_points(criterion, row[member]) for criterion, row in rows))
        for member in unit.members
    ]


def average(entered: Sequence[Entered], rule: Aggregation) -> Average:
    """One value by the tender's rule; ties among the extremes change nothing about how many go.

    Raises Unscorable("trim_leaves_nobody") when trimming would leave nobody.
    """
    ordered = sorted(entered, key=lambda one: one.points)
    if rule.method == "median":
        return _median(ordered)
    trimming = rule.method == "trimmed_mean" and len(ordered) >= rule.min_members_to_trim
    cut = rule.trim_each_side if trimming else 0
    kept = ordered[cut : len(ordered) - cut]
    if not kept:
        raise Unscorable("trim_leaves_nobody")
    return Average(
        method="trimmed_mean" if cut else "mean",
        kept=tuple(kept),
        lowest=tuple(ordered[:cut]),
        highest=tuple(ordered[len(ordered) - cut :]),
        exact=mean(kept),
    )


def carry(exact: Fraction, step: Step, rule: Aggregation) -> Fraction:
    """What goes on to the next sum: rounded if the tender rounds at this step, else exact."""
    return Fraction(round_half_up(exact, rule.places)) if step in rule.round_at else exact


def mean(entered: Sequence[Entered]) -> Fraction:
    return exact_sum(one.points for one in entered) / len(entered)


def _median(ordered: Sequence[Entered]) -> Average:
    beside = (len(ordered) - 1) // 2
    kept = ordered[beside : len(ordered) - beside]
    if not kept:
        raise Unscorable("trim_leaves_nobody")
    above = tuple(ordered[len(ordered) - beside :])
    return Average("median", tuple(kept), tuple(ordered[:beside]), above, mean(kept))
