"""How a decimal is written in a tender file: `2288231.72`, no exponent, no blanks."""

import re

from evalroom.sessions.tender.limits import DECIMAL_DIGITS, DECIMAL_PLACES, SHOWN_CHARS

_PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_WITH_EXPONENT = re.compile(r"[+-]?[0-9]*\.?[0-9]*[eE][+-]?[0-9]+")
_NOT_FINITE = frozenset({"nan", "snan", "inf", "infinity"})


def decimal_fault(text: str) -> str | None:
    """The code of what is wrong with a decimal text, or None."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return _why_malformed(text)
    if len(match[1]) > DECIMAL_DIGITS.value:
        return "decimal_too_many_digits"
    if len(match[2] or "") > DECIMAL_PLACES.value:
        return "decimal_too_many_places"
    if text[0] == "-" and not text.strip("-0."):
        return "decimal_malformed"
    return None


def _why_malformed(text: str) -> str:
    if len(text) > SHOWN_CHARS.value:
        # The patterns below take time that grows with the square of the length.
        return "decimal_malformed"
    if _WITH_EXPONENT.fullmatch(text):
        return "decimal_exponent"
    if text.strip("+-").lower() in _NOT_FINITE:
        return "decimal_not_finite"
    return "decimal_malformed"
