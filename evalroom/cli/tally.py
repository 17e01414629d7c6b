"""`evalroom tally`: recompute a result from tender, bids and sheets, as an auditor does with a
published one.

It asks whether the file can be scored, never whether the law allows it: that is `evalroom tender
check`.
"""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from evalroom.cli.node_options import add_language, lang_of
from evalroom.cli.tally_paper import paper
from evalroom.cli.tally_words import COMPLAINTS
from evalroom.cli.terminal import USAGE_ERROR, complain, why
from evalroom.sessions.scoring.cells import plain_sheets
from evalroom.sessions.scoring.completeness import scoring_faults
from evalroom.sessions.scoring.facts import SCORING_VERSION
from evalroom.sessions.scoring.faults import Unscorable
from evalroom.sessions.scoring.tally import Tally, tally, trace_tally
from evalroom.sessions.scoring.trace import AnyStep
from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.limits import FILE_BYTES
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.reading import read_tender
from evalroom.sessions.tender.texts import message
from evalroom.storage.canonical import canonical

SUMMARY = "recompute a result from a tender file with its sheets"
FORMAT = "evalroom-tally/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare options and operands."""
    parser.add_argument("file", metavar="FILE", help="tender file with sheets; - reads stdin")
    parser.add_argument("--trace", action="store_true", help="show every intermediate value")
    parser.add_argument("--json", action="store_true", help="print canonical JSON")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Print the result; 2 with every fault on stderr when the file cannot be scored."""
    lang = lang_of(args)
    try:
        tender = _read(args.file)
        counted, steps = _count(tender, args.trace)
    except OSError as unread:
        return _complain([f"{args.file}: {why(unread, lang)}"])
    except TenderFaults as found:
        return _complain(
            f"{fault.path or args.file}: {message(fault, lang)}" for fault in found.faults
        )
    except Unscorable as unscorable:
        return _complain([COMPLAINTS[lang][unscorable.code].format_map(unscorable.params)])
    if args.json:
        sys.stdout.buffer.write(_json(counted, steps) + b"\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in paper(tender, counted, steps, lang))
    return 0


def _read(file: str) -> Tender:
    if file == "-":
        return read_tender(sys.stdin.buffer.read(FILE_BYTES.value + 1))
    with Path(file).open("rb") as source:
        return read_tender(source.read(FILE_BYTES.value + 1))


def _count(tender: Tender, traced: bool) -> tuple[Tally, tuple[AnyStep, ...]]:
    faults = scoring_faults(tender)
    if faults:
        raise TenderFaults(faults)
    sheets = plain_sheets(tender)
    counted = tally(tender, sheets)
    return counted, trace_tally(tender, sheets, counted, members=True) if traced else ()


def _json(counted: Tally, steps: tuple[AnyStep, ...]) -> bytes:
    facts = msgspec.structs.asdict(counted)
    extra = {"trace": steps} if steps else {}
    return canonical({"format": FORMAT, "scoring_version": SCORING_VERSION, **facts, **extra})


def _complain(lines: Iterable[str]) -> int:
    for line in lines:
        complain("tally", line)
    return USAGE_ERROR
