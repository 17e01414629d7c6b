"""Members' values far from the mean of all (畸高畸低): flagged, never changed.

Compared is what the tender averages: single items, members' section totals, or their grand totals.
Off unless the tender's policy `outlier_threshold` names a fraction of the mean, e.g. `0.30`; the
bound itself is not far.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction

from evalroom.sessions.scoring.aggregation import Entered, Unit, entered_in, mean
from evalroom.sessions.scoring.arithmetic import exact_text, round_half_up
from evalroom.sessions.scoring.cells import Sheets
from evalroom.sessions.scoring.facts import Outlier
from evalroom.sessions.scoring.policies import outlier_threshold, outliers_substituted
from evalroom.sessions.scoring.sections import plan_sections
from evalroom.sessions.tender.model import Tender

# A deviation is shown in per cent with two places, as in the written explanations that committees
# file.
_PLACES = 2


def find_outliers(
    tender: Tender, sections: Sequence[str], sheets: Sheets, valid: Collection[str]
) -> tuple[Outlier, ...]:
    """Flags over the given sections, in the order of the tender; none if the policy is silent.

    At level `grand_total` give all scored sections at once, else the members' totals are not their
    grand totals.
    """
    threshold = outlier_threshold(tender)
    if threshold is None:
        return ()
    plan = plan_sections(tender, sections, sheets)
    flags: list[Outlier] = []
    for unit in plan.units:
        for bid in tender.bids:
            if bid.id in valid:
                entered = entered_in(unit, bid.id, sheets)
                flags += _flag(tender, unit, bid.id, entered, Fraction(threshold))
    return tuple(flags)


def _flag(
    tender: Tender, unit: Unit, bid: str, entered: Sequence[Entered], threshold: Fraction
) -> list[Outlier]:
    middle = mean(entered)
    far = [one for one in entered if abs(one.points - middle) > threshold * middle]
    near = [one for one in entered if one not in far]
    others = mean(near) if far and near and outliers_substituted(tender) else None
    replaced = [
        one if one in near or others is None else Entered(one.member, others) for one in entered
    ]
    places = tender.aggregation.places
    return [
        Outlier(
            section="" if tender.aggregation.level == "grand_total" else unit.criteria[0].section,
            criteria=tuple(criterion.id for criterion in unit.criteria),
            bid=bid,
            member=one.member,
            value=Decimal(exact_text(one.points)),
            mean=round_half_up(middle, places),
            low=round_half_up(middle * (1 - threshold), places),
            high=round_half_up(middle * (1 + threshold), places),
            deviation=round_half_up((one.points - middle) / middle * 100, _PLACES),
            others_mean=None if others is None else round_half_up(others, places),
            substituted=None if others is None else round_half_up(mean(replaced), places),
        )
        for one in far
    ]
