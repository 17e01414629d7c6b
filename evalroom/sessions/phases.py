"""The phases of an evaluation, their gates, and who may do what when: three tables and the theory
above them.

Theory.

1. A regime is a chain of phases. A phase has a gate: conditions that are all met or it stays open.
   Nobody moves a phase by hand; the server opens the next one in the very entry whose events met
   the last condition. So "the lead moves on" means: the lead's act is one of the conditions (start
   requested, section closed, report submitted, session closed).
2. A command has a rule: in which phases, by whom, and whether also while paused or after the end.
   What a rule does not name is refused. The rules are the whole of authority; a matter's `decide`
   only asks whether the act makes sense.
3. A member acts from his seat: checked in, on the device that is bound to it. To try that device
   comes before.
4. Refusals are found in this order: over, not invited, wrong role, not at the seat, paused, wrong
   phase; the first found is told.
5. A pause freezes what can be frozen: commands without `paused` are refused, and no phase moves.
6. Too few valid bids at the end of the preliminary review: the committee votes (works) or the
   tender fails (government procurement); none left fails everywhere.

Rule of this file: everything that decides who may act, and what a phase begins with, must live
here; conditions are in `gates`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from evalroom.sessions import (
    alarms,
    closings as closing,
    declarations,
    faults as attendance,
    interventions as acts,
    lead,
    notices,
    recordings,
    requests,
    results,
    seats,
    sheets as sheet,
    signing,
    speaking,
    votes,
    workstations,
)
from evalroom.sessions.gates import gate, sections_settled
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.opening import Phase, PhaseOpened, SessionClosed, SessionFailed
from evalroom.sessions.people import Acting
from evalroom.sessions.refusals import Refused
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.tender.model import Regime, Tender
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

CHAINS: dict[Regime, tuple[Phase, ...]] = {
    "works": (
        "check_in", "declaration", "lead", "preliminary", "detailed", "price", "summary", "signing"
    ),
    "government_procurement": (
        "check_in", "declaration", "lead", "preliminary", "abnormal_price", "detailed", "price",
        "summary", "signing",
    ),
}  # fmt: skip
"""works_two_envelope has no chain yet: a session of that regime cannot be opened."""

EVERY: frozenset[Phase] = frozenset(phase for chain in CHAINS.values() for phase in chain)
BEFORE_REVIEW: frozenset[Phase] = frozenset({"check_in", "declaration"})
REVIEW: frozenset[Phase] = frozenset({"preliminary", "detailed"})
EVALUATION: frozenset[Phase] = EVERY - BEFORE_REVIEW
UNREVEALED: frozenset[Phase] = EVERY - {"price", "summary", "signing"}
"""Phases in which a screen may still be sealed."""


AROUND = ("supervisor", "agency_lead", "witness", "center_staff", "sub_venue_contact")
"""The offices that look after what goes on around the committee."""


class Rule(Struct, frozen=True):
    """When and by whom a command may be given. `by` holds offices and the words `member` and
    `lead`.
    """

    phases: frozenset[Phase]
    by: frozenset[str]
    paused: bool = False
    over: bool = False


def _rule(
    phases: frozenset[Phase] | set[Phase], *by: str, paused: bool = False, over: bool = False
) -> Rule:
    return Rule(phases=frozenset(phases), by=frozenset(by), paused=paused, over=over)


RULES: dict[type[Command], Rule] = {
    seats.CheckIn: _rule(EVERY, "member"),
    seats.ConfirmIdentity: _rule(EVERY - {"signing"}, "agency_lead", "center_staff"),
    seats.ReleaseSeat: _rule(EVERY, "agency_lead", "center_staff", paused=True),
    seats.Appoint: _rule(EVERY, "agency_lead", "system", paused=True),
    seats.Revoke: _rule(EVERY, "agency_lead", "system", paused=True),
    declarations.AnnounceDiscipline: _rule({"declaration"}, "agency_lead"),
    declarations.Commit: _rule({"declaration"}, "member"),
    declarations.Recuse: _rule({"declaration"}, "member"),
    declarations.ReplaceMember: _rule(BEFORE_REVIEW, "agency_lead"),
    lead.CastBallot: _rule({"lead"}, "member"),
    lead.DesignateLead: _rule({"lead"}, "agency_lead"),
    lead.RequestStart: _rule({"lead"}, "lead"),
    lead.ApproveStart: _rule({"lead"}, "supervisor"),
    sheet.EnterScores: _rule(REVIEW, "member"),
    closing.ClosePersonally: _rule(REVIEW, "member"),
    closing.CloseGroup: _rule(REVIEW, "lead"),
    votes.CastVote: _rule({"preliminary"}, "member"),
    results.ConfirmPrices: _rule({"price"}, "member"),
    results.AcceptResult: _rule({"summary"}, "agency_lead"),
    results.RequestRecheck: _rule({"summary"}, "agency_lead"),
    results.RefuseRecheck: _rule({"summary"}, "lead"),
    signing.SubmitReport: _rule({"summary"}, "lead"),
    signing.SignReport: _rule({"signing"}, "member"),
    signing.RefuseToSign: _rule({"signing"}, "member"),
    signing.RecordSilentRefusal: _rule({"signing"}, "lead"),
    signing.CloseSession: _rule({"signing"}, "lead"),
    acts.Pause: _rule(EVERY, "supervisor"),
    acts.PauseTechnically: _rule(EVERY, "agency_lead"),
    acts.SupplyPauseDocument: _rule(EVERY, "supervisor", paused=True),
    acts.Resume: _rule(EVERY, "supervisor", "agency_lead", paused=True),
    acts.StopEvaluation: _rule(EVALUATION - {"signing"}, "lead", paused=True),
    acts.AbortSession: _rule(EVERY, "agency_lead", paused=True),
    acts.RecordRemark: _rule(
        EVERY, "supervisor", "witness", "agency_lead", "center_staff", paused=True
    ),
    notices.SendNotice: _rule(EVERY, "supervisor", "agency_lead", paused=True),
    notices.ConfirmNotice: _rule(EVERY, "member", paused=True),
    notices.RequestPause: _rule(EVERY, "supervisor"),
    notices.AnswerPauseRequest: _rule(EVERY, "agency_lead", paused=True),
    speaking.RaiseHand: _rule(EVERY, "member", paused=True),
    speaking.LowerHand: _rule(EVERY, "member", "agency_lead", paused=True),
    speaking.Mute: _rule(EVERY, "member", "agency_lead", paused=True),
    speaking.Unmute: _rule(EVERY, "member", paused=True),
    speaking.OpenIntercom: _rule(EVERY, "supervisor", paused=True),
    speaking.CloseIntercom: _rule(EVERY, "supervisor", paused=True),
    speaking.ReportCallerLost: _rule(EVERY, "system", paused=True),
    workstations.ReportDeviceCheck: _rule(EVERY, "member", paused=True),
    workstations.ReportCleared: _rule(EVERY, "member", paused=True, over=True),
    requests.RequestLeave: _rule(EVERY, "member", paused=True),
    requests.AnswerLeave: _rule(EVERY, "agency_lead", "center_staff", paused=True),
    requests.ReturnToSeat: _rule(EVERY, "member", paused=True),
    requests.RequestMoreTime: _rule(REVIEW, "member", paused=True),
    alarms.RaiseAlarm: _rule(EVERY, "system", paused=True),
    alarms.SubsideAlarm: _rule(EVERY, "system", paused=True),
    alarms.ReportWorkstation: _rule(EVERY, "member", paused=True),
    alarms.AcknowledgeAlarm: _rule(EVERY, *AROUND, paused=True),
    alarms.HandleAlarm: _rule(EVERY, *AROUND, paused=True),
    alarms.CloseAlarm: _rule(EVERY, *AROUND, paused=True),
    recordings.SealSegments: _rule(EVERY, "system", paused=True, over=True),
    recordings.ReportRecordingGap: _rule(EVERY, "system", paused=True, over=True),
    recordings.ReportRecordingLost: _rule(EVERY, "system", paused=True),
    recordings.ReportRecordingBack: _rule(EVERY, "system", paused=True),
    recordings.RecordClip: _rule(EVERY, "system", paused=True, over=True),
    recordings.RequestScreen: _rule(UNREVEALED, "supervisor", paused=True),
    recordings.GrantScreen: _rule(UNREVEALED, "supervisor", "agency_lead", "witness", paused=True),
    acts.Tick: _rule(EVERY, "system", paused=True),
    attendance.ReportLinkLost: _rule(EVERY, "system", paused=True),
    attendance.ReportLinkBack: _rule(EVERY, "system", paused=True),
    attendance.ReportSecondDevice: _rule(EVERY, "system", paused=True),
    attendance.RecordLooks: _rule(EVERY, "system", paused=True, over=True),
}


FROM_ANY_SEAT = (seats.CheckIn, workstations.ReportDeviceCheck)
"""What a member does before a device is bound to his seat."""


def chain_of(tender: Tender) -> tuple[Phase, ...]:
    """The phases of a session over this tender."""
    chain = CHAINS[tender.regime]
    leaderless = policy(tender, "lead") == "none"
    return tuple(p for p in chain if not (p == "lead" and leaderless))


def authorise(session: "Session", command: type[Command], by: Acting) -> None:
    """Raise the first refusal that the rules find for this author, phase and state of pause."""
    rule = RULES[command]
    if session.over and not rule.over:
        raise Refused("session_over", phase=session.phase)
    if not _offices(session, by) & rule.by:
        raise Refused("wrong_role")
    if by.member is not None and command not in FROM_ANY_SEAT:
        seats.check_device(session, by.member, by.device)
    if session.over:
        return
    if session.pause is not None and not rule.paused:
        raise Refused("paused", kind=session.pause.kind)
    if session.phase not in rule.phases:
        raise Refused("wrong_phase", phase=session.phase)


def moves(session: "Session") -> tuple[Event, ...]:
    """What the server does next of its own accord; empty when it has to wait for somebody."""
    if session.over or session.pause is not None:
        return ()
    for reactions in REACTIONS.get(session.phase, ()):
        if events := reactions(session):
            return events
    if any(not condition.met for condition in gate(session)):
        return ()
    return _leave(session)


def _offices(session: "Session", by: Acting) -> frozenset[str]:
    if by.member is None:
        return frozenset(by.roles)
    leads = session.lead.member == by.member or policy(session.tender, "lead") == "none"
    return frozenset(("member", "lead") if leads else ("member",))


def _leave(session: "Session") -> tuple[Event, ...]:
    chain = chain_of(session.tender)
    place = chain.index(session.phase) + 1
    if place == len(chain):
        return (SessionClosed(),)
    return _enter(session, chain[place])


def _enter(session: "Session", phase: Phase) -> tuple[Event, ...]:
    """Open a phase together with what begins in it."""
    opened = PhaseOpened(phase=phase)
    match phase:
        case "preliminary" | "detailed":
            sections = session.plan.stages[phase]
            return (opened, *(sheet.SectionOpened(section=s, round=1) for s in sections))
        case "abnormal_price":
            examined = results.examine_prices(session)
            if not examined.triggered:
                return (opened, examined)
            explain = acts.Paused(kind="needs_explanation", by="system", reason="abnormal_price")
            return (opened, examined, explain)
        case "price" if session.tender.price is not None:
            return (opened, *_prices(session))
        case "summary":
            return (opened, results.compute_result(session))
        case _:
            return (opened,)


def _prices(session: "Session") -> tuple[Event, ...]:
    """The price scores; or a pause, when rejections have left no bid that may make the benchmark.

    The tender document has no answer then, and the committee can only stop (停止评标) or the agency
    abort.
    """
    try:
        return (results.score_prices(session),)
    except Unscorable as fault:
        return (acts.Paused(kind="needs_explanation", by="system", reason=fault.code),)


def _competition(session: "Session") -> tuple[Event, ...]:
    """What follows from too few valid bids once the preliminary review is over (theory, 6)."""
    if not sections_settled(session) or session.votes.open:
        return ()
    valid = votes.competing(session)
    if session.votes.outcome == "reject_all":
        return (SessionFailed(reason="committee_rejected_all", valid=valid),)
    if not votes.too_few(session):
        return ()
    if valid == 0:
        return (SessionFailed(reason="all_rejected", valid=0),)
    if session.tender.regime == "government_procurement":
        return (SessionFailed(reason="too_few_bids", valid=valid),)
    return (votes.opened(session),)


def _submit(session: "Session") -> tuple[Event, ...]:
    """The report as submitted, once the lead (or everyone) has asked for it."""
    from evalroom.sessions.report import report_hash

    if session.signing.report is None and signing.agreed(session, "submit_report"):
        return (signing.ReportSubmitted(sha256=report_hash(session)),)
    return ()


REACTIONS: dict[Phase, tuple[Callable[["Session"], tuple[Event, ...]], ...]] = {
    "lead": (lead.reactions,),
    "preliminary": (closing.reactions, results.reactions, votes.reactions, _competition),
    "detailed": (closing.reactions, results.reactions),
    "summary": (_submit,),
}
