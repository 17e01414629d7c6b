"""How a migration runs: always on the connection that `evalroom.storage.directory.migrate`
hands over.
"""

from alembic import context

from evalroom.storage.directory.schema import metadata


def run_on_the_given_connection() -> None:
    """Run the wanted steps; `render_as_batch` because SQLite changes a table only by copying it."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run_on_the_given_connection()
