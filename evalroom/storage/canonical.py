"""The one way to write a value down, so that its hash means something.

Canonical JSON here is: UTF-8; object keys sorted by code point; no white space; in strings only
the quotation mark, the backslash and the control characters below U+0020 are escaped (the short
form where JSON has one, else \\u and four lower-case hex digits); integers in decimal; no floating
point number at any depth. It is byte for byte what a standard library writes with
`json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()`, so that
anyone can recompute it. Scores and money are decimal strings.
"""

from typing import Any, Final

import msgspec


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
        found = b"null" in text
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


def _refuse_floats(value: Any, path: str) -> None:
    if isinstance(value, float):
        raise NotCanonical(path)
    if isinstance(value, dict):
        for key, part in value.items():
            _refuse_floats(part, f"{path}.{key}" if path else key)
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            _refuse_floats(part, f"{path}[{place}]")
