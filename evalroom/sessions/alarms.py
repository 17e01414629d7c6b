"""Alarms of the electronic monitoring (远程电子监控): what the server finds in pictures and sound,
what a workstation reports of itself, and what people do about it.

Life cycle: raised → acknowledged (who) → handled (how) → closed, or closed as false. The condition
may end by itself at any time (`subsided`), which closes nothing: somebody looks at it. An alarm
that nobody acknowledges goes up, witness → agency → supervisor, one step each
`alarm_escalation_seconds`. What comes again while its alarm is still open is that alarm again.
"""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta
from msgspec.structs import replace

from evalroom.sessions.alarm_register import (
    CLOSED_KEPT,
    LADDER,
    LEVELS,
    OF_RECORDING,
    RECORDING,
    Alarm,
    Alarms,
    Found,
    Level,
    Reported,
    shown_to,
)
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Reason
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

SourceName = Annotated[str, Meta(min_length=1, max_length=96)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class RaiseAlarm(Command, frozen=True):
    """The server found something at a source; `snapshot` is the picture's hash, where it may keep
    one.
    """

    kind: Found
    source: SourceName
    snapshot: Sha256 | None = None


class SubsideAlarm(Command, frozen=True):
    """What was found is over."""

    kind: Found
    source: SourceName


class ReportWorkstation(Command, frozen=True):
    """A seat's page says what has happened to it; `over` that it is over."""

    kind: Reported
    over: bool = False


class AcknowledgeAlarm(Command, frozen=True):
    """Somebody has seen it and takes it."""

    alarm: int


class HandleAlarm(Command, frozen=True):
    """What was done about it."""

    alarm: int
    how: Reason


class CloseAlarm(Command, frozen=True):
    """The end of it; `false` says that there was nothing."""

    alarm: int
    false: bool = False
    note: Reason | None = None


class AlarmRaised(Event, frozen=True):
    """An alarm with its number in this session."""

    alarm: int
    kind: str
    level: Level
    source: str
    member: str | None
    venue: str | None
    snapshot: str | None = None


class AlarmSubsided(Event, frozen=True):
    """Its condition is over."""

    alarm: int


class AlarmRecurred(Event, frozen=True):
    """Its condition is there again, while the alarm is still open."""

    alarm: int


class AlarmAcknowledged(Event, frozen=True):
    """Taken by somebody of this office."""

    alarm: int
    by: str
    role: str


class AlarmHandled(Event, frozen=True):
    """And what he did."""

    alarm: int
    how: str
    by: str


class AlarmClosed(Event, frozen=True):
    """Over, or never was."""

    alarm: int
    false: bool
    note: str | None
    by: str


class AlarmEscalated(Event, frozen=True):
    """Nobody took it in time: it now asks for this office too."""

    alarm: int
    to: str


def raise_alarm(
    session: "Session", command: RaiseAlarm, _by: Acting, _at: int
) -> tuple[Event, ...]:
    """Nothing, while the same is known already."""
    return found(session, command.kind, command.source, command.snapshot)


def subside(session: "Session", command: SubsideAlarm, _by: Acting, _at: int) -> tuple[Event, ...]:
    """The end of a condition that was raised."""
    return over(session, command.kind, command.source)


def report(
    session: "Session", command: ReportWorkstation, by: Acting, _at: int
) -> tuple[Event, ...]:
    """A member's page speaks of its own seat and of no other."""
    source = f"seat.{by.member}.screen"
    return (over if command.over else found)(session, command.kind, source)


def acknowledge(
    session: "Session", command: AcknowledgeAlarm, by: Acting, _at: int
) -> tuple[Event, ...]:
    """By anybody who is shown it; the first one takes it."""
    alarm = _alarm(session, command.alarm, by)
    if alarm.stage != "raised":
        raise Refused("alarm_taken", by=alarm.by or "")
    return (AlarmAcknowledged(alarm=command.alarm, by=by.principal, role=by.roles[0]),)


def handle(session: "Session", command: HandleAlarm, by: Acting, _at: int) -> tuple[Event, ...]:
    """After it was taken."""
    stage = _alarm(session, command.alarm, by).stage
    if stage == "handled":
        raise Refused("alarm_handled")
    if stage != "acknowledged":
        raise Refused("alarm_not_acknowledged")
    return (AlarmHandled(alarm=command.alarm, how=command.how, by=by.principal),)


def close(session: "Session", command: CloseAlarm, by: Acting, _at: int) -> tuple[Event, ...]:
    """A true alarm is closed when it was handled; a false one as soon as somebody says so."""
    alarm = _alarm(session, command.alarm, by)
    if not command.false and alarm.stage != "handled":
        raise Refused("alarm_not_handled")
    if command.false and command.note is None:
        raise Refused("note_wanted")
    return (
        AlarmClosed(alarm=command.alarm, false=command.false, note=command.note, by=by.principal),
    )


def overdue(session: "Session", at: int) -> tuple[Event, ...]:
    """The alarms that go one step up by now."""
    due = (number for number, when in _deadlines(session) if when <= at)
    return tuple(AlarmEscalated(alarm=n, to=LADDER[session.alarms.raised[n].asks + 1]) for n in due)


def next_due(session: "Session") -> int | None:
    """When the next alarm goes up (server ms), if any does."""
    return min((when for _, when in _deadlines(session)), default=None)


def found(
    session: "Session", kind: str, source: str, snapshot: str | None = None
) -> tuple[Event, ...]:
    """What comes of a condition that holds."""
    last = session.alarms.last(kind, source)
    if last is not None:
        number, alarm = last
        return () if alarm.subsided is None else (AlarmRecurred(alarm=number),)
    member, venue = _where(session, kind, source, snapshot)
    raised = AlarmRaised(
        alarm=session.alarms.count + 1, kind=kind, level=LEVELS[kind], source=source,
        member=member, venue=venue, snapshot=snapshot,
    )  # fmt: skip
    return (raised,)


def over(session: "Session", kind: str, source: str) -> tuple[Event, ...]:
    """What comes of one that does not hold any more."""
    last = session.alarms.last(kind, source)
    if last is None or last[1].subsided is not None:
        return ()
    return (AlarmSubsided(alarm=last[0]),)


def evolve(alarms: Alarms, event: Event, at: int) -> Alarms:
    """The slice after one of this matter's events."""
    match event:
        case AlarmRaised():
            alarm = Alarm(
                kind=event.kind, level=event.level, source=event.source, member=event.member,
                venue=event.venue, at=at, snapshot=event.snapshot, since=at,
                asks=LADDER.index("agency_lead") if event.kind in OF_RECORDING else 0,
            )  # fmt: skip
            return Alarms(raised={**alarms.raised, event.alarm: alarm}, count=event.alarm)
        case AlarmSubsided(alarm=number):
            return _with(alarms, number, subsided=at)
        case AlarmRecurred(alarm=number):
            again = alarms.raised[number].times + 1
            return _with(alarms, number, subsided=None, times=again)
        case AlarmAcknowledged(alarm=number, by=by):
            return _with(alarms, number, stage="acknowledged", by=by)
        case AlarmHandled(alarm=number, how=how, by=by):
            return _with(alarms, number, stage="handled", how=how, by=by)
        case AlarmEscalated(alarm=number, to=to):
            return _with(alarms, number, asks=LADDER.index(to), since=at)
        case AlarmClosed(alarm=number, false=false, by=by):
            return _forgetting(_with(alarms, number, stage="false" if false else "closed", by=by))
        case _:
            return alarms


def _where(
    session: "Session", kind: str, source: str, snapshot: str | None
) -> tuple[str | None, str | None]:
    """The seat and the venue an alarm is about."""
    # Late, as the view's package imports the state, which holds this module's slice.
    from evalroom.sessions.visibility.watching import source_of

    if source == RECORDING and kind in OF_RECORDING:
        return None, None
    named = source_of(session, source)
    if named.kind == "screen" and snapshot is not None:
        raise Refused("screen_sealed", member=named.member)
    return named.member, named.venue


def _alarm(session: "Session", number: int, by: Acting) -> Alarm:
    alarm = session.alarms.raised.get(number)
    if alarm is None or not shown_to(alarm, by.roles, by.venue):
        raise Refused("alarm_unknown", alarm=number)
    if not alarm.open:
        raise Refused("alarm_closed", alarm=number)
    return alarm


def _deadlines(session: "Session") -> list[tuple[int, int]]:
    """Number and time of each step up that is still to come."""
    if not session.alarms.raised:
        return []
    step_ms = int(policy(session.tender, "alarm_escalation_seconds")) * 1_000
    return [
        (number, alarm.since + step_ms)
        for number, alarm in session.alarms.raised.items()
        if alarm.stage == "raised" and alarm.asks + 1 < len(LADDER)
    ]


def _with(alarms: Alarms, number: int, **changed: object) -> Alarms:
    alarm = replace(alarms.raised[number], **changed)
    return replace(alarms, raised={**alarms.raised, number: alarm})


def _forgetting(alarms: Alarms) -> Alarms:
    """Without the oldest of too many that are finished and whose condition is over."""
    done = [n for n, alarm in alarms.raised.items() if not alarm.open]
    gone = set(done[: max(0, len(done) - CLOSED_KEPT)])
    return replace(alarms, raised={n: a for n, a in alarms.raised.items() if n not in gone})
