"""The order of the bids: by total, then by the tender's further criteria, then joint ranks 1, 1, 3.

By a lowest-price method the order is by evaluated price and the total only informs. Bids that share
a rank stand in the order of the tender.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from evalroom.sessions.scoring.aggregation import carry
from evalroom.sessions.scoring.arithmetic import exact_sum, exact_text, round_half_up
from evalroom.sessions.scoring.brands import brands_compete, recommend
from evalroom.sessions.scoring.cells import Sheets
from evalroom.sessions.scoring.facts import (
    SCORING_VERSION,
    PriceScore,
    Result,
    SectionScore,
    Standing,
    StandingReason,
)
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.policies import technical_sections
from evalroom.sessions.scoring.price import original_price, price_rule
from evalroom.sessions.scoring.sections import Plan, plan_sections, work_grand_total
from evalroom.sessions.tender.model import Bid, Tender, TieBreaker, TieField


@dataclass(frozen=True, slots=True)
class Scored:
    """All that a bid can be compared by; `total` is the sum, rounded where totals are."""

    bid: Bid
    sections: dict[str, SectionScore]
    price: PriceScore | None
    sum: Fraction
    total: Fraction


@dataclass(frozen=True, slots=True)
class Split:
    """One further criterion that a tie asked for, and what it made of the bids, best first."""

    rule: TieBreaker
    values: dict[str, Fraction]
    groups: tuple[tuple[str, ...], ...]


def rank(
    tender: Tender,
    section_scores: Sequence[SectionScore],
    price_scores: Sequence[PriceScore],
    valid: Collection[str],
    sheets: Sheets,
) -> Result:
    """Totals, ranks and candidates; `sheets` matter only at level `grand_total`.

    Raises Unscorable: "score_missing" where a valid bid lacks a section or price score,
    "price_missing", "credit_missing" or "technical_section_unknown" where a tie asks for what is
    not there.
    """
    scored = add_up(tender, section_scores, price_scores, valid, sheets)
    groups, _ = order(tender, scored)
    within_brand = _order_within_brand(tender, scored) if brands_compete(tender, valid) else groups
    reasons, draws = recommend(tender, groups, within_brand)
    by_id = {one.bid.id: one for one in scored}
    standings: list[Standing] = []
    for group in groups:
        place = len(standings) + 1
        standings += [_standing(tender, by_id[bid], place, reasons[bid]) for bid in group]
    return Result(SCORING_VERSION, tuple(standings), draws)


def add_up(
    tender: Tender,
    section_scores: Sequence[SectionScore],
    price_scores: Sequence[PriceScore],
    valid: Collection[str],
    sheets: Sheets,
) -> list[Scored]:
    """The total of each valid bid, in the order of the tender."""
    sections = dict.fromkeys(score.section for score in section_scores)
    own: dict[str, dict[str, SectionScore]] = {}
    for score in section_scores:
        own.setdefault(score.bid, {})[score.section] = score
    prices = {score.bid: score for score in price_scores}
    plan = plan_sections(tender, sections, sheets)
    priced = price_rule(tender) is not None
    scored = []
    for bid in tender.bids:
        if bid.id in valid:
            mine, price = own.get(bid.id, {}), prices.get(bid.id)
            if len(mine) < len(sections) or (priced and price is None):
                raise Unscorable("score_missing", bid=bid.id)
            scored.append(_add_up(plan, bid, mine, price))
    return scored


def order(tender: Tender, scored: Sequence[Scored]) -> tuple[list[tuple[str, ...]], list[Split]]:
    """Groups of equal bids, best first, and every further criterion that had to be asked."""
    first: TieField = "total" if tender.method == "comprehensive" else "evaluated_price"
    return _order(tender, scored, (_better(first), *tie_breakers(tender)))


def tie_breakers(tender: Tender) -> tuple[TieBreaker, ...]:
    """The tender's further criteria; government procurement has the price (87号令 57)."""
    if tender.tie_breakers or tender.regime != "government_procurement":
        return tender.tie_breakers
    return (_better("price"),) if tender.method == "comprehensive" else ()


def compared_by(tender: Tender, field: TieField, scored: Scored) -> Fraction:
    """What a bid shows for a further criterion; `price` is the original price."""
    match field:
        case "total":
            return scored.total
        case "price":
            return Fraction(original_price(tender, scored.bid))
        case "evaluated_price":
            if scored.price is None:
                raise Unscorable("price_missing", bid=scored.bid.id)
            return Fraction(scored.price.evaluated)
        case "technical":
            return _technical(tender, scored)
        case "credit":
            if scored.bid.credit_score is None:
                raise Unscorable("credit_missing", bid=scored.bid.id)
            return Fraction(scored.bid.credit_score)
        case _:
            assert_never(field)


def _add_up(
    plan: Plan, bid: Bid, sections: dict[str, SectionScore], price: PriceScore | None
) -> Scored:
    rule = plan.tender.aggregation
    if rule.level == "grand_total":
        points = work_grand_total(plan, bid).exact
    else:
        points = exact_sum(Fraction(score.exact) for score in sections.values())
    points += Fraction(price.points) if price else 0
    return Scored(bid, sections, price, points, carry(points, "total", rule))


def _order_within_brand(tender: Tender, scored: Sequence[Scored]) -> list[tuple[str, ...]]:
    """By the tender's own criteria: the legal order by price decides nothing within a brand."""
    first: TieField = "total" if tender.method == "comprehensive" else "price"
    return _order(tender, scored, (_better(first), *tender.tie_breakers))[0]


def _order(
    tender: Tender, scored: Sequence[Scored], rules: Sequence[TieBreaker]
) -> tuple[list[tuple[str, ...]], list[Split]]:
    splits: list[Split] = []
    groups = _split(tender, list(scored), rules, splits)
    return [tuple(one.bid.id for one in group) for group in groups], splits[1:]


def _better(field: TieField) -> TieBreaker:
    return TieBreaker(field, "descending" if field == "total" else "ascending")


def _split(
    tender: Tender, scored: list[Scored], rules: Sequence[TieBreaker], splits: list[Split]
) -> list[list[Scored]]:
    """Sort by the first rule, equals by the rest, asking nothing that no tie needs."""
    if not rules or (len(scored) < 2 and splits):
        return [scored]
    values = {one.bid.id: compared_by(tender, rules[0].field, one) for one in scored}
    levels = sorted(set(values.values()), reverse=rules[0].direction == "descending")
    groups = [[one for one in scored if values[one.bid.id] == level] for level in levels]
    named = tuple(tuple(one.bid.id for one in group) for group in groups)
    splits.append(Split(rules[0], values, named))
    return [last for group in groups for last in _split(tender, group, rules[1:], splits)]


def _technical(tender: Tender, scored: Scored) -> Fraction:
    wanted = technical_sections(tender)
    if not set(wanted) <= set(scored.sections):
        raise Unscorable("technical_section_unknown")
    return exact_sum(Fraction(scored.sections[section].exact) for section in wanted)


def _standing(tender: Tender, scored: Scored, place: int, reason: StandingReason) -> Standing:
    return Standing(
        bid=scored.bid.id,
        total=round_half_up(scored.total, tender.aggregation.places),
        exact=exact_text(scored.sum),
        rank=place,
        recommended=not reason,
        reason=reason,
        sections={section: score.total for section, score in scored.sections.items()},
        price_points=scored.price.points if scored.price else None,
    )
