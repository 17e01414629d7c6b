"""What an import finds in the bids: nothing that stops it, everything somebody has to look at."""

import re
from collections.abc import Iterator
from decimal import Decimal

from evalroom.sessions.tender.faults import Fault, under, warning
from evalroom.sessions.tender.model import Bid, Tender

_DIGEST = re.compile(r"[0-9a-fA-F]{64}")


def finding_faults(tender: Tender) -> Iterator[Fault]:
    """Prices above the ceiling or unlike the opening record; bids that share what none should."""
    ceiling = _ceiling(tender)
    opening = tender.opening_record.prices if tender.opening_record else {}
    for place, bid in enumerate(tender.bids):
        path = f"bids[{place}]"
        read_out = opening.get(bid.id)
        price = read_out if bid.price is None else bid.price
        if ceiling is not None and price is not None and price > ceiling:
            yield warning(f"{path}.price", "price_above_ceiling", ceiling=str(ceiling))
        if price is not None and read_out is not None and price != read_out:
            yield warning(f"{path}.price", "price_unlike_opening", opening=str(read_out))
        if opening and read_out is None:
            yield warning(f"{path}.price", "price_not_in_opening")
        if bid.file_hash and not _DIGEST.fullmatch(bid.file_hash):
            yield warning(f"{path}.file_hash", "file_hash_unusual")
    yield from _shared(tender)
    yield from _brand_findings(tender)
    yield from _reason_findings(tender)


def _ceiling(tender: Tender) -> Decimal | None:
    """The ceiling price; in government procurement the budget is one."""
    if tender.ceiling_price is None and tender.regime == "government_procurement":
        return tender.budget
    return tender.ceiling_price


def _shared(tender: Tender) -> Iterator[Fault]:
    first: dict[tuple[str, str], str] = {}
    for place, bid in enumerate(tender.bids):
        for field, text, code in _marks_of(bid):
            if text and first.setdefault((field, text), bid.id) != bid.id:
                yield warning(f"bids[{place}].{field}", code, other=first[field, text])


def _marks_of(bid: Bid) -> Iterator[tuple[str, str, str]]:
    yield "bidder", bid.bidder, "bidder_twice"
    yield "uscc", bid.uscc, "bidder_twice"
    yield "file_hash", bid.file_hash.lower(), "file_twice"
    for kind, text in bid.fingerprints.items():
        yield under("fingerprints", kind), text, "fingerprint_shared"


def _brand_findings(tender: Tender) -> Iterator[Fault]:
    if tender.regime != "government_procurement" or not tender.core_product:
        return
    first: dict[str, str] = {}
    for place, bid in enumerate(tender.bids):
        brand = bid.brand.strip().casefold()
        if not brand:
            yield warning(f"bids[{place}].brand", "brand_missing")
        elif first.setdefault(brand, bid.id) != bid.id:
            yield warning(f"bids[{place}].brand", "brand_shared", other=first[brand])


def _reason_findings(tender: Tender) -> Iterator[Fault]:
    """A rejection without a reason would be refused in a session."""
    needs_reason = {one.id for one in tender.criteria if one.reason_required}
    for member, sheet in (tender.sheets or {}).items():
        for bid, cells in sheet.items():
            for criterion, cell in cells.items():
                value, reason = (cell, "") if isinstance(cell, str) else (cell.value, cell.reason)
                if not reason and (value == "fail" or criterion in needs_reason):
                    path = under(under(under("sheets", member), bid), criterion)
                    yield warning(path, "cell_without_reason")
