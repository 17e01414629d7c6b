"""The tender workbook (XLSX), in and out: what a centre fills instead of a JSON file.

This is the only door to spreadsheets. `read_workbook` gives the JSON value of a tender or every
fault with its sheet and cell; `write_template` the empty workbook; `write_workbook` a filled one.
"""

from evalroom.workbook.faults import WorkbookFault, WorkbookFaults
from evalroom.workbook.reading import Examined, examine, read_workbook
from evalroom.workbook.texts import message
from evalroom.workbook.writing import LEFT_OUT, write_template, write_workbook

__all__ = [
    "LEFT_OUT",
    "Examined",
    "WorkbookFault",
    "WorkbookFaults",
    "examine",
    "message",
    "read_workbook",
    "write_template",
    "write_workbook",
]
