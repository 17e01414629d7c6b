"""The empty workbook, and a tender written into one."""

from io import BytesIO
from typing import Any

import msgspec
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.words import Lang
from evalroom.workbook.faults import CellFault, WorkbookFault, WorkbookFaults, at
from evalroom.workbook.grid import coordinate
from evalroom.workbook.layout import Column, Sheet, Table, header
from evalroom.workbook.limits import TEXT_CHARS
from evalroom.workbook.sheets import SHEETS
from evalroom.workbook.styles import dress_form, dress_table, write_instructions
from evalroom.workbook.table_reading import BY_NAME
from evalroom.workbook.written import written

LEFT_OUT = ("sheets", "bids[].documents")
"""What a workbook does not carry: filled score sheets, and files, which are uploaded."""

Value = dict[str, Any]


def write_template(lang: Lang = "zh-CN") -> bytes:
    """The empty workbook with instructions, drop-down lists and an explanation at every header."""
    return _save(_Writing(lang, {}))


def write_workbook(tender: Tender, lang: Lang = "zh-CN") -> bytes:
    """A tender as a workbook; reading it gives the same tender without what is `LEFT_OUT`.

    Raises WorkbookFaults naming the cell when a text is longer than a cell can hold.
    """
    value: Value = msgspec.to_builtins(tender)
    writing = _Writing(lang, value)
    data = _save(writing)
    if writing.faults:
        raise WorkbookFaults(writing.faults)
    return data


def _save(writing: "_Writing") -> bytes:
    book = openpyxl.Workbook()
    write_instructions(book.worksheets[0], writing.lang)
    for sheet in SHEETS:
        writing.write(sheet, book.create_sheet(sheet.name(writing.lang)))
    book.active = 1
    file = BytesIO()
    book.save(file)
    return file.getvalue()


class _Writing:
    """One tender (or none) on its way into the sheets of a workbook."""

    def __init__(self, lang: Lang, value: Value) -> None:
        self.lang = lang
        self.value = value
        self.faults: list[WorkbookFault] = []

    def write(self, sheet: Sheet, page: Worksheet) -> None:
        """Form from the top, then a blank row, then the table."""
        for row, column in enumerate(sheet.form, start=1):
            page.cell(row, 1, header(column, self.lang))
            self._fill(page, row, 2, column, _at(self.value, column.field))
            page.cell(row, 3, column.note(self.lang))
        dress_form(page, sheet.form, self.lang)
        if sheet.table is not None:
            top = len(sheet.form) + 2 if sheet.form else 1
            self._write_table(sheet.table, page, top)

    def _write_table(self, table: Table, page: Worksheet, top: int) -> None:
        columns = (*table.group_columns, *table.columns)
        for number, column in enumerate(columns, start=1):
            page.cell(top, number, header(column, self.lang))
        for row, (group, part) in enumerate(_rows(table, self.value), start=top + 1):
            for number, column in enumerate(columns, start=1):
                own = group if number <= len(table.group_columns) else part
                self._fill(page, row, number, column, own.get(column.field))
        dress_table(page, columns, top, self.lang)

    def _fill(self, page: Worksheet, row: int, number: int, column: Column, value: Any) -> None:
        filled = written(column, value, self.lang)
        chars = len(filled.value) if isinstance(filled.value, str) else 0
        if chars > TEXT_CHARS.value:
            fault = CellFault("cell_too_long", length=chars, limit=TEXT_CHARS.value)
            self.faults.append(at((page.title, coordinate(row, number)), fault))
            return
        cell = page.cell(row, number, filled.value)
        if chars:
            # One that looks like a formula or an error is a text all the same.
            cell.data_type = "s"
        cell.number_format = filled.format


def _rows(table: Table, value: Value) -> list[tuple[Value, Value]]:
    """Each row's group and part; a group is written with its first row, or alone."""
    parts = _at(value, table.path)
    if table.path == BY_NAME:
        return [({}, {"id": bid, "price": price}) for bid, price in (parts or {}).items()]
    if not table.group:
        return [({}, part) for part in parts or ()]
    groups = {group["id"]: group for group in value.get(table.group, ())}
    used = list(dict.fromkeys(part[table.group_link] for part in parts or ()))
    rows: list[tuple[Value, Value]] = []
    if used != list(groups):
        # The order of the groups is not that of their first parts: they come first, alone.
        rows = [(group, {}) for group in groups.values()]
        groups = {}
    for part in parts or ():
        name = part[table.group_link]
        above = rows[-1] if rows else ({}, {})
        same = name == (above[1].get(table.group_link) or above[0].get("id"))
        rows.append(({} if same else groups.pop(name, {"id": name}), part))
    return rows


def _at(value: Value, path: str) -> Any:
    part: Any = value
    for name in path.split("."):
        if not isinstance(part, dict):
            return None
        part = part.get(name)
    return part
