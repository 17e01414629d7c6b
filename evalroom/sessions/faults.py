"""Attendance in the record: a seat's link lost and back, remarks of the offices, and documents
looked at.

Presence flickers and is never stored; what stays is the server's finding that a seated member was
out of reach, submitted by the node that held his socket. Looks at documents and sheets are recorded
in batches, for supervisor and auditor.
"""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from evalroom.sessions.interventions import RemarkRecorded
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id
from evalroom.sessions.refusals import Refused

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

REMARKS_KEPT = 200
"""Remarks shown live; earlier ones stay in the minutes, which forget nothing."""
LOOKS_PER_COMMAND = 500
"""A batch of looks fits the ledger's usual entry; the node sends the rest in the next one."""


class ReportLinkLost(Command, frozen=True):
    """The seat's last socket is gone for longer than a reload takes."""

    member: Id


class ReportLinkBack(Command, frozen=True):
    """The seat is connected again."""

    member: Id


class Look(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody opened a document (or a sheet, a seat) at this time."""

    principal: Id
    what: Id
    at: int


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


class Attendance(Struct, frozen=True):
    """Slice of the state: since when each unreachable seat is lost, the latest remarks, how many
    looks are on record.
    """

    lost: dict[str, int] = field(default_factory=dict)
    looks: int = 0
    remarks: tuple[Remark, ...] = ()


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


def record_looks(
    session: "Session", command: RecordLooks, _by: Acting, at: int
) -> tuple[Event, ...]:
    """A look lies in the past and belongs to somebody appointed."""
    for look in command.looks:
        if look.at > at or look.principal not in session.seats.appointments:
            raise Refused("look_impossible", what=look.what)
    return (LooksRecorded(looks=command.looks),)


def evolve(attendance: Attendance, event: Event, at: int) -> Attendance:
    """The slice after one of this matter's events."""
    match event:
        case LinkLost(member=member):
            return replace(attendance, lost={**attendance.lost, member: at})
        case LinkBack(member=member):
            lost = {m: since for m, since in attendance.lost.items() if m != member}
            return replace(attendance, lost=lost)
        case LooksRecorded(looks=looks):
            return replace(attendance, looks=attendance.looks + len(looks))
        case RemarkRecorded(by=by, role=role, text=text, member=about):
            remark = Remark(at=at, by=by, role=role, text=text, member=about)
            return replace(attendance, remarks=(*attendance.remarks, remark)[-REMARKS_KEPT:])
        case _:
            return attendance
