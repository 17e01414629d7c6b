"""An audience: all who see exactly the same. Member or none, sorted offices, venue."""

from msgspec import Struct
from msgspec.structs import replace

from evalroom.sessions.people import Appointment, Role
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session

WATCHERS: tuple[Role, ...] = ("agency_lead", "supervisor", "auditor")
"""Offices that may follow the whole of a session; an auditor's begins when it is over."""

STAFF: tuple[Role, ...] = ("center_staff", "sub_venue_contact")
"""Offices that look after one venue, or after all when they are appointed to none."""


class Audience(Struct, frozen=True, order=True):
    """The key under which views and changes are made once and sent to many."""

    member: str | None
    roles: tuple[Role, ...]
    venue: str | None

    def holds(self, *roles: Role) -> bool:
        """Whether this audience holds one of the offices."""
        return any(role in self.roles for role in roles)


def audience_of(session: Session, principal: str) -> Audience:
    """What this account sees now. Raises `Refused("not_invited")` for one that is not appointed."""
    held = session.seats.appointments.get(principal)
    if held is None:
        raise Refused("not_invited")
    return Audience(member=held.member, roles=tuple(sorted(held.roles)), venue=held.venue)


def left_out(session: Session, audience: Audience) -> bool:
    """Whether this audience is an auditor and nothing else, before the end (纪检、审计): he reads
    afterwards, and of a running session he knows its name, its phase and who supervises it.
    """
    return not session.over and audience.roles == ("auditor",)


def watches(session: Session, audience: Audience) -> bool:
    """Who follows the whole of a session: agency and supervisor, an auditor after the end."""
    return inspects(session, audience) or audience.holds("agency_lead")


def inspects(session: Session, audience: Audience) -> bool:
    """Who reads what is on record about everybody: a supervisor, an auditor after the end."""
    return audience.holds("supervisor") or (session.over and audience.holds("auditor"))


def guards(audience: Audience, venue: str) -> bool:
    """Whether this audience looks after the seats of a venue."""
    return audience.holds(*STAFF) and audience.venue in (None, venue)


def offices_shown(session: Session, audience: Audience) -> dict[str, Appointment]:
    """Who holds which office, by account: for the agency and those who watch; of an auditor before
    the end the supervisors alone.
    """
    held = session.seats.appointments.items()
    if left_out(session, audience):
        return {
            account: replace(one, roles=("supervisor",))
            for account, one in held
            if "supervisor" in one.roles
        }
    if not watches(session, audience):
        return {}
    return {account: one for account, one in held if one.member is None}


def unsealed(session: Session) -> bool:
    """Whether check-in is over, so that project and people may be known (解封)."""
    return session.phase != "check_in"


def knows_project(session: Session, audience: Audience) -> bool:
    """Who may know what is being evaluated: the agency at once, the others after check-in; a
    sub-venue's staff too.
    """
    return unsealed(session) or audience.holds(*WATCHERS)


def reads_bids(session: Session, audience: Audience) -> bool:
    """Who may read the tender's criteria and the bids: committee, agency and supervisor, once
    unsealed, the auditor after the end; never a witness or staff.
    """
    if audience.member is not None:
        return unsealed(session) and audience.member not in session.declarations.recused
    return unsealed(session) and watches(session, audience)


def reads_prices(session: Session, audience: Audience) -> bool:
    """Prices read out at the opening are public; hidden ones open with the price review."""
    if not reads_bids(session, audience):
        return False
    rule = session.tender.price
    if rule is None or rule.visible == "at_opening":
        return True
    return session.phase in ("price", "summary", "signing", "closed")


def reads_results(session: Session, audience: Audience) -> bool:
    """Who may see computed figures: the committee as they are revealed; the agency from the summary
    on where it has to check them (87号令 45(8)); everyone else with the closed report.
    """
    if audience.member is not None:
        return True
    if session.phase == "closed":
        return audience.holds(*WATCHERS)
    if session.tender.regime == "government_procurement" and audience.holds("agency_lead"):
        return session.phase in ("summary", "signing")
    return False


def reads_sheets(session: Session, audience: Audience) -> bool:
    """Who may see revealed sheets cell by cell: the committee, and supervisor and auditor once the
    report is signed.
    """
    if audience.member is not None:
        return True
    return session.phase == "closed" and audience.holds("supervisor", "auditor")


def reads_report(session: Session, audience: Audience) -> bool:
    """Who may read the report as a whole: the committee from its submission on; when it is signed
    and the session closed the agency, which carries it to the purchaser, supervisor and auditor.
    A witness or staff never: it holds the sheets.
    """
    if session.signing.report is None:
        return False
    if audience.member is not None:
        return True
    return session.phase == "closed" and audience.holds(*WATCHERS)


def may_read(session: Session, audience: Audience, sha256: str) -> bool:
    """Whether this audience may open the bid document with this hash now."""
    if not reads_bids(session, audience):
        return False
    for bid in session.tender.bids:
        for document in bid.documents:
            if document.sha256 == sha256:
                return document.section is None or _stage_begun(session, document.section)
    return False


def _stage_begun(session: Session, section: str) -> bool:
    return section in session.sheets.progress or session.phase == "closed"
