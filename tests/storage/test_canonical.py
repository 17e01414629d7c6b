"""Canonical JSON: one spelling for a value, and none for a float."""

import json
import math
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from evalroom.storage.canonical import NotCanonical, canonical

texts = st.text(st.characters(exclude_categories=["Cs"]))
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)
objects = st.dictionaries(texts, plain, max_size=5)


class Shape(msgspec.Struct, tag_field="type", tag="Shape"):
    zulu: Any
    alpha: Any


@pytest.mark.rule("L1")
@given(objects)
def test_it_is_what_a_standard_library_writes(value: dict[str, Any]) -> None:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value) == text.encode()


@pytest.mark.rule("L1")
@given(plain, plain)
def test_a_struct_is_written_like_the_object_it_stands_for(one: Any, other: Any) -> None:
    same = {"type": "Shape", "zulu": one, "alpha": other}
    assert canonical(Shape(one, other)) == canonical(same)


@pytest.mark.rule("L1")
@given(objects)
def test_reading_it_back_and_writing_it_again_changes_nothing(value: dict[str, Any]) -> None:
    text = canonical(value)
    assert canonical(json.loads(text)) == text


@pytest.mark.rule("L2")
@pytest.mark.parametrize("number", [1.5, 0.0, -0.0, 1e22, 5e-324, math.nan, math.inf, -math.inf])
def test_a_float_is_refused_at_any_depth(number: float) -> None:
    with pytest.raises(NotCanonical, match=r"^bids\[1\]\.price: ") as refused:
        canonical({"bids": [{"price": "1.50"}, {"price": number}]})
    assert refused.value.path == "bids[1].price"
    with pytest.raises(NotCanonical, match=r"^alpha\.x: "):
        canonical(Shape("", {"x": number}))
    with pytest.raises(NotCanonical, match=r"^zulu\[0\]: "):
        canonical(Shape((number,), None))


@pytest.mark.rule("L2")
@given(objects, texts, st.floats())
def test_no_float_hides_behind_anything_else(
    value: dict[str, Any], key: str, number: float
) -> None:
    with pytest.raises(NotCanonical):
        canonical(value | {key: {"deep": [None, number]}})


@pytest.mark.rule("L2")
def test_words_that_look_like_numbers_and_nothing_are_words() -> None:
    value = {"a": "1.5", "null": None, "b": "null,1e5", "c": Decimal("95.00")}
    assert canonical(value) == b'{"a":"1.5","b":"null,1e5","c":"95.00","null":null}'


@pytest.mark.rule("L1")
def test_half_a_character_has_no_spelling() -> None:
    with pytest.raises(UnicodeEncodeError):
        canonical({"a": "\ud800"})


class Closed(msgspec.Struct):
    """Its types leave no room for a float, itself within itself included."""

    name: Annotated[str, msgspec.Meta(extra={"lines": True})] | None
    parts: tuple["Closed", ...] = ()
    counts: dict[str, int | None] = {}


class Envelope(msgspec.Struct):
    content: msgspec.Struct
    note: str | None = None


@pytest.mark.rule("L2")
def test_a_null_of_a_type_that_holds_no_float_is_not_looked_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    value = Closed(None, (Closed("a", counts={"b": None}),))
    expected = json.dumps(msgspec.to_builtins(value), sort_keys=True, separators=(",", ":"))
    looked: list[object] = []
    monkeypatch.setattr("evalroom.storage.canonical._refuse_floats", lambda *of: looked.append(of))
    assert canonical(value) == expected.encode()
    assert canonical(Envelope(value)) != b""
    assert looked == []


@pytest.mark.rule("L2")
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_float_that_is_written_as_null_is_found_within_whatever_may_hold_one(
    number: float,
) -> None:
    with pytest.raises(NotCanonical, match=r"^content\.zulu: "):
        canonical(Envelope(Shape(number, None)))
    with pytest.raises(NotCanonical, match=r"^content\.content\.alpha\[0\]: "):
        canonical(Envelope(Envelope(Shape("", [number]))))
