"""Pause, resume, stop, abort (暂停, 恢复, 停止评标, 终止), and what supervisors, witnesses and
staff put on record.

A pause freezes every input and nothing else. A supervisor needs a clause and, within
`pause_document_hours`, a document number; the agency may make a technical pause; the server pauses
when a price has to be explained. Whoever's office paused, resumes. 停止评标 is the committee's act
when the tender document itself is ambiguous, defective or unlawful.
"""

from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id, Reason, ShortText
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import check_member
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

HOUR_MS = 3_600_000
PauseKind = Literal["supervision", "technical", "needs_explanation"]
StopGround = Literal["document_ambiguous", "document_defective", "document_unlawful"]


class Pause(Command, frozen=True):
    """A supervisor pauses on a clause; the document number may follow."""

    clause: Reason
    document: ShortText = ""


class PauseTechnically(Command, frozen=True):
    """The agency's lead pauses because equipment, power or a venue failed."""

    reason: Reason


class SupplyPauseDocument(Command, frozen=True):
    """The document number of a supervisor's pause (文号)."""

    document: Reason


class Resume(Command, frozen=True):
    """End the pause of one's own office."""

    note: ShortText = ""


class StopEvaluation(Command, frozen=True):
    """停止评标: the lead, for the committee; the evaluation ends here."""

    ground: StopGround
    explanation: Reason


class AbortSession(Command, frozen=True):
    """终止: the agency ends the session (cancelled tender, fault beyond the clock); everything is
    sealed as it is.
    """

    reason: Reason


class RecordRemark(Command, frozen=True):
    """A supervisor, witness or staff member puts an observation on record."""

    text: Reason
    member: Id | None = None


class Tick(Command, frozen=True):
    """Time itself: a deadline of the state has come."""


class Paused(Event, frozen=True):
    """Inputs are frozen."""

    kind: PauseKind
    by: str
    reason: str
    document: str = ""


class PauseDocumentSupplied(Event, frozen=True):
    """The document number of a supervisor's pause arrived."""

    document: str
    by: str


class PauseDocumentOverdue(Event, frozen=True):
    """The document number is late; the pause goes on, the omission is on record."""

    due: int


class FaultClockExpired(Event, frozen=True):
    """A technical pause lasted longer than the policy allows: the parties have to decide how to go
    on.
    """

    due: int


class Resumed(Event, frozen=True):
    """Inputs are open again."""

    by: str
    note: str


class EvaluationStopped(Event, frozen=True):
    """停止评标."""

    member: str
    ground: StopGround
    explanation: str


class SessionAborted(Event, frozen=True):
    """终止."""

    by: str
    reason: str


class RemarkRecorded(Event, frozen=True):
    """An observation of an office, perhaps about one seat."""

    by: str
    role: str
    text: str
    member: str | None = None


class Standstill(Struct, frozen=True):
    """Slice of the state: the running pause. `overdue` says which of its deadlines have passed."""

    kind: PauseKind
    by: str
    reason: str
    since: int
    document: str = ""
    overdue: bool = False


def pause(session: "Session", command: Pause, by: Acting, _at: int) -> tuple[Event, ...]:
    """A supervisor's pause."""
    return _pause(
        session,
        Paused(
            kind="supervision", by=by.principal, reason=command.clause, document=command.document
        ),
    )


def pause_technically(
    session: "Session", command: PauseTechnically, by: Acting, _at: int
) -> tuple[Event, ...]:
    """The agency's pause."""
    return _pause(session, Paused(kind="technical", by=by.principal, reason=command.reason))


def supply_document(
    session: "Session", command: SupplyPauseDocument, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Late is allowed; twice is not."""
    if session.pause is None or session.pause.kind != "supervision":
        raise Refused("not_paused")
    if session.pause.document:
        raise Refused("document_known")
    return (PauseDocumentSupplied(document=command.document, by=by.principal),)


def resume(session: "Session", command: Resume, by: Acting, _at: int) -> tuple[Event, ...]:
    """A supervisor ends a supervisor's pause, the agency a technical one; a price has to be
    explained first.
    """
    if session.pause is None:
        raise Refused("not_paused")
    if session.pause.kind == "needs_explanation":
        raise Refused("needs_explanation")
    office = "supervisor" if session.pause.kind == "supervision" else "agency_lead"
    if office not in by.roles:
        raise Refused("not_your_pause")
    return (Resumed(by=by.principal, note=command.note),)


def stop(session: "Session", command: StopEvaluation, by: Acting, _at: int) -> tuple[Event, ...]:
    """The committee's stop, on one of the three grounds."""
    assert by.member is not None
    return (
        EvaluationStopped(member=by.member, ground=command.ground, explanation=command.explanation),
    )


def abort(_session: "Session", command: AbortSession, by: Acting, _at: int) -> tuple[Event, ...]:
    """The agency's end of a session that cannot be held."""
    return (SessionAborted(by=by.principal, reason=command.reason),)


def remark(session: "Session", command: RecordRemark, by: Acting, _at: int) -> tuple[Event, ...]:
    """An observation changes nothing but the record."""
    if command.member is not None:
        check_member(session, command.member)
    return (
        RemarkRecorded(by=by.principal, role=by.roles[0], text=command.text, member=command.member),
    )


def overdue(session: "Session", at: int) -> tuple[Event, ...]:
    """What has come due of a pause by now."""
    due = next_due(session)
    if due is None or at < due or session.pause is None:
        return ()
    if session.pause.kind == "supervision":
        return (PauseDocumentOverdue(due=due),)
    return (FaultClockExpired(due=due),)


def next_due(session: "Session") -> int | None:
    """When the running pause has its deadline (server ms), if it has one."""
    pause = session.pause
    if pause is None or pause.overdue:
        return None
    if pause.kind == "supervision" and not pause.document:
        return pause.since + int(policy(session.tender, "pause_document_hours")) * HOUR_MS
    hours = policy(session.tender, "technical_pause_hours")
    if pause.kind == "technical" and hours != "none":
        return pause.since + int(hours) * HOUR_MS
    return None


def evolve(pause: Standstill | None, event: Event, at: int) -> Standstill | None:
    """The slice after one of this matter's events."""
    match event:
        case Paused(kind=kind, by=by, reason=reason, document=document):
            return Standstill(kind=kind, by=by, reason=reason, since=at, document=document)
        case PauseDocumentSupplied(document=document):
            return replace(pause, document=document) if pause else None
        case PauseDocumentOverdue() | FaultClockExpired():
            return replace(pause, overdue=True) if pause else None
        case Resumed():
            return None
        case _:
            return pause


def _pause(session: "Session", event: Paused) -> tuple[Event, ...]:
    if session.pause is not None:
        raise Refused("already_paused")
    return (event,)
