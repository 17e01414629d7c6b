import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalroom.cli import main
from evalroom.storage.canonical import canonical
from tests.cli.golden_files import GOLDEN, changed

ROOT = Path(__file__).parent.parent.parent
ZHUHAI = ROOT / "evalroom" / "rehearsal" / "cases" / "zhuhai-2016.json"

Tally = Callable[..., dict[str, Any]]


@pytest.fixture
def tally(capsys: pytest.CaptureFixture[str]) -> Tally:
    """The facts that `tally --json` prints about a file."""

    def run(file: Path, *options: str) -> dict[str, Any]:
        assert main(["tally", str(file), "--json", *options]) == 0
        said = capsys.readouterr()
        assert said.err == ""
        facts: dict[str, Any] = json.loads(said.out)
        return facts

    return run


def ranks(facts: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(one["bid"], one["total"], one["rank"]) for one in facts["result"]["standings"]]


def totals(facts: dict[str, Any]) -> dict[str, str]:
    return {bid: total for bid, total, _ in ranks(facts)}


@pytest.mark.rule("K3", "C15")
def test_the_published_case_is_recomputed(tally: Tally) -> None:
    facts = tally(ZHUHAI)
    assert [total for _, total, _ in ranks(facts)] == ["95.00", "75.93", "69.30", "68.90"]
    assert sorted(one["points"] for one in facts["price_scores"]) == [
        "19.80",
        "19.90",
        "19.93",
        "20.00",
    ]


@pytest.mark.rule("K3", "C15", "C16", "C17")
@pytest.mark.parametrize(
    ("name", "evaluated", "points"),
    [
        (
            "g2-two-rates",
            ["1000000.00", "960000.00", "945000.00", "960000.00"],
            ["28.35", "29.53", "30.00", "29.53"],
        ),
        (
            "g2-no-deduction",
            ["1000000.00", "960000.00", "1050000.00", "1200000.00"],
            ["28.80", "30.00", "27.43", "24.00"],
        ),
        (
            "deductions",
            ["1000000.00", "768000.00", "735000.00", "840000.00"],
            ["22.05", "28.71", "30.00", "26.25"],
        ),
    ],
)
def test_price_scores_of_the_golden_cases(
    tally: Tally, name: str, evaluated: list[str], points: list[str]
) -> None:
    scores = tally(GOLDEN / f"{name}.json")["price_scores"]
    assert [score["evaluated"] for score in scores] == evaluated
    assert [score["points"] for score in scores] == points


@pytest.mark.rule("K3", "C11")
@pytest.mark.parametrize(
    ("name", "trimmed", "plain"),
    [
        ("g7-five-members", {"a": "88.17", "b": "84.67"}, {"a": "87.20", "b": "84.60"}),
        ("g7-seven-members", {"a": "90.00"}, {"a": "86.43"}),
        ("g7-four-members", {"a": "82.50"}, {"a": "82.50"}),
    ],
)
def test_trimmed_means_of_the_golden_cases(
    tally: Tally, tmp_path: Path, name: str, trimmed: dict[str, str], plain: dict[str, str]
) -> None:
    assert totals(tally(GOLDEN / f"{name}.json")) == trimmed
    untrimmed = changed(tmp_path, name, lambda tender: tender["aggregation"].update(method="mean"))
    assert totals(tally(untrimmed)) == plain


@pytest.mark.rule("K3", "C12")
@pytest.mark.parametrize(
    ("level", "total"), [("item", "22.67"), ("section_total", "23.00"), ("grand_total", "23.00")]
)
def test_the_level_of_trimming_matters(
    tally: Tally, tmp_path: Path, level: str, total: str
) -> None:
    file = changed(tmp_path, "g7-levels", lambda tender: tender["aggregation"].update(level=level))
    assert totals(tally(file)) == {"a": total}


@pytest.mark.rule("K3", "C2")
def test_rounding_of_the_golden_cases(tally: Tally, tmp_path: Path) -> None:
    assert totals(tally(GOLDEN / "g8-half-up.json")) == {
        "a": "84.13",
        "b": "1.01",
        "c": "2.68",
        "d": "70.05",
        "e": "100.00",
    }
    assert totals(tally(GOLDEN / "g8-round-then-sum.json")) == {"a": "21.99"}
    later = changed(
        tmp_path,
        "g8-round-then-sum",
        lambda tender: tender["aggregation"].update(round_at=["section", "total"]),
    )
    assert totals(tally(later)) == {"a": "22.00"}


@pytest.mark.rule("K3", "C19")
@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("g9-price-decides", [("b", "89.00", 1), ("a", "89.00", 2)]),
        ("g9-joint-ranks", [("a", "89.00", 1), ("b", "89.00", 1), ("c", "88.00", 3)]),
        ("g9-technical-decides", [("b", "89.00", 1), ("a", "89.00", 2), ("c", "88.00", 3)]),
        ("g9-credit-before-price", [("b", "89.00", 1), ("a", "89.00", 2)]),
    ],
)
def test_ties_of_the_golden_cases(
    tally: Tally, name: str, order: list[tuple[str, str, int]]
) -> None:
    assert ranks(tally(GOLDEN / f"{name}.json")) == order


@pytest.mark.rule("K3", "C23")
@pytest.mark.parametrize(
    ("name", "limits", "low"),
    [
        ("g10-no-trigger", ["427500.00", "480000.00", "472500.00"], []),
        ("g10-below-ceiling", ["386000.00", "235000.00", "495000.00"], ["d", "e"]),
    ],
)
def test_abnormal_prices_of_the_golden_cases(
    tally: Tally, name: str, limits: list[str], low: list[str]
) -> None:
    review = tally(GOLDEN / f"{name}.json")["abnormal_prices"]
    assert [bound["limit"] for bound in review["thresholds"]] == limits
    assert [finding["bid"] for finding in review["findings"]] == low
    assert all(finding["rules"] == ["of_ceiling"] for finding in review["findings"])


@pytest.mark.rule("K3", "C24")
def test_outliers_of_the_golden_cases(tally: Tally) -> None:
    (five,) = tally(GOLDEN / "g11-five-members.json")["outliers"]
    assert (five["member"], five["mean"], five["low"], five["high"]) == (
        "m5",
        "77.80",
        "54.46",
        "101.14",
    )
    assert (five["others_mean"], five["substituted"]) == ("87.25", "87.25")
    (seven,) = tally(GOLDEN / "g11-seven-members.json")["outliers"]
    assert (seven["member"], seven["mean"], seven["deviation"]) == ("m6", "32.57", "-38.60")


@pytest.mark.rule("K4")
@pytest.mark.parametrize("name", sorted(file.stem for file in GOLDEN.glob("*.json")))
def test_facts_are_canonical_and_hold_no_binary_number(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tally", str(GOLDEN / f"{name}.json"), "--json", "--trace"]) == 0
    said = capsys.readouterr().out
    facts = json.loads(said)
    assert canonical(facts).decode() + "\n" == said
    assert (facts["format"], facts["scoring_version"]) == ("evalroom-tally/1", 1)
    assert facts["trace"]


@pytest.mark.rule("K4")
def test_the_same_file_gives_the_same_bytes_in_any_process() -> None:
    run = [sys.executable, "-m", "evalroom", "tally", str(GOLDEN / "deductions.json"), "--json"]
    said = {
        subprocess.run(
            run,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "LANG": locale, "PYTHONIOENCODING": coding},
            capture_output=True,
            check=True,
        ).stdout
        for seed, locale, coding in (("1", "zh_CN.UTF-8", "utf-8"), ("2", "C", "ascii"))
    }
    assert len(said) == 1


@pytest.mark.rule("K5")
def test_a_file_may_come_from_stdin() -> None:
    run = [sys.executable, "-m", "evalroom", "tally", "-", "--json"]
    file = GOLDEN / "g8-half-up.json"
    piped = subprocess.run(run, cwd=ROOT, input=file.read_bytes(), capture_output=True, check=True)
    named = subprocess.run(
        [*run[:-2], str(file), "--json"], cwd=ROOT, capture_output=True, check=True
    )
    assert piped.stdout == named.stdout


@pytest.mark.rule("K9")
def test_a_rejected_bid_may_lack_all_that_comes_later(tally: Tally) -> None:
    facts = tally(GOLDEN / "whole-procurement.json")
    assert facts["rejected"] == {"e": "conformity"}
    assert "e" not in totals(facts)
