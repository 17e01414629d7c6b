"""Bytes become a JSON value, or the one reason why not."""

import pytest

from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.json_text import Number, Repeating, parse
from evalroom.sessions.tender.limits import CONTAINERS, FILE_BYTES, VALUES
from evalroom.sessions.tender.reading import read_tender
from tests.sessions.tender.examples import located


@pytest.mark.rule("T1")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\t", "file_empty"),
        (b"\xef\xbb\xbf{}", "byte_order_mark"),
        ("{}".encode("utf-16"), "byte_order_mark"),
        (b"\xfe\xff\x00{", "byte_order_mark"),
        ("项目".encode("gb18030"), "not_utf8"),
        (b"{", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'{"a": 1} x', "not_json"),
        (b"PK\x03\x04", "file_is_archive"),
        (b"[" * 100_000, "nested_too_deep"),
    ],
)
def test_bytes_that_are_no_json_get_one_reason(data: bytes, code: str) -> None:
    with pytest.raises(TenderFaults) as refused:
        parse(data)
    assert located(refused.value.faults) == {("", code)}


@pytest.mark.rule("T4")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" " * FILE_BYTES.value + b"{}", "file_too_large"),
        (b"[" + b"[]," * CONTAINERS.value + b"[]]", "too_many_containers"),
        (b"[" + b"1," * (VALUES.value + 1) + b"1]", "too_many_values"),
    ],
)
def test_a_file_too_big_to_be_a_tender_is_refused_before_it_is_parsed(
    data: bytes, code: str
) -> None:
    with pytest.raises(TenderFaults) as refused:
        parse(data)
    assert located(refused.value.faults) == {("", code)}


def test_a_syntax_error_is_named_with_its_place() -> None:
    with pytest.raises(TenderFaults) as refused:
        parse('{\n  "title": 项目\n}'.encode())
    assert refused.value.faults[0].params == {"line": 2, "column": 12, "near": "项目�}"}


@pytest.mark.rule("T2")
@pytest.mark.parametrize("text", ["12.5", "1e5", "NaN", "Infinity", "-Infinity", "9" * 5000])
def test_the_spelling_of_a_number_is_kept_until_somebody_can_refuse_it(text: str) -> None:
    assert parse(f"[{text}]".encode()) == [Number(text)]


@pytest.mark.rule("T3")
def test_a_key_that_stands_twice_is_remembered_and_refused() -> None:
    value = parse(b'{"a": 1, "b": 2, "a": 3, "c": 4, "c": 5}')
    assert isinstance(value, Repeating)
    assert value.repeated == ("a", "c")
    assert ("title", "key_twice") in shape_found_in(b'{"title": "a", "title": "b"}')
    assert ("identifiers.x", "key_twice") in shape_found_in(
        b'{"identifiers": {"x": "1", "x": "2"}}'
    )


@pytest.mark.rule("T4")
def test_very_many_repeated_keys_are_found_in_one_go() -> None:
    pairs = ",".join(f'"k{number % 50_000}":0' for number in range(100_000))
    value = parse(f"{{{pairs}}}".encode())
    assert isinstance(value, Repeating)
    assert len(value.repeated) == 50_000


def shape_found_in(data: bytes) -> set[tuple[str, str]]:

    with pytest.raises(TenderFaults) as refused:
        read_tender(data)
    return located(refused.value.faults)
