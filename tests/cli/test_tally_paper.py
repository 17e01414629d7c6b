from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalroom.cli import main
from evalroom.cli.tally_words import COMPLAINTS, LABELS
from tests.cli.golden_files import GOLDEN, changed

Paper = Callable[[Callable[[dict[str, Any]], None]], str]


@pytest.fixture
def read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Paper:
    """The English paper of the whole evaluation, changed."""

    def run(change: Callable[[dict[str, Any]], None]) -> str:
        file = changed(tmp_path, "whole-procurement", change)
        assert main(["tally", str(file), "--lang", "en"]) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.rule("K3", "C27")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_whole_evaluation_reads_as_a_paper(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = GOLDEN / "whole-procurement.json"
    assert main(["tally", str(file), "--trace", "--lang", lang]) == 0
    paper = (GOLDEN / f"whole-procurement.{lang}.txt").read_text("utf-8")
    assert capsys.readouterr().out == paper
    assert main(["tally", str(file), "--lang", lang]) == 0
    short = capsys.readouterr().out
    assert paper.startswith(short)
    assert len(short) < len(paper) / 2


@pytest.mark.rule("K3")
def test_a_paper_says_when_nobody_is_left(read: Paper) -> None:
    def reject_all(tender: dict[str, Any]) -> None:
        for sheet in tender["sheets"].values():
            for cells in sheet.values():
                cells["signed"] = "fail"

    assert "\n  There is no valid bid.\n" in read(reject_all)


@pytest.mark.rule("K3", "C21")
def test_a_paper_says_what_must_be_drawn(read: Paper) -> None:
    def equal_of_one_brand(tender: dict[str, Any]) -> None:
        tender["tie_breakers"] = []
        for sheet in tender["sheets"].values():
            sheet["b"] = sheet["a"]
        first, second = tender["bids"][:2]
        second.update({key: first[key] for key in ("price", "deductions", "data")})

    draw = "Brand 华山 is equal and must be drawn for recommendation: a, b"
    assert f"\n  {draw}\n" in read(equal_of_one_brand)


@pytest.mark.rule("K3", "C23", "C24")
def test_a_paper_says_when_no_price_is_low_and_what_the_flags_compare(read: Paper) -> None:
    def dear_and_totalled(tender: dict[str, Any]) -> None:
        tender["bids"][3]["price"] = "970000"
        tender["aggregation"]["level"] = "grand_total"

    paper = read(dear_and_totalled)
    assert "\n  No price is below a bound.\n" in paper
    assert "  grand total  " in paper


def test_the_words_are_the_same_in_both_languages() -> None:
    for words in (LABELS, COMPLAINTS):
        assert words["zh-CN"].keys() == words["en"].keys()
