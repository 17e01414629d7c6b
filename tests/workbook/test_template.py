"""The empty workbook: what a centre is given to fill."""

from io import BytesIO

import openpyxl
import pytest

from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.words import WORDS, Lang
from evalroom.workbook import write_template
from evalroom.workbook.layout import header
from evalroom.workbook.sheets import SHEETS
from evalroom.workbook.styles import choices
from tests.workbook.books import Book, page

LANGUAGES: list[Lang] = ["zh-CN", "en"]


def template(lang: Lang) -> Book:
    return openpyxl.load_workbook(BytesIO(write_template(lang)))


def test_the_sheets_stand_in_the_order_in_which_they_are_filled() -> None:
    assert template("zh-CN").sheetnames == [
        "说明",
        "项目",
        "标段",
        "投标人",
        "评审因素",
        "委员会(密)",
        "席位",
        "开标记录",
        "报价参数",
    ]
    assert template("zh-CN").active.title == "项目"  # type: ignore[union-attr]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_item_is_explained_in_the_instructions(lang: Lang) -> None:
    sheet = template(lang).worksheets[0]
    explained = {(row[0], row[1]) for row in sheet.iter_rows(min_row=3, values_only=True)}
    for part in SHEETS:
        for column in part.columns():
            assert (part.name(lang), header(column, lang)) in explained


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_header_explains_itself_and_stays_in_sight(lang: Lang) -> None:
    book = template(lang)
    for part in SHEETS:
        if part.table is None:
            continue
        sheet = page(book, part.name(lang))
        top = len(part.form) + 2 if part.form else 1
        for number in range(1, len(part.columns()) - len(part.form) + 1):
            comment = sheet.cell(top, number).comment
            assert comment is not None
            assert comment.text
        assert sheet.freeze_panes


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_are_picked_from_a_list(lang: Lang) -> None:
    book = template(lang)
    for part in SHEETS:
        listed = {
            rule.formula1 for rule in page(book, part.name(lang)).data_validations.dataValidation
        }
        wanted = {
            '"' + ",".join(choices(column, lang)) + '"'
            for column in part.columns()
            if column.kind in ("word", "yes_no")
        }
        assert listed == wanted
        assert all(len(str(text)) <= 255 for text in listed)


def test_no_word_holds_the_comma_that_ends_it_in_a_list() -> None:
    texts = [text for words in WORDS.values() for word in words.values() for text in word]
    assert [text for text in texts if "," in text] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_of_a_sheet_are_told_apart(lang: Lang) -> None:
    for part in SHEETS:
        labels = [column.label(lang) for column in part.columns()]
        assert len(set(labels)) == len(labels)


def test_every_field_of_a_tender_stands_in_some_sheet() -> None:
    """A field added to the model is asked for, or left out on purpose."""
    owners = {column.owner for part in SHEETS for column in part.columns()}
    owners |= {
        piece.owner for part in SHEETS for column in part.columns() for piece in column.parts
    }
    top = {owner.partition(".")[2] for owner in owners if owner.startswith("Tender.")}
    nested = {"lot", "bids", "sections", "criteria", "opening_record", "aggregation", "price"}
    nested |= {"committee", "venues", "seats", "policies"}
    assert set(Tender.__struct_fields__) - top - nested == {"format", "sheets"}
