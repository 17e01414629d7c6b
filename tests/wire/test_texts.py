"""Every code that anything raises has a sentence in both languages, and both say as much."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from evalroom.monitoring import rtsp_line
from evalroom.wire.texts import CATALOGUES, LANGUAGES, SHOWN_CHARACTERS, preferred, text

PACKAGE = Path(__file__).parents[2] / "evalroom"


@pytest.mark.rule("A34")
def test_every_code_raised_anywhere_has_its_sentence_in_both_languages() -> None:
    missing = {
        f"{language}: {code} ({place})"
        for code, place in raised()
        for language in LANGUAGES
        if f"refusal.{code}" not in CATALOGUES[language]
    }
    assert missing == set()


@pytest.mark.rule("A34")
def test_both_catalogues_hold_the_same_keys_with_the_same_places() -> None:
    zh, en = CATALOGUES["zh-CN"], CATALOGUES["en"]
    assert list(zh) == list(en) == sorted(en)
    for key in en:
        assert places(zh[key]) == places(en[key]), key
        assert zh[key] != en[key]


@pytest.mark.rule("A34")
def test_every_fault_of_a_camera_that_is_tried_has_its_sentence_in_both_languages() -> None:
    manual = (PACKAGE.parent / "docs" / "http-api.md").read_text("utf-8")
    [told] = re.findall(r"/trial` connects .*?(`wrong_credentials`.*?) when the", manual, re.DOTALL)
    listed = set(re.findall(r"`(\w+)`", told))
    said = {code for code, _ in raised("CameraFault")} | {code for _, code in rtsp_line._CODES}
    said |= set(rtsp_line._STATUS.values())
    # Those that are chosen, and no constant where they are raised.
    assert listed == said | {"codec_unsupported", "unreachable", "address_lost"}
    for language in LANGUAGES:
        keys = {key for key in CATALOGUES[language] if key.startswith("trial.")}
        assert keys == {f"trial.{code}" for code in listed}


@pytest.mark.rule("A34")
def test_every_fault_of_an_offer_has_its_sentence_in_both_languages() -> None:
    manual = (PACKAGE.parent / "docs" / "protocol.md").read_text("utf-8")
    [told] = re.findall(r"`params.fault` says what: (.*?)\. An offer has", manual, re.DOTALL)
    # The last is what the library says of what passed our own judgement.
    faults = {code for code, _ in raised("BadOffer")} | {"unacceptable"}
    assert set(re.findall(r"`(\w+)`", told)) == faults
    for language in LANGUAGES:
        keys = {key for key in CATALOGUES[language] if key.startswith("offer.")}
        assert keys == {f"offer.{code}" for code in faults}


def places(template: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", template))


def raised(error: str = "Refused") -> Iterator[tuple[str, str]]:
    """Each literal code of a `Refused(...)`, or another error, with where it is raised."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(code)), *_]) if (
                    name == error
                ):
                    yield code, f"{path.relative_to(PACKAGE)}:{node.lineno}"
                case _:
                    pass


def test_the_search_sees_what_it_looks_for() -> None:
    found = dict(raised())
    assert found["wrong_credentials"].startswith("identity/")
    assert len(found) > 50


def test_parameters_are_filled_in_and_shortened() -> None:
    filled = text("refusal.too_large", "en", {"limit": 5})
    assert filled == "The content is longer than the limit of 5 bytes."
    assert text("refusal.too_large", "en") == "The content is longer than the limit of … bytes."
    listed = text("refusal.not_ready", "zh-CN", {"missing": ["ledger", "bus"]})
    assert listed == "服务器尚未就绪：ledger、bus。"
    assert len(text("refusal.too_large", "en", {"limit": "x" * 10_000})) < SHOWN_CHARACTERS + 60
    assert text("refusal.never_heard_of", "en") == "refusal.never_heard_of"


@pytest.mark.rule("A30")
@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("EN-us, zh-CN;q=0.5", "en"),
        ("zh-TW, en;q=0.9", "zh-CN"),
        ("en;q=0.3, zh;q=0.7", "zh-CN"),
        ("fr, de;q=0.9", "zh-CN"),
        ("en;q=0", "zh-CN"),
        ("en;q=x", "zh-CN"),
    ],
)
def test_the_language_is_the_one_liked_best_of_the_two(header: str | None, language: str) -> None:
    assert preferred(header) == language


@given(st.text(max_size=300))
def test_no_header_confuses_the_choice(header: str) -> None:
    assert preferred(header) in LANGUAGES
