"""Sentences for people, by language and key: why something was refused (`refusal.<code>`), what
went wrong (`problem.<status>`), why a network camera cannot be shown (`trial.<fault>`), what is
wrong with an SDP offer (`offer.<fault>`). The catalogues beside this file hold the same keys, zh-CN
first and en complete.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal

import msgspec

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")

CATALOGUES: dict[Language, dict[str, str]] = {
    language: msgspec.json.decode(
        files(__name__).joinpath(f"{language}.json").read_bytes(), type=dict[str, str]
    )
    for language in LANGUAGES
}

# A text is one line of a screen; a parameter may come from a peer and be long.
SHOWN_CHARACTERS = 100


def text(key: str, language: Language, params: Mapping[str, Any] | None = None) -> str:
    """The sentence of a key with its parameters filled in; for a key without one, the key
    itself.
    """
    template = CATALOGUES[language].get(key, key)
    return _PLACE.sub(lambda place: _shown((params or {}).get(place[1], "…")), template)


def preferred(accept_language: str | None) -> Language:
    """The language to answer in, from a request's `Accept-Language`; zh-CN when it asks for
    neither.
    """
    best: tuple[float, Language] = (0.0, LANGUAGES[0])
    for part in (accept_language or "").split(",")[:MAX_LANGUAGES]:
        tag, _, weight = part.partition(";")
        language = _BY_TAG.get(tag.strip().lower().partition("-")[0])
        if language is not None and _quality(weight) > best[0]:
            best = (_quality(weight), language)
    return best[1]


# Browsers send under ten.
MAX_LANGUAGES = 20

_BY_TAG: dict[str, Language] = {"zh": "zh-CN", "en": "en"}
_PLACE = re.compile(r"\{(\w+)\}")
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*")


def _quality(weight: str) -> float:
    found = _QUALITY.fullmatch(weight)
    return min(float(found[1]), 1.0) if found else 1.0 if not weight.strip() else 0.0


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(_shown, value))
    shown = str(value)
    return shown if len(shown) <= SHOWN_CHARACTERS else shown[:SHOWN_CHARACTERS] + "…"
