"""The one way to write a value down, so that its hash means something.

Canonical JSON here is: UTF-8; object keys sorted by code point; no white space; in strings only
the quotation mark, the backslash and the control characters below U+0020 are escaped (the short
form where JSON has one, else \\u and four lower-case hex digits); integers in decimal; no floating
point number at any depth. It is byte for byte what a standard library writes with
`json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()`, so that
anyone can recompute it. Scores and money are decimal strings.
"""

from functools import cache
from typing import Any, Final

import msgspec
from msgspec import inspect


class NotCanonical(ValueError):
    """A value that must not be hashed: it holds a floating point number at `path`."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: floating point numbers have no place in a ledger")
        self.path = path


def canonical(value: msgspec.Struct | dict[str, Any]) -> bytes:
    """Canonical JSON of an object. Raises `NotCanonical` when a float hides in it."""
    text = _encoder.encode(value)
    try:
        _decoder.decode(text)
        # The encoder writes NaN and the infinities as null, so a null is looked at closely.
        found = b"null" in text and _may_hold_float(value)
    except _FloatFound:
        found = True
    if found:
        _refuse_floats(msgspec.to_builtins(value), "")
    return text


class _FloatFound(Exception):
    pass


def _found(_: str) -> float:
    raise _FloatFound


_encoder: Final = msgspec.json.Encoder(order="sorted")
_decoder: Final = msgspec.json.Decoder(float_hook=_found)


def _may_hold_float(value: object) -> bool:
    """Whether the type of a value allows a float in it; types are kept, and cheaper to look at."""
    if not isinstance(value, msgspec.Struct):
        return not isinstance(value, str | int | None)
    for name in _open_fields(type(value)):
        if _may_hold_float(getattr(value, name)):
            return True
    return False


@cache
def _open_fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a struct whose types do not say that there is no float in them."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    return tuple(field.name for field in shape.fields if _is_open(field.type, {kind}))


def _is_open(shape: inspect.Type, within: set[type]) -> bool:
    match shape:
        case inspect.Metadata(type=inner):
            return _is_open(inner, within)
        case inspect.StructType(cls=msgspec.Struct):
            return True
        case inspect.StructType(cls=cls, fields=fields):
            # A type within itself is as open as the rest of it.
            return cls not in within and any(_is_open(f.type, within | {cls}) for f in fields)
        case inspect.UnionType(types=parts) | inspect.TupleType(item_types=parts):
            return any(_is_open(part, within) for part in parts)
        case inspect.VarTupleType(item_type=part) | inspect.ListType(item_type=part):
            return _is_open(part, within)
        case inspect.DictType(key_type=key, value_type=part):
            return _is_open(key, within) or _is_open(part, within)
        case _:
            return not isinstance(shape, _CLOSED)


_CLOSED: Final = (
    inspect.NoneType,
    inspect.BoolType,
    inspect.IntType,
    inspect.StrType,
    inspect.LiteralType,
    inspect.DecimalType,
)


def _refuse_floats(value: Any, path: str) -> None:
    if isinstance(value, float):
        raise NotCanonical(path)
    if isinstance(value, dict):
        for key, part in value.items():
            _refuse_floats(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            _refuse_floats(part, f"{path}[{place}]")
