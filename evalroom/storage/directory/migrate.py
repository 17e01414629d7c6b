"""Brings the tables of a directory to the version this program knows, or says that it cannot."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from evalroom.sessions.refusals import Refused


def upgrade(connection: Connection) -> None:
    """Run the missing steps inside the caller's transaction: all of them or none.

    Raises `Refused("directory_newer")` when the file carries a version that this program has
    never heard of.
    """
    config = _config(connection)
    found = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise Refused("directory_newer", version=found)
    command.upgrade(config, "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "evalroom.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
