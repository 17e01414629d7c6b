"""The rows of a table become the parts of a list, and of the list that groups them."""

from typing import Any

from evalroom.sessions.tender.faults import under
from evalroom.workbook.collecting import Collector
from evalroom.workbook.faults import CellFault, Place
from evalroom.workbook.grid import Grid, coordinate
from evalroom.workbook.layout import Column, Table
from evalroom.workbook.values import value_of

BY_NAME = "opening_record.prices"
"""The one table that is no list in the tender: prices read out stand under the id of their bid."""


class TableReading:
    """The table below the header in a row of a grid; `columns` says which column of it is which."""

    def __init__(
        self, table: Table, grid: Grid, header: int, columns: dict[int, Column], to: Collector
    ) -> None:
        self.table = table
        self.grid = grid
        self.header = header
        self.numbers = {id(column): number for number, column in columns.items()}
        self.collector = to
        self.group = ""
        self.groups: dict[str, dict[str, Any]] = {}

    def read(self) -> None:
        """Put every row that is not blank where the table says; no rows are an empty list."""
        for path in (self.table.path, self.table.group):
            if path and path != BY_NAME:
                self.collector.list_at(path)
        for row in sorted(row for row in self.grid.rows if row > self.header):
            self._report_strays(row)
            if self.table.group and self._filled(row, self.table.group_columns):
                self._read_group(row)
            if self._filled(row, self.table.columns):
                if self.table.path == BY_NAME:
                    self._read_named(row)
                else:
                    self._read_part(row)

    def _read_part(self, row: int) -> None:
        parts = self.collector.list_at(self.table.path)
        path = f"{self.table.path}[{len(parts)}]"
        part = self._read_cells(row, self.table.columns, path)
        parts.append(part)
        if self.table.group:
            link = self.table.group_link
            self.collector.locate(f"{path}.{link}", self._place(row, self.table.group_columns[0]))
            if self.group:
                part[link] = self.group

    def _read_group(self, row: int) -> None:
        """Where a row says what it belongs to, that is made, or compared with what it was."""
        groups = self.collector.list_at(self.table.group)
        path = f"{self.table.group}[{len(groups)}]"
        part = self._read_cells(row, self.table.group_columns, path)
        self.group = part.get("id", "")
        if not self.group:
            place = self._place(row, self.table.group_columns[0])
            self.collector.fault(place, "group_without_id")
        elif self.group in self.groups:
            self._compare(row, part, self.groups[self.group])
        else:
            groups.append(part)
            self.groups[self.group] = part

    def _compare(self, row: int, part: dict[str, Any], first: dict[str, Any]) -> None:
        for column in self.table.group_columns:
            if column.field in part and part[column.field] != first.get(column.field):
                self.collector.fault(self._place(row, column), "group_differs", id=self.group)

    def _read_named(self, row: int) -> None:
        name_column, price_column = self.table.columns
        before = len(self.collector.faults)
        part = self._read_cells(row, self.table.columns, self.table.path)
        prices = self.collector.value.setdefault("opening_record", {}).setdefault("prices", {})
        name, price = part.get("id"), part.get("price")
        if name is None or price is None:
            if len(self.collector.faults) == before:
                self.collector.fault(self._place(row, name_column), "price_line_incomplete")
        elif name in prices:
            self.collector.fault(self._place(row, name_column), "id_twice", id=name)
        else:
            prices[name] = price
            self.collector.locate(under(self.table.path, name), self._place(row, price_column))

    def _read_cells(self, row: int, columns: tuple[Column, ...], path: str) -> dict[str, Any]:
        part: dict[str, Any] = {}
        self.collector.locate(path, self._place(row, columns[0]))
        for column in columns:
            place = self._place(row, column)
            self.collector.locate(f"{path}.{column.field}", place)
            cell = self.grid.cell(row, self.numbers.get(id(column), 0))
            if cell is not None:
                try:
                    part[column.field] = value_of(column, cell)
                except CellFault as fault:
                    self.collector.fault(place, fault.code, **fault.params)
        return part

    def _report_strays(self, row: int) -> None:
        """What stands below no header; an unknown header has been named already."""
        for number in sorted(self.grid.rows[row].keys() - self.grid.rows[self.header].keys()):
            place = (self.grid.name, coordinate(row, number))
            self.collector.fault(place, "column_without_header")

    def _filled(self, row: int, columns: tuple[Column, ...]) -> bool:
        numbers = {self.numbers[id(column)] for column in columns if id(column) in self.numbers}
        return not numbers.isdisjoint(self.grid.rows[row])

    def _place(self, row: int, column: Column) -> Place:
        """The cell of a column in a row; of one that the sheet does not have, the row's first."""
        return self.grid.name, coordinate(row, self.numbers.get(id(column), 1))
