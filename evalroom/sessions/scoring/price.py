"""The price score by the lowest first (低价优先法, 87号令 55): benchmark ÷ price × full mark.

Deductions are rates on the *original* price and add up; the evaluated price is rounded once, the
points once. The original price stays what the contract is about.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from evalroom.sessions.scoring.arithmetic import exact_sum, round_half_up
from evalroom.sessions.scoring.facts import Claim, ClaimReason, PriceScore
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import Basis, Bid, Deduction, PriceRule, Tender

# Preferences for small firms in any form: none of them holds in a package that only small firms may
# bid for (财库 2020 年 46 号).
SMALL_FIRM_BASES: frozenset[Basis] = frozenset({"small_micro", "consortium", "subcontract"})

# The lowest-price methods give no points for the price, but their evaluated prices follow the same
# rules.
_WITHOUT_POINTS = PriceRule(points=Decimal(0))


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A bid's price after its preferences, before and after rounding."""

    original: Decimal
    claims: tuple[Claim, ...]
    exact: Fraction
    price: Decimal


def score_prices(tender: Tender, valid: Collection[str]) -> tuple[PriceScore, ...]:
    """Price points of each valid bid, in the order of the tender; none without a price rule.

    A bid below a benchmark that was fixed at the opening gets the full mark and no more. Raises
    Unscorable: "price_missing", "amount_not_positive", "evaluated_price_not_positive",
    "benchmark_missing".
    """
    rule = price_rule(tender)
    if rule is None or not valid:
        return ()
    benchmark = find_benchmark(tender, valid)
    return tuple(
        _score(tender, bid, valid, rule, benchmark) for bid in tender.bids if bid.id in valid
    )


def price_rule(tender: Tender) -> PriceRule | None:
    """The tender's rule; a lowest-price method without one evaluates prices and gives no points."""
    if tender.price is None and tender.method != "comprehensive":
        return _WITHOUT_POINTS
    return tender.price


def find_benchmark(tender: Tender, valid: Collection[str]) -> Decimal:
    """评标基准价: fixed at the opening and imported, else the lowest evaluated price of the bids
    that count. Fixed after the preliminary review it is that of the price phase, because no bid is
    rejected in between.
    """
    rule = price_rule(tender) or _WITHOUT_POINTS
    if rule.benchmark.fixed_at == "opening":
        record = tender.opening_record
        if record is None or record.benchmark is None or record.benchmark <= 0:
            raise Unscorable("benchmark_missing")
        return record.benchmark
    counting = set(valid) - set(rule.benchmark.not_in_benchmark)
    prices = [evaluate_price(tender, b, valid, rule).price for b in tender.bids if b.id in counting]
    if not prices:
        raise Unscorable("benchmark_missing")
    return min(prices)


def evaluate_price(tender: Tender, bid: Bid, valid: Collection[str], rule: PriceRule) -> Evaluated:
    """The price that is compared: the original one less the preferences that count."""
    original = original_price(tender, bid)
    claims = tuple(_judge_claim(tender, bid, claim, valid) for claim in bid.deductions)
    off = exact_sum(claim.rate for claim in claims if claim.counted)
    exact = Fraction(original) * (1 - off)
    price = round_half_up(exact, rule.evaluated_price_places)
    if price <= 0:
        raise Unscorable("evaluated_price_not_positive", bid=bid.id)
    return Evaluated(original, claims, exact, price)


def original_price(tender: Tender, bid: Bid) -> Decimal:
    """The price of the bid, else the one read out at the opening; never zero, never negative."""
    price = bid.price
    if price is None and tender.opening_record is not None:
        price = tender.opening_record.prices.get(bid.id)
    if price is None:
        raise Unscorable("price_missing", bid=bid.id)
    if price <= 0:
        raise Unscorable("amount_not_positive", bid=bid.id)
    return price


def exact_points(rule: PriceRule, benchmark: Decimal, evaluated: Decimal) -> Fraction:
    """Points before rounding: full mark × benchmark ÷ evaluated price, at most the full mark."""
    match rule.family:
        case "lowest_first":
            full = Fraction(rule.points)
            return min(full, full * Fraction(benchmark) / Fraction(evaluated))
        case _:
            assert_never(rule.family)


def _score(
    tender: Tender, bid: Bid, valid: Collection[str], rule: PriceRule, benchmark: Decimal
) -> PriceScore:
    evaluated = evaluate_price(tender, bid, valid, rule)
    points = exact_points(rule, benchmark, evaluated.price)
    return PriceScore(
        bid.id,
        evaluated.original,
        evaluated.claims,
        evaluated.price,
        benchmark,
        round_half_up(points, rule.places),
    )


def _judge_claim(tender: Tender, bid: Bid, claim: Deduction, valid: Collection[str]) -> Claim:
    reason: ClaimReason = ""
    if claim.basis in SMALL_FIRM_BASES and tender.reserved_for_small:
        reason = "reserved_for_small"
    elif claim.basis == "domestic" and not _foreign_competes(tender, bid, valid):
        reason = "no_foreign_competitor"
    return Claim(claim.basis, claim.rate, not reason, reason)


def _foreign_competes(tender: Tender, bid: Bid, valid: Collection[str]) -> bool:
    """Whether another bid still in the race does not claim to be domestic."""
    return any(
        other.id in valid and all(claim.basis != "domestic" for claim in other.deductions)
        for other in tender.bids
        if other.id != bid.id
    )
