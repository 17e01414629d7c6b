"""What a column, a form and a sheet of the tender workbook are; `sheets` says which there are.

A form is a list of lines: label, value, explanation. A table is a header row with rows below it; a
sheet has a form, or a table, or a form above a table. Reading and writing both go by this layout.
"""

from typing import Literal

from msgspec import Struct

from evalroom.sessions.tender.words import Lang, Word

Kind = Literal[
    "line",  # a text in one line
    "prose",  # a text that may run over several
    "code",  # a number of signs: full-width ones are read as plain ones
    "amount",  # money or points
    "rate",  # a fraction, or per cent
    "whole",  # a whole number
    "yes_no",
    "date",
    "time",
    "word",  # one word of the model, from a drop-down list
    "words",  # several of them
    "numbers",  # several amounts
    "items",  # several texts, one a line
    "pairs",  # name = text, one a line
    "bands",  # 优 13≤x≤15, one a line
    "records",  # parts with | between, one record a line
]


class Part(Struct, frozen=True):
    """One part of a record in a cell: a field of the model."""

    field: str
    kind: Kind
    owner: str


class Column(Struct, frozen=True):
    """A column of a table or a line of a form: `field` is its path below the row, dots between.

    `owner` names the field of the model whose words and meaning these are. `required` marks what
    cannot be left empty, and stands as `*` in the header.
    """

    field: str
    owner: str
    label: Word
    kind: Kind
    note: Word
    required: bool = False
    width: int = 16
    parts: tuple[Part, ...] = ()


class Table(Struct, frozen=True):
    """Rows of one list of the tender; `path` is where they go.

    In a table with a `group`, the first columns describe what the row belongs to (a section, a
    venue). They are given once: empty ones, as merged cells leave them, mean the row above.
    """

    path: str
    columns: tuple[Column, ...]
    group: str = ""
    group_columns: tuple[Column, ...] = ()
    group_link: str = ""


class Sheet(Struct, frozen=True):
    """A sheet by its name, with what a reader is told on top of the instructions."""

    name: Word
    about: Word
    form: tuple[Column, ...] = ()
    table: Table | None = None
    required: bool = False

    def columns(self) -> tuple[Column, ...]:
        """All columns and lines, the table's after the form's."""
        if self.table is None:
            return self.form
        return (*self.form, *self.table.group_columns, *self.table.columns)


def header(column: Column, lang: Lang) -> str:
    """What stands above a column or beside a value."""
    return column.label(lang) + (" *" if column.required else "")
