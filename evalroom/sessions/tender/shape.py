"""One walk over a JSON value beside the types of `model`, collecting all that does not fit.

Generic: a field added to the model is checked here without another line. What a field may hold
beyond its type stands in `limits`. The walk only looks; the value is turned into a `Tender` when
nothing was found.
"""

import re
from collections.abc import Iterable
from typing import Any

from msgspec import inspect

from evalroom.sessions.tender.decimals import decimal_fault
from evalroom.sessions.tender.faults import Fault, error, shortened, similar, under
from evalroom.sessions.tender.json_text import Number, Repeating
from evalroom.sessions.tender.limits import (
    DECIMAL_DIGITS,
    DECIMAL_PLACES,
    ENTRIES,
    FAULTS,
    KEY_CHARS,
    LINE_CHARS,
    LISTS,
    PROSE,
    TEXTS,
    WHOLE_NUMBER,
    Limit,
)

Where = tuple[Any, str | int] | None
"""A place as a chain of (place of the whole, key), turned into text only for a fault."""

# Control characters, those that turn the direction of text around, separators of lines, halves of
# characters, and code points that are none: they cannot be seen, printed or put into XML.
_INVISIBLE = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff"
BAD_IN_PROSE = re.compile(f"[{_INVISIBLE}]")
BAD_IN_LINE = re.compile(f"[\t\n{_INVISIBLE}]")


def shape_of(kind: inspect.Type, value: Any) -> list[Fault]:
    """Everything in `value` that does not fit the type, at most one more than `limits.FAULTS`."""
    walk = _Walk()
    walk.value(kind, value, None, "")
    return walk.found


class _Walk:
    def __init__(self) -> None:
        self.found: list[Fault] = []

    def value(
        self, kind: inspect.Type, value: Any, where: Where, owner: str, required: bool = False
    ) -> None:
        """`owner` names the field that the value belongs to, as `limits` does: `Bid.price`."""
        match kind:
            case inspect.StrType():
                self._text(value, where, owner, required)
            case inspect.DecimalType():
                self._decimal(value, where)
            case inspect.UnionType():
                self._union(kind, value, where, owner)
            case inspect.StructType():
                self._struct(kind, value, where)
            case inspect.VarTupleType():
                self._list(kind, value, where, owner)
            case inspect.DictType():
                self._table(kind, value, where, owner)
            case inspect.LiteralType():
                self._word(kind, value, where)
            case inspect.IntType():
                self._whole_number(value, where)
            case inspect.BoolType():
                self._of_type(bool, "expected_boolean", value, where)
            case _:
                raise TypeError(f"{owner}: a tender file has no such type as {kind}")

    def _struct(self, kind: inspect.StructType, value: Any, where: Where) -> None:
        if not self._of_type(dict, "expected_object", value, where):
            return
        self._repeated(value, where)
        fields = {field.name: field for field in kind.fields}
        for name, part in value.items():
            if name not in fields:
                self._unknown(name, fields, where)
                continue
            field = fields[name]
            owner = f"{kind.cls.__name__}.{name}"
            self.value(field.type, part, (where, name), owner, field.required)
        for field in kind.fields:
            if field.required and field.name not in value:
                self._add((where, field.name), "missing")

    def _union(self, kind: inspect.UnionType, value: Any, where: Where, owner: str) -> None:
        if value is None and kind.includes_none:
            return
        structs = [part for part in kind.types if isinstance(part, inspect.StructType)]
        chosen = structs[0] if structs and isinstance(value, dict) else kind.types[0]
        self.value(chosen, value, where, owner)

    def _list(self, kind: inspect.VarTupleType, value: Any, where: Where, owner: str) -> None:
        if not self._of_type(list, "expected_list", value, where):
            return
        if self._too_many(value, LISTS.get(owner, ENTRIES), where):
            return
        for place, part in enumerate(value):
            self.value(kind.item_type, part, (where, place), owner, required=True)

    def _table(self, kind: inspect.DictType, value: Any, where: Where, owner: str) -> None:
        if not self._of_type(dict, "expected_object", value, where):
            return
        self._repeated(value, where)
        if self._too_many(value, LISTS.get(owner, ENTRIES), where):
            return
        for key, part in value.items():
            if self._of_type(str, "expected_text_key", key, where):
                self._text_within(key, (where, key), KEY_CHARS, BAD_IN_LINE, required=True)
                self.value(kind.value_type, part, (where, key), owner)

    def _text(self, value: Any, where: Where, owner: str, required: bool) -> None:
        if self._of_type(str, "expected_text", value, where):
            bad = BAD_IN_PROSE if owner in PROSE else BAD_IN_LINE
            self._text_within(value, where, TEXTS.get(owner, LINE_CHARS), bad, required)

    def _text_within(
        self, text: str, where: Where, limit: Limit, bad: re.Pattern[str], required: bool
    ) -> None:
        if len(text) > limit.value:
            self._add(where, "text_too_long", limit=limit.value, length=len(text))
        if required and not text:
            self._add(where, "text_empty")
        match = bad.search(text)
        if match is not None:
            self._add(where, "text_control_character", code_point=f"U+{ord(match[0]):04X}")
        elif text != text.strip():
            self._add(where, "text_surrounding_blanks")

    def _decimal(self, value: Any, where: Where) -> None:
        if isinstance(value, int | float | Number) and not isinstance(value, bool):
            text = value.text if isinstance(value, Number) else str(value)
            self._add(where, "number_for_decimal", text=shortened(text))
        elif self._of_type(str, "expected_decimal", value, where):
            code = decimal_fault(value)
            if code is not None:
                self._add(
                    where,
                    code,
                    text=shortened(value),
                    digits=DECIMAL_DIGITS.value,
                    places=DECIMAL_PLACES.value,
                )

    def _word(self, kind: inspect.LiteralType, value: Any, where: Where) -> None:
        words = [str(word) for word in kind.values]
        if not self._of_type(str, "expected_text", value, where) or value in words:
            return
        near = {} if self._full() else similar(value, words)
        code = "unknown_word_similar" if near else "unknown_word"
        self._add(where, code, text=shortened(value), allowed=" | ".join(words), **near)

    def _whole_number(self, value: Any, where: Where) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            self._add(where, "expected_whole_number", found=kind_of(value))
        elif not 0 <= value <= WHOLE_NUMBER.value:
            self._add(where, "whole_number_out_of_range", limit=WHOLE_NUMBER.value)

    def _of_type(self, wanted: type, code: str, value: Any, where: Where) -> bool:
        if isinstance(value, wanted):
            return True
        self._add(where, code, found=kind_of(value))
        return False

    def _too_many(self, parts: Any, limit: Limit, where: Where) -> bool:
        if len(parts) <= limit.value:
            return False
        self._add(where, "too_many_parts", limit=limit.value, count=len(parts))
        return True

    def _repeated(self, value: dict[str, Any], where: Where) -> None:
        if isinstance(value, Repeating):
            for key in value.repeated:
                self._add((where, key), "key_twice")

    def _unknown(self, name: Any, known: Iterable[str], where: Where) -> None:
        near = {} if self._full() else similar(str(name), known)
        self._add((where, str(name)), "unknown_field_similar" if near else "unknown_field", **near)

    def _add(self, where: Where, code: str, **params: str | int) -> None:
        if not self._full():
            self.found.append(error(path_of(where), code, **params))

    def _full(self) -> bool:
        """Whether enough was found: looking for near misses in a million faults takes minutes."""
        return len(self.found) > FAULTS.value


def path_of(where: Where) -> str:
    """The place as text."""
    if where is None:
        return ""
    whole, key = where
    return under(path_of(whole), key)


def kind_of(value: Any) -> str:
    """What a JSON value is, in one of the words that the texts of faults translate."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "text"
        case int() | float() | Number():
            return "number"
        case list():
            return "list"
        case dict():
            return "object"
        case _:
            return "other"
