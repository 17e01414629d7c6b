"""Which sheet of a workbook is which: by name, in either language."""

from collections.abc import Iterator, Sequence

from evalroom.sessions.tender.faults import shortened, similar
from evalroom.workbook.collecting import Collector
from evalroom.workbook.grid import Grid
from evalroom.workbook.layout import Sheet
from evalroom.workbook.values import normal

INSTRUCTIONS = ("说明", "Instructions")


def find_sheets(
    grids: Sequence[Grid], sheets: Sequence[Sheet], collector: Collector
) -> Iterator[tuple[Sheet, Grid]]:
    """The sheets that are there; missing, hidden and unknown ones go to the collector."""
    by_name = {normal(grid.name): grid for grid in grids}
    names = [*INSTRUCTIONS, *(name for sheet in sheets for name in sheet.name)]
    known = {normal(name) for name in names}
    strangers = [grid for grid in grids if normal(grid.name) not in known]
    for stranger in strangers:
        collector.warn((stranger.name, ""), "sheet_ignored")
    for sheet in sheets:
        grid = by_name.get(normal(sheet.name.zh)) or by_name.get(normal(sheet.name.en))
        if grid is not None:
            if grid.hidden:
                collector.fault((grid.name, ""), "sheet_hidden")
            yield sheet, grid
        else:
            _missing(sheet, strangers, collector)


def _missing(sheet: Sheet, strangers: Sequence[Grid], collector: Collector) -> None:
    place = (sheet.name.zh, "")
    for column in sheet.columns() if sheet.table is None else sheet.form:
        collector.locate(column.field, place)
    if sheet.table is not None:
        collector.locate(sheet.table.path, place)
        if sheet.table.group:
            collector.locate(sheet.table.group, place)
    if sheet.required:
        near = similar(sheet.name.zh, [shortened(grid.name) for grid in strangers])
        code = "no_such_sheet_similar" if near else "no_such_sheet"
        collector.fault(place, code, name=sheet.name.zh, **near)
