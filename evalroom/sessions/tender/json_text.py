"""From bytes to a JSON value that still shows repeated keys and how numbers were spelled."""

import json
from collections import Counter
from typing import Any, NamedTuple

from evalroom.sessions.tender.faults import Fault, TenderFaults, error, shortened
from evalroom.sessions.tender.limits import CONTAINERS, FILE_BYTES, VALUES

_LONGEST_INT = 18
_MARKS = ((b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


class Number(NamedTuple):
    """A number as it was spelled: one with a point or an exponent, NaN, or a very long one."""

    text: str


class Repeating(dict[str, Any]):
    """An object of the file in which some keys stand more than once."""

    repeated: tuple[str, ...] = ()


def parse(data: bytes) -> Any:
    """The value in a UTF-8 JSON file; raises TenderFaults with the one reason why there is none."""
    fault = _fault_of_bytes(data)
    if fault is not None:
        raise TenderFaults([fault])
    try:
        text = data.decode()
    except UnicodeDecodeError as broken:
        raise TenderFaults([error("", "not_utf8", at=broken.start)]) from None
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=Number,
            parse_int=_whole_number,
            parse_constant=Number,
        )
    except json.JSONDecodeError as broken:
        near = shortened(text[broken.pos : broken.pos + 20])
        raise TenderFaults(
            [error("", "not_json", line=broken.lineno, column=broken.colno, near=near)]
        ) from None
    except RecursionError:
        raise TenderFaults([error("", "nested_too_deep")]) from None


def _fault_of_bytes(data: bytes) -> Fault | None:
    if len(data) > FILE_BYTES.value:
        return error("", "file_too_large", limit=FILE_BYTES.value)
    if not data.strip():
        return error("", "file_empty")
    if data.startswith(b"PK"):
        return error("", "file_is_archive")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return error("", "byte_order_mark", encoding=encoding)
    if data.count(b"[") + data.count(b"{") > CONTAINERS.value:
        return error("", "too_many_containers", limit=CONTAINERS.value)
    if data.count(b",") > VALUES.value:
        return error("", "too_many_values", limit=VALUES.value)
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeating = Repeating(value)
    times = Counter(key for key, _ in pairs)
    repeating.repeated = tuple(sorted(key for key, count in times.items() if count > 1))
    return repeating


def _whole_number(text: str) -> int | Number:
    return int(text) if len(text) <= _LONGEST_INT else Number(text)
