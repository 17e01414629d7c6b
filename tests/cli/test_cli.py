import os
import subprocess
import sys
from pathlib import Path

import pytest

from evalroom import __version__, cli

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).parent / "golden"


def evalroom(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "evalroom", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


@pytest.mark.rule("K1")
def test_a_version_is_told() -> None:
    told = evalroom("--version")
    assert (told.returncode, told.stdout) == (0, f"evalroom {__version__}\n".encode())


@pytest.mark.rule("K2")
def test_help_lists_every_command_there_is_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    modules = Path(cli.__file__).parent.glob("*.py")
    assert set(cli.COMMANDS) == {one.stem for one in modules if "\nSUMMARY = " in one.read_text()}
    assert "{" + ",".join(cli.COMMANDS) + "}" in shown


@pytest.mark.rule("K2")
@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_helps_and_names_itself(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: evalroom {name} ")


@pytest.mark.rule("K1")
@pytest.mark.parametrize("arguments", [[], ["fly"], ["--fast"], ["tally"], ["tally", "--fast"]])
def test_a_wrong_use_is_explained_on_stderr_with_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("usage: evalroom")


@pytest.mark.rule("K1")
def test_asking_for_one_command_imports_no_other() -> None:
    code = (
        "import sys; from evalroom.cli import main; main(['tally', sys.argv[1]]); "
        "print([m for m in sys.modules if m in ('aiohttp', 'socketio', 'sqlalchemy')])"
    )
    run = [sys.executable, "-c", code, str(GOLDEN / "g8-half-up.json")]
    told = subprocess.run(run, cwd=ROOT, capture_output=True, check=True)
    assert told.stdout.endswith(b"[]\n")


@pytest.mark.rule("K6")
@pytest.mark.parametrize(
    ("encoding", "shown"), [("utf-8", "评审结果"), ("ascii", "\\u8bc4\\u5ba1")]
)
def test_a_terminal_that_knows_no_chinese_gets_escapes(encoding: str, shown: str) -> None:
    file = str(GOLDEN / "g8-half-up.json")
    told = evalroom("tally", file, "--lang", "zh-CN", PYTHONIOENCODING=encoding)
    assert told.returncode == 0
    assert told.stderr == b""
    assert shown in told.stdout.decode()


@pytest.mark.rule("K7")
def test_a_reader_who_leaves_early_ends_the_command_quietly() -> None:
    run = [sys.executable, "-m", "evalroom", "tally", str(GOLDEN / "deductions.json"), "--trace"]
    with subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == cli.PIPE_CLOSED


@pytest.mark.rule("K7")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_said_and_is_no_success() -> None:
    run = [sys.executable, "-m", "evalroom", "tally", str(GOLDEN / "deductions.json"), "--trace"]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(run, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ended.returncode == cli.DISK_FULL
    assert ended.stderr == b"evalroom: No space left on device\n"
