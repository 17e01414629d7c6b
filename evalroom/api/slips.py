"""What is wrong with a form, in the user's words: the decoder's sentences, sorted by kind.

The decoder speaks English only and may change its mind about words: what is not known here is told
as not understood, with its place.
"""

import re
from typing import Final

from msgspec import Struct

from evalroom.wire.texts import CATALOGUES, Language, text

NOT_UNDERSTOOD: Final = "not_understood"

# A field's name comes from the peer.
MOST_OF_A_NAME: Final = 64


class Slip(Struct, frozen=True):
    """One kind of fault, and what there is to say about it."""

    code: str
    params: dict[str, str] = {}

    def told(self, language: Language) -> str:
        """The sentence."""
        return text(f"slip.{self.code}", language, self.params)


def slip_of(reason: str) -> Slip:
    """Sort a reason: one of our own kinds by its name, or a sentence of the decoder's."""
    if f"slip.{reason}" in CATALOGUES["en"]:
        return Slip(reason)
    for code, form in _FORMS.items():
        found = form.fullmatch(reason)
        if found is not None:
            return Slip(code, found.groupdict())
    return Slip(NOT_UNDERSTOOD)


def place_of(path: str, reason: str) -> str:
    """The place of a fault, the field's own where the decoder names only what it stands in."""
    for code in ("unknown_field", "missing_field"):
        found = _FORMS[code].fullmatch(reason)
        if found is not None:
            return f"{path}.{found['field'][:MOST_OF_A_NAME]}"
    return path


_FORMS: Final = {
    "unknown_field": re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL),
    "missing_field": re.compile(r"Object missing required field `(?P<field>.*)`"),
    "wrong_type": re.compile(r"Expected `(?P<expected>[^`]*)`, got `(?P<got>[^`]*)`"),
    "wrong_length": re.compile(r"Expected `[^`]*` of length (?P<bound>[<>=]+ \d+)"),
    "out_of_range": re.compile(r"Expected `[^`]*` (?P<bound>[<>=]+ -?\d+)"),
    "wrong_form": re.compile(r"Expected `str` matching regex .*", re.DOTALL),
    "no_such_choice": re.compile(r"Invalid (?:enum )?value .*", re.DOTALL),
}
