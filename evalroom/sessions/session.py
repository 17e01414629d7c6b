"""What comes of a command (`decide`). Pure: author, time and everything else arrive as arguments.

`decide` asks the rules of `phases`, then the matter the command belongs to, then lets the server
react, until it has to wait for somebody: all of that is one entry of the ledger. A refusal raises
and changes nothing, because nothing is written to.
"""

from collections.abc import Callable
from typing import Any

from evalroom.sessions import (
    alarms,
    closings,
    deadlines,
    declarations,
    faults,
    interventions,
    lead,
    notices,
    phases,
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
from evalroom.sessions.evolving import fold
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import SYSTEM, Acting, Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.sheets import EnterScores, Seen
from evalroom.sessions.state import Session

Decide = Callable[[Session, Any, Acting, int], tuple[Event, ...]]

DECIDE: dict[type[Command], Decide] = {
    seats.CheckIn: seats.check_in,
    seats.ConfirmIdentity: seats.confirm_identity,
    seats.ReleaseSeat: seats.release_seat,
    seats.Appoint: seats.appoint,
    seats.Revoke: seats.revoke,
    declarations.AnnounceDiscipline: declarations.announce,
    declarations.Commit: declarations.commit,
    declarations.Recuse: declarations.recuse,
    declarations.ReplaceMember: declarations.replace_member,
    lead.CastBallot: lead.cast_ballot,
    lead.DesignateLead: lead.designate,
    lead.RequestStart: lead.request_start,
    lead.ApproveStart: lead.approve_start,
    closings.ClosePersonally: closings.close_personally,
    closings.CloseGroup: closings.close_group,
    votes.CastVote: votes.cast_vote,
    results.ConfirmPrices: results.confirm_prices,
    results.AcceptResult: results.accept_result,
    results.RequestRecheck: results.request_recheck,
    results.RefuseRecheck: results.refuse_recheck,
    signing.SubmitReport: signing.submit_report,
    signing.SignReport: signing.sign_report,
    signing.RefuseToSign: signing.refuse_to_sign,
    signing.RecordSilentRefusal: signing.record_silent_refusal,
    signing.CloseSession: signing.close_session,
    interventions.Pause: interventions.pause,
    interventions.PauseTechnically: interventions.pause_technically,
    interventions.SupplyPauseDocument: interventions.supply_document,
    interventions.Resume: interventions.resume,
    interventions.StopEvaluation: interventions.stop,
    interventions.AbortSession: interventions.abort,
    interventions.RecordRemark: interventions.remark,
    notices.SendNotice: notices.send,
    notices.ConfirmNotice: notices.confirm,
    notices.RequestPause: notices.request_pause,
    notices.AnswerPauseRequest: notices.answer_pause_request,
    speaking.RaiseHand: speaking.raise_hand,
    speaking.LowerHand: speaking.lower_hand,
    speaking.Mute: speaking.mute,
    speaking.Unmute: speaking.unmute,
    speaking.OpenIntercom: speaking.open_intercom,
    speaking.CloseIntercom: speaking.close_intercom,
    speaking.ReportCallerLost: speaking.caller_lost,
    workstations.ReportDeviceCheck: workstations.report_check,
    workstations.ReportCleared: workstations.report_cleared,
    requests.RequestLeave: requests.request_leave,
    requests.AnswerLeave: requests.answer_leave,
    requests.ReturnToSeat: requests.return_to_seat,
    requests.RequestMoreTime: requests.request_more_time,
    alarms.RaiseAlarm: alarms.raise_alarm,
    alarms.SubsideAlarm: alarms.subside,
    alarms.ReportWorkstation: alarms.report,
    alarms.AcknowledgeAlarm: alarms.acknowledge,
    alarms.HandleAlarm: alarms.handle,
    alarms.CloseAlarm: alarms.close,
    recordings.SealSegments: recordings.seal_segments,
    recordings.ReportRecordingGap: recordings.report_gap,
    recordings.ReportRecordingLost: recordings.report_lost,
    recordings.ReportRecordingBack: recordings.report_back,
    recordings.RecordClip: recordings.record_clip,
    recordings.RequestScreen: recordings.request_screen,
    recordings.GrantScreen: recordings.grant_screen,
    interventions.Tick: deadlines.tick,
    faults.ReportLinkLost: faults.link_lost,
    faults.ReportLinkBack: faults.link_back,
    faults.ReportSecondDevice: faults.second_device,
    faults.RecordLooks: faults.record_looks,
}
"""`EnterScores` stands apart: it alone is decided with the revisions of rows its author has seen,
and it moves no phase.
"""


def decide(
    session: Session, command: Command, actor: Actor, at: int, seen: Seen = None
) -> tuple[Event, ...]:
    """What comes of a command at server time `at`; empty when nothing changes. Raises `Refused`."""
    by = acting(session, actor)
    phases.authorise(session, type(command), by)
    if isinstance(command, EnterScores):
        return sheets.enter_scores(session, command, by, seen)
    if seen is not None and seen != session.phase_revision:
        raise Refused("stale_revision", revision=session.phase_revision)
    events = DECIDE[type(command)](session, command, by, at)
    return events + _reactions(session, events, at) if events else ()


def acting(session: Session, actor: Actor) -> Acting:
    """The author as the session knows him now. Raises `Refused("not_invited")`."""
    if actor.principal == SYSTEM:
        return Acting(principal=SYSTEM, member=None, roles=("system",), venue=None, device=None)
    held = session.seats.appointments.get(actor.principal)
    if held is None:
        raise Refused("not_invited")
    return Acting(
        principal=actor.principal,
        member=held.member,
        roles=held.roles,
        venue=held.venue,
        device=actor.device,
        workstation=actor.workstation,
    )


def _reactions(session: Session, events: tuple[Event, ...], at: int) -> tuple[Event, ...]:
    """Let the server move until it waits for somebody, and end what has outlived those who began
    it; the number of moves is bounded by the phases and sections left.
    """
    reactions: tuple[Event, ...] = ()
    after = fold(session, events, at)
    while moved := phases.moves(after):
        reactions += moved
        after = fold(after, moved, at)
    return reactions + speaking.outlived(after, events + reactions, at)
