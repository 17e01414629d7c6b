"""The tender workbook: eight sheets in the order in which a centre fills them."""

from evalroom.workbook.layout import Sheet
from evalroom.workbook.sheets.bids import BIDS
from evalroom.workbook.sheets.criteria import CRITERIA
from evalroom.workbook.sheets.lot import LOT
from evalroom.workbook.sheets.opening import OPENING
from evalroom.workbook.sheets.people import COMMITTEE, SEATS
from evalroom.workbook.sheets.price import PRICE
from evalroom.workbook.sheets.project import PROJECT

SHEETS: tuple[Sheet, ...] = (PROJECT, LOT, BIDS, CRITERIA, COMMITTEE, SEATS, OPENING, PRICE)
