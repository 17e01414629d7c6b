"""Brings the tables of a directory to the version this program knows, or says that it cannot."""

from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from evalroom.sessions.refusals import Refused


class Known(NamedTuple):
    """The versions this program knows, and the one it works with."""

    all: frozenset[str]
    newest: str


def upgrade(connection: Connection) -> None:
    """Run the missing steps inside the caller's transaction: all of them or none.

    Raises `Refused("directory_newer")` when the tables carry a version that this program has
    never heard of.
    """
    _refuse_newer(_found(connection), known())
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def check(connection: Connection, known: Known) -> None:
    """See that nothing is missing. Raises `Refused`: `directory_newer`, `directory_older`."""
    found = _found(connection)
    _refuse_newer(found, known)
    if found != known.newest:
        raise Refused("directory_older", version=found or "0000", known=known.newest)


def known() -> Known:
    """Look into the program's own files."""
    scripts = ScriptDirectory.from_config(_config())
    steps = [step.revision for step in scripts.walk_revisions()]
    return Known(frozenset(steps), steps[0])


def _found(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(found: str | None, known: Known) -> None:
    if found is not None and found not in known.all:
        raise Refused("directory_newer", version=found)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "evalroom.storage:migrations")
    config.set_main_option("path_separator", "os")
    return config
