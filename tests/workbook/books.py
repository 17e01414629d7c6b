"""Workbooks to try: a lawful tender written out, changed by hand as people do, and read back."""

import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from evalroom.sessions.tender.model import Tender
from evalroom.workbook import Examined, examine, write_workbook
from tests.sessions.tender.examples import Value, lawful, tender

Book = openpyxl.Workbook
Found = set[tuple[str, str]]

# Where the lawful tender stands in its workbook.
FORM_TITLE = "B1"
BID_ID, BIDDER, BID_PRICE, USCC = "A", "B", "C", "D"


def lawful_with_all_sheets() -> Value:
    """The lawful tender with an opening record and a policy, so that no sheet is empty."""
    value = lawful()
    value["opening_record"] = {
        "at": "2026-03-18T09:30",
        "prices": {bid["id"]: bid["price"] for bid in value["bids"]},
    }
    value["policies"] = [{"name": "lead_rounds", "value": "2"}]
    return value


def written(value: Value | None = None) -> bytes:
    return _usual() if value is None else write_workbook(tender(value))


@cache
def _usual() -> bytes:
    return write_workbook(tender(lawful_with_all_sheets()))


def changed(change: Callable[[Book], object], value: Value | None = None) -> bytes:
    """The workbook of a tender after somebody has changed it in a spreadsheet program."""
    book = openpyxl.load_workbook(BytesIO(written(value)))
    change(book)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def examined(change: Callable[[Book], object], value: Value | None = None) -> Examined:
    return examine(changed(change, value))


def found(change: Callable[[Book], object], value: Value | None = None) -> Found:
    """(place, code) of every fault after a change."""
    return located(examined(change, value))


def located(result: Examined) -> Found:
    return {(fault.place, fault.code) for fault in result.faults}


def set_cell(sheet: str, cell: str, value: Any, number_format: str = "") -> Callable[[Book], None]:
    """Somebody types into a cell."""

    def change(book: Book) -> None:
        target = book[sheet][cell]
        target.value = value
        if number_format:
            target.number_format = number_format

    return change


def page(book: Book, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def read_back(change: Callable[[Book], object], value: Value | None = None) -> Tender:
    """The tender after a harmless change."""
    result = examined(change, value)
    assert result.tender is not None, result.faults
    return result.tender


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    """The archive with one part replaced or added."""
    file = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(data)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(name, part)
    return file.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name)
