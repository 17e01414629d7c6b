"""What a person may have typed or pasted is answered, not cut off: texts and lists that are too
long, empty, or that nobody could read in the report.

The limits are those of the commands' types; a text of a nested value that has none of its own has
the limit it has in a tender file. No text holds what a tender file may not hold either: control
characters, code points that turn the direction of writing around, halves of characters; and no
text is made of blanks alone. Line breaks and tabs are allowed where a text may have several lines.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from msgspec import Struct, ValidationError, inspect

from evalroom.sessions.messages import Command
from evalroom.sessions.people import SEVERAL_LINES
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.limits import ENTRIES, KEY_CHARS, LINE_CHARS, TEXTS
from evalroom.sessions.tender.shape import BAD_IN_LINE, BAD_IN_PROSE


class _Found(NamedTuple):
    """The first text that is not in order, with its place as far as it is known."""

    code: str
    path: str
    params: dict[str, Any]


_Check = Callable[[Any], _Found | None]


def size_refused(fault: ValidationError) -> Refused | None:
    """The refusal for a length that the types do not allow; None for any other fault.

    msgspec tells which limit was missed in its sentence alone, so that is what is read.
    """
    reason, _, place = str(fault).partition(" - at ")
    found = _SIZE.fullmatch(reason)
    if found is None:
        return None
    thing = "text" if found["thing"] == "str" else "list"
    path = place.strip("`").removeprefix("$").removeprefix(".")
    if found["end"] == "<=":
        return Refused(_TOO_LONG[thing], path=path, limit=int(found["limit"]))
    return Refused(_EMPTY[thing], path=path)


def check_texts(command: Command) -> None:
    """Raise `Refused` for the first text of a command that nobody could read, or that is longer
    than it may be: `text_unreadable`, `text_too_long`, `list_too_long`.
    """
    found = _check_struct(type(command))(command)
    if found is not None:
        raise Refused(found.code, path=found.path.removeprefix("."), **found.params)


_SIZE = re.compile(
    r"Expected `(?P<thing>str|array|object)` of length (?P<end>[<>]=) (?P<limit>\d+)"
)
_TOO_LONG = {"text": "text_too_long", "list": "list_too_long"}
_EMPTY = {"text": "text_empty", "list": "list_empty"}

# What is there and cannot be seen: a text of nothing else is a blank one.
_SEEN = re.compile("[^\\s\u00ad\u115f\u1160\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164\uffa0]")


@cache
def _check_struct(kind: type[Struct]) -> _Check:
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    checks = [
        (field.name, part)
        for field in shape.fields
        if (part := _check_field(kind, field)) is not None
    ]

    def check(value: Any) -> _Found | None:
        for name, part in checks:
            if found := part(getattr(value, name)):
                return found._replace(path=f".{name}{found.path}")
        return None

    return check


def _check_field(kind: type[Struct], field: inspect.Field) -> _Check | None:
    check = _check_of(field.type, f"{kind.__name__}.{field.name}")
    demanded = field.required and isinstance(field.type, inspect.StrType)
    return _unless_empty(check) if check and demanded else check


def _check_of(kind: inspect.Type, owner: str, *, lines: bool = False) -> _Check | None:
    """The check for values of a type, None where there is no text in them; `owner` names the field
    as `tender.limits` does.
    """
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            return _check_of(inner, owner, lines=extra == SEVERAL_LINES)
        case inspect.StrType(max_length=limit):
            return _check_text(limit or TEXTS.get(owner, LINE_CHARS).value, lines)
        case inspect.UnionType(types=options):
            option = next(option for option in options if not isinstance(option, inspect.NoneType))
            part = _check_of(option, owner, lines=lines)
            return part and _unless_missing(part)
        case inspect.StructType(cls=struct):
            return _check_struct(struct)
        case inspect.VarTupleType(item_type=item):
            part = _check_of(item, owner)
            return part and _check_list(part)
        case inspect.DictType():
            return _check_table(owner)
        case _:
            return None


def _check_text(limit: int, lines: bool) -> _Check:
    bad = BAD_IN_PROSE if lines else BAD_IN_LINE

    def check(value: str) -> _Found | None:
        if len(value) > limit:
            return _Found("text_too_long", "", {"limit": limit})
        if bad.search(value) or (value and not _SEEN.search(value)):
            return _Found("text_unreadable", "", {})
        return None

    return check


def _unless_missing(check: _Check) -> _Check:
    return lambda value: None if value is None else check(value)


def _unless_empty(check: _Check) -> _Check:
    return lambda value: check(value) if value else _Found("text_empty", "", {})


def _check_list(check: _Check) -> _Check:
    def each(values: tuple[Any, ...]) -> _Found | None:
        for place, value in enumerate(values):
            if found := check(value):
                return found._replace(path=f"[{place}]{found.path}")
        return None

    return each


def _check_table(owner: str) -> _Check:
    """A table of names and texts; what it is called where it is faulty could be anything."""
    key, text = _check_text(KEY_CHARS.value, False), _check_of(inspect.StrType(), owner)
    assert text is not None

    def check(table: dict[str, str]) -> _Found | None:
        if len(table) > ENTRIES.value:
            return _Found("list_too_long", "", {"limit": ENTRIES.value})
        found = next((fault for n, v in table.items() if (fault := key(n) or text(v))), None)
        return found and found._replace(path="[...]")

    return check
