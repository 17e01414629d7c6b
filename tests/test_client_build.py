"""The web client is built anew when what it is made of has changed, and not otherwise."""

import subprocess
from pathlib import Path

import pytest

from web_client.build import client

SOURCES = {
    "src/app/main.ts": "export const room = 1",
    "src/locales/zh-CN/frame.json": "{}",
    "build/compressed.ts": "",
    "index.html": "<!doctype html>",
    "package.json": "{}",
    "package-lock.json": "{}",
    "vite.config.ts": "",
    "tsconfig.app.json": "{}",
    "tests/words.test.ts": "",
}


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A client of a few files, and a build of it."""
    folder = tmp_path / "web_client"
    for name, text in SOURCES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(client, "CLIENT", folder)
    monkeypatch.setattr(client, "INSTALLED", folder / "node_modules/.installed-lock")
    return folder


@pytest.fixture
def static(sources: Path, tmp_path: Path) -> Path:
    built = tmp_path / "static"
    built.mkdir()
    (built / client.STAMP).write_text(client.digest())
    return built


@pytest.mark.parametrize("name", [name for name in SOURCES if not name.startswith("tests")])
def test_a_changed_source_asks_for_another_build(sources: Path, static: Path, name: str) -> None:
    assert client.fresh(static)
    (sources / name).write_text("changed")
    assert not client.fresh(static)


def test_a_source_that_moved_or_went_asks_for_another_build(sources: Path, static: Path) -> None:
    (sources / "src/app/main.ts").rename(sources / "src/main.ts")
    assert not client.fresh(static)
    (sources / "src/main.ts").unlink()
    assert not client.fresh(static)


def test_tests_and_what_running_leaves_behind_ask_for_none(sources: Path, static: Path) -> None:
    (sources / "tests/words.test.ts").write_text("changed")
    (sources / "components.d.ts").write_text("made")
    left = sources / "build/__pycache__/client.pyc"
    left.parent.mkdir()
    left.write_bytes(b"\0")
    assert client.fresh(static)


def test_nothing_is_built_or_installed_when_nothing_has_changed(
    static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ran(*_words: object, **_how: object) -> None:
        raise AssertionError("a program was run")

    monkeypatch.setattr(subprocess, "run", ran)
    client.build(static)


def test_a_build_that_fails_leaves_the_one_of_before(
    sources: Path, static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (static / "index.html").write_text("before")
    (sources / "src/app/main.ts").write_text("changed")

    def no(*_words: str) -> None:
        raise client.Failed("no way to the registry")

    monkeypatch.setattr(client, "_npm", no)
    with pytest.raises(client.Failed):
        client.build(static)
    assert (static / "index.html").read_text() == "before"
    assert [path.name for path in static.parent.iterdir() if path.name.startswith(".")] == []


def test_a_build_takes_the_place_of_the_one_before_as_a_whole(
    sources: Path, static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (static / "old.js").write_text("before")
    (sources / "src/app/main.ts").write_text("changed")

    def npm(*words: str) -> None:
        if words[0] == "ci":
            (sources / "node_modules").mkdir()
            return
        out = Path(words[words.index("--outDir") + 1])
        out.mkdir()
        (out / "index.html").write_text("after")

    monkeypatch.setattr(client, "_npm", npm)
    client.build(static)
    assert sorted(path.name for path in static.iterdir()) == [client.STAMP, "index.html"]
    assert client.fresh(static)
