"""Words from the offices to the seats, with receipts: reminders and written notices of a
supervisor (提醒、书面提示), announcements of the agency (通知), and a supervisor's request that the
agency pause (提请暂停), which wants a clause and an answer.
"""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from evalroom.sessions.interventions import Paused
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id, Reason
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import check_member

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

NoticeKind = Literal["reminder", "written_notice", "announcement"]

NOTICES_KEPT = 100
"""Notices a seat still shows; earlier ones stay in the minutes."""


class SendNotice(Command, frozen=True):
    """Say something to one seat, or to all of them; each seat confirms that it has read it."""

    kind: NoticeKind
    text: Reason
    member: Id | None = None


class ConfirmNotice(Command, frozen=True):
    """A member has read a notice (回执)."""

    notice: int


class RequestPause(Command, frozen=True):
    """A supervisor asks the agency to pause, on a clause."""

    clause: Reason
    reason: Reason


class AnswerPauseRequest(Command, frozen=True):
    """The agency pauses, or says why not."""

    granted: bool
    reason: Reason


class NoticeSent(Event, frozen=True):
    """A notice lies before these seats."""

    notice: int
    kind: NoticeKind
    text: str
    members: tuple[str, ...]
    by: str
    role: str


class NoticeConfirmed(Event, frozen=True):
    """A member's receipt."""

    notice: int
    member: str


class PauseRequested(Event, frozen=True):
    """The agency has to answer."""

    clause: str
    reason: str
    by: str


class PauseRequestAnswered(Event, frozen=True):
    """It has."""

    granted: bool
    reason: str
    by: str


class Notice(Struct, frozen=True):
    """A notice, to whom, and when each of them confirmed it."""

    kind: NoticeKind
    text: str
    role: str
    at: int
    members: tuple[str, ...]
    confirmed: dict[str, int] = field(default_factory=dict)


class PauseRequest(Struct, frozen=True):
    """A request that waits for its answer."""

    clause: str
    reason: str
    by: str
    at: int


class Notices(Struct, frozen=True):
    """Slice of the state: the latest notices by number, how many there were, an open request."""

    sent: dict[int, Notice] = field(default_factory=dict)
    count: int = 0
    request: PauseRequest | None = None


def send(session: "Session", command: SendNotice, by: Acting, _at: int) -> tuple[Event, ...]:
    """Announcements are the agency's, the other two a supervisor's."""
    office = "agency_lead" if command.kind == "announcement" else "supervisor"
    if office not in by.roles:
        raise Refused("wrong_role")
    if command.member is not None:
        check_member(session, command.member)
    committee = tuple(m.id for m in session.tender.committee)
    return (
        NoticeSent(
            notice=session.notices.count + 1,
            kind=command.kind,
            text=command.text,
            members=committee if command.member is None else (command.member,),
            by=by.principal,
            role=office,
        ),
    )


def confirm(session: "Session", command: ConfirmNotice, by: Acting, _at: int) -> tuple[Event, ...]:
    """By those it was sent to, once."""
    assert by.member is not None
    notice = session.notices.sent.get(command.notice)
    if notice is None or by.member not in notice.members:
        raise Refused("notice_unknown", notice=command.notice)
    if by.member in notice.confirmed:
        return ()
    return (NoticeConfirmed(notice=command.notice, member=by.member),)


def request_pause(
    session: "Session", command: RequestPause, by: Acting, _at: int
) -> tuple[Event, ...]:
    """One request at a time."""
    if session.notices.request is not None:
        raise Refused("pause_request_open")
    return (PauseRequested(clause=command.clause, reason=command.reason, by=by.principal),)


def answer_pause_request(
    session: "Session", command: AnswerPauseRequest, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Granting it is a technical pause of the agency, on the supervisor's clause."""
    request = session.notices.request
    if request is None:
        raise Refused("no_pause_request")
    answered = PauseRequestAnswered(granted=command.granted, reason=command.reason, by=by.principal)
    if not command.granted or session.pause is not None:
        return (answered,)
    return (answered, Paused(kind="technical", by=by.principal, reason=request.clause))


def evolve(notices: Notices, event: Event, at: int) -> Notices:
    """The slice after one of this matter's events."""
    match event:
        case NoticeSent(notice=number, kind=kind, text=text, members=members, role=role):
            sent = {**notices.sent, number: Notice(kind, text, role, at, members)}
            sent.pop(number - NOTICES_KEPT, None)
            return replace(notices, sent=sent, count=number)
        case NoticeConfirmed(notice=number, member=member):
            before = notices.sent[number]
            after = replace(before, confirmed={**before.confirmed, member: at})
            return replace(notices, sent={**notices.sent, number: after})
        case PauseRequested(clause=clause, reason=reason, by=by):
            return replace(notices, request=PauseRequest(clause, reason, by, at))
        case PauseRequestAnswered():
            return replace(notices, request=None)
        case _:
            return notices
