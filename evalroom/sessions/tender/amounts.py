"""Whether prices, rates, shares, digests and dates are such at all, and sums can be made."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from evalroom.sessions.scoring.arithmetic import round_half_up
from evalroom.sessions.tender.faults import Fault, error, under
from evalroom.sessions.tender.limits import ROUNDING_PLACES
from evalroom.sessions.tender.model import Aggregation, Bid, PriceRule, Tender
from evalroom.sessions.tender.policies import policy

_SHA256 = re.compile(r"[0-9a-f]{64}")


def amount_faults(tender: Tender) -> Iterator[Fault]:
    """Amounts that cannot be what they are called."""
    yield from _not_positive("budget", tender.budget)
    yield from _not_positive("ceiling_price", tender.ceiling_price)
    for place, bid in enumerate(tender.bids):
        yield from _bid_faults(tender, bid, f"bids[{place}]")
    yield from _opening_faults(tender)
    yield from _aggregation_faults(tender.aggregation)
    if tender.price is not None:
        yield from _price_faults(tender, tender.price)
    yield from _ranking_faults(tender)
    for place, rule in enumerate(tender.policies):
        if rule.effective_from and not _is_date(rule.effective_from):
            yield error(f"policies[{place}].effective_from", "date_malformed")


def _bid_faults(tender: Tender, bid: Bid, path: str) -> Iterator[Fault]:
    yield from _not_positive(f"{path}.price", bid.price)
    opening = tender.opening_record.prices if tender.opening_record else {}
    if bid.price is None and bid.id not in opening and _needs_prices(tender):
        yield error(f"{path}.price", "price_missing")
    if bid.domestic_ratio is not None and not 0 <= bid.domestic_ratio <= 1:
        yield error(f"{path}.domestic_ratio", "rate_beyond_one")
    for place, deduction in enumerate(bid.deductions):
        if not 0 < deduction.rate < 1:
            yield error(f"{path}.deductions[{place}].rate", "rate_beyond_one")
        if any(deduction.basis == earlier.basis for earlier in bid.deductions[:place]):
            yield error(
                f"{path}.deductions[{place}].basis", "deduction_twice", basis=deduction.basis
            )
    if sum(Fraction(deduction.rate) for deduction in bid.deductions) >= 1:
        yield error(f"{path}.deductions", "deductions_take_all")
    yield from _consortium_faults(bid, path)
    for place, document in enumerate(bid.documents):
        if not _SHA256.fullmatch(document.sha256):
            yield error(f"{path}.documents[{place}].sha256", "digest_malformed")
        if document.pages == 0:
            yield error(f"{path}.documents[{place}].pages", "pages_none")


def _consortium_faults(bid: Bid, path: str) -> Iterator[Fault]:
    shares = [partner.share for partner in bid.consortium if partner.share is not None]
    for place, partner in enumerate(bid.consortium):
        if partner.share is not None and not 0 < partner.share <= 1:
            yield error(f"{path}.consortium[{place}].share", "rate_beyond_one")
    if shares and len(shares) == len(bid.consortium) and sum(map(Fraction, shares)) != 1:
        yield error(f"{path}.consortium", "shares_do_not_sum")


def _opening_faults(tender: Tender) -> Iterator[Fault]:
    record = tender.opening_record
    if record is None:
        return
    if record.at and not _is_time(record.at):
        yield error("opening_record.at", "time_malformed")
    for bid, price in record.prices.items():
        yield from _not_positive(under("opening_record.prices", bid), price)
    yield from _not_positive("opening_record.benchmark", record.benchmark)


def _aggregation_faults(rule: Aggregation) -> Iterator[Fault]:
    yield from _places("aggregation.places", rule.places)
    if len(set(rule.round_at)) < len(rule.round_at):
        yield error("aggregation.round_at", "word_twice")
    if rule.method == "trimmed_mean":
        if rule.trim_each_side < 1:
            yield error("aggregation.trim_each_side", "trim_nothing")
        if rule.min_members_to_trim <= 2 * rule.trim_each_side:
            yield error("aggregation.min_members_to_trim", "trim_leaves_nobody")


def _price_faults(tender: Tender, rule: PriceRule) -> Iterator[Fault]:
    yield from _not_positive("price.points", rule.points)
    yield from _places("price.places", rule.places)
    yield from _places("price.evaluated_price_places", rule.evaluated_price_places)
    for name in ("of_mean", "of_next_lowest", "of_ceiling"):
        if not 0 < getattr(rule.abnormal, name) < 1:
            yield error(f"price.abnormal.{name}", "rate_beyond_one")
    yield from _benchmark_faults(tender, rule)
    if rule.evaluated_price_places <= ROUNDING_PLACES.value:
        yield from _evaluated_price_faults(tender, rule.evaluated_price_places)


def _benchmark_faults(tender: Tender, rule: PriceRule) -> Iterator[Fault]:
    record = tender.opening_record
    if rule.benchmark.fixed_at == "opening":
        if record is None or record.benchmark is None:
            yield error("opening_record.benchmark", "benchmark_missing")
    elif tender.bids and {bid.id for bid in tender.bids} <= set(rule.benchmark.not_in_benchmark):
        yield error("price.benchmark.not_in_benchmark", "benchmark_of_nothing")


def _evaluated_price_faults(tender: Tender, places: int) -> Iterator[Fault]:
    """A price so low that it is rounded to nothing can be compared with nothing."""
    for place, bid in enumerate(tender.bids):
        off = sum(Fraction(deduction.rate) for deduction in bid.deductions)
        if bid.price is not None and bid.price > 0 and off < 1:
            if round_half_up(Fraction(bid.price) * (1 - off), places) <= 0:
                yield error(f"bids[{place}].price", "evaluated_price_not_positive", places=places)


def _ranking_faults(tender: Tender) -> Iterator[Fault]:
    if tender.candidates < 1:
        yield error("candidates", "candidates_none")
    fields = [breaker.field for breaker in tender.tie_breakers]
    for place, field in enumerate(fields):
        if field in fields[:place]:
            yield error(f"tie_breakers[{place}].field", "tie_breaker_twice", field=field)
        if field == "technical" and not _technical_sections(tender):
            yield error(f"tie_breakers[{place}].field", "technical_sections_unknown")
    if "credit" in fields:
        for place, bid in enumerate(tender.bids):
            if bid.credit_score is None:
                yield error(f"bids[{place}].credit_score", "credit_missing")


def _technical_sections(tender: Tender) -> bool:
    """Whether the sections whose points are the technical score are in the tender."""
    wanted = {name.strip() for name in policy(tender, "technical_sections").split(",")}
    return wanted <= {section.id for section in tender.sections}


def _needs_prices(tender: Tender) -> bool:
    """Not so while a second envelope is still closed: its prices come with its opening."""
    if tender.price is not None and tender.price.visible == "second_opening":
        return False
    compared = {"price", "evaluated_price"} & {breaker.field for breaker in tender.tie_breakers}
    return tender.price is not None or tender.method != "comprehensive" or bool(compared)


def _not_positive(path: str, amount: Decimal | None) -> Iterator[Fault]:
    if amount is not None and amount <= 0:
        yield error(path, "amount_not_positive")


def _places(path: str, places: int) -> Iterator[Fault]:
    if places > ROUNDING_PLACES.value:
        yield error(path, "too_many_places", limit=ROUNDING_PLACES.value)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
