"""Every fault of a workbook has a sentence in both languages."""

import ast
import re
from pathlib import Path

import pytest

import evalroom.workbook as package
from evalroom.sessions.tender.texts import TEXTS as TENDER_TEXTS
from evalroom.workbook.faults import WorkbookFault
from evalroom.workbook.limits import EVERY
from evalroom.workbook.texts import TEXTS, message

FOLDER = Path(str(package.__file__)).parent
CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+|formula")
MAKERS = {"CellFault": 0, "_refuse": 0, "fault": 1, "warn": 1, "WorkbookFault": 2}


@pytest.mark.rule("T16")
def test_every_code_has_a_text_and_every_text_a_code() -> None:
    codes = {code for path in FOLDER.glob("*.py") for code in codes_in(path)}
    assert codes - set(TENDER_TEXTS["en"]) == set(TEXTS)


@pytest.mark.rule("T16")
def test_both_languages_speak_of_the_same_things() -> None:
    for code, text in TEXTS.items():
        chinese, english = (set(re.findall(r"{(\w+?)(?:_en)?}", part)) for part in text)
        assert chinese == english, code
        assert text.zh.endswith(("。", "？")), code


def test_faults_of_the_tender_speak_with_its_own_words() -> None:
    assert message(WorkbookFault("投标人", "B3", "missing", path="bids[1].bidder")) == "缺少此项。"
    assert message(WorkbookFault("投标人", "C2", "formula"), "en").startswith("This is a formula")


def test_a_fault_shows_its_place() -> None:
    assert str(WorkbookFault("投标人", "C2", "formula")) == "投标人!C2: formula()"
    assert str(WorkbookFault("", "", "workbook_empty")) == "(file): workbook_empty()"


@pytest.mark.rule("T4")
def test_every_limit_has_a_value_and_a_reason() -> None:
    assert len({limit.name for limit in EVERY}) == len(EVERY)
    assert all(limit.value > 0 and limit.reason.endswith(".") for limit in EVERY)


def codes_in(path: Path) -> set[str]:
    codes = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = (
                node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            )
            at = MAKERS.get(name)
            if at is not None and len(node.args) > at:
                codes |= literals(node.args[at])
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
            codes |= literals(node.value)
    return codes


def literals(node: ast.expr) -> set[str]:
    match node:
        case ast.Constant(value=str() as text) if CODE.fullmatch(text):
            return {text}
        case ast.IfExp():
            return literals(node.body) | literals(node.orelse)
        case _:
            return set()
