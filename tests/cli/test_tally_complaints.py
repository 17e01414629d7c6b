import io
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from evalroom.cli import main
from evalroom.cli.tally_words import COMPLAINTS
from tests.cli.golden_files import GOLDEN, changed

Complaints = Callable[..., list[str]]


@pytest.fixture
def complaints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Complaints:
    """What `tally` says, line by line, about a golden file that was changed for the worse."""

    def run(name: str, worse: Callable[[dict[str, Any]], None], lang: str = "en") -> list[str]:
        file = changed(tmp_path, name, worse)
        assert main(["tally", str(file), "--lang", lang]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        return said.err.replace(str(file), "FILE").splitlines()

    return run


@pytest.mark.rule("K9")
def test_every_fault_is_named_with_its_path_at_once(complaints: Complaints) -> None:
    def worse(tender: dict[str, Any]) -> None:
        sheets = tender["sheets"]
        sheets["m1"]["a"]["quality"] = "101"
        sheets["m2"]["b"]["quality"] = "ninety"
        del sheets["m3"]["a"]["quality"]

    assert complaints("g7-five-members", worse) == [
        "evalroom tally: sheets.m1.a.quality: It is out of range.",
        "evalroom tally: sheets.m2.b.quality: A number is expected.",
        "evalroom tally: sheets.m3.a.quality: This cell is empty.",
    ]
    assert complaints("g7-five-members", worse, "zh-CN")[0].startswith(
        "evalroom tally: sheets.m1.a.quality: "
    )


@pytest.mark.rule("K9")
def test_a_number_that_is_no_text_is_refused(complaints: Complaints) -> None:
    def worse(tender: dict[str, Any]) -> None:
        tender["bids"][0]["price"] = 1000000.0

    (said,) = complaints("deductions", worse)
    assert said.startswith("evalroom tally: bids[0].price: ")


def without_benchmark(tender: dict[str, Any]) -> None:
    tender["price"]["benchmark"] = {"not_in_benchmark": ["a", "b", "c", "d"]}


def almost_free(tender: dict[str, Any]) -> None:
    tender["bids"][0]["price"] = "0.004"


def without_prices(tender: dict[str, Any]) -> None:
    del tender["bids"][0]["price"]


def for_nothing(tender: dict[str, Any]) -> None:
    tender["bids"][0]["price"] = "0"


def without_credit(tender: dict[str, Any]) -> None:
    del tender["bids"][0]["credit_score"]


def without_technical_section(tender: dict[str, Any]) -> None:
    for part in (*tender["sections"], *tender["criteria"]):
        for key, value in part.items():
            part[key] = "skill" if value == "technical" else value


@pytest.mark.rule("K9")
@pytest.mark.parametrize(
    ("name", "worse", "code"),
    [
        ("deductions", without_benchmark, "benchmark_missing"),
        ("deductions", almost_free, "evaluated_price_not_positive"),
        ("g9-price-decides", without_prices, "price_missing"),
        ("g9-price-decides", for_nothing, "amount_not_positive"),
        ("g9-credit-before-price", without_credit, "credit_missing"),
        ("g9-technical-decides", without_technical_section, "technical_section_unknown"),
    ],
)
def test_what_shows_only_while_scoring_is_said_as_plainly(
    complaints: Complaints, name: str, worse: Callable[[dict[str, Any]], None], code: str
) -> None:
    for lang in ("zh-CN", "en"):
        said = COMPLAINTS[lang][code].format(bid="a")
        assert complaints(name, worse, lang) == [f"evalroom tally: {said}"]


@pytest.mark.rule("K9")
def test_a_file_that_cannot_be_read_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file, reason in (
        (tmp_path / "none.json", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ):
        assert main(["tally", str(file)]) == 2
        assert capsys.readouterr().err == f"evalroom tally: {file}: {reason}\n"


@pytest.mark.rule("K9")
@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b'{"format": "x"}', b"PK\x03\x04"])
def test_a_file_that_is_no_tender_is_said_so(
    data: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tender.json"
    file.write_bytes(data)
    assert main(["tally", str(file)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("evalroom tally: ")


# What a slip of the hand or a wrong export may put anywhere.
ANYTHING: list[object] = ["", "0", "1", "-1", "5", "0.5", "999999999999999", "a", "plan", "pass"]
ANYTHING += ["fail", "apply", "none", "technical", "trimmed_mean", "median", "grand_total", "range"]
ANYTHING += ["lowest_price", "works", "x" * 50, None, True, 0, 1, 7, [], {}]

WHOLE = (GOLDEN / "whole-procurement.json").read_bytes()


@pytest.mark.rule("K9")
@pytest.mark.slow
@given(data=st.data())
def test_no_change_of_a_file_ends_in_anything_but_a_result_or_a_complaint(
    data: st.DataObject,
) -> None:
    tender = json.loads(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        part = tender
        while isinstance(part, dict | list) and part:
            places = sorted(part) if isinstance(part, dict) else range(len(part))
            place = data.draw(st.sampled_from(places))
            if not isinstance(part[place], dict | list) or data.draw(st.booleans()):
                part[place] = data.draw(st.sampled_from(ANYTHING))
                break
            part = part[place]
    with tempfile.TemporaryDirectory() as folder, redirected() as (out, err):
        file = Path(folder) / "tender.json"
        file.write_text(json.dumps(tender), "utf-8")
        code = main(["tally", str(file), "--trace"])
    assert (code, bool(out.getvalue()), bool(err.getvalue())) in (
        (0, True, False),
        (2, False, True),
    )


@contextmanager
def redirected() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        yield out, err
