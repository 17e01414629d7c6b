"""The cases in the tree: lawful, and recomputed by a few lines that know nothing of the score."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import evalroom.rehearsal as package
from evalroom.sessions.tender.reading import read_tender
from evalroom.sessions.tender.validation import faults_of

FOLDER = Path(str(package.__file__)).parent / "cases"
CASES = sorted(path.name for path in FOLDER.glob("*.json"))

Case = dict[str, Any]


def case(name: str) -> Case:
    value: Case = json.loads((FOLDER / name).read_text("utf-8"))
    return value


def test_both_cases_are_in_the_tree() -> None:
    assert CASES == ["works-junction.json", "zhuhai-2016.json"]


@pytest.mark.rule("T22")
@pytest.mark.parametrize("name", CASES)
def test_a_case_is_lawful_and_its_sheets_are_complete(name: str) -> None:
    assert faults_of(read_tender((FOLDER / name).read_bytes()), for_session=False) == ()


@pytest.mark.rule("T22")
@pytest.mark.parametrize("name", CASES)
def test_a_session_can_be_opened_on_a_case_without_its_sheets(name: str) -> None:
    value = case(name)
    del value["sheets"]
    assert faults_of(read_tender(json.dumps(value).encode()), for_session=True) == ()


@pytest.mark.rule("T22")
def test_the_sheets_of_zhuhai_average_to_the_published_points() -> None:
    """Project CLPSP16ZH04ZC25, notice of 14 November 2016: prices, points and ranks."""
    value = case("zhuhai-2016.json")
    rows = []
    for bid in value["bids"]:
        items = [mean(column(value, bid["id"], item["id"])) for item in scored(value)]
        quality = sum(items, Fraction(0))
        price = half_up(20 * lowest(value["bids"]) / Fraction(bid["price"]))
        rows.append((bid["price"], half_up(quality), price, half_up(quality + price)))
    rows.sort(key=lambda row: -row[3])
    assert [(price, *map(two_places, points)) for price, *points in rows] == [
        ("2288231.72", "75.00", "20.00", "95.00"),
        ("2296472.00", "56.00", "19.93", "75.93"),
        ("2311110.40", "49.50", "19.80", "69.30"),
        ("2299360.00", "49.00", "19.90", "68.90"),
    ]


def test_the_members_of_zhuhai_judged_by_themselves() -> None:
    value = case("zhuhai-2016.json")
    assert len(value["committee"]) == 5
    assert len({seat["venue"] for seat in value["seats"]}) == 3
    for item in scored(value):
        for bid in value["bids"]:
            values = set(column(value, bid["id"], item["id"]))
            assert (len(values) == 1) is ("objective" in item)


def test_the_notes_of_zhuhai_say_what_was_made_up() -> None:
    notes = case("zhuhai-2016.json")["notes"]
    for made_up in ("均为编造", "名称", "评审因素", "评分", "场所", "CLPSP16ZH04ZC25"):
        assert made_up in notes


def test_one_bid_of_the_works_case_is_rejected_by_a_majority() -> None:
    value = case("works-junction.json")
    rejected = {
        bid["id"]
        for bid in value["bids"]
        for item in value["criteria"]
        if item["kind"] == "pass_fail"
        if 2 * sum(is_fail(sheet[bid["id"]][item["id"]]) for sheet in value["sheets"].values())
        > len(value["committee"])
    }
    assert rejected == {"E"}
    assert len(value["committee"]) == 7
    assert len(value["venues"]) == 4


def test_the_sheets_of_the_works_case_give_a_clear_order() -> None:
    """Items trimmed by one at each end and averaged, a deduction by majority, then the price."""
    value = case("works-junction.json")
    passed = [bid for bid in value["bids"] if bid["id"] != "E"]
    totals = {}
    for bid in passed:
        parts = []
        for section in ("technical", "commercial"):
            items = [item for item in scored(value) if item["section"] == section]
            parts.append(half_up(sum((points(value, bid, item) for item in items), Fraction(0))))
        price = half_up(50 * lowest(passed) / Fraction(bid["price"]))
        totals[bid["id"]] = two_places(half_up(sum(parts, Fraction(0)) + price))
    assert totals == {"A": "93.68", "B": "88.62", "C": "94.67", "D": "81.37"}


def points(value: Case, bid: Case, item: Case) -> Fraction:
    if item.get("objective") == "from_structured_data":
        return Fraction(bid["credit_score"])
    cells = column(value, bid["id"], item["id"])
    full = Fraction(item["points"])
    match item["kind"]:
        case "deduction":
            applied = 2 * cells.count("apply") > len(cells)
            return full - Fraction(item["deduction"]) if applied else full
        case "deduction_range":
            return trimmed([full - Fraction(cell) for cell in cells])
        case _ if "objective" in item:
            assert len(set(cells)) == 1
            return Fraction(cells[0])
        case _:
            return trimmed([Fraction(cell) for cell in cells])


def scored(value: Case) -> list[Case]:
    return [item for item in value["criteria"] if item["kind"] != "pass_fail"]


def column(value: Case, bid: str, item: str) -> list[str]:
    """Everybody's cells for one item of one bid."""
    return [sheet[bid][item] for sheet in value["sheets"].values() if item in sheet[bid]]


def is_fail(cell: Any) -> bool:
    return isinstance(cell, dict) and cell["value"] == "fail" and bool(cell["reason"])


def lowest(bids: list[Case]) -> Fraction:
    return min(Fraction(bid["price"]) for bid in bids)


def mean(cells: list[Any]) -> Fraction:
    return sum(map(Fraction, cells), Fraction(0)) / len(cells)


def trimmed(values: list[Fraction]) -> Fraction:
    return mean(sorted(values)[1:-1])


def half_up(value: Fraction) -> Fraction:
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


def two_places(value: Fraction) -> str:
    cents = int(value * 100)
    return f"{cents // 100}.{cents % 100:02d}"
