"""The papers say what is so: keys, commands, links; and nothing in the tree names this machine."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalroom.cli import COMMANDS
from evalroom.config import PREFIX, Config

ROOT = Path(__file__).parent.parent
CONFIGURATION = ROOT / "docs" / "configuration.md"

# Made by running and installing, for a tree without git: folders of these names and hidden ones.
LEFT_BEHIND = re.compile(r"(^|/)(node_modules|__pycache__|evalroom-data|\.(?!ci/)[^/]+)/")

# Written apart, so that this list does not accuse itself.
REGISTRIES = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("npmmirror", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
    ]
]


def test_every_configuration_key_is_documented_with_its_variable_and_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (\S+) \| \S", text(CONFIGURATION), re.MULTILINE)
    defaults = Config()
    assert rows == [
        (
            key,
            f"{PREFIX}{key.upper()}",
            f"`{value}`" if (value := getattr(defaults, key)) != () else "none",
        )
        for key in Config.__struct_fields__
    ]


def test_every_command_is_explained_to_its_reader() -> None:
    papers = text(ROOT / "README.md") + "".join(map(text, (ROOT / "docs").glob("*.md")))
    assert [command for command in COMMANDS if f"evalroom {command}" not in papers] == []


def test_every_command_of_dev_is_explained_to_contributors() -> None:
    commands = re.findall(r"^        (\w+)(?: \|.*)?\) ", text(ROOT / "dev"), re.MULTILINE)
    assert {"demo", "test", "check", "bench", "web"} <= set(commands)
    paper = text(ROOT / "CONTRIBUTING.md")
    assert [c for c in commands if c != "help" and f"`./dev {c}" not in paper] == []


def test_every_link_to_a_file_leads_to_it() -> None:
    assert [
        f"{paper.relative_to(ROOT)}: {target}"
        for paper in files()
        if paper.suffix == ".md"
        for target in links(text(paper))
        if not (paper.parent / target).exists()
    ] == []


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("[a](docs/spec.md) ![b](wall.png)", ["docs/spec.md", "wall.png"]),
        ("[a](spec.md#rules) [b](#here)", ["spec.md"]),
        ("[a](https://room.example/x.md) <https://b> [c](mailto:a@b)", []),
        ('[a](spec.md "The rules")', ["spec.md"]),
    ],
)
def test_only_links_to_files_are_followed(markdown: str, found: list[str]) -> None:
    assert list(links(markdown)) == found


def test_nothing_in_the_tree_names_a_registry_or_this_machine() -> None:
    places = {str(ROOT), str(Path.home())} - {"/"}
    named = re.compile(
        "|".join(map(re.escape, REGISTRIES))
        + "|"
        + "|".join(rf"(?<![\w.-]){re.escape(place)}(?![\w-])" for place in places)
    )
    assert [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in files()
        if (found := named.search(path.read_bytes().decode("utf-8", "ignore")))
    ] == []


def test_the_developers_lock_holds_every_pin_of_the_other() -> None:
    """What was tested is what runs, and a developer's environment can run all."""
    assert pins("requirements.lock")
    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def files() -> Iterator[Path]:
    """Every file that belongs to the project."""
    if (ROOT / ".git").exists():
        ask = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        told = subprocess.run(ask, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        found = {ROOT / name for name in told.split("\0") if name}
    else:
        found = {
            path
            for path in ROOT.rglob("*")
            if not LEFT_BEHIND.search(path.relative_to(ROOT).as_posix())
        }
    return (path for path in sorted(found) if path.is_file() and not path.is_symlink())


def links(markdown: str) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)\s]+)[^)]*\)", markdown):
        path = target.partition("#")[0]
        if path and not re.match(r"[a-z]+:", path):
            yield path


def pins(lock: str) -> set[str]:
    return set(re.findall(r"^(\S+==\S+)", text(ROOT / lock), re.MULTILINE))


def text(path: Path) -> str:
    return path.read_text("utf-8")
