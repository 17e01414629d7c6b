"""Every fault has a sentence in Chinese and in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from msgspec import inspect

import evalroom.sessions.scoring.completeness as completeness
import evalroom.sessions.tender as package
from evalroom.sessions.scoring.arithmetic import CellFaultCode
from evalroom.sessions.tender.faults import Fault, error
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.texts import FOUND, TEXTS, message
from evalroom.sessions.tender.words import WORDS

FOLDER = Path(str(package.__file__)).parent
SOURCES = [*sorted(FOLDER.glob("*.py")), Path(str(completeness.__file__))]

# Calls that make a fault, and where among their arguments the code stands.
MAKERS = {
    "error": 1,
    "warning": 1,
    "fault": 1,
    "Fault": 1,
    "_add": 1,
    "_of_type": 1,
    "_unknown": 1,
}
CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+|missing")
# Codes that a function returns as a bare text.
RETURNED = re.compile(r"decimal_\w+|uscc_\w+|id_card_\w+|region_\w+")
# Codes of the score for a cell and for a bid without a usable price.
OF_THE_SCORE = {*get_args(CellFaultCode), "price_missing", "price_not_positive"}


@pytest.mark.rule("T16")
def test_every_code_has_a_text_and_every_text_a_code() -> None:
    codes = {code for path in SOURCES for code in codes_in(path)} | OF_THE_SCORE
    assert len(codes) > 100
    assert set(TEXTS["zh-CN"]) == codes
    assert set(TEXTS["en"]) == codes


@pytest.mark.rule("T16")
def test_both_languages_speak_of_the_same_things() -> None:
    for code, chinese in TEXTS["zh-CN"].items():
        assert names_in(chinese) == names_in(TEXTS["en"][code]), code
        assert chinese[-1] in "。？" or chinese.endswith("}"), code


@pytest.mark.rule("T16")
def test_words_of_the_model_are_shown_as_people_say_them() -> None:
    fault = error("x", "field_not_for_kind", kind="pass_fail")
    assert message(fault) == "评分方式为“合格制”时不用此项，请清空。"
    assert message(fault, "en") == "The kind “pass or fail” does not use this; leave it out."
    assert message(error("x", "expected_text", found="null"), "en").endswith("this is null.")


def test_a_text_with_braces_is_shown_as_it_is() -> None:
    assert "“{x}”" in message(error("x", "decimal_malformed", text="{x}"))


def test_numbers_and_unknown_words_are_shown_as_they_are() -> None:
    assert message(error("x", "committee_even", count=4), "en").startswith("The committee has 4 ")
    assert "“new”" in message(error("x", "regime_not_yet_supported", regime="new"))


def test_a_code_without_a_text_is_our_own_mistake() -> None:
    with pytest.raises(KeyError):
        message(Fault("x", "no_such_code"))


@pytest.mark.rule("T16")
def test_every_word_of_the_model_is_translated() -> None:
    named: dict[str, set[str]] = {}
    seen: set[type] = set()

    def visit(kind: inspect.Type, owner: str) -> None:
        match kind:
            case inspect.StructType() if kind.cls not in seen:
                seen.add(kind.cls)
                for field in kind.fields:
                    visit(field.type, f"{kind.cls.__name__}.{field.name}")
            case inspect.LiteralType():
                named[owner] = {str(word) for word in kind.values}
            case inspect.VarTupleType():
                visit(kind.item_type, owner)
            case inspect.UnionType():
                for part in kind.types:
                    visit(part, owner)
            case _:
                pass

    visit(inspect.type_info(Tender), "Tender")
    assert {owner: set(words) for owner, words in WORDS.items()} == named
    for words in [*WORDS.values(), FOUND]:
        assert len({word.zh for word in words.values()}) == len(words)
        assert len({word.en for word in words.values()}) == len(words)


def codes_in(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else unparsed(node.func)
            at = MAKERS.get(name)
            if at is not None and len(node.args) > at:
                yield from literals(node.args[at])
        elif isinstance(node, ast.Assign) and unparsed(node.targets[0]) == "code":
            yield from literals(node.value)
        elif isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for part in parts:
                yield from (
                    text
                    for text in literals(part)
                    if RETURNED.fullmatch(text) or text.endswith(("_twice", "_shared"))
                )


def literals(node: ast.expr) -> Iterator[str]:
    """Text constants of an expression that stand alone or in the arms of a condition."""
    match node:
        case ast.Constant(value=str() as text) if re.fullmatch(
            r"[a-z0-9]+(_[a-z0-9]+)+|missing", text
        ):
            yield text
        case ast.IfExp():
            yield from literals(node.body)
            yield from literals(node.orelse)
        case _:
            pass


def unparsed(node: ast.expr) -> str:
    return ast.unparse(node)


def names_in(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))
