"""Several things in one cell, there and back."""

import pytest
from hypothesis import given, strategies as st

from evalroom.workbook.faults import CellFault
from evalroom.workbook.texts_in_cells import (
    read_bands,
    read_items,
    read_pairs,
    read_record,
    read_words,
    write_band,
    write_items,
    write_pairs,
    write_record,
)

# Texts as a tender holds them: one line, no blanks around, the dangerous signs often.
TEXT = (
    st.text(
        st.sampled_from("abc项目 \\|=;；、\uff5c\uff1d0123456789.≤<x-")
        | st.characters(codec="utf-8", exclude_categories=["C", "Z"]),
        min_size=1,
        max_size=12,
    )
    .map(str.strip)
    .filter(bool)
)


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_a_record_survives_a_cell(parts: list[str]) -> None:
    assert read_record(write_record(parts)) == parts


def test_empty_parts_at_the_end_are_left_out_and_others_kept() -> None:
    assert write_record(["a", "", "0.5", "", ""]) == "a |  | 0.5"
    assert read_record("a |  | 0.5") == ["a", "", "0.5"]
    assert write_record([""]) == ""


@given(st.dictionaries(TEXT, TEXT | st.just(""), max_size=4))
def test_pairs_survive_a_cell(pairs: dict[str, str]) -> None:
    assert read_pairs(write_pairs(pairs)) == pairs


@given(st.lists(TEXT, max_size=4))
def test_items_survive_a_cell(items: list[str]) -> None:
    assert read_items(write_items(items)) == items


@given(TEXT, st.decimals(0, 100, places=1), st.decimals(0, 100, places=1), st.booleans())
def test_a_band_survives_a_cell(label: str, low: object, high: object, top: bool) -> None:
    text = write_band(label, str(low), str(high), includes_high=top)
    assert read_bands(text) == [
        {"label": label, "low": str(low), "high": str(high), "includes_high": top}
    ]


def test_people_write_bands_in_many_ways() -> None:
    assert read_bands("优13≤x≤15\n\n 良 10 <= X < 13\n差\uff10≤x\uff1c10") == [
        {"label": "优", "low": "13", "high": "15", "includes_high": True},
        {"label": "良", "low": "10", "high": "13", "includes_high": False},
        {"label": "差", "low": "0", "high": "10", "includes_high": False},
    ]


@pytest.mark.parametrize("text", ["优", "13≤x≤15", "优 13-15", "优 13≤y≤15", "优 ≤15"])
def test_a_band_without_its_ends_is_refused(text: str) -> None:
    with pytest.raises(CellFault, match="band_malformed"):
        read_bands(text)


@pytest.mark.rule("T4")
def test_a_very_long_line_is_no_band() -> None:
    with pytest.raises(CellFault, match="band_malformed"):
        read_bands("优" + " " * 30_000 + "x")


def test_a_band_with_a_strange_number_is_refused() -> None:
    with pytest.raises(CellFault, match="decimal_malformed"):
        read_bands("优 1.3.0≤x≤15")


@pytest.mark.parametrize("text", ["没有等号", "=没有名称"])
def test_a_line_that_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(CellFault, match="pair_malformed"):
        read_pairs(text)


def test_items_may_stand_in_one_line() -> None:
    assert read_items("甲、乙；丙; 丁") == ["甲", "乙", "丙", "丁"]
    assert read_words("0，2, 4；6、8  10") == ["0", "2", "4", "6", "8", "10"]


def test_a_backslash_before_anything_else_is_plain() -> None:
    assert read_pairs("路径=C:\\data\\") == {"路径": "C:\\data\\"}
