"""Whether the rules of the tender are lawful: weights, price preferences, abnormal prices, numbers.

Sources: 招标投标法 28; 实施条例 53; 87号令 43 and 55; 财库〔2020〕46号 9; 财库〔2022〕19号;
国办发〔2025〕34号; 财库〔2026〕2号. The text of each fault names its clause.
"""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from evalroom.sessions.scoring.arithmetic import full_mark
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.faults import Fault, error, warning
from evalroom.sessions.tender.model import AbnormalPrice, Category, PriceRule, Tender
from evalroom.sessions.tender.policies import policy

FULL_MARKS = 100
MOST_CANDIDATES = 3
HIGHEST_ABNORMAL_RATE = Decimal("0.65")
LEAST_COMPETITION = 3

# The least weight of the price, per cent, in government procurement by comprehensive scoring.
LEAST_PRICE_PERCENT: dict[Category, int] = {"goods": 30, "services": 10}


def lawfulness_faults(tender: Tender) -> Iterator[Fault]:
    """What no regulation allows, and what is allowed but has to be known."""
    yield from _regime_faults(tender)
    yield from _competition_faults(tender)
    if tender.candidates > MOST_CANDIDATES:
        yield error("candidates", "too_many_candidates", most=MOST_CANDIDATES)
    if tender.method == "comprehensive":
        yield from _points_faults(tender)
    else:
        yield from _points_that_do_not_count(tender)


def _regime_faults(tender: Tender) -> Iterator[Fault]:
    rule = tender.price
    if rule is None:
        return
    if (rule.visible == "second_opening") != (tender.regime == "works_two_envelope"):
        yield error("price.visible", "second_opening_needs_two_envelopes")
    if rule.visible == "hidden_until_technical_closed":
        if tender.regime == "government_procurement":
            yield warning("price.visible", "price_hidden_after_opening")
        elif tender.opening_record is not None and tender.opening_record.prices:
            yield warning("price.visible", "price_hidden_but_read_out")
    if tender.regime == "government_procurement":
        yield from _abnormal_faults(rule)


def _abnormal_faults(rule: PriceRule) -> Iterator[Fault]:
    for name in ("of_mean", "of_next_lowest", "of_ceiling"):
        least = getattr(AbnormalPrice(), name)
        if not least <= getattr(rule.abnormal, name) <= HIGHEST_ABNORMAL_RATE:
            yield error(
                f"price.abnormal.{name}",
                "abnormal_rate_unlawful",
                least=str(least),
                most=str(HIGHEST_ABNORMAL_RATE),
            )


def _competition_faults(tender: Tender) -> Iterator[Fault]:
    least = int(policy(tender, "min_valid_bids"))
    if tender.regime == "government_procurement":
        if least < LEAST_COMPETITION:
            yield error("policies", "competition_not_negotiable", least=LEAST_COMPETITION)
        if len(tender.bids) < LEAST_COMPETITION:
            yield error("bids", "too_few_bids_procurement", count=len(tender.bids))
    elif len(tender.bids) < least:
        yield warning("bids", "too_few_bids_works", count=len(tender.bids), least=least)


def _points_faults(tender: Tender) -> Iterator[Fault]:
    total = _points_of_criteria(tender)
    price = tender.price
    if total is None:
        return
    if price is None:
        yield warning("price", "price_not_scored")
    else:
        total += Fraction(price.points)
    if total != FULL_MARKS:
        path = "criteria" if price is None else "price.points"
        fault = error if tender.regime == "government_procurement" else warning
        yield fault(path, "points_do_not_sum", total=_shown(total), full=FULL_MARKS)
    if tender.regime == "government_procurement" and price is not None:
        yield from _weight_faults(tender, price, total)


def _weight_faults(tender: Tender, price: PriceRule, total: Fraction) -> Iterator[Fault]:
    least = LEAST_PRICE_PERCENT.get(tender.category)
    if least is not None and 100 * Fraction(price.points) < least * total:
        yield error(
            "price.points",
            "price_weight_too_low",
            least=f"{least} %",
            category=tender.category,
        )


def _points_of_criteria(tender: Tender) -> Fraction | None:
    """The sum of all full marks; None when one is missing, which is a fault of its own."""
    try:
        marks = [full_mark(one) for one in tender.criteria if one.kind != "pass_fail"]
    except Unscorable:
        return None
    return sum(map(Fraction, marks), Fraction(0))


def _points_that_do_not_count(tender: Tender) -> Iterator[Fault]:
    for place, criterion in enumerate(tender.criteria):
        if criterion.kind != "pass_fail":
            yield warning(f"criteria[{place}].points", "points_not_counted", method=tender.method)


def _shown(total: Fraction) -> str:
    return f"{Decimal(total.numerator) / Decimal(total.denominator):f}"
