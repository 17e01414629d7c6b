"""What an event changes (`evolve`): each event belongs to one matter's slice of the state, or to
the session as a whole.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from evalroom.sessions import declarations, interventions, opening, results, seats
from evalroom.sessions.matters import MATTER_OF
from evalroom.sessions.messages import Event
from evalroom.sessions.plan import plan_of
from evalroom.sessions.state import Session
from evalroom.sessions.tender.model import FORMAT, Lot, Tender

_NO_TENDER = Tender(
    format=FORMAT, title="", regime="works", lot=Lot(id="", title=""), bids=(), sections=(),
    criteria=(),
)  # fmt: skip
"""Stands in the state for the few events between `SessionOpened` and `TenderRecorded`, which share
an entry.
"""


def fold(session: Session | None, events: Iterable[Event], at: int) -> Session:
    """The state after the events of one entry."""
    for event in events:
        session = evolve(session, event, at)
    assert session is not None, "an entry holds at least one event"
    return session


def evolve(session: Session | None, event: Event, at: int) -> Session:
    """The state after one event. Never refuses: what the ledger holds has happened."""
    if session is None:
        assert isinstance(event, opening.SessionOpened), "a ledger begins with its genesis"
        return Session(
            id=event.session,
            opened_at=at,
            rehearsal=event.rehearsal,
            scoring=event.scoring,
            key=event.key,
            public_key=event.public_key,
            tender=_NO_TENDER,
        )
    matter = MATTER_OF.get(type(event))
    if matter is None:
        return WHOLE[type(event)](session, event, at)
    before = getattr(session, matter.slice)
    after = matter.evolve(before, event, at)
    return session if after is before else replace(session, **{matter.slice: after})


def _genesis(session: Session, event: Event, _at: int) -> Session:
    """The parts of the tender arrive one by one; the working tables follow each."""
    fields = {name: getattr(event, name) for name in event.__struct_fields__}
    tender = fields.get("tender") or replace(session.tender, **fields)
    return _planned(session, tender)


def _appoint(session: Session, event: opening.AppointmentsRecorded, _at: int) -> Session:
    return replace(session, seats=replace(session.seats, appointments=event.appointments))


def _check_in(session: Session, event: seats.CheckedIn, at: int) -> Session:
    """A report that lies before the members is not changed by who sits down where afterwards."""
    seated = seats.evolve(session.seats, event, at)
    if not event.paired and session.signing.report is None:
        unverified = dict.fromkeys((*seated.unverified, event.member))
        seated = replace(seated, unverified=tuple(unverified))
    return replace(session, seats=seated)


def _substitute(session: Session, event: declarations.MemberReplaced, at: int) -> Session:
    declared = declarations.evolve(session.declarations, event, at)
    seated = declarations.seat_substitute(replace(session, declarations=declared), event)
    return _planned(seated, seated.tender)


def _judge(session: Session, event: results.BidsJudged, at: int) -> Session:
    failed = {v.bid: event.section for v in event.verdicts if not v.passed}
    judged = results.evolve(session.results, event, at)
    return replace(session, results=judged, rejected={**session.rejected, **failed})


def _pause(session: Session, event: Event, at: int) -> Session:
    pause = interventions.evolve(session.pause, event, at)
    return replace(session, pause=pause, phase_revision=session.phase_revision + 1)


def _open_phase(session: Session, event: opening.PhaseOpened, at: int) -> Session:
    return _in_phase(session, event.phase, at)


def _fail(session: Session, event: opening.SessionFailed, at: int) -> Session:
    return replace(_in_phase(session, "failed", at), ending=event.reason)


def _close(session: Session, _event: opening.SessionClosed, at: int) -> Session:
    return _in_phase(session, "closed", at)


def _stop(session: Session, event: interventions.EvaluationStopped, at: int) -> Session:
    stopped = _in_phase(session, "evaluation_stopped", at)
    return replace(stopped, pause=None, ending=event.ground)


def _abort(session: Session, _event: interventions.SessionAborted, at: int) -> Session:
    return replace(_in_phase(session, "aborted", at), pause=None)


def _planned(session: Session, tender: Tender) -> Session:
    return replace(session, tender=tender, plan=plan_of(tender))


def _in_phase(session: Session, phase: opening.Phase, at: int) -> Session:
    revision = session.phase_revision + 1
    return replace(session, phase=phase, phase_since=at, phase_revision=revision)


WHOLE: dict[type[Event], Callable[[Session, Any, int], Session]] = {
    opening.TenderRecorded: _genesis,
    opening.BidsRecorded: _genesis,
    opening.CommitteeRecorded: _genesis,
    opening.SeatsRecorded: _genesis,
    opening.PoliciesRecorded: _genesis,
    opening.AppointmentsRecorded: _appoint,
    opening.PhaseOpened: _open_phase,
    opening.SessionFailed: _fail,
    opening.SessionClosed: _close,
    seats.CheckedIn: _check_in,
    declarations.MemberReplaced: _substitute,
    results.BidsJudged: _judge,
    interventions.Paused: _pause,
    interventions.PauseDocumentSupplied: _pause,
    interventions.PauseDocumentOverdue: _pause,
    interventions.FaultClockExpired: _pause,
    interventions.Resumed: _pause,
    interventions.EvaluationStopped: _stop,
    interventions.SessionAborted: _abort,
}
"""Events that change more than one slice, or none."""
