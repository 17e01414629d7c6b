"""Recordings as evidence: hashes of closed segments, what is missing, clips taken, and the early
look at a sealed screen that takes two persons and a clause.

The pictures themselves never enter the ledger; what stands here lets a stranger prove that a file
he is shown is the one that was recorded, and when nothing was.
"""

from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from evalroom.sessions.alarms import Sha256, SourceName
from evalroom.sessions.interventions import Paused
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id, Reason
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import check_member
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

SEGMENTS_PER_COMMAND: Final = 200
"""A batch of hashes fits the ledger's usual entry; a node with more sends another one."""


class Segment(Struct, frozen=True, forbid_unknown_fields=True):
    """A closed piece of a recording: from when to when (server ms), its size and hash as it lies
    there, encrypted.
    """

    source: SourceName
    epoch: int
    begun: int
    ended: int
    bytes: int
    sha256: Sha256


class SealSegments(Command, frozen=True):
    """The server has closed these pieces."""

    segments: Annotated[tuple[Segment, ...], Meta(min_length=1, max_length=SEGMENTS_PER_COMMAND)]


class ReportRecordingGap(Command, frozen=True):
    """Between these moments a source was not recorded."""

    source: SourceName
    begun: int
    ended: int
    cause: Annotated[str, Meta(pattern="^[a-z_]{1,32}$")]


class ReportRecordingLost(Command, frozen=True):
    """Nothing of this session is being recorded any more (a full disk, a broken one)."""

    cause: Annotated[str, Meta(pattern="^[a-z_]{1,32}$")]


class ReportRecordingBack(Command, frozen=True):
    """This session is being recorded again."""


class RecordClip(Command, frozen=True):
    """The server has cut a piece of evidence for somebody (`taker`)."""

    taker: Id
    source: SourceName
    begun: int
    ended: int
    sha256: Sha256


class RequestScreen(Command, frozen=True):
    """A supervisor asks to see a sealed screen, on a clause."""

    member: Id
    clause: Reason


class GrantScreen(Command, frozen=True):
    """A second person agrees. The member is told, and the report says so."""

    member: Id


class SegmentsSealed(Event, frozen=True):
    """Hashes of closed pieces."""

    segments: tuple[Segment, ...]


class RecordingInterrupted(Event, frozen=True):
    """A gap in a recording, and why."""

    source: str
    begun: int
    ended: int
    cause: str


class RecordingLost(Event, frozen=True):
    """No recording any more."""

    cause: str


class RecordingBack(Event, frozen=True):
    """Recording goes on. Whoever paused because of it resumes."""


class ClipTaken(Event, frozen=True):
    """A piece of evidence: from which source and time, with which hash, for whom."""

    source: str
    begun: int
    ended: int
    sha256: str
    by: str


class ScreenRequested(Event, frozen=True):
    """One person wants to see a sealed screen."""

    member: str
    clause: str
    by: str


class ScreenGranted(Event, frozen=True):
    """Two persons have opened it."""

    member: str
    clause: str
    requested_by: str
    granted_by: str


class ScreenRequest(Struct, frozen=True):
    """A request that waits for the second person, or has found him (`granted_by`)."""

    clause: str
    by: str
    granted_by: str | None = None


class Recordings(Struct, frozen=True):
    """Slice of the state: early looks by member, how many pieces and clips are on record, why
    nothing is being recorded now, if that is so.
    """

    screens: dict[str, ScreenRequest] = field(default_factory=dict)
    segments: int = 0
    gaps: int = 0
    clips: int = 0
    lost: str | None = None

    def opened(self, member: str) -> bool:
        """Whether two persons have opened this member's screen."""
        request = self.screens.get(member)
        return request is not None and request.granted_by is not None


def seal_segments(
    _session: "Session", command: SealSegments, _by: Acting, at: int
) -> tuple[Event, ...]:
    """Pieces that have ended."""
    for segment in command.segments:
        if not segment.begun <= segment.ended <= at:
            raise Refused("segment_impossible", source=segment.source)
    return (SegmentsSealed(segments=command.segments),)


def report_gap(
    _session: "Session", command: ReportRecordingGap, _by: Acting, at: int
) -> tuple[Event, ...]:
    """A gap lies in the past."""
    if not command.begun <= command.ended <= at:
        raise Refused("segment_impossible", source=command.source)
    gap = RecordingInterrupted(
        source=command.source, begun=command.begun, ended=command.ended, cause=command.cause
    )
    return (gap,)


def report_lost(
    session: "Session", command: ReportRecordingLost, _by: Acting, _at: int
) -> tuple[Event, ...]:
    """Where the law asks for a complete record (全程录音录像), the session pauses."""
    lost = RecordingLost(cause=command.cause)
    if session.recordings.lost is not None:
        return ()
    if session.pause is not None or policy(session.tender, "recording_lost") != "pause":
        return (lost,)
    return (lost, Paused(kind="technical", by="system", reason="recording_lost"))


def report_back(
    session: "Session", _command: ReportRecordingBack, _by: Acting, _at: int
) -> tuple[Event, ...]:
    """After a loss, and once."""
    return () if session.recordings.lost is None else (RecordingBack(),)


def record_clip(session: "Session", command: RecordClip, _by: Acting, at: int) -> tuple[Event, ...]:
    """For somebody who holds an office here, of a time that is over."""
    held = session.seats.appointments.get(command.taker)
    if held is None or "supervisor" not in held.roles:
        raise Refused("wrong_role")
    if not command.begun < command.ended <= at:
        raise Refused("segment_impossible", source=command.source)
    clip = ClipTaken(
        source=command.source,
        begun=command.begun,
        ended=command.ended,
        sha256=command.sha256,
        by=command.taker,
    )
    return (clip,)


def request_screen(
    session: "Session", command: RequestScreen, by: Acting, _at: int
) -> tuple[Event, ...]:
    """For a member of this committee whose screen nobody has asked for yet."""
    check_member(session, command.member)
    if command.member in session.recordings.screens:
        raise Refused("screen_requested", member=command.member)
    return (ScreenRequested(member=command.member, clause=command.clause, by=by.principal),)


def grant_screen(
    session: "Session", command: GrantScreen, by: Acting, _at: int
) -> tuple[Event, ...]:
    """By another person than the one who asked."""
    request = session.recordings.screens.get(command.member)
    if request is None:
        raise Refused("screen_not_requested", member=command.member)
    if request.by == by.principal:
        raise Refused("two_persons_wanted")
    if request.granted_by is not None:
        return ()
    return (
        ScreenGranted(
            member=command.member,
            clause=request.clause,
            requested_by=request.by,
            granted_by=by.principal,
        ),
    )


def evolve(recordings: Recordings, event: Event, _at: int) -> Recordings:
    """The slice after one of this matter's events."""
    match event:
        case SegmentsSealed(segments=segments):
            return replace(recordings, segments=recordings.segments + len(segments))
        case RecordingInterrupted():
            return replace(recordings, gaps=recordings.gaps + 1)
        case RecordingLost(cause=cause):
            return replace(recordings, lost=cause)
        case RecordingBack():
            return replace(recordings, lost=None)
        case ClipTaken():
            return replace(recordings, clips=recordings.clips + 1)
        case ScreenRequested(member=member, clause=clause, by=by):
            asked = ScreenRequest(clause=clause, by=by)
            return replace(recordings, screens={**recordings.screens, member: asked})
        case ScreenGranted(member=member, granted_by=granted_by):
            granted = replace(recordings.screens[member], granted_by=granted_by)
            return replace(recordings, screens={**recordings.screens, member: granted})
        case _:
            return recordings
