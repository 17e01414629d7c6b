"""Exact decimals out of cells: what is shown, to the last digit, or a fault.

A spreadsheet keeps numbers as binary fractions and shows them rounded. Read here is the decimal
that a person sees; where more is stored than shown, nobody can say which of the two was meant.
"""

import re
from decimal import Decimal

from evalroom.sessions.tender.decimals import decimal_fault
from evalroom.sessions.tender.faults import shortened
from evalroom.sessions.tender.limits import DECIMAL_DIGITS, DECIMAL_PLACES
from evalroom.workbook.faults import CellFault
from evalroom.workbook.limits import EXACT_DIGITS, FORMAT_CHARS

_UNFORMATTED = frozenset({"General", "@", ""})
_FORMAT = re.compile(r"[#0?,]*[#0?](?:\.([#0?]+))?(%)?")
# Signs that leave the value as it is: colours and currencies in brackets, spaces of a width,
# fillers, quoted currency words, brackets of negative amounts.
_ORNAMENT = re.compile(
    r"\[(?:\$[^\]]*|Red|Black|Blue|Green|White|Yellow|Cyan|Magenta)\]"
    r'|_.|\*.|\\[ ()¥￥$-]|"[ ¥￥$元]*"|[ ()¥￥$+-]',
    re.IGNORECASE,
)
PLAIN_SIGNS = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: " ", 0xFFE5: "¥"}
"""Full-width signs as the plain ones they stand for, and nothing else."""

_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")


def shown_decimal(value: int | float, number_format: str, *, rate: bool) -> str:
    """The decimal text that a cell with this stored value and format shows."""
    stored = Decimal(repr(value))
    if not stored.is_finite() or len(stored.normalize().as_tuple().digits) > EXACT_DIGITS.value:
        raise CellFault("number_not_exact", text=shortened(repr(value)))
    plain = _checked(_plain(stored))
    if number_format in _UNFORMATTED:
        return plain
    least, most = _places(number_format, rate=rate)
    exponent = stored.normalize().as_tuple().exponent
    needed = max(0, -exponent) if isinstance(exponent, int) else 0
    if needed > most:
        raise CellFault("number_shown_rounded", text=plain)
    return _checked(_plain(stored.quantize(Decimal(1).scaleb(-max(needed, least)))))


def typed_decimal(text: str, *, rate: bool) -> str:
    """A decimal that was typed as text: full-width signs, separators, ¥ and 元 are understood."""
    plain = text.translate(PLAIN_SIGNS).strip().removeprefix("¥").removesuffix("元").strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    per_cent = plain.removesuffix("%").rstrip()
    if rate and per_cent != plain and decimal_fault(per_cent) is None:
        plain = _plain(Decimal(per_cent).scaleb(-2))
    return _checked(plain, shown=text)


def _places(number_format: str, *, rate: bool) -> tuple[int, int]:
    """The least and the most decimal places of the stored value that a format shows."""
    # No spreadsheet program writes longer ones, and the pattern's time grows with the square.
    short = len(number_format) <= FORMAT_CHARS.value
    match = _FORMAT.fullmatch(_ORNAMENT.sub("", number_format.split(";")[0])) if short else None
    if match is None:
        raise CellFault("number_format_unclear", text=shortened(number_format))
    places, per_cent = match.groups()
    if per_cent and not rate:
        raise CellFault("percent_in_amount")
    shift = 2 if per_cent else 0
    return (places or "").count("0") + shift, len(places or "") + shift


def _checked(text: str, shown: str = "") -> str:
    code = decimal_fault(text)
    if code is not None:
        raise CellFault(
            code,
            text=shortened(shown or text),
            digits=DECIMAL_DIGITS.value,
            places=DECIMAL_PLACES.value,
        )
    return text


def _plain(number: Decimal) -> str:
    return format(number, "f")
