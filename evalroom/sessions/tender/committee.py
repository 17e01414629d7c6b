"""Whether the committee may sit: its size, who sits on it, and where.

Source: 招标投标法 37; 87号令 45 and 47.
"""

from collections.abc import Iterator
from decimal import Decimal

from evalroom.sessions.tender.faults import Fault, Severity, error, warning
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.policies import policy

SMALLEST = 5
SMALLEST_WHEN_LARGE = 7
LARGE_BUDGET = Decimal(10_000_000)


def committee_faults(tender: Tender) -> Iterator[Fault]:
    """Size and composition; nothing while the committee is not yet in the file."""
    size = len(tender.committee)
    if not size:
        return
    if size < SMALLEST:
        yield error("committee", "committee_too_small", count=size, least=SMALLEST)
    if size % 2 == 0:
        yield error("committee", "committee_even", count=size)
    procurement = tender.regime == "government_procurement"
    large = tender.budget is not None and tender.budget >= LARGE_BUDGET
    if procurement and large and SMALLEST <= size < SMALLEST_WHEN_LARGE:
        yield warning("committee", "committee_small_for_budget", count=size)
    experts = sum(member.seniority == "expert" for member in tender.committee)
    if 3 * experts < 2 * size:
        yield error("committee", "too_few_experts", count=experts, size=size)
    if procurement and experts < size and policy(tender, "lead_eligible") == "all":
        yield error("policies", "representative_may_not_lead")
    yield from _alias_faults(tender)
    if procurement:
        yield from _every_member_scores(tender)


def seating_faults(tender: Tender, *, for_session: bool) -> Iterator[Fault]:
    """One main venue, and a seat for every member; before a session a gap only warns."""
    severity: Severity = "error" if for_session else "warning"
    if not tender.committee:
        yield Fault("committee", "committee_missing", severity=severity)
    if not tender.venues:
        yield Fault("venues", "venues_missing", severity=severity)
        return
    mains = sum(venue.role == "main" for venue in tender.venues)
    if mains != 1:
        yield error("venues", "main_venues", count=mains)
    seated: set[str] = set()
    for place, seat in enumerate(tender.seats):
        if seat.member in seated:
            yield error(f"seats[{place}].member", "seated_twice", member=seat.member)
        seated.add(seat.member)
    for place, member in enumerate(tender.committee):
        if member.id not in seated:
            path = f"committee[{place}]"
            yield Fault(path, "not_seated", {"member": member.id}, severity)


def _alias_faults(tender: Tender) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, member in enumerate(tender.committee):
        if member.alias in seen:
            yield error(f"committee[{place}].alias", "alias_twice", alias=member.alias)
        seen.add(member.alias)


def _every_member_scores(tender: Tender) -> Iterator[Fault]:
    for place, criterion in enumerate(tender.criteria):
        if criterion.scored_by != "all":
            yield warning(f"criteria[{place}].scored_by", "every_member_scores")
