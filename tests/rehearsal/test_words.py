"""The terminal's words: both languages say everything, and everything that is said is there."""

import re
from pathlib import Path
from string import Formatter

import pytest

import evalroom.rehearsal
from evalroom.cli.node_options import START_FAULTS
from evalroom.cli.rehearse_words import COMPLAINTS, DEMO
from evalroom.cli.user import WORDS
from evalroom.rehearsal.words import CATALOGUES, Words
from evalroom.sessions.opening import TERMINAL
from evalroom.sessions.phases import CHAINS

SOURCES = Path(evalroom.rehearsal.__file__).parent.glob("*.py")


@pytest.mark.rule("K38")
@pytest.mark.parametrize("table", [START_FAULTS, COMPLAINTS, DEMO, WORDS])
def test_both_languages_have_the_same_sentences(table: dict[str, dict[str, str]]) -> None:
    assert table["zh-CN"].keys() == table["en"].keys()
    for key, sentence in table["zh-CN"].items():
        assert places(sentence) == places(table["en"][key]), key


@pytest.mark.rule("K38")
def test_both_languages_know_every_sentence_of_a_rehearsal_with_the_same_places() -> None:
    chinese, english = CATALOGUES["zh-CN"], CATALOGUES["en"]
    # A word that a regime has of its own in one language may be the common one in the other.
    common = {key for key in {*chinese, *english} if not key.startswith("gp.")}
    for key in common:
        assert places(chinese[key]) == places(english[key]), key
    for key in {*chinese, *english} - common:
        assert key.removeprefix("gp.") in common


def test_every_sentence_the_rehearsal_asks_for_is_there() -> None:
    source = "".join(path.read_text("utf-8") for path in SOURCES)
    asked = set(re.findall(r'"(note\.[a-z_]+)"', source))
    checks = set(re.findall(r'Check\(\s*"([a-z_]+)"', source))
    faults = checks - {"receipts_unchecked"}
    asked |= {f"check.{code}" for code in checks} | {f"fault.{code}" for code in faults}
    asked |= {f"stuck.{code}" for code in re.findall(r'Stuck\("([a-z_]+)"', source)}
    asked |= {f"unplayable.{code}" for code in re.findall(r'Unplayable\("([a-z_]+)"', source)}
    assert {"note.cut", "check.views", "stuck.refused", "unplayable.low_price"} <= asked
    assert asked <= set(CATALOGUES["en"])


@pytest.mark.parametrize("regime", CHAINS)
def test_every_phase_has_its_name_in_the_terms_of_its_regime(regime: str) -> None:
    for lang in CATALOGUES:
        words = Words(lang, regime)
        for phase in (*CHAINS[regime], *TERMINAL):  # type: ignore[index]
            assert words(f"phase.{phase}")
    assert Words("zh-CN", "works")("phase.lead") == "推选负责人"
    assert Words("zh-CN", "government_procurement")("phase.lead") == "推选组长"


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}
