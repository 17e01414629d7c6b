"""The genesis of a session: what its first entry says, and what has to be right before there is
one.
"""

from msgspec.structs import replace

from evalroom.sessions import opening
from evalroom.sessions.lead import LotSeedSealed
from evalroom.sessions.messages import Event
from evalroom.sessions.people import SYSTEM, Appointment
from evalroom.sessions.refusals import Refused
from evalroom.sessions.scoring.facts import SCORING_VERSION
from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.validation import faults_of


def open_session(
    session: str,
    tender: Tender,
    appointments: dict[str, Appointment],
    *,
    by: str,
    seed: str,
    key: str,
    public_key: str,
    rehearsal: bool = False,
) -> tuple[Event, ...]:
    """The events of a session's first entry.

    `seed` is 64 random hex digits for draws by lot, `key` and `public_key` the signing key's id and
    hex form. A rehearsal may carry member sheets in its tender, which are left out of the ledger; a
    real session may not. Raises `TenderFaults` when the tender cannot lawfully be evaluated,
    `Refused` when an appointment does not fit it.
    """
    checked = replace(tender, sheets=None) if rehearsal else tender
    found = [f for f in faults_of(checked, for_session=True) if f.severity == "error"]
    if found:
        raise TenderFaults(found)
    check_appointments(tender, appointments)
    return (
        opening.SessionOpened(
            session=session,
            scoring=SCORING_VERSION,
            key=key,
            public_key=public_key,
            rehearsal=rehearsal,
            by=by,
        ),
        *_recorded(tender),
        opening.AppointmentsRecorded(appointments=appointments),
        LotSeedSealed(seed=seed),
        opening.PhaseOpened(phase="check_in"),
    )


def check_appointments(tender: Tender, appointments: dict[str, Appointment]) -> None:
    """Every member has exactly one account, every other account an office; somebody leads for the
    agency.
    """
    members = [held.member for held in appointments.values() if held.member is not None]
    known = {member.id for member in tender.committee}
    venues = {venue.id for venue in tender.venues}
    for account, held in appointments.items():
        if account == SYSTEM or "system" in held.roles:
            raise Refused("role_unknown", principal=account)
        if held.member is not None and held.roles:
            raise Refused("member_holds_no_office", principal=account)
        if held.member is None and not held.roles:
            raise Refused("appointment_empty", principal=account)
        if held.member is not None and held.member not in known:
            raise Refused("member_unknown", member=held.member)
        if held.venue is not None and held.venue not in venues:
            raise Refused("venue_unknown", venue=held.venue)
    if len(set(members)) != len(members) or set(members) != known:
        raise Refused("members_not_appointed_once")
    if not any("agency_lead" in held.roles for held in appointments.values()):
        raise Refused("no_agency_lead")


def _recorded(tender: Tender) -> tuple[Event, ...]:
    """The tender in parts, each for other eyes at another time."""
    bare = replace(tender, bids=(), committee=(), venues=(), seats=(), policies=(), sheets=None)
    return (
        opening.TenderRecorded(tender=bare),
        opening.BidsRecorded(bids=tender.bids),
        opening.CommitteeRecorded(committee=tender.committee),
        opening.SeatsRecorded(venues=tender.venues, seats=tender.seats),
        opening.PoliciesRecorded(policies=tender.policies),
    )
