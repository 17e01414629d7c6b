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
    closings,
    declarations,
    faults,
    interventions,
    lead,
    opening,
    results,
    seats,
    sheets,
    signing,
    votes,
)
from evalroom.sessions.messages import Event
from evalroom.sessions.visibility.audience import Audience

Reader = Literal["everyone", "watchers", "inspectors"]
"""everyone in the session; agency, supervisor, auditor and witness; supervisor and auditor alone.
"""


class Line(Struct, frozen=True):
    """One line: server time, the name of the event (the page has a sentence for each), and what it
    may say.
    """

    at: int
    code: str
    params: dict[str, Any]
    reader: Reader


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
    faults.LooksRecorded: ("inspectors", ("looks",)),
}


def lines(events: Iterable[Event], at: int) -> Iterator[Line]:
    """The lines of one entry."""
    for event in events:
        rule = LINES.get(type(event))
        if rule is not None:
            reader, names = rule
            params = {name: msgspec.to_builtins(getattr(event, name)) for name in names}
            yield Line(at=at, code=type(event).__name__, params=params, reader=reader)


def readable(line: Line, audience: Audience) -> bool:
    """Whether this audience may read a line."""
    match line.reader:
        case "everyone":
            return True
        case "watchers":
            return audience.holds("agency_lead", "supervisor", "auditor", "witness")
        case "inspectors":
            return audience.holds("supervisor", "auditor")
