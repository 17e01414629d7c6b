"""A value of the tender as it stands in a cell, so that reading the cell gives it back."""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from evalroom.sessions.tender.words import WORDS, Lang
from evalroom.workbook.layout import Column, Kind, Part
from evalroom.workbook.limits import EXACT_DIGITS
from evalroom.workbook.texts_in_cells import write_band, write_items, write_pairs, write_record
from evalroom.workbook.values import NOTHING

TEXT = "@"

# `_x0041_` would be shown as `A`: its first sign is written as a code itself.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class Written(NamedTuple):
    """What a cell holds, and the number format it is shown in."""

    value: str | int | float | None
    format: str


def written(column: Column, value: Any, lang: Lang) -> Written:
    """The cell for a value; a blank one keeps the format that fits its column."""
    match column.kind:
        case "amount" | "rate":
            return _number(value)
        case "whole":
            return Written(value, "0" if value is not None else "General")
        case "words" if value is not None and not value:
            return Written(NOTHING[0 if lang == "zh-CN" else 1], TEXT)
        case _:
            text = _text(column.kind, column.owner, column.parts, value, lang)
            return Written(_ESCAPE.sub("_x005F_", text) or None, TEXT)


def _number(text: str | None) -> Written:
    """As a number that shows each of its places, unless a spreadsheet could not keep it exactly."""
    if text is None:
        return Written(None, "General")
    number = Decimal(text)
    digits = number.as_tuple()
    if len(digits.digits) > EXACT_DIGITS.value:
        return Written(text, TEXT)
    places = -digits.exponent if isinstance(digits.exponent, int) else 0
    return Written(float(text), "0." + "0" * places if places else "0")


def _text(kind: Kind, owner: str, parts: tuple[Part, ...], value: Any, lang: Lang) -> str:
    if value is None:
        return ""
    match kind:
        case "word":
            return WORDS[owner][value](lang)
        case "yes_no":
            return ("是" if value else "否") if lang == "zh-CN" else ("yes" if value else "no")
        case "words":
            return "、".join(WORDS[owner][word](lang) for word in value)
        case "numbers":
            return "、".join(value)
        case "items":
            return write_items(value)
        case "pairs":
            return write_pairs(value)
        case "bands":
            return "\n".join(_band(band) for band in value)
        case "records":
            return "\n".join(_record(record, parts, lang) for record in value)
        case _:
            return str(value)


def _band(band: dict[str, Any]) -> str:
    return write_band(band["label"], band["low"], band["high"], includes_high=band["includes_high"])


def _record(record: dict[str, Any], parts: tuple[Part, ...], lang: Lang) -> str:
    return write_record(
        [_text(part.kind, part.owner, (), record.get(part.field), lang) for part in parts]
    )
