"""What members ask of those who run the room: to step out for a while (暂离), and more time.

Nobody's reason for stepping out is asked or kept. More time is due when more than a third of the
committee holds that it is too short (招标投标法实施条例 48): the server says so, since nothing
here counts down.
"""

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.maps import without
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import check_venue

if TYPE_CHECKING:
    from evalroom.sessions.state import Session


class RequestLeave(Command, frozen=True):
    """A member asks to step out; no reason is asked."""


class AnswerLeave(Command, frozen=True):
    """Staff let him go, or ask him to wait."""

    member: Id
    granted: bool


class ReturnToSeat(Command, frozen=True):
    """A member is back, or does not need to go any more."""


class RequestMoreTime(Command, frozen=True):
    """A member holds that the time for the review is too short."""


class LeaveRequested(Event, frozen=True):
    """A member waits for staff to let him go."""

    member: str


class LeaveGranted(Event, frozen=True):
    """He is out of the room from now on."""

    member: str
    by: str


class LeaveRefused(Event, frozen=True):
    """He was asked to wait."""

    member: str
    by: str


class ReturnedToSeat(Event, frozen=True):
    """He is back after `away_ms`; 0 when he never went."""

    member: str
    away_ms: int


class MoreTimeRequested(Event, frozen=True):
    """One member's word."""

    member: str


class MoreTimeDue(Event, frozen=True):
    """More than a third of the committee has asked: the time is to be extended."""

    asked: int


class Leave(Struct, frozen=True):
    """A member who wants to step out, and since when he is out."""

    asked: int
    granted: int | None = None


class Requests(Struct, frozen=True):
    """Slice of the state: who waits or is out, who wants more time, since when it is due."""

    leaves: dict[str, Leave] = field(default_factory=dict)
    more_time: tuple[str, ...] = ()
    more_time_due: int | None = None


def request_leave(
    session: "Session", _command: RequestLeave, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Once is enough."""
    assert by.member is not None
    return () if by.member in session.requests.leaves else (LeaveRequested(member=by.member),)


def answer_leave(
    session: "Session", command: AnswerLeave, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Staff of a venue answer its own seats. Raises `Refused("no_leave_asked")`, `other_venue`."""
    leave = session.requests.leaves.get(command.member)
    if leave is None or leave.granted is not None:
        raise Refused("no_leave_asked", member=command.member)
    check_venue(session, command.member, by)
    answer = LeaveGranted if command.granted else LeaveRefused
    return (answer(member=command.member, by=by.principal),)


def return_to_seat(
    session: "Session", _command: ReturnToSeat, by: Acting, at: int
) -> tuple[Event, ...]:
    """From the seat itself, so that who comes back is who sits there."""
    assert by.member is not None
    leave = session.requests.leaves.get(by.member)
    if leave is None:
        return ()
    away = 0 if leave.granted is None else at - leave.granted
    return (ReturnedToSeat(member=by.member, away_ms=away),)


def request_more_time(
    session: "Session", _command: RequestMoreTime, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Each member once until it is due; then it may be asked for again."""
    assert by.member is not None
    asked = session.requests.more_time
    if by.member in asked:
        return ()
    requested = MoreTimeRequested(member=by.member)
    if 3 * (len(asked) + 1) <= len(session.tender.committee):
        return (requested,)
    return (requested, MoreTimeDue(asked=len(asked) + 1))


def evolve(requests: Requests, event: Event, at: int) -> Requests:
    """The slice after one of this matter's events."""
    match event:
        case LeaveRequested(member=member):
            return replace(requests, leaves={**requests.leaves, member: Leave(asked=at)})
        case LeaveGranted(member=member):
            granted = replace(requests.leaves[member], granted=at)
            return replace(requests, leaves={**requests.leaves, member: granted})
        case LeaveRefused(member=member) | ReturnedToSeat(member=member):
            return replace(requests, leaves=without(requests.leaves, member))
        case MoreTimeRequested(member=member):
            return replace(requests, more_time=(*requests.more_time, member))
        case MoreTimeDue():
            return replace(requests, more_time=(), more_time_due=at)
        case _:
            return requests
