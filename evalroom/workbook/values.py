"""What a cell means by the kind of its column; raises CellFault where it means nothing."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from evalroom.sessions.tender.faults import shortened, similar
from evalroom.sessions.tender.words import WORDS
from evalroom.workbook.faults import CellFault
from evalroom.workbook.grid import Cell
from evalroom.workbook.layout import Column, Kind, Part
from evalroom.workbook.limits import EXACT_DIGITS
from evalroom.workbook.numbers import PLAIN_SIGNS, shown_decimal, typed_decimal
from evalroom.workbook.texts_in_cells import (
    lines_of,
    read_bands,
    read_items,
    read_pairs,
    read_record,
    read_words,
)

NOTHING = ("无", "none")
"""What stands for an empty list where an empty cell means the default."""

_YES_NO = {"是": True, "yes": True, "true": True, "否": False, "no": False, "false": False}
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TEXT_FORMATS = ("General", "@", "0")


def value_of(column: Column, cell: Cell) -> Any:
    """The JSON value that a cell stands for."""
    match cell.kind:
        case "formula":
            raise CellFault("formula")
        case "error":
            raise CellFault("cell_error", text=shortened(str(cell.value)))
        case _:
            return _of_kind(column.kind, column.owner, column.parts, cell)


def normal(text: str) -> str:
    """A label or a word as it is compared: width, case, blanks and a mark `*` do not count."""
    return "".join(text.translate(PLAIN_SIGNS).split()).rstrip("*").casefold()


def text_of(cell: Cell) -> str:
    """A cell that should be a text; a whole number that was typed without harm is one."""
    match cell.kind:
        case "text":
            return clean(cell.value)
        case "number":
            return _digits_of(cell)
        case "date":
            raise CellFault("date_in_text")
        case _:
            raise CellFault("boolean_in_text")


def clean(text: str) -> str:
    """A text as a person sees it: one kind of line end, no blanks around, no escaped signs."""
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return plain.replace("\r\n", "\n").replace("\r", "\n").strip()


def _of_kind(kind: Kind, owner: str, parts: Sequence[Part], cell: Cell) -> Any:
    special = _SPECIAL.get(kind)
    if special is not None:
        return special(cell)
    text = text_of(cell)
    if kind == "records":
        return [_record(line, parts) for line in lines_of(text)]
    if kind == "words":
        if normal(text) in NOTHING:
            return []
        return [_word(word, owner) for word in read_words(text)]
    return _of_text(kind, owner, text)


def _of_text(kind: Kind, owner: str, text: str) -> Any:
    match kind:
        case "code":
            return "".join(text.translate(PLAIN_SIGNS).split())
        case "word":
            return _word(text, owner)
        case "items":
            return read_items(text)
        case "pairs":
            return read_pairs(text)
        case "bands":
            return read_bands(text)
        case _:
            return text


def _amount(cell: Cell) -> str:
    return _decimal(cell, rate=False)


def _rate(cell: Cell) -> str:
    return _decimal(cell, rate=True)


def _decimal(cell: Cell, *, rate: bool) -> str:
    match cell.kind:
        case "number":
            return shown_decimal(cell.value, cell.format, rate=rate)
        case "text":
            return typed_decimal(clean(cell.value), rate=rate)
        case "date":
            raise CellFault("date_in_number")
        case _:
            raise CellFault("expected_number")


def _numbers(cell: Cell) -> list[str]:
    if cell.kind == "text":
        return [typed_decimal(word, rate=False) for word in read_words(clean(cell.value))]
    return [_amount(cell)]


def _whole(cell: Cell) -> int:
    text = _amount(cell)
    whole, _, places = text.partition(".")
    if places.strip("0"):
        raise CellFault("not_whole", text=text)
    return int(whole)


def _yes_no(cell: Cell) -> bool:
    if cell.kind == "boolean":
        return bool(cell.value)
    text = text_of(cell)
    answer = _YES_NO.get(normal(text))
    if answer is None:
        raise CellFault("not_yes_no", text=shortened(text))
    return answer


def _date(cell: Cell) -> str:
    if cell.kind == "date":
        moment = cell.value
        if isinstance(moment, datetime) and moment.time() == time():
            return moment.date().isoformat()
        if isinstance(moment, date) and not isinstance(moment, datetime):
            return moment.isoformat()
        raise CellFault("date_unclear", text=shortened(str(moment)))
    text = text_of(cell)
    match = _DATE.fullmatch(text.translate(PLAIN_SIGNS))
    return text if match is None else f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}"


def _time(cell: Cell) -> str:
    if cell.kind != "date":
        return text_of(cell)
    if not isinstance(cell.value, datetime):
        raise CellFault("date_unclear", text=shortened(str(cell.value)))
    # A day is stored as a binary fraction of itself: what is a second is some microseconds off.
    moment = cell.value + timedelta(microseconds=500_000)
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


_SPECIAL: dict[Kind, Callable[[Cell], Any]] = {
    "amount": _amount,
    "rate": _rate,
    "numbers": _numbers,
    "whole": _whole,
    "yes_no": _yes_no,
    "date": _date,
    "time": _time,
}


def _digits_of(cell: Cell) -> str:
    number = cell.value
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if not isinstance(number, int) or cell.format not in _TEXT_FORMATS:
        raise CellFault("number_in_text")
    if len(str(abs(number))) > EXACT_DIGITS.value:
        raise CellFault("digits_lost")
    return str(number)


def _word(text: str, owner: str) -> str:
    words = WORDS[owner]
    for code, word in words.items():
        if normal(text) in (normal(word.zh), normal(word.en), normal(code)):
            return code
    near = similar(text, [word.zh for word in words.values()])
    raise CellFault(
        "unknown_choice_similar" if near else "unknown_choice",
        text=shortened(text),
        allowed="、".join(word.zh for word in words.values()),
        allowed_en=", ".join(word.en for word in words.values()),
        **near,
    )


def _record(line: str, parts: Sequence[Part]) -> dict[str, Any]:
    texts = read_record(line)
    if len(texts) > len(parts):
        raise CellFault("record_too_long", line=shortened(line), parts=len(parts))
    return {
        part.field: _of_kind(part.kind, part.owner, (), Cell(text, "text", "@"))
        for part, text in zip(parts, texts, strict=False)
        if text
    }
