"""What a seat's page tells about the workstation: its devices were tried before the review
(设备检测), and everything was removed from it after the end (工位清场).

Both are words of a page, kept as such: they spare the organisers a round of telephone calls and
leave a proof that the page did what it had to, not a proof against whoever owns the machine.
"""

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from evalroom.sessions import alarms
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, ShortText
from evalroom.sessions.refusals import Refused

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

Tried = Literal["identity", "camera", "microphone", "speaker", "screen", "network", "clock"]
Outcome = Literal["ok", "poor", "failed", "skipped"]


class DeviceCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that was tried, how it came out, and in a few words what was found."""

    what: Tried
    outcome: Outcome
    note: ShortText = ""


Checks = Annotated[tuple[DeviceCheck, ...], Meta(min_length=1, max_length=14)]
"""Each thing once; twice as many as there are leaves room for a page newer than the server."""


class ReportDeviceCheck(Command, frozen=True):
    """A member's page has tried the devices, before he takes his seat or later; the last counts."""

    checks: Checks


class ReportCleared(Command, frozen=True):
    """After the end the page has removed drafts, documents and notes from the workstation."""


class DeviceCheckReported(Event, frozen=True):
    """The devices of a seat as its page found them."""

    member: str
    checks: tuple[DeviceCheck, ...]


class WorkstationCleared(Event, frozen=True):
    """Nothing of the evaluation is left in the seat's browser, as its page says."""

    member: str


class Checked(Struct, frozen=True):
    """The last report about a seat."""

    at: int
    checks: tuple[DeviceCheck, ...]


class Workstations(Struct, frozen=True):
    """Slice of the state: reports and clearings by member."""

    checked: dict[str, Checked] = field(default_factory=dict)
    cleared: dict[str, int] = field(default_factory=dict)


def report_check(
    session: "Session", command: ReportDeviceCheck, by: Acting, _at: int
) -> tuple[Event, ...]:
    """The same findings again change nothing; a clock that is far off is an alarm until it is not.

    Raises `Refused("device_twice")`.
    """
    assert by.member is not None
    named = [check.what for check in command.checks]
    for what in named:
        if named.count(what) > 1:
            raise Refused("device_twice", what=what)
    last = session.workstations.checked.get(by.member)
    if last is not None and last.checks == command.checks:
        return ()
    checked = DeviceCheckReported(member=by.member, checks=command.checks)
    return (checked, *_clock(session, by.member, command.checks))


def report_cleared(
    session: "Session", _command: ReportCleared, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Once, when the session is over. Raises `Refused("not_over")`."""
    assert by.member is not None
    if not session.over:
        raise Refused("not_over")
    if by.member in session.workstations.cleared:
        return ()
    return (WorkstationCleared(member=by.member),)


def evolve(workstations: Workstations, event: Event, at: int) -> Workstations:
    """The slice after one of this matter's events."""
    match event:
        case DeviceCheckReported(member=member, checks=checks):
            checked = {**workstations.checked, member: Checked(at, checks)}
            return replace(workstations, checked=checked)
        case WorkstationCleared(member=member):
            return replace(workstations, cleared={**workstations.cleared, member: at})
        case _:
            return workstations


def _clock(session: "Session", member: str, checks: Checks) -> tuple[Event, ...]:
    outcome = next((check.outcome for check in checks if check.what == "clock"), "skipped")
    source = f"seat.{member}.screen"
    if outcome == "skipped":
        return ()
    tell = alarms.found if outcome == "failed" else alarms.over
    return tell(session, "clock_drift", source)
