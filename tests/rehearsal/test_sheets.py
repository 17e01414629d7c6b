"""The sheets simulated members end on: the file's own, or values that every item allows."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.rehearsal.sheets import Written, another, in_file, sheets_of
from evalroom.sessions.scoring.arithmetic import cell_fault
from evalroom.sessions.scoring.completeness import scoring_faults
from evalroom.sessions.tender.model import Criterion, Tender
from tests.sessions.cast import small_tender

POINTS = Decimal(10)
ITEMS = (
    Criterion("r", "s", "", "range", points=POINTS, interval=Decimal("0.3")),
    Criterion("f", "s", "", "range", points=POINTS),
    Criterion("l", "s", "", "fixed", values=(Decimal(0), Decimal("2.5"), POINTS)),
    Criterion("d", "s", "", "deduction", points=POINTS, deduction=Decimal(2)),
    Criterion("x", "s", "", "deduction_range", points=POINTS, interval=Decimal("0.5")),
    Criterion("p", "s", "", "pass_fail"),
)


@pytest.mark.rule("K45")
@pytest.mark.parametrize("name", [PUBLISHED, WORKS])
def test_members_end_on_the_sheets_of_the_file_where_it_has_them(name: str) -> None:
    tender = case(name)
    again = replace(tender, sheets=in_file(sheets_of(tender, 7)))
    assert tender.sheets is not None
    assert scoring_faults(again) == ()
    for member, sheet in sheets_of(tender, 7).items():
        for (bid, criterion), written in sheet.items():
            cell = tender.sheets[member][bid][criterion]
            assert written.value == (cell if isinstance(cell, str) else cell.value)


@pytest.mark.rule("K45")
@given(seed=st.integers(0, 10_000))
def test_invented_sheets_are_whole_lawful_and_the_same_for_the_same_seed(seed: int) -> None:
    for tender in (small_tender("works"), small_tender("works", pass_fail="unanimous"), varied()):
        sheets = sheets_of(tender, seed)
        assert scoring_faults(replace(tender, sheets=in_file(sheets))) == ()
        assert sheets_of(tender, seed) == sheets


def test_different_seeds_give_different_evaluations() -> None:
    assert sheets_of(small_tender(), 1) != sheets_of(small_tender(), 2)


@given(seed=st.integers(0, 2_000))
def test_whatever_must_be_explained_is_explained(seed: int) -> None:
    tender = varied()
    required = {item.id for item in tender.criteria if item.reason_required}
    for sheet in sheets_of(tender, seed).values():
        for (_, criterion), written in sheet.items():
            if written.value in ("fail", "apply") or criterion in required:
                assert written.reason


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_another_value_is_another_one_and_allowed(item: Criterion) -> None:
    start = {"p": "pass", "d": "none"}.get(item.id, "0")
    written = Written(start)
    for _ in range(5):
        changed = another(item, written)
        assert changed is not None
        assert changed.value != written.value
        assert cell_fault(item, changed.value) is None
        assert changed.reason or changed.value not in ("fail", "apply")
        written = changed


def test_an_item_with_one_value_has_no_other() -> None:
    only = Criterion("o", "s", "", "fixed", values=(POINTS,))
    assert another(only, Written("10")) is None


def varied() -> Tender:
    """A tender with every kind of item in one section, some of them to be explained."""
    base = small_tender()
    items = tuple(
        replace(item, section="technical", reason_required=item.id in "rl") for item in ITEMS[:5]
    )
    return replace(base, criteria=(*base.criteria, *items))
