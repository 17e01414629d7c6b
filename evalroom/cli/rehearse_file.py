"""The tender a rehearsal is held on: the user's file, or a case that comes with the program."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from evalroom import workbook
from evalroom.cli.node_options import Unusable
from evalroom.cli.terminal import Lang, why
from evalroom.rehearsal.scenarios import Scenario
from evalroom.sessions.scoring.completeness import scoring_faults
from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.limits import FILE_BYTES
from evalroom.sessions.tender.model import Policy, Tender
from evalroom.sessions.tender.reading import read_tender, read_value
from evalroom.sessions.tender.texts import message
from evalroom.sessions.tender.validation import faults_of

PUBLISHED: Final = "zhuhai-2016"
WORKS: Final = "works-junction"
"""Cases that come with the program: a published result, and a made-up one with everything in it."""

_ARCHIVE = b"PK"


def case(name: str) -> Tender:
    """A case that comes with the program."""
    data = files("evalroom.rehearsal").joinpath("cases", f"{name}.json").read_bytes()
    return read_tender(data)


def default_case(scenario: Scenario) -> Tender:
    """The case a scenario is played on where the user names none."""
    if not scenario.has("deadlock"):
        return case(PUBLISHED)
    tender = case(WORKS)
    # Seven voters cannot leave a third round tied: six may stand, then three, then two.
    rounds = Policy("lead_rounds", "2", "演练")
    return replace(tender, policies=(*tender.policies, rounds))


def read_file(path: Path, lang: Lang) -> Tender:
    """The tender in a JSON file or a workbook; raises Unusable with every fault in it."""
    try:
        with path.open("rb") as source:
            data = source.read(FILE_BYTES.value + 1)
        tender = _from_workbook(data) if data.startswith(_ARCHIVE) else read_tender(data)
        _check(tender)
    except OSError as unread:
        raise Unusable(f"{path}: {why(unread, lang)}") from None
    except TenderFaults as found:
        lines = (f"{fault.path or path}: {message(fault, lang)}" for fault in found.faults)
        raise Unusable(*lines) from None
    except workbook.WorkbookFaults as found_cells:
        lines = (
            f"{fault.place or path}: {workbook.message(fault, lang)}"
            for fault in found_cells.faults
        )
        raise Unusable(*lines) from None
    return tender


def _from_workbook(data: bytes) -> Tender:
    return read_value(workbook.read_workbook(data))


def _check(tender: Tender) -> None:
    """A session must be able to hold it, and sheets that come along must be whole."""
    faults = faults_of(replace(tender, sheets=None), for_session=True)
    errors = [fault for fault in faults if fault.severity == "error"]
    if not errors and tender.sheets is not None:
        errors = list(scoring_faults(tender))
    if errors:
        raise TenderFaults(errors)
