"""What a cell means, by the kind of its column."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from evalroom.sessions.tender.words import Word
from evalroom.workbook.faults import CellFault
from evalroom.workbook.grid import Cell, CellKind
from evalroom.workbook.layout import Column, Kind
from evalroom.workbook.values import normal, value_of

EMPTY = Word("", "")


def read(
    kind: Kind, value: Any, cell_kind: CellKind = "text", number_format: str = "General"
) -> Any:
    column = Column("x", "Aggregation.round_at", EMPTY, kind, EMPTY)
    return value_of(column, Cell(value, cell_kind, number_format))


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("date", date(2026, 2, 1), "2026-02-01"),
        ("date", datetime(2026, 2, 1), "2026-02-01"),  # noqa: DTZ001 - a spreadsheet has no zones
        ("time", datetime(2026, 3, 18, 9, 30), "2026-03-18T09:30"),  # noqa: DTZ001
        ("time", datetime(2026, 3, 18, 9, 29, 59, 999_990), "2026-03-18T09:30"),  # noqa: DTZ001
        ("time", datetime(2026, 3, 18, 9, 30, 5), "2026-03-18T09:30:05"),  # noqa: DTZ001
    ],
)
def test_a_date_becomes_the_text_of_the_tender(kind: Kind, value: Any, expected: str) -> None:
    assert read(kind, value, "date") == expected


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("date", datetime(2026, 2, 1, 9), "date_unclear"),  # noqa: DTZ001
        ("date", time(9, 30), "date_unclear"),
        ("time", timedelta(hours=9), "date_unclear"),
        ("time", date(2026, 2, 1), "date_unclear"),
        ("line", date(2026, 2, 1), "date_in_text"),
        ("amount", date(2026, 2, 1), "date_in_number"),
        ("numbers", date(2026, 2, 1), "date_in_number"),
    ],
)
def test_a_date_that_is_not_clear_or_not_asked_for_is_refused(
    kind: Kind, value: Any, code: str
) -> None:
    with pytest.raises(CellFault, match=code):
        read(kind, value, "date")


@pytest.mark.parametrize("text", ["2026/2/1", "2026年2月1日", "2026.02.01", "2026-02-01"])
def test_a_typed_date_is_understood(text: str) -> None:
    assert read("date", text) == "2026-02-01"


def test_a_text_that_is_no_date_is_left_to_the_tender_to_refuse() -> None:
    assert read("date", "明天") == "明天"
    assert read("time", "2026-03-18 09:30") == "2026-03-18 09:30"


@pytest.mark.rule("T19")
@pytest.mark.parametrize(
    ("value", "number_format", "code"),
    [
        (914403001922038216, "0", "digits_lost"),
        (9.144030019220382e17, "General", "digits_lost"),
        (1.1, "General", "number_in_text"),
        (7, "000", "number_in_text"),
        (float("inf"), "General", "number_in_text"),
    ],
)
def test_a_number_where_a_text_belongs_is_refused_when_something_is_lost(
    value: float, number_format: str, code: str
) -> None:
    with pytest.raises(CellFault, match=code):
        read("line", value, "number", number_format)


@pytest.mark.parametrize(("value", "text"), [(1, "1"), (302.0, "302"), (10**15 - 1, "9" * 15)])
def test_a_plain_whole_number_may_stand_for_a_text(value: float, text: str) -> None:
    assert read("line", value, "number") == text


@pytest.mark.parametrize(
    ("text", "answer"), [("是", True), ("否", False), ("YES", True), ("no", False), ("True", True)]
)
def test_yes_and_no_are_understood(text: str, answer: bool) -> None:
    assert read("yes_no", text) is answer


def test_true_and_false_are_yes_and_no() -> None:
    assert read("yes_no", True, "boolean") is True


@pytest.mark.parametrize("text", ["无", "None", " 无 "])
def test_an_empty_list_has_a_word(text: str) -> None:
    assert read("words", text) == []
    assert read("words", "单项,total") == ["item", "total"]


def test_a_list_of_one_number_may_be_a_number() -> None:
    assert read("numbers", 2.5, "number") == ["2.5"]
    assert read("numbers", "0，2.5、5") == ["0", "2.5", "5"]


def test_texts_of_each_kind_are_read_as_such() -> None:
    assert read("items", "甲、乙") == ["甲", "乙"]
    assert read("pairs", "a=1") == {"a": "1"}
    assert read("word", "单项") == "item"
    assert read("bands", "优 1≤x≤2")[0]["label"] == "优"


def test_line_ends_of_all_programs_are_one() -> None:
    assert read("prose", " 一\r\n二\r三_x000D_\n四_x005F_x0041_ ") == "一\n二\n三\n四_x0041_"


def test_codes_are_read_without_their_width_and_blanks() -> None:
    assert read("code", " \uff1914403 001922038216") == "914403001922038216"


def test_labels_are_compared_without_width_case_blanks_and_mark() -> None:
    assert normal(" 投标报价\uff08元\uff09 *") == normal("投标报价(元)")
    assert normal("Bid Price") == "bidprice"
