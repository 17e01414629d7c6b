"""Every code that can be said at an edge stands in its manual, and every code there can be said."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from evalroom.api.problems import status_of
from evalroom.wire.messages import COMES_BACK, ByeCode

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "evalroom"
HTTP_MANUAL = ROOT / "docs" / "http-api.md"
PROTOCOL = ROOT / "docs" / "protocol.md"

RECOGNISED = {
    "account_disabled", "foreign_origin", "login_ended", "login_expired", "login_of_other_device",
    "login_unknown", "not_logged_in", "outside_scope", "storage_unavailable", "token_expired",
    "token_revoked", "token_unknown",
}  # fmt: skip

# Raised under one name and said under another, or said at the start of a node only.
NEVER_SAID = {
    "position_forged", "position_of_other_audience", "position_of_other_session",
    "directory_newer", "directory_older",
}  # fmt: skip

# What a room says at a socket and a page never asks for.
SOCKETS_ONLY = {"command_id_reused", "command_id_taken", "stale_token"}

# Made of errors that carry no code of their own.
FROM_ERRORS = {
    "internal", "malformed", "method_not_allowed", "no_such_page", "tender_faults", "timeout",
    "workbook_faults",
}  # fmt: skip

# Where offers for media are refused.
OF_MEDIA = (
    "app/directed.py", "app/exchange.py", "app/gate.py", "monitoring/connections.py",
    "monitoring/egress.py", "monitoring/hub.py", "monitoring/ingest.py",
    "sessions/visibility/watching.py",
)  # fmt: skip

# The rules of the evaluation refuse commands; docs/session.md says what each rule is.
OF_RULES = {"stale_revision", "unknown_command"}

BY_JOINING = {"not_invited", "protocol", "internal", "token_invalid", "unknown_namespace"}
BY_ACTING = {"internal", "outside_scope", "storage_unavailable"}


@pytest.mark.rule("A41")
def test_the_codes_of_the_interface_are_those_of_its_manual_with_their_status() -> None:
    said = literal("api", "identity", "storage/directory", "room", "sessions/genesis.py", *OF_MEDIA)
    said -= NEVER_SAID | SOCKETS_ONLY
    listed = dict(http_codes())
    assert set(listed) == said | FROM_ERRORS
    wrong = {code: status for code, status in listed.items() if code not in FROM_ERRORS}
    assert wrong == {code: status_of(code) for code in wrong}


@pytest.mark.rule("W35")
def test_the_codes_of_a_refused_join_are_those_of_the_manual() -> None:
    said = literal("signaling", "room") | RECOGNISED | BY_JOINING
    not_by_joining = {
        "command_id_reused", "command_id_taken", "report_sealed", "session_exists", "too_fast",
    }  # fmt: skip
    assert set(table("Joining")) == said - not_by_joining


@pytest.mark.rule("W35")
def test_the_codes_of_any_refused_command_are_those_of_the_manual() -> None:
    rooms = {
        "busy", "command_id_reused", "command_id_taken", "ledger_damaged", "ledger_unavailable",
        "restart",
    }  # fmt: skip
    said = rooms | {"unknown_version", "too_fast", "unavailable"} | BY_ACTING | OF_RULES
    assert rooms | {"unknown_version"} <= literal("room")
    assert {"too_fast", "unavailable"} <= literal("signaling")
    assert set(table("Commands")) == said


@pytest.mark.rule("W35")
def test_the_good_byes_are_those_of_the_manual_and_say_whether_to_come_back() -> None:
    rows = {re.findall(r"`(\w+)`", cells[0])[0]: cells[1] == "yes" for cells in rows_of("Good-bye")}
    assert rows == COMES_BACK
    assert set(rows) == set(get_args(ByeCode))


def literal(*folders: str) -> set[str]:
    """The codes that stand as they are in a `Refused(…)` below these folders."""
    return {code for folder in folders for code in literals_in(PACKAGE / folder)}


def literals_in(folder: Path) -> Iterator[str]:
    for path in (folder,) if folder.is_file() else folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id="Refused"), args=[ast.Constant(value=str(code)), *_]
                ):
                    yield code
                case _:
                    pass


def http_codes() -> Iterator[tuple[str, int]]:
    part = HTTP_MANUAL.read_text("utf-8").partition("### Codes")[2].partition("\n\nA log-in")[0]
    for line in part.splitlines():
        found = re.match(r"\| (\d{3}) \| (.*) \|", line)
        if found:
            yield from ((code, int(found[1])) for code in re.findall(r"`(\w+)`", found[2]))


def table(heading: str) -> list[str]:
    """All codes in the first cells of a heading's table of codes."""
    found = [code for cells in rows_of(heading) for code in re.findall(r"`(\w+)`", cells[0])]
    assert len(found) == len(set(found)), heading
    return found


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the last table under a heading whose first column is `code`."""
    part = PROTOCOL.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = part[part.rindex("\n| `code`") + 1 :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
