"""From a workbook to the JSON value of a tender, with every fault at its sheet and cell.

All faults come at once: of cells, of the tender's shape, and of what fits and is lawful. A cell at
fault is left out of the value; what is then found missing at the same cell is not said twice.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from evalroom.sessions.tender.faults import Fault, TenderFaults
from evalroom.sessions.tender.model import FORMAT, Tender
from evalroom.sessions.tender.reading import read_value
from evalroom.sessions.tender.validation import faults_of
from evalroom.workbook.collecting import Collector
from evalroom.workbook.faults import WorkbookFault, WorkbookFaults, at, in_order
from evalroom.workbook.finding import find_sheets
from evalroom.workbook.grid import load_grids
from evalroom.workbook.sheet_reading import read_sheet
from evalroom.workbook.sheets import SHEETS

# A sum, a share or a choice that a cell at fault is part of says nothing yet.
_KNOCK_ON = frozenset(
    {
        "points_do_not_sum",
        "price_weight_too_low",
        "price_not_scored",
        "no_scorers",
        "scorers_differ",
        "too_few_experts",
        "main_venues",
        "committee_missing",
        "venues_missing",
        "not_seated",
    }
)


class Examined(Struct, frozen=True):
    """What a workbook holds: its JSON value as far as it goes, the tender if it is one, faults."""

    value: dict[str, Any]
    tender: Tender | None
    faults: tuple[WorkbookFault, ...]


def read_workbook(data: bytes) -> dict[str, Any]:
    """The JSON value of the tender in a workbook; raises WorkbookFaults, warnings among them."""
    examined = examine(data)
    if any(fault.severity == "error" for fault in examined.faults):
        raise WorkbookFaults(examined.faults)
    return examined.value


def examine(data: bytes, *, for_session: bool = False) -> Examined:
    """All that a workbook says, right or wrong; raises WorkbookFaults if it cannot be opened."""
    grids = load_grids(data)
    collector = Collector({"format": FORMAT})
    for sheet, grid in find_sheets(grids, SHEETS, collector):
        read_sheet(sheet, grid, collector)
    tender, faults = _judge(collector.value, for_session=for_session)
    if collector.faults:
        faults = [fault for fault in faults if fault.code not in _KNOCK_ON]
    named = {fault.place for fault in collector.faults}
    further = [fault for fault in _placed(collector, faults) if fault.place not in named]
    everything = in_order([*collector.faults, *further], [grid.name for grid in grids])
    sound = not any(fault.severity == "error" for fault in collector.faults)
    return Examined(collector.value, tender if sound else None, everything)


def _judge(value: dict[str, Any], *, for_session: bool) -> tuple[Tender | None, Iterable[Fault]]:
    try:
        tender = read_value(value)
    except TenderFaults as refused:
        return None, refused.faults
    return tender, faults_of(tender, for_session=for_session)


def _placed(collector: Collector, faults: Iterable[Fault]) -> list[WorkbookFault]:
    """Faults at their cells; two parts that one cell stands for are missing there once."""
    placed = [at(collector.place_of(fault.path), fault) for fault in faults]
    return list({str(fault): fault for fault in reversed(placed)}.values())
