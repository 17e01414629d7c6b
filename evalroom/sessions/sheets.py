"""The score sheets (打分): each scorer fills his own, cell by cell, while a section is open.

Every edit is an event (已暂存); being finished with a sheet (个人评审结束) is another matter, see
`closings`.
"""

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct, field
from msgspec.structs import replace

from evalroom.sessions.maps import put, without
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id, Text
from evalroom.sessions.refusals import Refused
from evalroom.sessions.scoring.arithmetic import cell_fault
from evalroom.sessions.tender.model import Criterion, Evidence

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

CELLS_PER_COMMAND = 200
"""A page of a large sheet; an offline queue of 2,380 cells then replays in twelve commands."""

PAGES = 100_000
"""Pages of a document whose length the tender does not say; thick bids have some thousand."""
THOUSANDTHS = 1_000
"""A rectangle is given in thousandths of the page, from its upper left corner."""

CellText = Annotated[str, Meta(max_length=32)]


class CellEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One cell as its author fills it; `value` null empties it."""

    bid: Id
    criterion: Id
    value: CellText | None
    reason: Text = ""
    evidence: Evidence | None = None


class EnterScores(Command, frozen=True):
    """Fill up to 200 cells of one's own sheet at once."""

    cells: Annotated[tuple[CellEntry, ...], Meta(min_length=1, max_length=CELLS_PER_COMMAND)]


class SectionOpened(Event, frozen=True):
    """Individual review of a section begins."""

    section: str
    round: int


class ScoresEntered(Event, frozen=True):
    """Cells of one member's sheet of one section. Sealed to its author until the reveal."""

    member: str
    section: str
    round: int
    cells: tuple[CellEntry, ...]


class SharedScoresEntered(Event, frozen=True):
    """Cells of items that one enters and all confirm: every scorer of the item sees the value, not
    who entered it.
    """

    member: str
    section: str
    round: int
    cells: tuple[CellEntry, ...]


class Cell(Struct, frozen=True):
    """What stands in a cell."""

    value: str
    reason: str = ""
    evidence: Evidence | None = None


class Row(Struct, frozen=True):
    """One member's cells for one bid in one section, and how often they were changed."""

    revision: int = 0
    cells: dict[str, Cell] = field(default_factory=dict)


class Progress(Struct, frozen=True):
    """How far a section is. `reopened` names the only cells that may still change, if any: bid →
    criteria.
    """

    round: int
    closed: dict[str, int] = field(default_factory=dict)
    reopened: dict[str, tuple[str, ...]] = field(default_factory=dict)
    checked: bool = False
    confirmed: dict[str, int] = field(default_factory=dict)
    group_closed: bool = False


Rows = dict[str, dict[str, dict[str, Row]]]


class Sheets(Struct, frozen=True):
    """Slice of the state: rows by member, section and bid; shared values; progress and revealed
    round by section.
    """

    rows: Rows = field(default_factory=dict)
    shared: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    progress: dict[str, Progress] = field(default_factory=dict)
    revealed: dict[str, int] = field(default_factory=dict)


Seen = int | None
"""The revision of each row the command edits, as its author saw it; None: whatever is there."""


def enter_scores(
    session: "Session", command: EnterScores, by: Acting, seen: Seen
) -> tuple[Event, ...]:
    """One event per section and kind of item, in the order the cells came; cells that change
    nothing are left out.
    """
    assert by.member is not None
    member = by.member
    own = session.sheets.rows.get(member, {})
    groups: dict[tuple[str, bool], list[CellEntry]] = {}
    given: set[tuple[str, str]] = set()
    for place, entry in enumerate(command.cells):
        at = {"cell": place, "bid": entry.bid, "criterion": entry.criterion}
        criterion = _writable(session, member, entry, at)
        if (entry.bid, entry.criterion) in given:
            raise Refused("cell_twice", **at)
        given.add((entry.bid, entry.criterion))
        _check_revision(own, criterion.section, entry.bid, seen)
        row = own.get(criterion.section, {}).get(entry.bid)
        if _differs(row, entry):
            shared = criterion.objective == "one_enters_all_confirm"
            groups.setdefault((criterion.section, shared), []).append(entry)
    return tuple(
        (SharedScoresEntered if shared else ScoresEntered)(
            member=member,
            section=section,
            round=session.sheets.progress[section].round,
            cells=tuple(entries),
        )
        for (section, shared), entries in groups.items()
    )


def texts_of(session: "Session", section: str) -> dict[str, dict[str, dict[str, str]]]:
    """member → bid → criterion → value text of one section: what the arithmetic works on."""
    return {
        member: {
            bid: {criterion: cell.value for criterion, cell in row.cells.items()}
            for bid, row in sections.get(section, {}).items()
        }
        for member, sections in session.sheets.rows.items()
    }


def evolve(sheets: Sheets, event: Event, at: int) -> Sheets:
    """The slice after one of this matter's events."""
    match event:
        case SectionOpened(section=section, round=round_):
            return replace(sheets, progress={**sheets.progress, section: Progress(round=round_)})
        case ScoresEntered(member=member, section=section, cells=cells):
            return replace(sheets, rows=_written(sheets.rows, member, section, cells))
        case SharedScoresEntered(member=member, section=section, cells=cells):
            shared = sheets.shared
            for cell in cells:
                shared = put(shared, (section, cell.bid, cell.criterion), cell.value or "")
            rows = _written(sheets.rows, member, section, cells)
            return replace(sheets, rows=rows, shared=shared)
        case _:
            return sheets


def _writable(
    session: "Session", member: str, entry: CellEntry, at: dict[str, object]
) -> Criterion:
    """The item of a cell this member may fill with this value now; refusals name the cell."""
    criterion = session.plan.criteria.get(entry.criterion)
    if criterion is None or entry.criterion not in session.plan.scorers:
        raise Refused("criterion_unknown", **at)
    if entry.bid not in session.plan.bids:
        raise Refused("bid_unknown", **at)
    if entry.bid in session.rejected:
        raise Refused("bid_rejected", **at)
    if member not in session.plan.scorers[entry.criterion]:
        raise Refused("not_your_item", **at)
    _check_open(session, member, criterion.section, entry, at)
    if entry.value is not None:
        _check_value(criterion, entry.value, entry.reason, at)
    if entry.evidence is not None:
        _check_evidence(session, entry.bid, entry.evidence, at)
    return criterion


def _check_open(
    session: "Session", member: str, section: str, entry: CellEntry, at: dict[str, object]
) -> None:
    progress = session.sheets.progress.get(section)
    if progress is None or progress.group_closed:
        raise Refused("section_not_open", **at)
    if member in progress.closed:
        raise Refused("already_closed", section=section)
    if progress.reopened and entry.criterion not in progress.reopened.get(entry.bid, ()):
        raise Refused("cell_not_reopened", **at)


def _check_value(criterion: Criterion, value: str, reason: str, at: dict[str, object]) -> None:
    if fault := cell_fault(criterion, value):
        raise Refused(fault, **at)
    if _needs_reason(criterion, value) and not reason.strip():
        raise Refused("reason_missing", **at)


def _check_evidence(
    session: "Session", bid: str, evidence: Evidence, at: dict[str, object]
) -> None:
    """A place of evidence is one that can be turned to: a document of this bid, a page of it, a
    rectangle on that page.
    """
    documents = session.tender.bids[session.plan.bids[bid]].documents
    document = next((d for d in documents if d.id == evidence.document), None)
    if document is None:
        raise Refused("evidence_document_unknown", **at)
    pages = PAGES if document.pages is None else document.pages
    if not 1 <= evidence.page <= pages:
        raise Refused("evidence_page", pages=pages, **at)
    if evidence.rectangle is not None:
        left, top, right, bottom = evidence.rectangle
        if not (0 <= left < right <= THOUSANDTHS and 0 <= top < bottom <= THOUSANDTHS):
            raise Refused("evidence_rectangle", **at)


def _needs_reason(criterion: Criterion, value: str) -> bool:
    """A failed item and an applied deduction must be explained; others only where the tender says
    so.
    """
    return criterion.reason_required or value in ("fail", "apply")


def _check_revision(own: dict[str, dict[str, Row]], section: str, bid: str, seen: Seen) -> None:
    if seen is None:
        return
    row = own.get(section, {}).get(bid)
    current = row.revision if row else 0
    if seen != current:
        raise Refused("stale_revision", section=section, bid=bid, revision=current)


def _differs(row: Row | None, entry: CellEntry) -> bool:
    cell = row.cells.get(entry.criterion) if row else None
    if entry.value is None:
        return cell is not None
    return cell != Cell(value=entry.value, reason=entry.reason, evidence=entry.evidence)


def _written(rows: Rows, member: str, section: str, cells: tuple[CellEntry, ...]) -> Rows:
    for entry in cells:
        row = rows.get(member, {}).get(section, {}).get(entry.bid, Row())
        filled = without(row.cells, entry.criterion)
        if entry.value is not None:
            filled[entry.criterion] = Cell(
                value=entry.value, reason=entry.reason, evidence=entry.evidence
            )
        changed = Row(revision=row.revision + 1, cells=filled)
        rows = put(rows, (member, section, entry.bid), changed)
    return rows
