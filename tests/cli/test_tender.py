"""`evalroom tender`: what a person in a centre gets to see of a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalroom.cli import main
from evalroom.sessions.tender.limits import FILE_BYTES
from evalroom.sessions.tender.reading import read_tender
from evalroom.workbook import examine, write_workbook
from tests.sessions.tender.examples import Value, changed, lawful, tender
from tests.workbook.books import changed as changed_book, set_cell, written

ROOT = Path(__file__).parent.parent.parent
ZHUHAI = ROOT / "evalroom" / "rehearsal" / "cases" / "zhuhai-2016.json"

Said = tuple[int, str, str]


@pytest.fixture
def evalroom(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Exit code, stdout and stderr of a command line, in English."""

    def run(*arguments: str | Path, lang: str = "en") -> Said:
        code = main(["tender", *map(str, arguments), "--lang", lang])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[[Value], Path]:
    def write(value: Value) -> Path:
        path = tmp_path / "tender.json"
        path.write_text(json.dumps(value), "utf-8")
        return path

    return write


@pytest.mark.rule("T23")
def test_the_published_case_passes(evalroom: Callable[..., Said]) -> None:
    assert evalroom("check", ZHUHAI) == (0, "No errors, no warnings.\n", "")


@pytest.mark.rule("T23")
def test_every_error_is_printed_with_its_path(
    evalroom: Callable[..., Said], file: Callable[[Value], Path]
) -> None:
    def spoil(value: Value) -> None:
        value["bids"][2]["price"] = "0"
        value["committee"].pop()
        value["ceiling_price"] = "905000"

    code, out, err = evalroom("check", file(changed(spoil)))
    assert code == 2
    assert [line.partition(": ")[0] for line in out.splitlines()] == [
        "warning  bids[1].price",
        "error  bids[2].price",
        "error  committee",
        "error  committee",
        "error  seats[4].member",
        "4 errors, 1 warning.",
    ]
    assert "error  bids[2].price: It must be above 0.\n" in out
    assert err == ""


@pytest.mark.rule("T23")
def test_warnings_alone_are_printed_and_pass(
    evalroom: Callable[..., Said], file: Callable[[Value], Path]
) -> None:
    path = file(changed(lambda value: value.update(ceiling_price="915000")))
    code, out, _ = evalroom("check", path, lang="zh-CN")
    assert code == 0
    assert out.splitlines() == [
        "提示  bids[2].price: 报价高于最高限价或预算 915000，请委员会认定。",
        "没有错误，1 条提示。",
    ]


@pytest.mark.rule("T15", "T23")
def test_a_session_asks_for_more(
    evalroom: Callable[..., Said], file: Callable[[Value], Path]
) -> None:
    path = file(changed(lambda value: value["seats"].pop()))
    assert evalroom("check", path)[0] == 0
    code, out, _ = evalroom("check", "--for-session", path)
    assert code == 2
    assert "error  committee[4]: The member “m5” has no seat." in out


def test_a_file_that_is_no_json_is_named(evalroom: Callable[..., Said], tmp_path: Path) -> None:
    path = tmp_path / "tender.json"
    path.write_text("{", "utf-8")
    code, out, _ = evalroom("check", path)
    assert code == 2
    assert f"error  {path}: Line 1, column 2 is not JSON" in out


def test_a_file_that_is_too_large_is_refused_without_reading_it_all(
    evalroom: Callable[..., Said], tmp_path: Path
) -> None:
    path = tmp_path / "tender.json"
    with path.open("wb") as large:
        large.truncate(4 * FILE_BYTES.value)
    assert "larger than" in evalroom("check", path)[1]


def test_a_file_that_is_not_there_is_a_complaint(
    evalroom: Callable[..., Said], tmp_path: Path
) -> None:
    path = tmp_path / "none.json"
    for command in (["check", path], ["convert", path, tmp_path / "out.xlsx"]):
        code, out, err = evalroom(*command)
        assert (code, out) == (2, "")
        assert err == f"evalroom tender: {path}: No such file or directory\n"


@pytest.mark.rule("T18", "T23")
def test_a_workbook_is_known_by_its_content_and_its_faults_have_cells(
    evalroom: Callable[..., Said], tmp_path: Path
) -> None:
    path = tmp_path / "tender.json"
    path.write_bytes(changed_book(set_cell("投标人", "C2", "=1+1")))
    code, out, _ = evalroom("check", path, lang="zh-CN")
    assert code == 2
    assert out.startswith("错误  投标人!C2: 含有公式")


@pytest.mark.rule("T21")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 broken", "incomplete or damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "the old Excel or WPS format"),
    ],
)
def test_what_people_take_for_a_workbook_is_told_what_it_is(
    evalroom: Callable[..., Said], tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "tender.xlsx"
    path.write_bytes(data)
    code, out, _ = evalroom("check", path)
    assert code == 2
    assert said in out


@pytest.mark.rule("T16", "T23")
def test_faults_can_be_read_by_a_program(
    evalroom: Callable[..., Said], file: Callable[[Value], Path]
) -> None:
    path = file(changed(lambda value: value["bids"][2].update(price="0")))
    code, out, _ = evalroom("check", "--json", path)
    report: dict[str, Any] = json.loads(out)
    assert code == 2
    assert report == {
        "format": "evalroom-check/1",
        "file": str(path),
        "ok": False,
        "errors": 1,
        "warnings": 0,
        "faults": [
            {
                "severity": "error",
                "path": "bids[2].price",
                "sheet": "",
                "cell": "",
                "code": "amount_not_positive",
                "params": {},
                "message": {"zh-CN": "应大于 0。", "en": "It must be above 0."},
            }
        ],
    }


def test_faults_of_a_workbook_name_sheet_cell_and_path(
    evalroom: Callable[..., Said], tmp_path: Path
) -> None:
    path = tmp_path / "tender.xlsx"
    path.write_bytes(changed_book(set_cell("投标人", "C4", 0)))
    _, out, _ = evalroom("check", "--json", path)
    [fault, *_] = [one for one in json.loads(out)["faults"] if one["severity"] == "error"]
    assert (fault["sheet"], fault["cell"], fault["path"]) == ("投标人", "C4", "bids[2].price")


def test_the_template_is_written_once_and_in_either_language(
    evalroom: Callable[..., Said], tmp_path: Path
) -> None:
    path = tmp_path / "empty.xlsx"
    assert evalroom("template", path, lang="zh-CN") == (0, "", "")
    assert "项目!B1" in evalroom("check", path)[1]
    code, _, err = evalroom("template", path)
    assert code == 2
    assert err == f"evalroom tender: {path} is there already; --force writes over it\n"
    assert evalroom("template", path, "--force")[0] == 0
    assert "Project!B1" in evalroom("check", path)[1]


def test_a_folder_that_is_not_there_is_a_complaint(
    evalroom: Callable[..., Said], tmp_path: Path
) -> None:
    code, _, err = evalroom("template", tmp_path / "no" / "empty.xlsx")
    assert code == 2
    assert "No such file or directory" in err


@pytest.mark.rule("T17")
def test_a_tender_goes_into_a_workbook_and_comes_back(
    evalroom: Callable[..., Said], file: Callable[[Value], Path], tmp_path: Path
) -> None:
    workbook, back = tmp_path / "tender.XLSX", tmp_path / "back.json"
    assert evalroom("convert", file(lawful()), workbook) == (0, "", "")
    assert evalroom("convert", workbook, back) == (0, "", "")
    assert read_tender(back.read_bytes()) == tender()


def test_what_a_workbook_does_not_carry_is_said(
    evalroom: Callable[..., Said], tmp_path: Path
) -> None:
    workbook = tmp_path / "zhuhai.xlsx"
    code, _, err = evalroom("convert", ZHUHAI, workbook)
    assert code == 0
    assert err == (
        "evalroom tender: a workbook does not carry these, so they were left out: sheets\n"
    )
    assert examine(workbook.read_bytes(), for_session=True).faults == ()


def test_a_faulty_file_is_not_converted(
    evalroom: Callable[..., Said], file: Callable[[Value], Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.xlsx"
    code, _, err = evalroom("convert", file({"format": "evalroom-tender/1"}), out)
    assert code == 2
    assert "evalroom tender: error  bids: It is missing.\n" in err
    workbook = tmp_path / "faulty.xlsx"
    workbook.write_bytes(changed_book(set_cell("投标人", "C2", "=1+1")))
    code, _, err = evalroom("convert", workbook, tmp_path / "out.json")
    assert code == 2
    assert "投标人!C2: This is a formula" in err
    assert not out.exists()
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(("kind", "out"), [("json", "out.json"), ("xlsx", "out.xlsx")])
def test_a_file_is_not_converted_into_its_own_kind(
    evalroom: Callable[..., Said], tmp_path: Path, kind: str, out: str
) -> None:
    path = tmp_path / f"in.{kind}"
    path.write_bytes(written() if kind == "xlsx" else json.dumps(lawful()).encode())
    code, _, err = evalroom("convert", path, tmp_path / out)
    assert code == 2
    assert "is of that kind already" in err


def test_the_language_may_stand_before_the_act(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tender", "--lang", "zh-CN", "check", str(ZHUHAI)]) == 0
    assert capsys.readouterr().out == "没有错误，没有提示。\n"


def test_without_an_act_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["tender"])
    assert left.value.code == 2
    assert "check" in capsys.readouterr().err


def test_a_bid_with_files_loses_them_in_a_workbook_and_says_so(
    evalroom: Callable[..., Said], file: Callable[[Value], Path], tmp_path: Path
) -> None:
    document = {"id": "d", "title": "d", "sha256": "0" * 64}
    path = file(changed(lambda value: value["bids"][0].update(documents=[document])))
    assert "left out: bids[].documents" in evalroom("convert", path, tmp_path / "out.xlsx")[2]
    assert write_workbook(tender())
