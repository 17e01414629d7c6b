"""The cells of a workbook as plain values, with what nobody would see: hidden, far off."""

import warnings
from io import BytesIO
from typing import Any, Literal, NamedTuple

import openpyxl
from openpyxl.cell.cell import Cell as LibraryCell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from evalroom.workbook.faults import WorkbookFault, WorkbookFaults
from evalroom.workbook.limits import COLUMNS, ROWS
from evalroom.workbook.package import check_package

CellKind = Literal["text", "number", "boolean", "date", "formula", "error"]

_KINDS: dict[str, CellKind] = {
    "s": "text",
    "inlineStr": "text",
    "str": "text",
    "n": "number",
    "b": "boolean",
    "d": "date",
    "f": "formula",
    "e": "error",
}


class Cell(NamedTuple):
    """What stands in a cell that is not blank, and the number format it is shown in."""

    value: Any
    kind: CellKind
    format: str


class Area(NamedTuple):
    """A range of merged cells, ends included."""

    name: str
    left: int
    top: int
    right: int
    bottom: int


class Grid(NamedTuple):
    """A sheet: row → column → cell, counted from 1, blank ones left out."""

    name: str
    rows: dict[int, dict[int, Cell]]
    hidden: bool
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    merged: tuple[Area, ...]
    beyond: str

    def cell(self, row: int, column: int) -> Cell | None:
        return self.rows.get(row, {}).get(column)


def load_grids(data: bytes) -> list[Grid]:
    """The sheets of a workbook in their order; raises WorkbookFaults if it cannot be opened."""
    check_package(data)
    try:
        with warnings.catch_warnings():
            # About extensions and drawings that are dropped; nothing of them is read.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(BytesIO(data), keep_links=False)
            return [_grid(sheet) for sheet in book.worksheets]
    except Exception as broken:
        # The library answers parts that contradict each other with whatever breaks first.
        raise WorkbookFaults([WorkbookFault("", "", "workbook_damaged")]) from broken


def coordinate(row: int, column: int) -> str:
    """`C4` for row 4, column 3."""
    return f"{get_column_letter(column)}{row}"


def _grid(sheet: Worksheet) -> Grid:
    rows: dict[int, dict[int, Cell]] = {}
    beyond = ""
    # Asking for a cell would make it, and a sheet may claim a thousand million of them: only those
    # that the file holds are looked at.
    for (row, column), cell in sheet._cells.items():
        plain = _plain(cell)
        if plain is None:
            continue
        if row > ROWS.value or column > COLUMNS.value:
            beyond = beyond or coordinate(row, column)
            continue
        rows.setdefault(row, {})[column] = plain
    return Grid(
        sheet.title,
        rows,
        sheet.sheet_state != "visible",
        _hidden_rows(sheet),
        _hidden_columns(sheet),
        tuple(Area(area.coord, *area.bounds) for area in sheet.merged_cells.ranges),
        beyond,
    )


def _plain(cell: LibraryCell | MergedCell) -> Cell | None:
    if cell.value is None or isinstance(cell, MergedCell):
        return None
    if isinstance(cell.value, str) and not cell.value.strip():
        return None
    return Cell(cell.value, _KINDS[cell.data_type], cell.number_format)


def _hidden_rows(sheet: Worksheet) -> frozenset[int]:
    return frozenset(row for row, dimension in sheet.row_dimensions.items() if dimension.hidden)


def _hidden_columns(sheet: Worksheet) -> frozenset[int]:
    hidden: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            # Neighbours of one width and state are kept as one entry.
            last = min(dimension.max or 0, COLUMNS.value)
            hidden.update(range(dimension.min or 1, last + 1))
    return frozenset(hidden)
