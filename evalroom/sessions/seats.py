"""Seats: who sits at which workstation, on which device, and under which appointment (签到核验,
席位绑定).

A seat is bound to member, workstation and device by an event. That the browser stands at the
planned workstation is known by its pairing; a browser that is paired with another one is refused,
one that is not paired at all as the policy `seat_browser` says. The same device may come back at
any time; another device is refused until the agency's lead or the venue's staff release the seat.
"""

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.maps import without
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Appointment, Id, Reason, Role
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

STAFF: tuple[Role, ...] = ("center_staff", "sub_venue_contact", "witness")
"""Offices the agency's lead may fill by himself; supervisors and auditors are appointed by the
server's administrators.
"""


class CheckIn(Command, frozen=True):
    """A member takes his seat from the browser he sits at."""


class ConfirmIdentity(Command, frozen=True):
    """Staff have compared the person with his papers (policy `identity = host_visual`)."""

    member: Id
    method: Id


class ReleaseSeat(Command, frozen=True):
    """The device of a seat broke or was wrong: the member may check in again from another one."""

    member: Id
    reason: Reason


class Appoint(Command, frozen=True):
    """Give an account an office in this session."""

    principal: Id
    roles: tuple[Role, ...]
    venue: Id | None = None


class Revoke(Command, frozen=True):
    """Take an account's appointment away; its sockets close when the event is applied."""

    principal: Id
    reason: Reason


class CheckedIn(Event, frozen=True):
    """The seat is bound. Where `paired` is false nobody but the seat plan says that the browser
    stands at this workstation.
    """

    member: str
    workstation: str
    device: str
    paired: bool = False


class IdentityConfirmed(Event, frozen=True):
    """A member's identity was checked by a person, by this method."""

    member: str
    method: str
    by: str


class SeatReleased(Event, frozen=True):
    """A seat's binding was undone; the reason is printed in the report."""

    member: str
    reason: str
    by: str


class Appointed(Event, frozen=True):
    """An account holds these roles from now on."""

    principal: str
    roles: tuple[Role, ...]
    venue: str | None


class Revoked(Event, frozen=True):
    """An account holds nothing any more."""

    principal: str
    reason: str


class Seating(Struct, frozen=True):
    """A bound seat."""

    workstation: str
    device: str
    at: int
    paired: bool = False
    confirmed_by: str | None = None
    method: str = "seat"


class Seats(Struct, frozen=True):
    """Slice of the state: bound seats and identification by member, appointments by account.

    `unverified` are the members who sat at a browser without a place while the report was not
    submitted yet; `former` the accounts whose appointment has ended.
    """

    bound: dict[str, Seating] = field(default_factory=dict)
    identified: dict[str, str] = field(default_factory=dict)
    unverified: tuple[str, ...] = ()
    appointments: dict[str, Appointment] = field(default_factory=dict)
    former: tuple[str, ...] = ()


def check_in(session: "Session", _command: CheckIn, by: Acting, _at: int) -> tuple[Event, ...]:
    """Bind the member's planned seat to the device he came from, if it stands there."""
    assert by.member is not None
    if by.member in session.seats.bound:
        raise Refused("already_checked_in")
    if by.device is None:
        raise Refused("device_unknown")
    taken = {seating.device: member for member, seating in session.seats.bound.items()}
    if by.device in taken:
        raise Refused("device_taken")
    seat = next((s for s in session.tender.seats if s.member == by.member), None)
    if seat is None:
        raise Refused("no_seat_planned")
    _check_place(session, seat.workstation, by.workstation)
    seated = CheckedIn(
        member=by.member,
        workstation=seat.workstation,
        device=by.device,
        paired=by.workstation is not None,
    )
    return (seated,)


def confirm_identity(
    session: "Session", command: ConfirmIdentity, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Record that a person compared face and papers."""
    seating = _seating(session, command.member)
    check_venue(session, command.member, by)
    if seating.confirmed_by is not None:
        raise Refused("already_confirmed")
    return (IdentityConfirmed(member=command.member, method=command.method, by=by.principal),)


def release_seat(
    session: "Session", command: ReleaseSeat, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Undo a binding, so that the member can sit down at another device."""
    _seating(session, command.member)
    check_venue(session, command.member, by)
    return (SeatReleased(member=command.member, reason=command.reason, by=by.principal),)


def appoint(session: "Session", command: Appoint, by: Acting, _at: int) -> tuple[Event, ...]:
    """Fill an office. A member of the committee can hold none."""
    _may_appoint(by, command.roles)
    current = session.seats.appointments.get(command.principal)
    if current is not None and current.member is not None:
        raise Refused("member_holds_no_office")
    if not command.roles or "system" in command.roles:
        raise Refused("role_unknown")
    if command.venue is not None and command.venue not in {v.id for v in session.tender.venues}:
        raise Refused("venue_unknown", venue=command.venue)
    roles = tuple(sorted(set(command.roles)))
    if current == Appointment(roles=roles, venue=command.venue):
        return ()
    if current is not None:
        _may_appoint(by, current.roles)
    return (Appointed(principal=command.principal, roles=roles, venue=command.venue),)


def revoke(session: "Session", command: Revoke, by: Acting, _at: int) -> tuple[Event, ...]:
    """Withdraw an office or a member's access."""
    current = session.seats.appointments.get(command.principal)
    if current is None:
        raise Refused("not_appointed")
    if current.member is not None and by.principal != "system":
        raise Refused("member_not_revocable")
    _may_appoint(by, current.roles)
    return (Revoked(principal=command.principal, reason=command.reason),)


def evolve(seats: Seats, event: Event, at: int) -> Seats:
    """The slice after one of this matter's events."""
    match event:
        case CheckedIn(member=member):
            seating = Seating(event.workstation, event.device, at, paired=event.paired)
            bound = {**seats.bound, member: seating}
            return replace(seats, bound=bound, identified={member: "seat", **seats.identified})
        case IdentityConfirmed(member=member, method=method, by=by):
            confirmed = replace(seats.bound[member], confirmed_by=by, method=method)
            return replace(
                seats,
                bound={**seats.bound, member: confirmed},
                identified={**seats.identified, member: method},
            )
        case SeatReleased(member=member):
            return replace(seats, bound=without(seats.bound, member))
        case Appointed(principal=principal, roles=roles, venue=venue):
            appointment = Appointment(roles=roles, venue=venue)
            return replace(seats, appointments={**seats.appointments, principal: appointment})
        case Revoked(principal=principal):
            appointments = without(seats.appointments, principal)
            return replace(seats, appointments=appointments, former=(*seats.former, principal))
        case _:
            return seats


def check_device(session: "Session", member: str, device: str | None) -> None:
    """Raise unless this member sits at his seat, on the device that is bound to it."""
    if _seating(session, member).device != device:
        raise Refused("other_device")


def check_member(session: "Session", member: str) -> None:
    """Raise `Refused("member_unknown")` unless somebody of this committee has the id."""
    if all(one.id != member for one in session.tender.committee):
        raise Refused("member_unknown", member=member)


def check_venue(session: "Session", member: str, by: Acting) -> None:
    """Staff of a venue act for its own seats; the agency's lead for all. Raises `other_venue`."""
    if "agency_lead" in by.roles or by.venue is None:
        return
    seat = next((s for s in session.tender.seats if s.member == member), None)
    if seat is None or seat.venue != by.venue:
        raise Refused("other_venue")


def same_seat(session: "Session", member: str | None, device: str | None) -> bool:
    """Whether somebody may look on from this device: a member only from that of his seat, as long
    as the session runs. Afterwards nobody can act, and he may read wherever he is.
    """
    seating = session.seats.bound.get(member) if member is not None else None
    return session.over or seating is None or seating.device == device


def ever_appointed(session: "Session", principal: str) -> bool:
    """Whether this account has or had a part in the session."""
    return principal in session.seats.appointments or principal in session.seats.former


def unseated(session: "Session") -> tuple[str, ...]:
    """Members who are not yet checked in, or not yet confirmed where the policy asks for it."""
    confirm = policy(session.tender, "identity") == "host_visual"
    missing = []
    for member in session.tender.committee:
        seating = session.seats.bound.get(member.id)
        if seating is None or (confirm and seating.confirmed_by is None):
            missing.append(member.id)
    return tuple(missing)


def _check_place(session: "Session", planned: str, here: str | None) -> None:
    if here is None and policy(session.tender, "seat_browser") == "paired":
        raise Refused("workstation_unpaired", workstation=planned)
    if here is not None and here != planned:
        raise Refused("other_workstation", planned=planned, here=here)


def _seating(session: "Session", member: str) -> Seating:
    seating = session.seats.bound.get(member)
    if seating is None:
        raise Refused("not_checked_in", member=member)
    return seating


def _may_appoint(by: Acting, roles: tuple[Role, ...]) -> None:
    if "system" not in by.roles and not set(roles) <= set(STAFF):
        raise Refused("not_yours_to_appoint")
