"""What a tender must have beyond its shape before a session can be opened on it."""

from collections.abc import Iterator

from evalroom.sessions.tender.faults import Fault, error
from evalroom.sessions.tender.limits import CELLS
from evalroom.sessions.tender.model import Tender


def readiness_faults(tender: Tender) -> Iterator[Fault]:
    """Regimes and methods that only `tally` knows so far, prepared sheets, and what is missing."""
    if tender.regime == "works_two_envelope":
        yield error("regime", "regime_not_yet_supported", regime=tender.regime)
    if tender.method != "comprehensive":
        yield error("method", "method_not_yet_supported", method=tender.method)
    if tender.sheets is not None:
        yield error("sheets", "sheets_in_session")
    for name in ("bids", "sections"):
        if not getattr(tender, name):
            yield error(name, "nothing_there")
    cells = len(tender.committee) * len(tender.bids) * len(tender.criteria)
    if cells > CELLS.value:
        yield error("", "too_many_cells", count=cells, limit=CELLS.value)
