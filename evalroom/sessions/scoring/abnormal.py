"""Which prices are abnormally low and must be explained (异常低价审查, 财库 2026 年 2 号).

Original prices are compared, strictly below: a price equal to a bound passes. The system only
finds; whether an explanation holds is the committee's to say.
"""

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction

from evalroom.sessions.scoring.arithmetic import exact_sum, round_half_up
from evalroom.sessions.scoring.facts import AbnormalReview, LowPrice, LowPriceRule, Threshold
from evalroom.sessions.scoring.price import original_price, price_rule
from evalroom.sessions.tender.model import AbnormalPrice, Tender

# Bounds are shown in cents; whether a price lies below one is decided on the exact value.
_PLACES = 2


def review_prices(tender: Tender, valid: Collection[str]) -> AbnormalReview:
    """The bounds over the bids that passed, and the bids below any of them, in the tender's order.

    There is no next lowest bound with fewer than two bids, no ceiling bound without ceiling price
    and budget, and nothing at all where the tender does not compare prices.
    """
    if price_rule(tender) is None:
        return AbnormalReview((), ())
    prices = {bid.id: original_price(tender, bid) for bid in tender.bids if bid.id in valid}
    bounds = _bounds(tender, sorted(Fraction(price) for price in prices.values()))
    findings = []
    for bid, price in prices.items():
        below = tuple(bound.rule for bound, limit in bounds if price < limit)
        if below:
            findings.append(LowPrice(bid, price, below))
    return AbnormalReview(tuple(bound for bound, _ in bounds), tuple(findings))


def triggers(tender: Tender, valid: Collection[str]) -> dict[str, tuple[LowPriceRule, ...]]:
    """Bid → the bounds it lies below, only for bids that must be explained."""
    return {low.bid: low.rules for low in review_prices(tender, valid).findings}


def _bounds(tender: Tender, prices: list[Fraction]) -> list[tuple[Threshold, Fraction]]:
    rates = tender.price.abnormal if tender.price else AbnormalPrice()
    bounds = []
    if prices:
        bounds.append(_bound("of_mean", rates.of_mean, exact_sum(prices) / len(prices)))
    if len(prices) > 1:
        bounds.append(_bound("of_next_lowest", rates.of_next_lowest, prices[1]))
    ceiling = tender.budget if tender.ceiling_price is None else tender.ceiling_price
    if ceiling is not None:
        bounds.append(_bound("of_ceiling", rates.of_ceiling, Fraction(ceiling)))
    return bounds


def _bound(rule: LowPriceRule, rate: Decimal, base: Fraction) -> tuple[Threshold, Fraction]:
    limit = Fraction(rate) * base
    shown = round_half_up(base, _PLACES), round_half_up(limit, _PLACES)
    return Threshold(rule, rate, *shown), limit
