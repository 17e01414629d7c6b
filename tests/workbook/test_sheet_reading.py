"""What the sheets of a workbook are called, look like and hide."""

import pytest

from evalroom.sessions.tender.reading import read_value
from tests.sessions.tender.examples import lawful
from tests.workbook.books import (
    Book,
    Found,
    examined,
    found,
    lawful_with_all_sheets,
    located,
    page,
    read_back,
    set_cell,
)


@pytest.mark.rule("T20")
def test_hidden_rows_columns_and_sheets_that_hold_something_are_named() -> None:
    def hide(book: Book) -> None:
        page(book, "投标人").row_dimensions[3].hidden = True
        page(book, "投标人").row_dimensions[90].hidden = True
        page(book, "投标人").column_dimensions["C"].hidden = True
        page(book, "投标人").column_dimensions["H"].hidden = True
        page(book, "委员会(密)").sheet_state = "hidden"

    assert found(hide) == {
        ("投标人!A3", "row_hidden"),
        ("投标人!C1", "column_hidden"),
        ("投标人!H1", "column_hidden"),
        ("委员会(密)", "sheet_hidden"),
    }


@pytest.mark.rule("T20")
def test_merged_cells_are_named_unless_they_say_the_same_of_several_rows() -> None:
    def merge(book: Book) -> None:
        page(book, "投标人").merge_cells("C2:C3")
        page(book, "评审因素").merge_cells("A3:A4")
        page(book, "评审因素").merge_cells("B3:B4")
        page(book, "席位").merge_cells("A2:B2")
        page(book, "项目").merge_cells("B3:B4")

    assert {place for place, code in found(merge) if code == "cells_merged"} == {
        "投标人!C2",
        "席位!A2",
        "项目!B3",
    }


def test_a_cell_of_blanks_is_blank() -> None:
    assert read_back(set_cell("项目", "B5", " \u3000 ")) == read_value(lawful_with_all_sheets())


def test_a_section_is_described_in_its_first_row_only() -> None:
    def merge(book: Book) -> None:
        sheet = page(book, "评审因素")
        assert [sheet.cell(4, column).value for column in (1, 2, 3)] == [None, None, None]
        for column in "ABC":
            sheet.merge_cells(f"{column}3:{column}4")

    assert read_back(merge) == read_value(lawful_with_all_sheets())


def test_a_title_above_a_header_and_blank_rows_do_no_harm() -> None:
    def decorate(book: Book) -> None:
        for name in ("投标人", "项目"):
            sheet = page(book, name)
            sheet.insert_rows(1, 2)
            sheet["A1"] = "一览表"
            sheet.merge_cells("A1:C1")
        page(book, "投标人").insert_rows(5)
        page(book, "席位")["J30"].number_format = "0.00"

    assert read_back(decorate).bids == read_value(lawful()).bids


def test_columns_may_stand_in_any_order_and_language() -> None:
    def reorder(book: Book) -> None:
        sheet = page(book, "投标人")
        sheet.move_range("A1:A4", cols=30)
        sheet["AE1"] = "bid"
        book["项目"]["A1"] = "title"

    assert read_back(reorder) == read_value(lawful_with_all_sheets())


@pytest.mark.rule("T18")
@pytest.mark.parametrize(
    ("sheet", "cell", "text", "faults"),
    [
        ("投标人", "C1", "投标报介（元）", {("投标人!C1", "unknown_label_similar")}),
        ("投标人", "H1", "奖项", {("投标人!H1", "unknown_label")}),
        ("投标人", "H1", "投标人名称", {("投标人!H1", "label_twice")}),
        ("项目", "A5", "招标人（采购）", set()),
        ("项目", "A1", "项目名字", {("项目!A1", "unknown_label_similar")}),
        ("项目", "A9", "项目名称", {("项目!A9", "label_twice")}),
        ("项目", "A9", None, {("项目!A9", "value_without_label")}),
        ("投标人", "C1", None, {("投标人!C2", "column_without_header")}),
        ("投标人", "ZZ5", "远处", {("投标人!ZZ5", "cell_too_far")}),
        ("投标人", "A2000", "远处", {("投标人!A2000", "cell_too_far")}),
        ("投标人", "B1", None, {("投标人!A1", "column_missing")}),
        ("开标记录", "A6", None, {("开标记录!A6", "price_line_incomplete")}),
        ("开标记录", "B6", None, {("开标记录!A6", "price_line_incomplete")}),
        ("开标记录", "A7", "甲", {("开标记录!A7", "id_twice")}),
        ("席位", "A2", None, {("席位!A2", "group_without_id")}),
    ],
)
def test_a_wrong_label_is_named(sheet: str, cell: str, text: str | None, faults: Found) -> None:
    assert faults <= found(set_cell(sheet, cell, text))


def test_a_price_line_with_a_fault_is_not_called_incomplete_as_well() -> None:
    assert ("开标记录!A6", "price_line_incomplete") not in found(set_cell("开标记录", "B6", "=1"))
    assert ("开标记录!B6", "formula") in found(set_cell("开标记录", "B6", "=1"))


def test_a_section_that_is_described_twice_is_described_alike() -> None:
    def describe_again(book: Book) -> None:
        sheet = page(book, "评审因素")
        sheet["A4"], sheet["B4"], sheet["C4"] = "tech", "技术分", "详细评审"

    assert found(describe_again) == {("评审因素!B4", "group_differs")}


@pytest.mark.rule("T18")
def test_a_missing_or_renamed_sheet_is_named() -> None:
    def rename(book: Book) -> None:
        page(book, "投标人").title = "投标人2"
        del book["评审因素"]
        del book["报价参数"]
        del book["席位"]
        book.create_sheet("随手记")["A1"] = "与评审无关"

    assert found(rename) >= {
        ("投标人", "no_such_sheet_similar"),
        ("评审因素", "no_such_sheet"),
        ("投标人2", "sheet_ignored"),
        ("随手记", "sheet_ignored"),
    }
    assert not {place for place, _ in found(rename)} & {"报价参数", "席位", "评审因素!A1"}


def test_a_table_without_a_header_is_named() -> None:
    def behead(book: Book) -> None:
        page(book, "投标人").delete_rows(1)
        page(book, "评审因素").delete_rows(1)
        page(book, "委员会(密)").delete_rows(1, 10)

    assert found(behead) >= {("投标人!A1", "header_missing"), ("评审因素!A1", "header_missing")}
    assert ("委员会(密)", "committee_missing") not in found(behead)


def test_an_empty_optional_sheet_is_nothing_at_all() -> None:
    def clear(book: Book) -> None:
        for name in ("开标记录", "席位"):
            sheet = page(book, name)
            sheet.delete_rows(1, sheet.max_row)

    back = examined(clear)
    assert back.value.get("opening_record") is None
    assert located(back) == {("席位", "venues_missing")}
