"""Closing and revealing (个人评审结束, 提交前检查, 小组评审结束, 揭示).

Theory. A section is open from the start of its stage until its group closing. A scorer closes his
sheet when every cell is filled; a closed sheet is out of its author's hands. With the last closing
the server compares what must be equal for all (objective items; pass/fail items where the policy
asks for unanimity). What differs re-opens for every scorer of it, and only that: the finding names
item and bid, never a value or a member. When nothing differs the lead closes the section for the
group, and that reveals it; nothing is ever un-revealed.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from evalroom.sessions.messages import Command, Event
from evalroom.sessions.people import Acting, Id
from evalroom.sessions.refusals import Refused
from evalroom.sessions.scoring.verdicts import mismatches
from evalroom.sessions.sheets import Progress, Sheets, texts_of
from evalroom.sessions.tender.policies import policy

if TYPE_CHECKING:
    from evalroom.sessions.state import Session

MISSING_SHOWN = 20
"""How many missing cells a refusal names; the page finds the rest by itself."""


class ClosePersonally(Command, frozen=True):
    """A scorer declares his sheet of a section final."""

    section: Id


class CloseGroup(Command, frozen=True):
    """The lead closes a section for the group; without a lead each member gives this command."""

    section: Id


class PersonallyClosed(Event, frozen=True):
    """A scorer has finished a section."""

    member: str
    section: str
    round: int


class GroupClosingConfirmed(Event, frozen=True):
    """A member of a committee without a lead agrees to close a section."""

    member: str
    section: str


class GroupClosed(Event, frozen=True):
    """A section is closed for the group."""

    section: str
    round: int


class Revealed(Event, frozen=True):
    """From here on the committee sees all sheets of this section and round."""

    section: str
    round: int


class CellsReopened(Event, frozen=True):
    """Cells that must be equal and are not: (bid, criterion). `members` are all their scorers,
    whoever is at fault.
    """

    section: str
    round: int
    cells: tuple[tuple[str, str], ...]
    members: tuple[str, ...]


class ChecksPassed(Event, frozen=True):
    """Nothing in the section contradicts itself; the group may close it."""

    section: str
    round: int


def close_personally(
    session: "Session", command: ClosePersonally, by: Acting, _at: int
) -> tuple[Event, ...]:
    """Every cell the member scores has to be filled; an empty one is named."""
    assert by.member is not None
    progress = _open_section(session, command.section)
    if by.member not in session.plan.section_scorers[command.section]:
        raise Refused("not_your_section", section=command.section)
    if by.member in progress.closed:
        raise Refused("already_closed", section=command.section)
    missing = list(missing_cells(session, by.member, command.section))
    if missing:
        raise Refused("cells_missing", count=len(missing), cells=missing[:MISSING_SHOWN])
    return (PersonallyClosed(member=by.member, section=command.section, round=progress.round),)


def close_group(session: "Session", command: CloseGroup, by: Acting, _at: int) -> tuple[Event, ...]:
    """The lead's closing, after all sheets are closed and agree where they must."""
    assert by.member is not None
    progress = _open_section(session, command.section)
    if waiting := unfinished(session, command.section):
        raise Refused("members_unfinished", members=list(waiting))
    if not progress.checked:  # pragma: no cover - the check runs in the entry of the last closing
        raise Refused("checks_pending")
    if session.lead.member is not None:
        return (GroupClosed(section=command.section, round=progress.round),)
    if by.member in progress.confirmed:
        raise Refused("already_confirmed")
    return (GroupClosingConfirmed(member=by.member, section=command.section),)


def reactions(session: "Session") -> tuple[Event, ...]:
    """What the server adds while sections are open: check, close for a committee without a lead,
    reveal.
    """
    for section, progress in session.sheets.progress.items():
        if progress.group_closed:
            if session.sheets.revealed.get(section, 0) < progress.round:
                return (Revealed(section=section, round=progress.round),)
        elif not progress.checked:
            if not unfinished(session, section):
                return (check(session, section),)
        elif session.lead.member is None and len(progress.confirmed) == len(
            session.tender.committee
        ):
            return (GroupClosed(section=section, round=progress.round),)
    return ()


def check(session: "Session", section: str) -> Event:
    """Compare what must be equal for all its scorers: objective items, and pass/fail items under
    `unanimous`.
    """
    plan = session.plan
    unanimous = policy(session.tender, "pass_fail") == "unanimous"
    equal = [
        plan.criteria[c]
        for c in plan.typed[section]
        if plan.criteria[c].objective or (unanimous and plan.criteria[c].kind == "pass_fail")
    ]
    found = mismatches(session.tender, equal, texts_of(session, section))
    cells = tuple((bid, c) for c, bid in found if bid not in session.rejected)
    round_ = session.sheets.progress[section].round
    if not cells:
        return ChecksPassed(section=section, round=round_)
    faulty = {c for _, c in cells}
    members = tuple(
        m for m in plan.section_scorers[section] if any(m in plan.scorers[c] for c in faulty)
    )
    return CellsReopened(section=section, round=round_, cells=cells, members=members)


def missing_cells(session: "Session", member: str, section: str) -> Iterator[tuple[str, str]]:
    """(bid, criterion) of every cell this member still owes, in the order of the sheet."""
    rows = session.sheets.rows.get(member, {}).get(section, {})
    plan = session.plan
    owed = [c for c in plan.typed[section] if member in plan.scorers[c]]
    for bid in session.valid_bids():
        cells = rows[bid].cells if bid in rows else {}
        for criterion in owed:
            if criterion not in cells:
                yield bid, criterion


def unfinished(session: "Session", section: str) -> tuple[str, ...]:
    """Scorers of a section who have not closed their sheet."""
    closed = session.sheets.progress[section].closed
    return tuple(m for m in session.plan.section_scorers[section] if m not in closed)


def evolve(sheets: Sheets, event: Event, at: int) -> Sheets:
    """The sheets after one of this matter's events."""
    match event:
        case PersonallyClosed(member=member, section=section):
            progress = sheets.progress[section]
            return _progressed(sheets, section, closed={**progress.closed, member: at})
        case GroupClosingConfirmed(member=member, section=section):
            progress = sheets.progress[section]
            return _progressed(sheets, section, confirmed={**progress.confirmed, member: at})
        case GroupClosed(section=section):
            return _progressed(sheets, section, group_closed=True)
        case Revealed(section=section, round=round_):
            return replace(sheets, revealed={**sheets.revealed, section: round_})
        case ChecksPassed(section=section):
            return _progressed(sheets, section, checked=True, reopened={})
        case CellsReopened(section=section, cells=cells, members=members):
            reopened: dict[str, tuple[str, ...]] = {}
            for bid, criterion in cells:
                reopened[bid] = (*reopened.get(bid, ()), criterion)
            closed = sheets.progress[section].closed
            still = {m: when for m, when in closed.items() if m not in members}
            return _progressed(sheets, section, closed=still, reopened=reopened)
        case _:
            return sheets


def _open_section(session: "Session", section: str) -> Progress:
    progress = session.sheets.progress.get(section)
    if progress is None or progress.group_closed:
        raise Refused("section_not_open", section=section)
    return progress


def _progressed(sheets: Sheets, section: str, **fields: object) -> Sheets:
    changed = replace(sheets.progress[section], **fields)
    return replace(sheets, progress={**sheets.progress, section: changed})
