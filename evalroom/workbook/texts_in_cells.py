"""Several things in one cell: records with | between, names with =, lists, bands; both ways.

A backslash before one of the separating signs, or before another backslash, takes its meaning away;
before anything else it is a plain sign.
"""

import re
from collections.abc import Sequence

from evalroom.sessions.tender.faults import shortened
from evalroom.sessions.tender.limits import LINE_CHARS
from evalroom.workbook.faults import CellFault
from evalroom.workbook.numbers import PLAIN_SIGNS, typed_decimal

_BARS = "|\uff5c"
_EQUALS = "=\uff1d"
_ITEM_ENDS = "、；;"
_BAND = re.compile(
    r"(?P<label>.+?)(?:\s+|(?<![0-9.-]))(?P<low>-?[0-9.]+)\s*(?:≤|<=)\s*[xX]\s*"
    r"(?P<end>≤|<=|<)\s*(?P<high>-?[0-9.]+)"
)
_WORD_ENDS = re.compile(r"[、；;，,|\uff5c\s]+")


def lines_of(text: str) -> list[str]:
    """The lines that are not blank, without blanks around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def read_record(line: str) -> list[str]:
    """The parts of a line with | between."""
    return _split(line, _BARS)


def write_record(parts: Sequence[str]) -> str:
    """A line of parts; empty ones at the end are left out."""
    kept = list(parts)
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    return " | ".join(_escaped(part, _BARS) for part in kept)


def read_pairs(text: str) -> dict[str, str]:
    """Names and texts, one `name=text` a line."""
    pairs: dict[str, str] = {}
    for line in lines_of(text):
        name, *rest = _split(line, _EQUALS, most=1)
        if not rest or not name:
            raise CellFault("pair_malformed", line=shortened(line))
        if name in pairs:
            raise CellFault("name_twice", name=shortened(name))
        pairs[name] = rest[0]
    return pairs


def write_pairs(pairs: dict[str, str]) -> str:
    """One `name=text` a line."""
    return "\n".join(
        f"{_escaped(name, _EQUALS)}={_escaped(text, _EQUALS)}" for name, text in pairs.items()
    )


def read_items(text: str) -> list[str]:
    """Texts, one a line or with 、 or ; between."""
    return [item for line in lines_of(text) for item in _split(line, _ITEM_ENDS) if item]


def write_items(items: Sequence[str]) -> str:
    """One text a line."""
    return "\n".join(_escaped(item, _ITEM_ENDS) for item in items)


def read_words(text: str) -> list[str]:
    """Words or numbers with blanks, commas, semicolons or lines between."""
    return [word for word in _WORD_ENDS.split(text) if word]


def read_bands(text: str) -> list[dict[str, str | bool]]:
    """Named parts of a range, one `优 13≤x≤15` a line."""
    bands: list[dict[str, str | bool]] = []
    for line in lines_of(text):
        # The pattern takes time that grows with the square of the length.
        short = len(line) <= 2 * LINE_CHARS.value
        match = _BAND.fullmatch(line.translate(PLAIN_SIGNS)) if short else None
        if match is None:
            raise CellFault("band_malformed", line=shortened(line))
        bands.append(
            {
                "label": line[: match.end("label")],
                "low": typed_decimal(match["low"], rate=False),
                "high": typed_decimal(match["high"], rate=False),
                "includes_high": match["end"] != "<",
            }
        )
    return bands


def write_band(label: str, low: str, high: str, *, includes_high: bool) -> str:
    """`优 13≤x≤15`."""
    return f"{label} {low}≤x{'≤' if includes_high else '<'}{high}"


def _split(text: str, signs: str, most: int = 0) -> list[str]:
    """Parts between the signs (at most that many cuts, 0 for any), without blanks around them."""
    parts = [""]
    escaped = False
    for sign in text:
        if escaped:
            parts[-1] += sign if sign in f"\\{signs}" else f"\\{sign}"
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign in signs and (not most or len(parts) <= most):
            parts.append("")
        else:
            parts[-1] += sign
    if escaped:
        parts[-1] += "\\"
    return [part.strip() for part in parts]


def _escaped(text: str, signs: str) -> str:
    return re.sub(f"([\\\\{re.escape(signs)}])", r"\\\1", text)
