"""The minutes: the ledger told in lines, each for those who may read it. A fold that knows no
state.

Denying by default: an event that is not in the table leaves no line, and a line carries only the
fields named here. Edits of sheets leave none, because even their number would tell something.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec
from msgspec import Struct

from evalroom.sessions import (
    alarms,
    closings,
    declarations,
    faults,
    interventions,
    lead,
    notices,
    opening,
    recordings,
    requests,
    results,
    seats,
    sheets,
    signing,
    speaking,
    votes,
    workstations,
)
from evalroom.sessions.messages import Event
from evalroom.sessions.recordings import SegmentsSealed
from evalroom.sessions.state import Session
from evalroom.sessions.visibility.audience import (
    Audience,
    guards,
    inspects,
    left_out,
    watches,
)
from evalroom.sessions.visibility.watching import size_told

Reader = Literal["everyone", "watchers", "guards", "inspectors"]
"""everyone in the session; agency, supervisor, auditor and witness; those and the staff of the
line's venue; supervisor and auditor alone.
"""


class Line(Struct, frozen=True):
    """One line: server time, the name of the event (the page has a sentence for each), what it
    may say, and the account whose act it was.
    """

    at: int
    code: str
    params: dict[str, Any]
    reader: Reader
    by: str | None = None


LINES: dict[type[Event], tuple[Reader, tuple[str, ...]]] = {
    opening.SessionOpened: ("everyone", ("rehearsal",)),
    opening.PhaseOpened: ("everyone", ("phase",)),
    opening.SessionFailed: ("everyone", ("reason",)),
    opening.SessionClosed: ("everyone", ()),
    seats.CheckedIn: ("everyone", ("member", "workstation")),
    seats.IdentityConfirmed: ("everyone", ("member", "method")),
    seats.SeatReleased: ("watchers", ("member", "reason", "by")),
    seats.Appointed: ("watchers", ("principal", "roles", "venue")),
    seats.Revoked: ("watchers", ("principal", "reason")),
    declarations.DisciplineAnnounced: ("everyone", ()),
    declarations.Committed: ("everyone", ("member",)),
    declarations.Recused: ("watchers", ("member", "ground")),
    declarations.MemberReplaced: ("watchers", ("member", "workstation", "reason")),
    lead.BallotOpened: ("everyone", ("round", "candidates")),
    lead.BallotTallied: ("everyone", ("round", "votes")),
    lead.BallotDeadlocked: ("everyone", ("candidates",)),
    lead.LotDrawn: ("everyone", ("seed", "candidates", "member")),
    lead.LeadElected: ("everyone", ("member", "by", "reason")),
    lead.StartRequested: ("everyone", ("member",)),
    lead.StartApproved: ("everyone", ()),
    sheets.SectionOpened: ("everyone", ("section", "round")),
    closings.PersonallyClosed: ("everyone", ("member", "section")),
    closings.CellsReopened: ("everyone", ("section", "cells")),
    closings.ChecksPassed: ("everyone", ("section",)),
    closings.GroupClosingConfirmed: ("everyone", ("member", "section")),
    closings.GroupClosed: ("everyone", ("section",)),
    closings.Revealed: ("everyone", ("section", "round")),
    results.AbnormalPricesExamined: ("everyone", ()),
    results.PricesScored: ("everyone", ()),
    results.PricesConfirmed: ("everyone", ("member",)),
    results.ResultComputed: ("everyone", ()),
    results.ResultAccepted: ("everyone", ()),
    results.RecheckRequested: ("everyone", ("ground", "reason")),
    results.RecheckRefused: ("everyone", ("member", "reason")),
    votes.VoteOpened: ("everyone", ("round", "needed")),
    votes.VoteConcluded: ("everyone", ("outcome",)),
    signing.ReportSubmitted: ("everyone", ("sha256",)),
    signing.ReportSigned: ("everyone", ("member",)),
    signing.SigningRefused: ("everyone", ("member",)),
    signing.SilentRefusalRecorded: ("everyone", ("member",)),
    interventions.Paused: ("everyone", ("kind", "reason", "document")),
    interventions.PauseDocumentSupplied: ("everyone", ("document",)),
    interventions.PauseDocumentOverdue: ("watchers", ("due",)),
    interventions.FaultClockExpired: ("everyone", ("due",)),
    interventions.Resumed: ("everyone", ("note",)),
    interventions.EvaluationStopped: ("everyone", ("ground",)),
    interventions.SessionAborted: ("everyone", ("reason",)),
    interventions.RemarkRecorded: ("inspectors", ("by", "role", "text", "member")),
    faults.LinkLost: ("watchers", ("member",)),
    faults.LinkBack: ("watchers", ("member", "away_ms")),
    faults.SecondDeviceRefused: ("guards", ("member", "venue")),
    faults.LooksRecorded: ("inspectors", ("looks",)),
    notices.NoticeSent: ("watchers", ("notice", "kind", "text", "members")),
    notices.NoticeConfirmed: ("watchers", ("notice", "member")),
    notices.PauseRequested: ("watchers", ("clause", "reason")),
    notices.PauseRequestAnswered: ("watchers", ("granted", "reason")),
    speaking.Muted: ("everyone", ("members",)),
    speaking.IntercomOpened: ("everyone", ("member",)),
    speaking.IntercomClosed: ("everyone", ("member", "ms", "cause")),
    workstations.DeviceCheckReported: ("watchers", ("member", "checks")),
    workstations.WorkstationCleared: ("watchers", ("member",)),
    requests.LeaveGranted: ("everyone", ("member",)),
    requests.ReturnedToSeat: ("everyone", ("member", "away_ms")),
    requests.MoreTimeRequested: ("watchers", ("member",)),
    requests.MoreTimeDue: ("everyone", ("asked",)),
    alarms.AlarmRaised: ("guards", ("alarm", "kind", "level", "source", "member", "venue")),
    alarms.AlarmAcknowledged: ("watchers", ("alarm", "role")),
    alarms.AlarmHandled: ("watchers", ("alarm", "how")),
    alarms.AlarmClosed: ("watchers", ("alarm", "false", "note")),
    alarms.AlarmEscalated: ("watchers", ("alarm", "to")),
    recordings.SegmentsSealed: ("inspectors", ("segments",)),
    recordings.RecordingInterrupted: ("watchers", ("source", "begun", "ended", "cause")),
    recordings.RecordingLost: ("everyone", ("cause",)),
    recordings.RecordingBack: ("everyone", ()),
    recordings.ClipTaken: ("inspectors", ("source", "begun", "ended", "sha256", "by")),
    recordings.ScreenRequested: ("inspectors", ("member", "clause", "by")),
    recordings.ScreenGranted: ("everyone", ("member", "clause")),
}

NO_ACCOUNT: tuple[type[Event], ...] = (lead.LeadElected, opening.SessionOpened)
"""Events whose `by` is a way of choosing, or an office of the house, and nobody's act in the
session.
"""


def lines(events: Iterable[Event], at: int) -> Iterator[Line]:
    """The lines of one entry."""
    for event in events:
        rule = LINES.get(type(event))
        if rule is not None:
            reader, names = rule
            params = {name: msgspec.to_builtins(getattr(event, name)) for name in names}
            by = None if isinstance(event, NO_ACCOUNT) else getattr(event, "by", None)
            code = type(event).__name__
            yield Line(at=at, code=code, params=params, reader=reader, by=by)


def line_for(session: Session, line: Line, audience: Audience) -> dict[str, Any]:
    """What a line that this audience may read says to it. Whose act it was is for those who know
    who holds which office, the agency and those who watch; a member's account is for nobody.
    How large the recording of a sealed screen is, nobody is told.
    """
    params = line.params
    if line.code == SegmentsSealed.__name__:
        params = {"segments": [_told(session, each) for each in params["segments"]]}
    if line.by is not None and watches(session, audience):
        held = session.seats.appointments.get(line.by)
        if held is None or held.member is None:
            params = {**params, "by": line.by}
    return {"at": line.at, "code": line.code, "params": params}


def readable(session: Session, line: Line, audience: Audience) -> bool:
    """Whether this audience may read a line now: an auditor none before the end."""
    if left_out(session, audience):
        return False
    match line.reader:
        case "everyone":
            return True
        case "watchers":
            return watches(session, audience) or audience.holds("witness")
        case "guards":
            everywhere = watches(session, audience) or audience.holds("witness")
            return everywhere or guards(audience, line.params["venue"])
        case "inspectors":
            return inspects(session, audience)


def _told(session: Session, segment: dict[str, Any]) -> dict[str, Any]:
    if size_told(session, segment["source"]):
        return segment
    return {name: value for name, value in segment.items() if name != "bytes"}
