"""The view of an audience, made of parts, and the changes between two states.

Law: view before + changes = view after, for every audience and every log. It holds by construction,
because changes are the difference of the parts; what makes it cheap is that each part names its
inputs, and state that an event did not touch keeps its identity. Sheets, which grow, are compared
row by row by identity, so that an edit costs the same in a sheet of any size.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from evalroom.sessions.messages import Event
from evalroom.sessions.sheets import ScoresEntered
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import parts, scores
from evalroom.sessions.visibility.audience import Audience
from evalroom.sessions.visibility.operations import Change, diff

Inputs = Callable[[Session, Audience], tuple[object, ...]]
Build = Callable[[Session, Audience], Any]
Differ = Callable[[Session, Session, Audience], list[Change]]


class Part(Struct, frozen=True):
    """One key of the view: its inputs, how it is built, perhaps a cheaper comparison."""

    inputs: Inputs
    build: Build
    differ: Differ | None = None


PARTS: dict[str, Part] = {
    "session": Part(lambda s, a: (s.tender, s.phase), parts.session_part),
    "phase": Part(lambda s, a: (s.tender, s.phase_revision), parts.phase_part),
    "pause": Part(lambda s, a: (s.pause,), parts.pause_part),
    "gate": Part(
        lambda s, a: (
            s.phase_revision, s.tender, s.seats, s.declarations, s.lead, s.sheets.progress,
            s.results, s.votes, s.signing,
        ),
        parts.gate_part,
    ),
    "venues": Part(lambda s, a: (s.tender,), parts.venues_part),
    "committee": Part(
        lambda s, a: (
            s.tender, s.phase, s.seats, s.declarations, s.lead.member, s.sheets.progress,
            s.attendance.lost, s.signing,
        ),
        parts.committee_part,
    ),
    "offices": Part(lambda s, a: (s.seats.appointments,), parts.offices_part),
    "tender": Part(lambda s, a: (s.tender, s.phase, s.declarations), parts.tender_part),
    "bids": Part(lambda s, a: (s.tender, s.phase, s.declarations, s.rejected), parts.bids_part),
    "me": Part(lambda s, a: (s.tender, s.seats, s.declarations), parts.me_part),
    "ballot": Part(lambda s, a: (s.lead,), parts.ballot_part),
    "vote": Part(lambda s, a: (s.votes,), parts.vote_part),
    "sections": Part(lambda s, a: (s.sheets.progress, s.sheets.revealed), scores.sections_part),
    "sheet": Part(scores.sheet_inputs, scores.sheet_part, scores.sheet_changes),
    "shared": Part(lambda s, a: (s.sheets.shared, s.plan), scores.shared_part),
    "revealed": Part(lambda s, a: (s.sheets.revealed, s.phase), scores.revealed_part),
    "results": Part(
        lambda s, a: (s.results, s.sheets.revealed, s.phase, s.tender), scores.results_part
    ),
    "report": Part(lambda s, a: (s.signing, s.phase), parts.report_part),
    "remarks": Part(lambda s, a: (s.attendance.remarks,), parts.remarks_part),
    "looks": Part(lambda s, a: (s.attendance.looks,), parts.looks_part),
}  # fmt: skip


def view(session: Session, audience: Audience) -> dict[str, Any]:
    """Everything this audience may see now, as plain JSON values."""
    return {name: part.build(session, audience) for name, part in PARTS.items()}


def changes(
    before: Session, events: Sequence[Event], after: Session, audience: Audience
) -> tuple[Change, ...]:
    """What this audience has to be told about an entry; most often nothing."""
    found: list[Change] = []
    edits = [event for event in events if isinstance(event, ScoresEntered)]
    if len(edits) == len(events):
        for edit in edits:
            if edit.member == audience.member:
                found += scores.edit_changes(before, edit, after)
        return tuple(found)
    for name, part in PARTS.items():
        if _same(part.inputs(before, audience), part.inputs(after, audience)):
            continue
        if part.differ is not None:
            found += part.differ(before, after, audience)
        else:
            found += diff(part.build(before, audience), part.build(after, audience), (name,))
    return tuple(found)


def _same(before: tuple[object, ...], after: tuple[object, ...]) -> bool:
    """Identity for what an event would have copied, equality for the small scalars and tuples among
    the inputs.
    """
    return all(
        old is new or (isinstance(old, (str, int, tuple)) and old == new)
        for old, new in zip(before, after, strict=True)
    )
