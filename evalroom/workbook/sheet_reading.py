"""One sheet: lines of a form from the top, then the table below its header row."""

from collections.abc import Iterable

from evalroom.sessions.tender.faults import shortened, similar
from evalroom.workbook.collecting import Collector
from evalroom.workbook.faults import CellFault, Place
from evalroom.workbook.grid import Area, Cell, Grid, coordinate
from evalroom.workbook.layout import Column, Sheet, Table
from evalroom.workbook.limits import COLUMNS, ROWS
from evalroom.workbook.table_reading import TableReading
from evalroom.workbook.values import clean, normal, value_of

_LABEL, _VALUE = 1, 2


def read_sheet(sheet: Sheet, grid: Grid, collector: Collector) -> None:
    """Put what a sheet says into the collector's value, and its faults beside it."""
    header = _header_row(sheet.table, grid)
    _read_form(sheet, grid, header, collector)
    for column in sheet.form:
        if not collector.is_located(column.field):
            collector.locate(column.field, (grid.name, "A1"))
    if sheet.table is not None:
        _read_table(sheet.table, grid, header, collector)
    _report_unseen(sheet, grid, header, collector)


def _header_row(table: Table | None, grid: Grid) -> int:
    """The first row with two labels of the table in it; past the end when there is none."""
    if table is not None:
        labels = _by_label((*table.group_columns, *table.columns))
        for row in sorted(grid.rows):
            texts = {normal(_text(cell)) for cell in grid.rows[row].values()}
            if len(texts & set(labels)) > 1:
                return row
    return ROWS.value + 1


def _read_form(sheet: Sheet, grid: Grid, header: int, collector: Collector) -> None:
    if not sheet.form:
        return
    labels = _by_label(sheet.form)
    seen: set[str] = set()
    for row in sorted(row for row in grid.rows if row < header):
        label, value = grid.cell(row, _LABEL), grid.cell(row, _VALUE)
        at_label = (grid.name, coordinate(row, _LABEL))
        at_value = (grid.name, coordinate(row, _VALUE))
        column = labels.get(normal(_text(label)))
        if column is None:
            # A line without a value is a title or a remark.
            if value is not None:
                _report_stranger(at_label, label, labels, collector)
            continue
        if column.field in seen:
            collector.fault(at_label, "label_twice", label=column.label.zh)
            continue
        seen.add(column.field)
        collector.locate(column.field, at_value)
        if value is not None:
            try:
                collector.put(column.field, value_of(column, value))
            except CellFault as fault:
                collector.fault(at_value, fault.code, **fault.params)


def _read_table(table: Table, grid: Grid, header: int, collector: Collector) -> None:
    if header > ROWS.value:
        place = (grid.name, "A1" if grid.rows else "")
        collector.locate(table.path, place)
        if table.group:
            collector.locate(table.group, place)
        if grid.rows and not table.path.startswith(("policies", "opening_record")):
            collector.fault(place, "header_missing", labels=_labels_text(table))
        return
    place = (grid.name, coordinate(header, min(grid.rows[header])))
    collector.locate(table.path, place)
    if table.group:
        collector.locate(table.group, place)
    columns = _columns_of(table, grid, header, collector)
    TableReading(table, grid, header, columns, collector).read()


def _columns_of(table: Table, grid: Grid, header: int, collector: Collector) -> dict[int, Column]:
    """Which column of the sheet is which of the table; others with a header are named as faults."""
    everything = (*table.group_columns, *table.columns)
    labels = _by_label(everything)
    found: dict[int, Column] = {}
    for number, cell in sorted(grid.rows[header].items()):
        place = (grid.name, coordinate(header, number))
        column = labels.get(normal(_text(cell)))
        if column is None:
            _report_stranger(place, cell, labels, collector)
        elif column in found.values():
            collector.fault(place, "label_twice", label=column.label.zh)
        else:
            found[number] = column
    for column in everything:
        if column.required and column not in found.values():
            first = (grid.name, coordinate(header, min(grid.rows[header])))
            collector.fault(first, "column_missing", label=column.label.zh)
    return found


def _report_stranger(
    place: Place, cell: Cell | None, labels: dict[str, Column], collector: Collector
) -> None:
    if cell is None:
        collector.fault(place, "value_without_label")
        return
    text = shortened(_text(cell))
    near = similar(text, [column.label.zh for column in labels.values()])
    collector.fault(place, "unknown_label_similar" if near else "unknown_label", label=text, **near)


def _report_unseen(sheet: Sheet, grid: Grid, header: int, collector: Collector) -> None:
    """What a person in front of the sheet does not see, or sees where it is not."""
    if grid.beyond:
        collector.fault(
            (grid.name, grid.beyond), "cell_too_far", rows=ROWS.value, columns=COLUMNS.value
        )
    for row in sorted(grid.hidden_rows & grid.rows.keys()):
        collector.fault((grid.name, coordinate(row, 1)), "row_hidden", row=row)
    filled = {column for cells in grid.rows.values() for column in cells}
    for column in sorted(grid.hidden_columns & filled):
        place = (grid.name, coordinate(1, column))
        collector.fault(place, "column_hidden", column=coordinate(1, column)[:-1])
    for area in grid.merged:
        if not _may_be_merged(sheet, grid, header, area):
            place = (grid.name, coordinate(area.top, area.left))
            collector.fault(place, "cells_merged", area=area.name)


def _may_be_merged(sheet: Sheet, grid: Grid, header: int, area: Area) -> bool:
    """Titles across, and downwards what several rows of a group have in common."""
    if area.bottom < header and area.top == area.bottom:
        return True
    if sheet.table is None or area.top <= header or area.left != area.right:
        return False
    label = normal(_text(grid.cell(header, area.left)))
    return label in _by_label(sheet.table.group_columns)


def _by_label(columns: Iterable[Column]) -> dict[str, Column]:
    return {normal(text): column for column in columns for text in column.label}


def _labels_text(table: Table) -> str:
    needed = [*table.group_columns, *table.columns]
    return "、".join(column.label.zh for column in needed if column.required)


def _text(cell: Cell | None) -> str:
    return clean(cell.value) if cell is not None and cell.kind == "text" else ""
