"""Attendance in the record: a seat's link lost and back, a second device at the door, remarks of
the offices, and documents looked at.

Presence flickers and is never stored; what stays is the server's finding that a seated member was
out of reach, submitted by the node that held his socket. Looks at documents and sheets are recorded
in batches, for supervisor and auditor.
"""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from evalroom.sessions.interventions import RemarkRecorded
from evalroom.sessions.maps import without
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import ever_appointed

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

REMARKS_KEPT = 200
"""Remarks shown live; earlier ones stay in the minutes, which forget nothing."""
INCIDENTS_KEPT = 50
"""Second devices shown live; earlier ones stay in the minutes."""
INCIDENT_QUIET_MS = 60_000
"""A device that is refused tries again every few seconds: one incident a minute and member says as
much, and a page left open overnight does not fill the ledger."""
LOOKS_PER_COMMAND = 500
"""A batch of looks fits the ledger's usual entry; the node sends the rest in the next one."""


class ReportLinkLost(Command, frozen=True):
    """The seat's last socket is gone for longer than a reload takes."""

    member: Id


class ReportLinkBack(Command, frozen=True):
    """The seat is connected again."""

    member: Id


class ReportSecondDevice(Command, frozen=True):
    """A device that is not bound to a member's seat wanted to come in under his account."""

    member: Id


class Look(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody opened a document (or a sheet, a seat) at this time, or had a source before him from
    then on `until`.
    """

    principal: Id
    what: Annotated[str, Meta(min_length=1, max_length=96)]
    at: int
    until: int | None = None


class RecordLooks(Command, frozen=True):
    """A batch of looks."""

    looks: Annotated[tuple[Look, ...], Meta(min_length=1, max_length=LOOKS_PER_COMMAND)]


class LinkLost(Event, frozen=True):
    """A seated member is out of reach."""

    member: str


class LinkBack(Event, frozen=True):
    """He is back; `away_ms` is how long the server could not reach him."""

    member: str
    away_ms: int


class SecondDeviceRefused(Event, frozen=True):
    """Another device than the one bound to a seat was refused; `venue` is that of the seat."""

    member: str
    venue: str


class LooksRecorded(Event, frozen=True):
    """Who looked at what, when. For supervisor and auditor only."""

    looks: tuple[Look, ...]


class Remark(Struct, frozen=True):
    """An observation and when it was made."""

    at: int
    by: str
    role: str
    text: str
    member: str | None


class Incident(Struct, frozen=True):
    """When a second device wanted to come in as this member, whose seat is in `venue`."""

    at: int
    member: str
    venue: str


class Attendance(Struct, frozen=True):
    """Slice of the state: since when each unreachable seat is lost, the latest remarks and
    incidents, how many looks are on record.
    """

    lost: dict[str, int] = field(default_factory=dict)
    looks: int = 0
    remarks: tuple[Remark, ...] = ()
    incidents: tuple[Incident, ...] = ()


def link_lost(
    session: "Session", command: ReportLinkLost, _by: Acting, _at: int
) -> tuple[Event, ...]:
    """Only a seated member can be missed, and only once."""
    if command.member not in session.seats.bound or command.member in session.attendance.lost:
        return ()
    return (LinkLost(member=command.member),)


def link_back(
    session: "Session", command: ReportLinkBack, _by: Acting, at: int
) -> tuple[Event, ...]:
    """The return of one who was missed."""
    since = session.attendance.lost.get(command.member)
    return () if since is None else (LinkBack(member=command.member, away_ms=at - since),)


def second_device(
    session: "Session", command: ReportSecondDevice, _by: Acting, at: int
) -> tuple[Event, ...]:
    """An incident at a seat that is bound, unless the last one is hardly over."""
    if command.member not in session.seats.bound:
        return ()
    last = (a.at for a in session.attendance.incidents if a.member == command.member)
    if at - max(last, default=at - INCIDENT_QUIET_MS) < INCIDENT_QUIET_MS:
        return ()
    seat = next((s for s in session.tender.seats if s.member == command.member), None)
    return (SecondDeviceRefused(member=command.member, venue=seat.venue if seat else ""),)


def record_looks(
    session: "Session", command: RecordLooks, _by: Acting, at: int
) -> tuple[Event, ...]:
    """A look lies in the past, before the end if there was one, and belongs to somebody who has or
    had a part in the session: a batch may come late, what happened did happen.
    """
    latest = session.phase_since if session.over else at
    for look in command.looks:
        if max(look.at, look.until or 0) > latest or not ever_appointed(session, look.principal):
            raise Refused("look_impossible", what=look.what)
    return (LooksRecorded(looks=command.looks),)


def evolve(attendance: Attendance, event: Event, at: int) -> Attendance:
    """The slice after one of this matter's events."""
    match event:
        case LinkLost(member=member):
            return replace(attendance, lost={**attendance.lost, member: at})
        case LinkBack(member=member):
            return replace(attendance, lost=without(attendance.lost, member))
        case SecondDeviceRefused(member=member, venue=venue):
            incidents = (*attendance.incidents, Incident(at=at, member=member, venue=venue))
            return replace(attendance, incidents=incidents[-INCIDENTS_KEPT:])
        case LooksRecorded(looks=looks):
            return replace(attendance, looks=attendance.looks + len(looks))
        case RemarkRecorded(by=by, role=role, text=text, member=about):
            remark = Remark(at=at, by=by, role=role, text=text, member=about)
            return replace(attendance, remarks=(*attendance.remarks, remark)[-REMARKS_KEPT:])
        case _:
            return attendance
