"""docs/spec.md and the tests hold each other: no rule without a test, no test without a rule."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SPEC = ROOT / "docs" / "spec.md"

RULE = re.compile(r"^(?:- )?\*\*([A-Z]+[0-9]+)\*\* +\S")
# Looks like a rule and would be overlooked.
NEARLY_A_RULE = re.compile(r"^\s*(?:[-*] )?\*\*[A-Za-z]{1,2}[-. ]?[0-9]+[a-z]?[.:]?\*\*")
HEADING = re.compile(r"^## ([A-Z]) ")


def test_every_rule_has_a_test() -> None:
    untested = set(rules()) - {rule for rule, _ in used()}
    assert not untested


def test_every_rule_that_a_test_names_is_written_down() -> None:
    known = set(rules())
    assert [f"{place}: {rule}" for rule, place in used() if rule not in known] == []


def test_every_rule_has_one_number_and_stands_under_its_letter() -> None:
    found = [(rule, letter) for rule, letter, _ in lines_of_rules()]
    assert [rule for rule, count in Counter(rule for rule, _ in found).items() if count > 1] == []
    assert [rule for rule, letter in found if re.sub("[0-9]", "", rule) != letter] == []


def test_no_rule_is_written_so_that_it_would_be_overlooked() -> None:
    lines = SPEC.read_text("utf-8").splitlines()
    assert [line for line in lines if NEARLY_A_RULE.match(line) and not RULE.match(line)] == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('@pytest.mark.rule("S1")\ndef test_a(): ...', ["S1"]),
        ('@pytest.mark.rule("S1", "V2")\nasync def test_a(): ...', ["S1", "V2"]),
        ('@mark.rule("S1")\nclass TestA: ...', ["S1"]),
        ('pytestmark = [pytest.mark.rule("L3")]', ["L3"]),
        ('case = pytest.param(1, marks=pytest.mark.rule("C4"))', ["C4"]),
        ('# @pytest.mark.rule("S1")\n@rule(target=cells)\ndef test_a(): ...', []),
    ],
)
def test_rules_are_read_from_the_source_and_not_from_a_run(source: str, found: list[str]) -> None:
    assert list(rules_in(ast.parse(source))) == found


@pytest.mark.parametrize("source", ["pytest.mark.rule(RULE)", "pytest.mark.rule()"])
def test_a_rule_that_cannot_be_read_from_the_source_is_an_error(source: str) -> None:
    with pytest.raises(AssertionError, match="by its number"):
        list(rules_in(ast.parse(source)))


def rules() -> list[str]:
    return [rule for rule, _, _ in lines_of_rules()]


def lines_of_rules() -> Iterator[tuple[str, str, str]]:
    """Each rule of the document with the letter of the section it stands in, and its line."""
    letter = ""
    for line in SPEC.read_text("utf-8").splitlines():
        if heading := HEADING.match(line):
            letter = heading[1]
        elif rule := RULE.match(line):
            yield rule[1], letter, line


def used() -> Iterator[tuple[str, str]]:
    """Each rule that a test names, with the file that names it."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for rule in rules_in(ast.parse(path.read_text("utf-8"))):
            yield rule, str(path.relative_to(ROOT))


def rules_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.rule"):
            numbers = [part.value for part in node.args if isinstance(part, ast.Constant)]
            plain = numbers and len(numbers) == len(node.args)
            assert plain, f"line {node.lineno}: a rule is named by its number"
            yield from map(str, numbers)
