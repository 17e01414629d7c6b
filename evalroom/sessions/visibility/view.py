"""The view of an audience, made of parts, and the changes between two states.

Law: view before + changes = view after, for every audience and every log. It holds by construction,
because changes are the difference of the parts; what makes it cheap is that each part names its
inputs, and state that an event did not touch keeps its identity. Sheets, which grow, are compared
row by row by identity, so that an edit costs the same in a sheet of any size.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from evalroom.sessions.messages import Event
from evalroom.sessions.sheets import ScoresEntered
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import eyes, parts, scores, seats
from evalroom.sessions.visibility.audience import Audience, left_out
from evalroom.sessions.visibility.operations import Change, diff

Inputs = Callable[[Session, Audience], tuple[object, ...]]
Build = Callable[[Session, Audience], Any]
Differ = Callable[[Session, Session, Audience], list[Change]]


class Part(Struct, frozen=True):
    """One key of the view: the slices of the state it is made of, its inputs among them, how it is
    built, perhaps a cheaper comparison. `alike`: the same for every audience.
    """

    slices: tuple[str, ...]
    inputs: Inputs
    build: Build
    differ: Differ | None = None
    alike: bool = False


Named = tuple[str, Part]


def _nothing(_session: Session, _audience: Audience) -> None:
    """Not for this audience."""


PARTS: dict[str, Part] = {
    "session": Part(
        ("tender", "phase"), lambda s, a: (s.tender, s.phase), parts.session_part
    ),
    "phase": Part(
        ("tender", "phase_revision"), lambda s, a: (s.tender, s.phase_revision),
        parts.phase_part, alike=True,
    ),
    "pause": Part(("pause",), lambda s, a: (s.pause,), parts.pause_part, alike=True),
    "gate": Part(
        (
            "phase_revision", "tender", "seats", "declarations", "lead", "sheets", "results",
            "votes", "signing",
        ),
        lambda s, a: (
            s.phase_revision, s.tender, s.seats, s.declarations, s.lead, s.sheets.progress,
            s.results, s.votes, s.signing,
        ),
        parts.gate_part, alike=True,
    ),
    "venues": Part(("tender",), lambda s, a: (s.tender,), parts.venues_part, alike=True),
    "committee": Part(
        ("tender", "phase", "seats", "declarations", "lead", "sheets", "attendance", "signing"),
        lambda s, a: (
            s.tender, s.phase, s.seats, s.declarations, s.lead.member, s.sheets.progress,
            s.attendance.lost, s.signing,
        ),
        parts.committee_part,
    ),
    "replaced": Part(("replaced",), lambda s, a: (s.replaced,), parts.replaced_part, alike=True),
    "offices": Part(("seats",), lambda s, a: (s.seats.appointments,), parts.offices_part),
    "tender": Part(
        ("tender", "phase", "declarations"), lambda s, a: (s.tender, s.phase, s.declarations),
        parts.tender_part,
    ),
    "bids": Part(
        ("tender", "phase", "declarations", "rejected"),
        lambda s, a: (s.tender, s.phase, s.declarations, s.rejected), parts.bids_part,
    ),
    "me": Part(
        ("tender", "seats", "declarations"), lambda s, a: (s.tender, s.seats, s.declarations),
        parts.me_part,
    ),
    "ballot": Part(("lead",), lambda s, a: (s.lead,), parts.ballot_part),
    "vote": Part(("votes",), lambda s, a: (s.votes,), parts.vote_part),
    "sections": Part(
        ("sheets",), lambda s, a: (s.sheets.progress, s.sheets.revealed), scores.sections_part,
        alike=True,
    ),
    "sheet": Part(
        ("sheets", "plan"), scores.sheet_inputs, scores.sheet_part, scores.sheet_changes
    ),
    "shared": Part(
        ("sheets", "plan"), lambda s, a: (s.sheets.shared, s.plan), scores.shared_part
    ),
    "revealed": Part(
        ("sheets", "phase"), lambda s, a: (s.sheets.revealed, s.phase), scores.revealed_part
    ),
    "results": Part(
        ("results", "sheets", "phase", "tender"),
        lambda s, a: (s.results, s.sheets.revealed, s.phase, s.tender), scores.results_part,
    ),
    "report": Part(("signing", "phase"), lambda s, a: (s.signing, s.phase), parts.report_part),
    "remarks": Part(("attendance",), lambda s, a: (s.attendance.remarks,), parts.remarks_part),
    "incidents": Part(
        ("attendance",), lambda s, a: (s.attendance.incidents,), parts.incidents_part
    ),
    "looks": Part(("attendance",), lambda s, a: (s.attendance.looks,), parts.looks_part),
    "sources": Part(
        ("tender", "plan", "phase", "sheets", "recordings", "declarations"), eyes.sources_inputs,
        eyes.sources_part,
    ),
    "alarms": Part(("alarms",), lambda s, a: (s.alarms,), eyes.alarms_part),
    "notices": Part(("notices",), lambda s, a: (s.notices.sent,), eyes.notices_part),
    "pause_request": Part(
        ("notices",), lambda s, a: (s.notices.request,), eyes.pause_request_part
    ),
    "speaking": Part(
        ("speaking", "phase", "pause", "sheets"),
        lambda s, a: (s.speaking, s.phase, s.pause, s.sheets.progress, s.sheets.revealed),
        eyes.speaking_part, alike=True,
    ),
    "workstations": Part(
        ("workstations", "tender"), lambda s, a: (s.workstations, s.tender),
        seats.workstations_part,
    ),
    "leaves": Part(
        ("requests",), lambda s, a: (s.requests.leaves,), seats.leaves_part, alike=True
    ),
    "more_time": Part(
        ("requests",), lambda s, a: (s.requests.more_time, s.requests.more_time_due),
        seats.more_time_part,
    ),
    "screens": Part(("recordings",), lambda s, a: (s.recordings.screens,), eyes.screens_part),
    "recording": Part(("recordings",), lambda s, a: (s.recordings,), eyes.recording_part),
}  # fmt: skip

LEFT_OUT: dict[str, Part] = {
    **dict.fromkeys(PARTS, Part((), lambda s, a: (), _nothing)),
    "session": PARTS["session"],
    "phase": Part(("tender", "phase"), lambda s, a: (s.tender, s.phase), parts.name_and_stage),
    "offices": PARTS["offices"],
    "me": PARTS["me"],
}
"""The view of an auditor before the end."""


def view(session: Session, audience: Audience) -> dict[str, Any]:
    """Everything this audience may see now, as plain JSON values."""
    return {name: part.build(session, audience) for name, part in _parts(session, audience).items()}


def concerned(events: Sequence[Event]) -> frozenset[str] | None:
    """The members who alone can have changes of an entry; None when it may be anybody."""
    edits = [event.member for event in events if isinstance(event, ScoresEntered)]
    return frozenset(edits) if len(edits) == len(events) else None


def changes(
    before: Session, events: Sequence[Event], after: Session, audience: Audience
) -> tuple[Change, ...]:
    """What this audience has to be told about an entry; most often nothing."""
    edits = [event for event in events if isinstance(event, ScoresEntered)]
    if len(edits) == len(events):
        return _own_edits(before, edits, after, audience)
    known, shown = _parts(before, audience), _parts(after, audience)
    ended = after.over and not before.over
    if known is not shown or (ended and audience.holds("auditor")):
        return tuple(diff(view(before, audience), view(after, audience), ()))
    if shown is LEFT_OUT:
        return tuple(_differences(before, after, audience, LEFT_OUT.items()))
    alike, own = _touched(_slices(before, after))
    return (
        *_LAST.changes(before, after, audience, alike),
        *_differences(before, after, audience, own),
    )


def _own_edits(
    before: Session, edits: Sequence[ScoresEntered], after: Session, audience: Audience
) -> tuple[Change, ...]:
    own = [edit for edit in edits if edit.member == audience.member]
    if len(own) == 1:
        return tuple(scores.edit_changes(before, own[0], after))
    # Many of them name the same rows: each row is compared once.
    return tuple(scores.sheet_changes(before, after, audience)) if own else ()


def _parts(session: Session, audience: Audience) -> dict[str, Part]:
    return LEFT_OUT if left_out(session, audience) else PARTS


def _slices(before: Session, after: Session) -> frozenset[str]:
    """The slices of the state that an entry has touched."""
    return frozenset(
        name
        for name in Session.__struct_fields__
        if (old := getattr(before, name)) is not (new := getattr(after, name))
        and not (isinstance(old, (str, int, tuple)) and old == new)
    )


@cache
def _touched(slices: frozenset[str]) -> tuple[tuple[Named, ...], tuple[Named, ...]]:
    """The parts that are made of these slices: those alike for all, and the others."""
    made = [(name, part) for name, part in PARTS.items() if not slices.isdisjoint(part.slices)]
    alike = tuple((name, part) for name, part in made if part.alike)
    return alike, tuple((name, part) for name, part in made if not part.alike)


def _differences(
    before: Session, after: Session, audience: Audience, named: Iterable[Named]
) -> list[Change]:
    found: list[Change] = []
    for name, part in named:
        if _same(part.inputs(before, audience), part.inputs(after, audience)):
            continue
        if part.differ is not None:
            found += part.differ(before, after, audience)
        else:
            found += diff(part.build(before, audience), part.build(after, audience), (name,))
    return found


class _Last:
    """The differences that are alike for all audiences, of the entry that was asked about last: a
    room asks for one audience after the other.
    """

    def __init__(self) -> None:
        self._known: tuple[Session | None, Session | None, list[Change]] = (None, None, [])

    def changes(
        self, before: Session, after: Session, audience: Audience, alike: tuple[Named, ...]
    ) -> list[Change]:
        """From memory, or found out now."""
        known_before, known_after, found = self._known
        if known_before is not before or known_after is not after:
            found = _differences(before, after, audience, alike)
            self._known = before, after, found
        return found


_LAST = _Last()


def _same(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    """Identity for what an event would have copied, equality for the small scalars and tuples among
    the inputs.
    """
    return all(
        old is new or (isinstance(old, (str, int, tuple)) and old == new)
        for old, new in zip(before, after, strict=True)
    )
