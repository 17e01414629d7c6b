"""The parts of a view that hold scores: one's own sheet, shared values, what has been revealed,
results.
"""

from typing import Any

import msgspec

from evalroom.sessions.sheets import Cell, Row, ScoresEntered
from evalroom.sessions.state import Session
from evalroom.sessions.visibility.audience import Audience, reads_results, reads_sheets
from evalroom.sessions.visibility.operations import Change


def sections_part(session: Session, _audience: Audience) -> dict[str, Any]:
    """How far each section is. Cells the check re-opened are named to everyone: item and bid, no
    value, no member.
    """
    return {
        section: {
            "round": progress.round,
            "checked": progress.checked,
            "group_closed": progress.group_closed,
            "revealed": session.sheets.revealed.get(section, 0),
            "reopened": {bid: list(criteria) for bid, criteria in progress.reopened.items()},
        }
        for section, progress in session.sheets.progress.items()
    }


def sheet_inputs(session: Session, audience: Audience) -> tuple[object, ...]:
    """A sheet depends on its author's rows and on the sections open to him."""
    if audience.member is None:
        return ()
    return session.sheets.rows.get(audience.member), _sections_of(session, audience.member)


def sheet_part(session: Session, audience: Audience) -> dict[str, Any] | None:
    """The member's own sheet: section → bid → row."""
    if audience.member is None:
        return None
    rows = session.sheets.rows.get(audience.member, {})
    return {
        section: {bid: _row(row) for bid, row in rows.get(section, {}).items()}
        for section in _sections_of(session, audience.member)
    }


def sheet_changes(before: Session, after: Session, audience: Audience) -> list[Change]:
    """The differences of one's own sheet; rows that are the same object are not looked into."""
    member = audience.member
    if member is None:
        return []
    changes: list[Change] = []
    known = _sections_of(before, member)
    old, new = before.sheets.rows.get(member, {}), after.sheets.rows.get(member, {})
    for section in _sections_of(after, member):
        rows = new.get(section, {})
        if section not in known:
            value = {bid: _row(row) for bid, row in rows.items()}
            changes.append(["set", ["sheet", section], value])
            continue
        earlier = old.get(section, {})
        for bid, row in rows.items():
            if _other(earlier.get(bid), row):
                changes += _row_changes(section, bid, earlier.get(bid), row)
    return changes


def edit_changes(before: Session, event: ScoresEntered, after: Session) -> list[Change]:
    """What an edit changed in its author's sheet, looking at the rows it names and no others."""
    old = before.sheets.rows.get(event.member, {}).get(event.section, {})
    new = after.sheets.rows[event.member][event.section]
    changes: list[Change] = []
    for bid in dict.fromkeys(cell.bid for cell in event.cells):
        changes += _row_changes(event.section, bid, old.get(bid), new[bid])
    return changes


def shared_part(session: Session, audience: Audience) -> dict[str, Any]:
    """Values one scorer entered for all to confirm, for the scorers of the item; never who entered
    them.
    """
    if audience.member is None:
        return {}
    shared: dict[str, dict[str, dict[str, str]]] = {}
    for section, bids in session.sheets.shared.items():
        for bid, values in bids.items():
            for criterion, value in values.items():
                if audience.member in session.plan.scorers[criterion]:
                    shared.setdefault(section, {}).setdefault(bid, {})[criterion] = value
    return shared


def revealed_part(session: Session, audience: Audience) -> dict[str, Any]:
    """All sheets of revealed sections: section → member → bid → criterion → cell."""
    if not reads_sheets(session, audience):
        return {}
    return {
        section: {
            member: {
                bid: {criterion: _cell(cell) for criterion, cell in row.cells.items()}
                for bid, row in sections.get(section, {}).items()
            }
            for member, sections in session.sheets.rows.items()
            if section in sections
        }
        for section in session.sheets.revealed
    }


def newly_revealed(before: Session, after: Session, audience: Audience) -> int:
    """How many cells of others' sheets this audience sees after and did not see before."""
    if before.sheets is after.sheets and before.phase == after.phase:
        return 0
    if not reads_sheets(after, audience):
        return 0
    known = before.sheets.revealed if reads_sheets(before, audience) else {}
    return sum(
        len(row.cells)
        for section, round_ in after.sheets.revealed.items()
        if known.get(section) != round_
        for sections in after.sheets.rows.values()
        for row in sections.get(section, {}).values()
    )


def results_part(session: Session, audience: Audience) -> dict[str, Any]:
    """Facts computed from revealed sheets, and how the agency's check of them stands."""
    results = session.results
    shown: dict[str, Any] = {
        "verification": results.verification,
        "recheck": msgspec.to_builtins(results.recheck) if results.recheck else None,
        "prices_confirmed": list(results.confirmed),
        "verdicts": {},
        "scores": {},
        "abnormal": None,
        "prices": None,
        "result": None,
    }
    if reads_results(session, audience):
        shown["verdicts"] = _plain(results.verdicts)
        shown["scores"] = _plain(results.scores)
        shown["abnormal"] = _plain(results.abnormal)
        shown["prices"] = _plain(results.prices)
        shown["result"] = _plain(results.result)
    return shown


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, str_keys=True)


def _sections_of(session: Session, member: str) -> tuple[str, ...]:
    scorers = session.plan.section_scorers
    return tuple(s for s in session.sheets.progress if member in scorers[s])


def _row(row: Row) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "cells": {criterion: _cell(cell) for criterion, cell in row.cells.items()},
    }


def _row_changes(section: str, bid: str, before: Row | None, after: Row) -> list[Change]:
    path = ["sheet", section, bid]
    if before is None:
        return [["set", path, _row(after)]]
    changes: list[Change] = [["set", [*path, "revision"], after.revision]]
    for criterion, cell in after.cells.items():
        if _other(before.cells.get(criterion), cell):
            changes.append(["set", [*path, "cells", criterion], _cell(cell)])
    emptied = (criterion for criterion in before.cells if criterion not in after.cells)
    changes += [["remove", [*path, "cells", criterion]] for criterion in emptied]
    return changes


def _other(before: object, after: object) -> bool:
    """States folded apart from each other share nothing and may still say the same."""
    return before is not after and before != after


def _cell(cell: Cell) -> dict[str, Any]:
    shown: dict[str, Any] = {"value": cell.value, "reason": cell.reason}
    if cell.evidence is not None:
        shown["evidence"] = msgspec.to_builtins(cell.evidence)
    return shown
