"""The sentence for each fault, Chinese and English: what is wrong, what to do, which clause."""

from evalroom.sessions.tender.faults import Fault
from evalroom.sessions.tender.texts_en import ENGLISH
from evalroom.sessions.tender.texts_zh import CHINESE
from evalroom.sessions.tender.words import WORDS, Lang, Word

TEXTS: dict[Lang, dict[str, str]] = {"zh-CN": CHINESE, "en": ENGLISH}

FOUND = {
    "null": Word("空值（null）", "null"),
    "boolean": Word("真假值", "true or false"),
    "text": Word("文字", "a text"),
    "number": Word("数字", "a number"),
    "list": Word("列表", "a list"),
    "object": Word("对象", "an object"),
    "other": Word("其他类型", "something else"),
}

# Parameters that hold a word of the model, and the field whose words they are.
_WORDS_OF = {
    "found": FOUND,
    "kind": WORDS["Criterion.kind"],
    "basis": WORDS["Deduction.basis"],
    "category": WORDS["Tender.category"],
    "regime": WORDS["Tender.regime"],
    "method": WORDS["Tender.method"],
    "level": WORDS["Aggregation.level"],
    "scored_by": WORDS["Criterion.scored_by"],
    "size": WORDS["Bid.size"],
    "field": WORDS["TieBreaker.field"],
}


def message(fault: Fault, lang: Lang = "zh-CN") -> str:
    """The fault in one sentence, without its path; raises KeyError for a code that has no text."""
    shown = {name: _shown(name, value, lang) for name, value in fault.params.items()}
    return TEXTS[lang][fault.code].format_map(shown)


def _shown(name: str, value: str | int, lang: Lang) -> str:
    words = _WORDS_OF.get(name, {})
    word = words.get(value) if isinstance(value, str) else None
    return str(value) if word is None else word(lang)
