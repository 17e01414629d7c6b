"""Whether the parts of a tender know each other: ids are unique, and what is referred to exists."""

from collections.abc import Collection, Iterable, Iterator

from evalroom.sessions.tender.faults import Fault, error, under
from evalroom.sessions.tender.model import Tender


def reference_faults(tender: Tender) -> Iterator[Fault]:
    """Ids given twice, and references to nothing."""
    yield from _twice("bids", (bid.id for bid in tender.bids))
    yield from _twice("sections", (section.id for section in tender.sections))
    yield from _twice("criteria", (criterion.id for criterion in tender.criteria))
    yield from _twice("committee", (member.id for member in tender.committee))
    yield from _twice("venues", (venue.id for venue in tender.venues))
    yield from _twice("seats", (seat.workstation for seat in tender.seats), "workstation")
    for place, bid in enumerate(tender.bids):
        yield from _twice(f"bids[{place}].documents", (document.id for document in bid.documents))
    yield from _section_references(tender)
    yield from _seat_references(tender)
    yield from _bid_references(tender)


def _section_references(tender: Tender) -> Iterator[Fault]:
    sections = {section.id for section in tender.sections}
    used = {criterion.section for criterion in tender.criteria}
    for place, criterion in enumerate(tender.criteria):
        yield from _unknown(
            f"criteria[{place}].section", "no_such_section", criterion.section, sections
        )
    for place, section in enumerate(tender.sections):
        if section.id not in used:
            yield error(f"sections[{place}]", "section_without_criteria")
    for place, bid in enumerate(tender.bids):
        for file, document in enumerate(bid.documents):
            if document.section is not None:
                path = f"bids[{place}].documents[{file}].section"
                yield from _unknown(path, "no_such_section", document.section, sections)


def _seat_references(tender: Tender) -> Iterator[Fault]:
    venues = {venue.id for venue in tender.venues}
    members = {member.id for member in tender.committee}
    for place, seat in enumerate(tender.seats):
        yield from _unknown(f"seats[{place}].venue", "no_such_venue", seat.venue, venues)
        yield from _unknown(f"seats[{place}].member", "no_such_member", seat.member, members)


def _bid_references(tender: Tender) -> Iterator[Fault]:
    bids = {bid.id for bid in tender.bids}
    if tender.opening_record is not None:
        for bid in tender.opening_record.prices:
            path = under("opening_record.prices", bid)
            yield from _unknown(path, "no_such_bid", bid, bids)
    if tender.price is not None:
        for place, bid in enumerate(tender.price.benchmark.not_in_benchmark):
            path = f"price.benchmark.not_in_benchmark[{place}]"
            yield from _unknown(path, "no_such_bid", bid, bids)


def _twice(path: str, ids: Iterable[str], field: str = "id") -> Iterator[Fault]:
    seen: set[str] = set()
    for place, name in enumerate(ids):
        if name in seen:
            yield error(f"{path}[{place}].{field}", "id_twice", id=name)
        seen.add(name)


def _unknown(path: str, code: str, name: str, known: Collection[str]) -> Iterator[Fault]:
    if name not in known:
        yield error(path, code, id=name)
