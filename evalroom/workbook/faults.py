"""Faults of a workbook: sheet and cell, what is wrong there, how bad."""

import re
from collections.abc import Iterable

from msgspec import Struct

from evalroom.sessions.tender.faults import Fault, Params, Severity
from evalroom.sessions.tender.limits import FAULTS

Place = tuple[str, str]
"""Sheet and cell, such as (`投标人`, `C4`); the cell is empty for a sheet, both for the file."""


class WorkbookFault(Struct, frozen=True):
    """One fault at its place; `path` is the same place in the tender, where there is one."""

    sheet: str
    cell: str
    code: str
    params: Params = {}
    path: str = ""
    severity: Severity = "error"

    @property
    def place(self) -> str:
        """`投标人!C4`, `投标人`, or nothing for the file as a whole."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.place or '(file)'}: {self.code}({shown})"


class WorkbookFaults(Exception):
    """The file is not a tender workbook, or the tender in it has faults; all of them at once."""

    def __init__(self, faults: Iterable[WorkbookFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CellFault(Exception):
    """What a cell holds is not what its column asks for."""

    def __init__(self, code: str, /, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def at(place: Place, fault: CellFault | Fault) -> WorkbookFault:
    """A fault of a cell, or of the tender, at its place in the workbook."""
    if isinstance(fault, CellFault):
        return WorkbookFault(*place, fault.code, fault.params)
    return WorkbookFault(*place, fault.code, fault.params, fault.path, fault.severity)


def in_order(faults: Iterable[WorkbookFault], sheets: Iterable[str]) -> tuple[WorkbookFault, ...]:
    """Faults by sheet as the workbook has them, then by row and column; not more than anybody
    mends.
    """
    order = {name: number for number, name in enumerate(sheets)}

    def key(fault: WorkbookFault) -> tuple[int, str, int, int, str, str]:
        column, row = _COORDINATE.fullmatch(fault.cell).groups() if fault.cell else ("", 0)  # type: ignore[union-attr]
        sheet = order.get(fault.sheet, len(order)) if fault.sheet else -1
        return sheet, fault.sheet, int(row), len(column), column, fault.code

    ordered = sorted(faults, key=key)
    if len(ordered) > FAULTS.value:
        more = WorkbookFault("", "", "more_faults", {"shown": FAULTS.value})
        ordered = [*ordered[: FAULTS.value], more]
    return tuple(ordered)


_COORDINATE = re.compile(r"([A-Z]+)([0-9]+)")
