"""A workbook becomes a tender, or a list of faults by sheet and cell."""

from typing import Any

import pytest

from evalroom.sessions.tender.reading import read_value
from evalroom.workbook import WorkbookFaults, examine, read_workbook, write_template
from tests.workbook.books import (
    Book,
    changed,
    examined,
    found,
    lawful_with_all_sheets,
    located,
    page,
    read_back,
    set_cell,
    written,
)


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def test_a_lawful_workbook_gives_the_value_of_its_tender() -> None:
    value = read_workbook(written())
    assert read_value(value) == read_value(lawful_with_all_sheets())


@pytest.mark.rule("T18")
def test_faults_of_cells_shape_and_law_are_named_by_sheet_and_cell_at_once() -> None:
    def spoil(book: Book) -> None:
        book["项目"]["B2"] = "政府采够"
        book["投标人"]["C2"] = "=1+1"
        book["投标人"]["B3"] = None
        book["席位"]["F3"] = "m9"
        book["评审因素"]["G3"] = "很多"

    assert found(spoil) == {
        ("项目!B2", "unknown_choice_similar"),
        ("投标人!C2", "formula"),
        ("投标人!B3", "missing"),
        ("评审因素!G3", "decimal_malformed"),
    }
    with pytest.raises(WorkbookFaults) as refused:
        read_workbook(changed(spoil))
    assert len(refused.value.faults) == 4
    assert "投标人!C2: formula()" in str(refused.value)


@pytest.mark.rule("T18")
def test_what_does_not_fit_or_is_not_lawful_is_named_by_cell_too() -> None:
    def spoil(book: Book) -> None:
        book["席位"]["F3"] = "m9"
        book["投标人"]["D2"] = "914403001922038217"
        book["投标人"]["C3"] = 2000000
        book["报价参数"]["B1"] = 5
        book["委员会(密)"].delete_rows(6)
        book["标段"]["A12"] = "lead_round"

    assert found(spoil) == {
        ("席位!F3", "no_such_member"),
        ("席位!F6", "no_such_member"),
        ("委员会(密)!A3", "not_seated"),
        ("投标人!D2", "uscc_check_digit"),
        ("投标人!C3", "price_above_ceiling"),
        ("投标人!C3", "price_unlike_opening"),
        ("报价参数!B1", "points_do_not_sum"),
        ("报价参数!B1", "price_weight_too_low"),
        ("委员会(密)!A1", "committee_even"),
        ("委员会(密)!A1", "committee_too_small"),
        ("标段!A12", "unknown_policy_similar"),
    }


@pytest.mark.rule("T18")
def test_faults_of_law_are_found_beside_faults_of_cells() -> None:
    def spoil(book: Book) -> None:
        book["投标人"]["D2"] = "914403001922038217"
        book["评审因素"]["G3"] = "=50"

    assert found(spoil) == {
        ("投标人!D2", "uscc_check_digit"),
        ("评审因素!G3", "formula"),
    }


@pytest.mark.rule("T4")
def test_no_more_faults_are_listed_than_anybody_mends() -> None:
    def spoil(book: Book) -> None:
        sheet = page(book, "投标人")
        for row in range(2, 202):
            for column in "CEFGKN":
                sheet[f"{column}{row}"] = "=1"

    faults = examined(spoil).faults
    assert len(faults) == 1001
    assert faults[-1].code == "more_faults"


def test_warnings_do_not_keep_a_tender_from_being_read() -> None:
    result = examined(set_cell("项目", "B10", 905000))
    assert result.tender is not None
    assert located(result) == {
        ("投标人!C3", "price_above_ceiling"),
        ("投标人!C4", "price_above_ceiling"),
    }
    assert read_workbook(changed(set_cell("项目", "B10", 905000))) == result.value


def test_a_session_asks_more_of_a_workbook_too() -> None:
    data = changed(lambda book: page(book, "席位").delete_rows(6))
    assert {fault.severity for fault in examine(data).faults} == {"warning"}
    assert {fault.severity for fault in examine(data, for_session=True).faults} == {"error"}


def test_the_empty_template_says_what_is_missing() -> None:
    assert located(examine(write_template())) == {
        ("项目!B1", "missing"),
        ("项目!B2", "missing"),
        ("标段!B1", "missing"),
    }


@pytest.mark.rule("T20")
@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"),
    [
        ("项目", "B1", "=A1", "formula"),
        ("项目", "B1", "#N/A", "cell_error"),
        ("项目", "B1", True, "boolean_in_text"),
        ("项目", "B1", 12.5, "number_in_text"),
        ("项目", "B9", True, "expected_number"),
        ("项目", "B11", "也许", "not_yes_no"),
        ("项目", "B13", "三", "decimal_malformed"),
        ("项目", "B13", "2.5", "not_whole"),
        ("项目", "B13", 2.5, "number_shown_rounded"),
        ("项目", "B8", "只有名称", "pair_malformed"),
        ("项目", "B8", "=无名称", "formula"),
        ("项目", "B8", "a=1\na=2", "name_twice"),
        ("投标人", "D2", 914403001922038216, "digits_lost"),
        ("投标人", "I2", "小微企业 | 0.1 | 声明函 | 多余", "record_too_long"),
        ("投标人", "I2", "小微企 | 0.1", "unknown_choice_similar"),
        ("投标人", "I2", "没有 | 0.1", "unknown_choice"),
        ("评审因素", "K3", "优 13到15", "band_malformed"),
        ("开标记录", "B2", "=1", "formula"),
    ],
)
def test_a_cell_that_means_nothing_is_named(sheet: str, cell: str, value: Any, code: str) -> None:
    assert (f"{sheet}!{cell}", code) in found(set_cell(sheet, cell, value))


@pytest.mark.rule("T20")
@pytest.mark.parametrize(
    ("sheet", "cell", "value", "place"),
    [
        ("项目", "B9", full_width("1,000,000.00"), "budget"),
        ("项目", "B9", "￥1,000,000元", "budget"),
        ("项目", "B9", " 1000000.00\u3000", "budget"),
        ("项目", "B9", 1000000, "budget"),
        ("项目", "B2", "政 府采购", "regime"),
        ("项目", "B2", "Government Procurement", "regime"),
        ("项目", "B2", "government_procurement", "regime"),
        ("项目", "B1", "测试项目  ", "title"),
        ("项目", "B11", "否", "reserved_for_small"),
        ("项目", "B11", False, "reserved_for_small"),
        ("项目", "B13", 3, "candidates"),
        ("项目", "B13", "3.0", "candidates"),
        ("标段", "B1", 1, "lot"),
        ("标段", "B7", "总分；部分小计", "aggregation"),
        ("开标记录", "B1", "2026-03-18T09:30", "opening_record"),
    ],
)
def test_what_people_type_is_understood(sheet: str, cell: str, value: Any, place: str) -> None:
    expected = read_value(lawful_with_all_sheets())
    back = read_back(set_cell(sheet, cell, value))
    if place == "aggregation":
        assert back.aggregation.round_at == ("total", "section")
    else:
        assert getattr(back, place) == getattr(expected, place)


@pytest.mark.rule("T18")
def test_a_fault_in_a_part_of_a_cell_is_shown_at_the_cell() -> None:
    value = lawful_with_all_sheets()
    value["bids"][1]["consortium"] = [{"name": "甲方"}, {"name": "乙方", "uscc": "1"}]
    [fault] = examine(written(value)).faults
    assert (fault.place, fault.path) == ("投标人!J3", "bids[1].consortium[1].uscc")
