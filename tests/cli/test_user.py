"""`evalroom user`: the first administrator, and what is done to accounts on the machine itself."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from evalroom.cli import main
from tests.cli.serving import PASSWORD, evalroom

LAST = "evalroom user: At least one security administrator has to remain.\n"


class Terminal(io.StringIO):
    """A keyboard, as far as anybody asks."""

    def isatty(self) -> bool:
        return True


User = Callable[..., tuple[int, str]]


@pytest.fixture
def user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> User:
    """Run it on a folder; exit code and everything it has written."""

    def run(
        *arguments: str, said: str = "", lang: str = "en", stdin: io.StringIO | None = None
    ) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", stdin or io.StringIO(said))
        code = main(["user", "--data", str(tmp_path), "--lang", lang, *arguments])
        written = capsys.readouterr()
        return code, written.out + written.err

    return run


@pytest.mark.rule("K25")
def test_the_first_account_gets_the_security_office_and_later_ones_none(user: User) -> None:
    told = user("add", "ada", said=PASSWORD + "\n")
    assert told == (0, "ada is the first account and was given the security office\n")
    assert user("add", "bo", "--name", "Bo", said=PASSWORD + "\n") == (0, "")
    _, listed = user("list", lang="zh-CN")
    assert listed.splitlines() == [
        "账号  姓名  管理职务  状态",
        "ada   ada   security",
        "bo    Bo",
    ]


@pytest.mark.rule("K25")
def test_the_first_account_may_be_given_another_office_on_purpose(user: User) -> None:
    assert user("add", "sys", "--role", "system", said=PASSWORD) == (0, "")
    assert user("list")[1].splitlines()[1].split() == ["sys", "sys", "system"]


@pytest.mark.rule("K25", "K26")
def test_offices_and_accounts_are_changed_and_the_last_security_office_stays(user: User) -> None:
    for login in ("ada", "bo"):
        assert user("add", login, said=PASSWORD)[0] == 0
    assert user("role", "bo", "audit") == (0, "")
    assert user("role", "bo", "system") == (0, "")
    assert user("disable", "BO") == (0, "")
    assert user("list")[1].splitlines()[2].split() == ["bo", "bo", "system", "shut"]
    assert user("enable", "bo") == (0, "")
    assert user("role", "bo", "none") == (0, "")
    assert user("passwd", "bo", said="four blind mice\n") == (0, "")
    assert user("disable", "ada") == (2, LAST)
    assert user("role", "ada", "none") == (2, LAST)


@pytest.mark.rule("K26")
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "ada"), ""),
        (("add", "ada"), "short\n"),
        (("passwd", "nobody"), PASSWORD),
        (("disable", "nobody"), ""),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_a_sentence(
    user: User, arguments: tuple[str, ...], said: str, lang: str
) -> None:
    code, told = user(*arguments, said=said, lang=lang)
    assert code == 2
    assert told.startswith("evalroom user: ")
    assert told.count("\n") == 1
    assert "refusal." not in told


@pytest.mark.rule("K26")
def test_a_password_typed_at_the_prompt_is_typed_twice(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "three blind mince"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    assert user("add", "ada", stdin=Terminal())[0] == 0
    assert user("passwd", "ada", stdin=Terminal()) == (
        2,
        "evalroom user: no password, or the two differ\n",
    )


@pytest.mark.slow(60)
@pytest.mark.rule("K26")
async def test_a_password_is_read_from_stdin_and_never_from_the_arguments(tmp_path: Path) -> None:
    asked = ("user", "--data", str(tmp_path), "add", "ada")
    assert (await evalroom(*asked, said=PASSWORD + "\n"))[0] == 0
    code, _, err = await evalroom(*asked, "--password", PASSWORD)
    assert (code, "unrecognized arguments" in err) == (2, True)


@pytest.mark.rule("K26")
def test_a_folder_that_cannot_be_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert main(["user", "--data", str(file), "--lang", "en", "list"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"evalroom user: the data folder {file} cannot be used: ")
