"""Which matter keeps which slice of the state, and which events change it."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from evalroom.sessions import (
    alarms,
    closings,
    declarations,
    faults,
    interventions,
    lead,
    notices,
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

Evolve = Callable[[Any, Event, int], Any]


class Matter(Struct, frozen=True):
    """Which slice of the state a matter keeps, by which function, on which events."""

    slice: str
    evolve: Evolve
    events: tuple[type[Event], ...]


MATTERS = (
    Matter(
        "seats",
        seats.evolve,
        (
            seats.IdentityConfirmed,
            seats.SeatReleased,
            seats.Appointed,
            seats.Revoked,
        ),
    ),
    Matter(
        "declarations",
        declarations.evolve,
        (declarations.DisciplineAnnounced, declarations.Committed, declarations.Recused),
    ),
    Matter(
        "lead",
        lead.evolve,
        (
            lead.LotSeedSealed,
            lead.BallotOpened,
            lead.BallotCast,
            lead.BallotTallied,
            lead.BallotDeadlocked,
            lead.LotDrawn,
            lead.LeadElected,
            lead.StartRequested,
            lead.StartApproved,
        ),
    ),
    Matter(
        "sheets",
        sheets.evolve,
        (sheets.SectionOpened, sheets.ScoresEntered, sheets.SharedScoresEntered),
    ),
    Matter(
        "sheets",
        closings.evolve,
        (
            closings.PersonallyClosed,
            closings.GroupClosingConfirmed,
            closings.GroupClosed,
            closings.Revealed,
            closings.CellsReopened,
            closings.ChecksPassed,
        ),
    ),
    Matter(
        "results",
        results.evolve,
        (
            results.SectionScored,
            results.AbnormalPricesExamined,
            results.PricesScored,
            results.PricesConfirmed,
            results.ResultComputed,
            results.ResultAccepted,
            results.RecheckRequested,
            results.RecheckRefused,
        ),
    ),
    Matter("votes", votes.evolve, (votes.VoteOpened, votes.VoteCast, votes.VoteConcluded)),
    Matter(
        "signing",
        signing.evolve,
        (
            signing.MoveConfirmed,
            signing.ReportSubmitted,
            signing.ReportSigned,
            signing.SigningRefused,
            signing.SilentRefusalRecorded,
        ),
    ),
    Matter(
        "attendance",
        faults.evolve,
        (
            faults.LinkLost,
            faults.LinkBack,
            faults.SecondDeviceRefused,
            faults.LooksRecorded,
            interventions.RemarkRecorded,
        ),
    ),
    Matter(
        "notices",
        notices.evolve,
        (
            notices.NoticeSent,
            notices.NoticeConfirmed,
            notices.PauseRequested,
            notices.PauseRequestAnswered,
        ),
    ),
    Matter(
        "speaking",
        speaking.evolve,
        (
            speaking.HandRaised,
            speaking.HandLowered,
            speaking.Muted,
            speaking.SelfMuted,
            speaking.Unmuted,
            speaking.IntercomOpened,
            speaking.IntercomClosed,
        ),
    ),
    Matter(
        "workstations",
        workstations.evolve,
        (workstations.DeviceCheckReported, workstations.WorkstationCleared),
    ),
    Matter(
        "requests",
        requests.evolve,
        (
            requests.LeaveRequested,
            requests.LeaveGranted,
            requests.LeaveRefused,
            requests.ReturnedToSeat,
            requests.MoreTimeRequested,
            requests.MoreTimeDue,
        ),
    ),
    Matter(
        "alarms",
        alarms.evolve,
        (
            alarms.AlarmRaised,
            alarms.AlarmSubsided,
            alarms.AlarmRecurred,
            alarms.AlarmAcknowledged,
            alarms.AlarmHandled,
            alarms.AlarmClosed,
            alarms.AlarmEscalated,
        ),
    ),
    Matter(
        "recordings",
        recordings.evolve,
        (
            recordings.SegmentsSealed,
            recordings.RecordingInterrupted,
            recordings.RecordingLost,
            recordings.RecordingBack,
            recordings.ClipTaken,
            recordings.ScreenRequested,
            recordings.ScreenGranted,
        ),
    ),
)
MATTER_OF: dict[type[Event], Matter] = {e: matter for matter in MATTERS for e in matter.events}
"""Events that one slice takes; all others change the session as a whole."""
