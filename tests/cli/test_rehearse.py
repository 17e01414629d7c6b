"""`evalroom rehearse`: a drill on a node of its own, on a running server, and on bad input."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from evalroom import workbook
from evalroom.cli import PIPE_CLOSED, main
from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case, default_case, read_file
from evalroom.identity.keys import KeyRing
from evalroom.rehearsal.scenarios import SCENARIOS, check_playable
from evalroom.rehearsal.sheets import sheets_of
from tests.cli.serving import (
    OFFICES,
    PASSWORD,
    ROOT,
    evalroom,
    prepared,
    run,
    serving,
)
from tests.sessions.cast import small_tender
from tests.valkey import free_port

NOWHERE = "http://127.0.0.1:9"
BOTH = ("--user", OFFICES[0], "--user", OFFICES[1])
PASSWORDS = f"{PASSWORD}\n{PASSWORD}\n"

SUBJECTIVE = tuple(replace(item, objective=None) for item in small_tender().criteria)

# The promise to whoever tries it out: a plain case is over within it, start included.
PLAIN_SECONDS = 45


@pytest.mark.slow(120)
@pytest.mark.rule("K33")
async def test_a_plain_rehearsal_of_the_published_case_ends_right_within_45_seconds() -> None:
    began = time.monotonic()
    code, out, err = await evalroom("rehearse", "--scenario", "plain", lang="zh_CN.UTF-8")
    assert (code, err) == (0, "")
    assert time.monotonic() - began < PLAIN_SECONDS
    for total in ("95.00", "75.93", "69.30", "68.90"):
        assert total in out
    assert "演练完成，一切相符" in out


@pytest.mark.slow(120)
@pytest.mark.rule("K34")
async def test_many_sessions_at_once_end_right_and_their_load_is_told() -> None:
    code, out, _ = await evalroom("rehearse", "--sessions", "9", "--speed", "20")
    assert code == 0
    assert "9/9 sessions ended" in out
    assert "rehearsal complete, everything agrees · 9/9" in out
    assert "answers p50" in out


@pytest.mark.slow(120)
@pytest.mark.rule("K35")
async def test_a_rehearsal_on_a_running_server_leaves_no_account_that_could_log_in(
    tmp_path: Path,
) -> None:
    await prepared(tmp_path)
    async with serving(tmp_path, free_port()) as served:
        (key,) = KeyRing.load_or_create(tmp_path).signing.public.values()
        # One server under two names, as several nodes have them.
        other = served.url.replace("127.0.0.1", "localhost")
        where = ("--url", served.url, "--url", other)
        arguments = (*where, *BOTH, "--speed", "20", "--trust", key.hex())
        code, out, err = await evalroom("rehearse", *arguments, EVALROOM_PASSWORD=PASSWORDS)
        assert (code, err) == (0, "")
        assert "receipts carry valid signatures" in out
        # A key of somebody else: the receipts are not the server's, and that is no success.
        arguments = (*arguments[:-1], "ab" * 32)
        code, out, _ = await evalroom("rehearse", *arguments, EVALROOM_PASSWORD=PASSWORDS)
        assert code == 1
        assert "✗ receipts are not valid" in out
        _, listed, _ = await evalroom("user", "--data", str(tmp_path), "list")
    drills = [line for line in listed.splitlines() if line.startswith("drill-")]
    assert len(drills) == 16
    assert all(line.endswith("shut") for line in drills)


@pytest.mark.slow(60)
@pytest.mark.rule("K36")
async def test_a_server_that_does_not_let_the_administrators_in_is_an_input_error(
    tmp_path: Path,
) -> None:
    await prepared(tmp_path)
    async with serving(tmp_path, free_port()) as served:
        asked = ("rehearse", "--url", served.url)
        code, _, err = await evalroom(*asked, *BOTH, EVALROOM_PASSWORD="no\nno\n")
        assert code == 2
        assert err.startswith("evalroom rehearse: ")
        code, _, err = await evalroom(*asked, "--user", "system", EVALROOM_PASSWORD=PASSWORD)
        assert (code, "security office" in err) == (2, True)


@pytest.mark.rule("K36")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url", NOWHERE), "--url and --user belong together"),
        (("--user", "ada"), "--url and --user belong together"),
        (("--url", NOWHERE, "--user", "ada"), "--user is needed twice"),
        (("--url", NOWHERE, "--user", "ada", "--user", "ada"), "--user is needed twice"),
        (("--trust", "ab"), "--url and --user belong together, and --trust goes with them"),
        (("--url", NOWHERE, *BOTH, "--trust", "ab"), "--trust must be a public key of 64 hex"),
        (("/nowhere/tender.json",), "/nowhere/tender.json: No such file or directory"),
        (("--url", NOWHERE, *BOTH), f"nobody answers at {NOWHERE}"),
    ],
)
def test_what_cannot_be_used_is_told_and_ends_with_2(
    arguments: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVALROOM_PASSWORD", PASSWORDS)
    assert main(["rehearse", "--lang", "en", *arguments]) == 2
    assert f"evalroom rehearse: {said}" in capsys.readouterr().err


@pytest.mark.rule("K36")
@pytest.mark.parametrize(
    "url",
    [
        "ftp://room.example",
        "room.example:8080",
        "http://",
        "http://room.example/api",
        "http://room.example?x",
        "http://ada@room.example",
        "http://room.example:99999",
        "http://room.example:0",
    ],
)
def test_what_is_no_address_of_a_server_is_told_before_passwords_are_asked_for(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVALROOM_PASSWORD", raising=False)
    assert main(["rehearse", "--lang", "en", "--url", url, *BOTH]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"evalroom rehearse: {url} is not the address of a server")


@pytest.mark.rule("K36")
@pytest.mark.parametrize(
    ("lang", "said"), [("en", "no password could be read"), ("zh-CN", "无法从终端读取密码")]
)
def test_without_a_terminal_it_is_told_where_passwords_go(lang: str, said: str) -> None:
    asked = [sys.executable, "-m", "evalroom", "rehearse", "--lang", lang, "--url", NOWHERE, *BOTH]
    environ = {k: v for k, v in os.environ.items() if k != "EVALROOM_PASSWORD"}
    # A session of its own has no terminal, not even the one the tests were started from.
    ended = subprocess.run(
        asked, cwd=ROOT, env=environ | {"PYTHONIOENCODING": "utf-8"}, stdin=subprocess.DEVNULL,
        capture_output=True, check=False, start_new_session=True,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, b"")
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith(f"evalroom rehearse: {said}")
    assert "EVALROOM_PASSWORD" in line


@pytest.mark.slow(60)
@pytest.mark.rule("K7")
@pytest.mark.parametrize("sessions", ["1", "2"])
async def test_a_reader_who_leaves_early_ends_a_rehearsal_quietly(sessions: str) -> None:
    async with run("rehearse", "--sessions", sessions, "--speed", "20") as rehearsal:
        assert rehearsal.stdout is not None
        assert rehearsal.stderr is not None
        await rehearsal.stdout.readline()
        # Closed as `head` closes it; what comes later has nobody to read it.
        rehearsal._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]
        assert await rehearsal.stderr.read() == b""
        assert await rehearsal.wait() == PIPE_CLOSED


@pytest.mark.rule("K36")
def test_too_few_passwords_are_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALROOM_PASSWORD", "only one")
    assert main(["rehearse", "--lang", "zh-CN", "--url", NOWHERE, *BOTH]) == 2
    assert "EVALROOM_PASSWORD" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--sessions", "0"),
        ("--sessions", "201"),
        ("--speed", "0"),
        ("--speed", "fast"),
        ("--speed", "nan"),
        ("--scenario", "chaos"),
        ("--seed", "x"),
        ("--seed", "-1"),
        ("--seed", "1000000"),
    ],
)
def test_an_option_out_of_bounds_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", *arguments])
    assert ended.value.code == 2


@pytest.mark.rule("K36")
def test_every_fault_of_a_tender_file_is_named_with_its_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = msgspec.to_builtins(small_tender())
    value["bids"][2]["price"] = 5
    value["sections"][0]["stage"] = "later"
    file = tmp_path / "tender.json"
    file.write_text(json.dumps(value))
    assert main(["rehearse", "--lang", "zh-CN", str(file)]) == 2
    err = capsys.readouterr().err
    assert "evalroom rehearse: bids[2].price: " in err
    assert "evalroom rehearse: sections[0].stage: " in err


@pytest.mark.rule("K36")
def test_a_file_whose_sheets_are_not_whole_is_not_rehearsed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tender = case(PUBLISHED)
    assert tender.sheets is not None
    short = replace(tender, sheets={m: s for m, s in tender.sheets.items() if m != "m3"})
    file = tmp_path / "tender.json"
    file.write_bytes(msgspec.json.encode(short))
    assert main(["rehearse", "--lang", "en", str(file)]) == 2
    assert "sheets.m3" in capsys.readouterr().err


@pytest.mark.rule("K37")
@pytest.mark.parametrize(
    ("scenario", "changed", "said"),
    [
        ("deadlock", {}, "no tie can last"),
        ("mismatch", {"criteria": SUBJECTIVE}, "no objective item"),
        ("plain", {"ceiling_price": "9999"}, "abnormally low"),
    ],
)
def test_a_scenario_that_a_tender_has_no_place_for_is_refused_before_anybody_is_engaged(
    scenario: str,
    changed: dict[str, object],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = case(PUBLISHED) if scenario == "deadlock" else small_tender("government_procurement")
    value = msgspec.to_builtins(base) | msgspec.to_builtins(changed)
    file = tmp_path / "tender.json"
    file.write_text(json.dumps(value))
    assert main(["rehearse", "--lang", "en", "--scenario", scenario, str(file)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_every_scenario_has_a_case_to_be_played_on(scenario: object) -> None:
    chosen = SCENARIOS[getattr(scenario, "name", "")]
    tender = default_case(chosen)
    check_playable(chosen, tender, sheets_of(tender, 1))


def test_a_workbook_is_rehearsed_as_well_as_json(tmp_path: Path) -> None:
    tender = replace(case(WORKS), sheets=None)
    file = tmp_path / "tender.xlsx"
    file.write_bytes(workbook.write_workbook(msgspec.to_builtins(tender)))
    assert read_file(file, "en").committee == tender.committee


@pytest.mark.rule("K36")
def test_a_workbook_that_is_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "tender.xlsx"
    file.write_bytes(b"PK\x03\x04 and nothing behind it")
    assert main(["rehearse", "--lang", "zh-CN", str(file)]) == 2
    assert f"evalroom rehearse: {file}: " in capsys.readouterr().err
