"""What stays on the terminal: results, checks, load."""

import io
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from evalroom.cli.rehearse_file import PUBLISHED, case
from evalroom.rehearsal.load import Load
from evalroom.rehearsal.paper import Paper
from evalroom.rehearsal.verdict import Check, Verdict
from evalroom.rehearsal.words import Words
from evalroom.sessions.scoring.cells import plain_sheets
from evalroom.sessions.scoring.tally import tally

TENDER = case(PUBLISHED)
STANDINGS = tally(TENDER, plain_sheets(TENDER)).result.standings


@pytest.fixture
def paper() -> tuple[Paper, io.StringIO]:
    written = io.StringIO()
    console = Console(file=written, width=120, highlight=False)
    return Paper(console, TENDER, Words("en")), written


def test_totals_stand_beside_the_notices_in_straight_columns(
    paper: tuple[Paper, io.StringIO],
) -> None:
    sheet, written = paper
    sheet.standings(STANDINGS, {one.bid: one.total for one in STANDINGS})
    lines = written.getvalue().strip("\n").splitlines()
    assert lines[0].split() == ["rank", "bidder", "price", "total", "notice"]
    assert lines[1].split()[-2:] == ["95.00", "95.00"]
    assert len({cell_len(line) for line in lines}) == 1
    assert not [line for line in lines if line != line.rstrip()]


def test_without_a_result_there_is_no_table(paper: tuple[Paper, io.StringIO]) -> None:
    sheet, written = paper
    sheet.standings(())
    assert written.getvalue() == ""


def test_what_holds_is_ticked_and_what_does_not_is_named(paper: tuple[Paper, io.StringIO]) -> None:
    sheet, written = paper
    wrong = Check("sheets", False, {"members": "m3"})
    verdict = Verdict((), (Check("result", True), wrong))
    assert not verdict.right
    sheet.checks(verdict)
    assert written.getvalue().splitlines() == [
        "  ✓ totals and ranks equal the offline recomputation (tally)",
        "  ✗ revealed sheets differ from what was entered: m3",
        "",
        "  rehearsal failed",
    ]


def test_of_many_sessions_each_fault_is_named_once(paper: tuple[Paper, io.StringIO]) -> None:
    sheet, written = paper
    wrong = Verdict((), (Check("result", False),))
    sheet.summary([Verdict((), (Check("result", True),)), wrong, wrong])
    assert written.getvalue().splitlines() == [
        "  ✗ totals or ranks differ from the offline recomputation",
        "",
        "  rehearsal failed · 1/3",
    ]


def test_the_load_says_how_long_people_waited_and_what_it_cost(
    paper: tuple[Paper, io.StringIO],
) -> None:
    sheet, written = paper
    sheet.load(Load(99, p50=3.21, p99=41.96, seat_p50=3.5, seat_p99=50.0, cpu=1.25, share=6.4))
    answers = "answers p50 3.2 ms · p99 42.0 ms, at the last seat p50 3.5 ms · p99 50.0 ms"
    cost = "99 commands · CPU of this process 1.2 s (6 %)"
    assert written.getvalue() == f"  {answers}\n  {cost}\n"


def test_the_notice_totals_are_those_of_the_file() -> None:
    published = [Decimal(t) for t in ("95.00", "75.93", "69.30", "68.90")]
    assert [one.total for one in STANDINGS] == published
