"""Whether the price preferences that bids claim (价格扣除) are lawful.

Sources: 财库〔2020〕46号 9 and 财库〔2022〕19号 for small firms, 国办发〔2025〕34号 for domestic
products. One rate for each basis holds for all bids of a tender.
"""

from collections.abc import Iterator
from decimal import Decimal

from evalroom.sessions.scoring.price import SMALL_FIRM_BASES
from evalroom.sessions.tender.faults import Fault, error, warning
from evalroom.sessions.tender.model import Basis, Bid, Deduction, Tender

Range = tuple[Decimal, Decimal]

_DOMESTIC: Range = (Decimal("0.20"), Decimal("0.20"))
_TOGETHER: Range = (Decimal("0.04"), Decimal("0.06"))
_TOGETHER_IN_WORKS: Range = (Decimal("0.01"), Decimal("0.02"))

_RANGES: dict[Basis, Range] = {
    "small_micro": (Decimal("0.10"), Decimal("0.20")),
    "consortium": _TOGETHER,
    "subcontract": _TOGETHER,
    "domestic": _DOMESTIC,
}
_RANGES_IN_WORKS: dict[Basis, Range] = {
    "small_micro": (Decimal("0.03"), Decimal("0.05")),
    "consortium": _TOGETHER_IN_WORKS,
    "subcontract": _TOGETHER_IN_WORKS,
    "domestic": _DOMESTIC,
}


def preference_faults(tender: Tender) -> Iterator[Fault]:
    """Preferences at a rate, for a firm or in a tender for which there are none."""
    yield from _rates_that_differ(tender)
    for place, bid in enumerate(tender.bids):
        for claim, deduction in enumerate(bid.deductions):
            path = f"bids[{place}].deductions[{claim}]"
            yield from _place_faults(tender, deduction, path)
            yield from _rate_faults(tender, deduction, path)
            yield from _claim_faults(tender, bid, deduction, path)
    yield from _domestic_faults(tender)


def lawful_range(tender: Tender, basis: Basis) -> Range | None:
    """The lowest and the highest lawful rate of a basis; None where no law gives one."""
    ranges = _RANGES_IN_WORKS if tender.category == "works" else _RANGES
    return ranges.get(basis)


def _rates_that_differ(tender: Tender) -> Iterator[Fault]:
    first: dict[Basis, Decimal] = {}
    for place, bid in enumerate(tender.bids):
        for claim, deduction in enumerate(bid.deductions):
            rate = first.setdefault(deduction.basis, deduction.rate)
            if rate != deduction.rate:
                yield error(
                    f"bids[{place}].deductions[{claim}].rate",
                    "deduction_rates_differ",
                    basis=deduction.basis,
                    rate=str(deduction.rate),
                    other=str(rate),
                )


def _place_faults(tender: Tender, deduction: Deduction, path: str) -> Iterator[Fault]:
    if tender.regime != "government_procurement":
        yield warning(path, "deduction_outside_procurement")
    if tender.reserved_for_small and deduction.basis in SMALL_FIRM_BASES:
        yield error(path, "deduction_in_reserved_package", basis=deduction.basis)


def _rate_faults(tender: Tender, deduction: Deduction, path: str) -> Iterator[Fault]:
    lawful = lawful_range(tender, deduction.basis)
    if lawful is not None and not lawful[0] <= deduction.rate <= lawful[1]:
        yield error(
            f"{path}.rate",
            "deduction_rate_unlawful",
            basis=deduction.basis,
            least=str(lawful[0]),
            most=str(lawful[1]),
        )


def _claim_faults(tender: Tender, bid: Bid, deduction: Deduction, path: str) -> Iterator[Fault]:
    if not deduction.evidence:
        yield warning(f"{path}.evidence", "deduction_without_evidence")
    if deduction.basis == "consortium" and not bid.consortium:
        yield warning(path, "deduction_without_consortium")
    if deduction.basis == "small_micro":
        # For goods the size of the manufacturer counts, not that of the dealer who bids.
        goods = tender.category == "goods"
        size = bid.manufacturer_size if goods else bid.size
        if size is None:
            yield warning(path, "deduction_size_unknown", category=tender.category)
        elif size not in ("micro", "small"):
            yield error(path, "deduction_for_larger_firm", size=size)


def _domestic_faults(tender: Tender) -> Iterator[Fault]:
    claims = [
        (place, claim)
        for place, bid in enumerate(tender.bids)
        for claim, deduction in enumerate(bid.deductions)
        if deduction.basis == "domestic"
    ]
    if claims and len({place for place, _ in claims}) == len(tender.bids):
        place, claim = claims[0]
        yield warning(f"bids[{place}].deductions[{claim}]", "domestic_among_domestic")
