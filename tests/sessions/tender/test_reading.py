"""A tender file is read whole or refused with every fault of its shape."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.limits import BIDS, FAULTS, LINE_CHARS, MEMBERS
from evalroom.sessions.tender.model import SheetCell, Tender
from evalroom.sessions.tender.reading import read_tender, read_value
from tests.sessions.tender.examples import bid, changed, lawful, located, shape_found


def test_a_lawful_file_is_read_as_it_was_written() -> None:
    tender = read_tender(json.dumps(lawful()).encode())
    assert tender == read_value(lawful())
    assert tender.bids[0].price == Decimal("900000.00")
    assert str(tender.bids[0].price) == "900000.00"
    assert msgspec.convert(msgspec.to_builtins(tender, builtin_types=()), Tender) == tender


@pytest.mark.rule("T1")
def test_every_fault_of_the_shape_is_named_with_its_path_at_once() -> None:
    value = lawful()
    value["regime"] = "work"
    value["bids"][0]["price"] = 12.5
    value["bids"][2]["pric"] = "1"
    value["criteria"][1]["points"] = "1e5"
    del value["lot"]["title"]
    value["sections"] = {}
    assert shape_found(value) == {
        ("regime", "unknown_word_similar"),
        ("bids[0].price", "number_for_decimal"),
        ("bids[2].pric", "unknown_field_similar"),
        ("criteria[1].points", "decimal_exponent"),
        ("lot.title", "missing"),
        ("sections", "expected_list"),
    }


@pytest.mark.rule("T1")
def test_faults_come_in_the_order_of_their_paths_with_numbers_as_numbers() -> None:
    value = changed(lambda v: v.update(bids=[bid(f"b{n}", price=1) for n in range(12)]))  # type: ignore[arg-type]
    with pytest.raises(TenderFaults) as refused:
        read_value(value)
    assert [fault.path for fault in refused.value.faults] == [
        f"bids[{number}].price" for number in range(12)
    ]
    assert "bids[2].price: number_for_decimal(text=1)" in str(refused.value)


@pytest.mark.rule("T1")
@pytest.mark.parametrize(
    ("field", "wrong", "code"),
    [
        ("title", 5, "expected_text"),
        ("title", None, "expected_text"),
        ("title", "", "text_empty"),
        ("title", " 项目", "text_surrounding_blanks"),
        ("title", "a\tb", "text_control_character"),
        ("title", "a\nb", "text_control_character"),
        ("title", "a\u202eb", "text_control_character"),
        ("title", "a\ud800b", "text_control_character"),
        ("title", "x" * (LINE_CHARS.value + 1), "text_too_long"),
        ("lot", [], "expected_object"),
        ("lot", "1", "expected_object"),
        ("bids", "甲", "expected_list"),
        ("candidates", "3", "expected_whole_number"),
        ("candidates", 3.0, "expected_whole_number"),
        ("candidates", True, "expected_whole_number"),
        ("candidates", -1, "whole_number_out_of_range"),
        ("candidates", 10**30, "expected_whole_number"),
        ("reserved_for_small", "no", "expected_boolean"),
        ("budget", True, "expected_decimal"),
        ("budget", [], "expected_decimal"),
        ("regime", 3, "expected_text"),
        ("regime", "zzz", "unknown_word"),
        ("identifiers", [], "expected_object"),
        ("price", "10", "expected_object"),
        ("no_such_thing", 1, "unknown_field"),
    ],
)
def test_a_field_of_the_wrong_shape_is_named(field: str, wrong: Any, code: str) -> None:
    assert shape_found(changed(lambda value: value.update({field: wrong}))) == {(field, code)}


@pytest.mark.rule("T3")
def test_a_near_miss_is_named_with_what_was_probably_meant() -> None:
    with pytest.raises(TenderFaults) as refused:
        read_value(changed(lambda value: value.update(regmie="works", method="comprehensiv")))
    suggestions = {fault.path: fault.params["suggestion"] for fault in refused.value.faults}
    assert suggestions == {"regmie": "regime", "method": "comprehensive"}


@pytest.mark.parametrize("text", ["notes\nover two lines", "标准：\n一、二"])
def test_notes_may_run_over_several_lines(text: str) -> None:
    assert read_value(changed(lambda value: value.update(notes=text))).notes == text


def test_tables_of_names_are_checked_key_by_key() -> None:
    value = changed(lambda v: v.update(identifiers={"": "1", "项目 编号": "x ", "k" * 101: "y"}))
    assert shape_found(value) == {
        ('identifiers[""]', "text_empty"),
        ('identifiers["项目 编号"]', "text_surrounding_blanks"),
        (f'identifiers["{"k" * 64}…"]', "text_too_long"),
    }


def test_a_name_that_is_no_text_is_named_too() -> None:
    with pytest.raises(TenderFaults) as refused:
        read_value(changed(lambda value: value.update(identifiers={5: "x"})))
    assert located(refused.value.faults) == {("identifiers", "expected_text_key")}


def test_a_value_that_no_file_can_hold_is_something_else() -> None:
    with pytest.raises(TenderFaults) as refused:
        read_value(changed(lambda value: value.update(title=Decimal(1))))
    assert refused.value.faults[0].params == {"found": "other"}


def test_cells_are_texts_or_carry_a_reason() -> None:
    sheets = {"m1": {"甲": {"t1": "40", "c1": {"value": "fail", "reason": "缺章\n第3页"}}}}
    tender = read_value(changed(lambda value: value.update(sheets=sheets)))
    assert tender.sheets is not None
    assert tender.sheets["m1"]["甲"] == {"t1": "40", "c1": SheetCell("fail", "缺章\n第3页")}
    sheets = {"m1": {"甲": {"t1": 40, "c1": {"reason": "缺章"}}}}  # type: ignore[dict-item]
    assert shape_found(changed(lambda value: value.update(sheets=sheets))) == {
        ("sheets.m1.甲.t1", "expected_text"),
        ("sheets.m1.甲.c1.value", "missing"),
    }


@pytest.mark.rule("T4")
def test_a_list_longer_than_its_limit_is_refused_without_looking_into_it() -> None:
    value = changed(lambda v: v.update(bids=[5] * (BIDS.value + 1), committee=[5] * MEMBERS.value))
    found = shape_found(value)
    assert ("bids", "too_many_parts") in found
    assert ("bids[0]", "expected_object") not in found
    assert ("committee[30]", "expected_object") in found


@pytest.mark.rule("T4")
def test_a_table_longer_than_its_limit_is_refused_without_looking_into_it() -> None:
    data = {f"d{number}": 5 for number in range(201)}
    value = changed(lambda v: v["bids"][0].update(data=data))
    assert shape_found(value) == {("bids[0].data", "too_many_parts")}


@pytest.mark.rule("T4")
def test_no_more_faults_are_listed_than_anybody_mends() -> None:
    criteria = [{"id": 1, "section": 2, "title": 3, "kind": 4} for _ in range(300)]
    with pytest.raises(TenderFaults) as refused:
        read_value(changed(lambda value: value.update(criteria=criteria)))
    assert len(refused.value.faults) == FAULTS.value + 1
    assert refused.value.faults[-1].code == "more_faults"


@pytest.mark.rule("T4")
def test_a_million_faults_take_no_longer_than_a_thousand() -> None:
    stranger = {f"f{number}": 1 for number in range(1000)}
    value = changed(lambda v: v.update(bids=[{**bid(f"b{n}"), **stranger} for n in range(300)]))
    with pytest.raises(TenderFaults) as refused:
        read_value(value)
    assert len(refused.value.faults) == FAULTS.value + 1


def test_a_file_of_another_format_gets_one_answer() -> None:
    value = {"format": "evalroom-tender/2", "anything": 1}
    assert shape_found(value) == {("format", "unknown_format")}
    assert ("format", "missing") in shape_found({"title": "x"})
    assert ("format", "expected_text") in shape_found({"format": 1})
    assert shape_found([]) == {("", "expected_object")}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.rule("T5")
@given(st.data())
def test_a_file_changed_anywhere_is_read_or_refused_by_name(data: st.DataObject) -> None:
    value: Any = lawful()
    for _ in range(data.draw(st.integers(1, 4))):
        value = _mutated(value, data)
    # Half a character can stand in a value but in no file.
    text = json.dumps(value)
    with suppress(TenderFaults):
        assert isinstance(read_tender(text.encode()), Tender)


def _mutated(value: Any, data: st.DataObject) -> Any:
    """`value` with something replaced, added or taken away at a place of its depths."""
    if not isinstance(value, list | dict) or not value or data.draw(st.integers(0, 9)) == 0:
        return data.draw(JSON)
    keys = list(range(len(value))) if isinstance(value, list) else list(value)
    key = data.draw(st.sampled_from(keys))
    match data.draw(st.sampled_from(["deeper", "deeper", "deeper", "less", "more"])):
        case "deeper":
            value[key] = _mutated(value[key], data)
        case "less":
            del value[key]
        case _ if isinstance(value, list):
            value.append(data.draw(JSON))
        case _:
            value[data.draw(st.text())] = data.draw(JSON)
    return value


@pytest.mark.rule("T5")
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    with pytest.raises(TenderFaults):
        read_tender(data)
