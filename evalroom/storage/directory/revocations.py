"""Whose standing has changed: what makes every node look again at the people it has let in.

A line says only which account to look at; what has become of it stands in the other tables. Its
number grows with each line, in the order of the commits: writers of the directory take turns.
"""

from msgspec import Struct
from sqlalchemy import Connection, delete, func, insert, select

from evalroom.storage.directory.schema import logins, revocations

# No node goes on for so long without a look: it looks each second.
KEPT_MS = 30 * 24 * 3600 * 1000

# A whole centre logged out in the same second is told in one look; more takes another.
MAX_READ = 1_000


class Revoked(Struct, frozen=True):
    """The accounts to look at again, and the number of the last line that was read."""

    accounts: frozenset[str]
    newest: int


def note(connection: Connection, account: str, at: int) -> None:
    """Have every node look at this account again, once this is committed."""
    connection.execute(insert(revocations).values(account=account, at=at))
    connection.execute(delete(revocations).where(revocations.c.at < at - KEPT_MS))


def note_browser(connection: Connection, device: str | None, at: int) -> None:
    """Have every node look again at whoever is logged in at this browser, if it is one."""
    here = (logins.c.device == device) & logins.c.ended.is_(None) & (logins.c.expires > at)
    for account in connection.execute(select(logins.c.account).where(here).distinct()).scalars():
        note(connection, account, at)


def newest(connection: Connection) -> int:
    """The number of the last line; 0 when there was never one that is still kept."""
    found: int = connection.execute(
        select(func.coalesce(func.max(revocations.c.id), 0))
    ).scalar_one()
    return found


def since(connection: Connection, after: int) -> Revoked:
    """What has come after a line, at most `MAX_READ` lines of it."""
    query = select(revocations.c.id, revocations.c.account).where(revocations.c.id > after)
    rows = connection.execute(query.order_by(revocations.c.id).limit(MAX_READ)).all()
    return Revoked(frozenset(row.account for row in rows), rows[-1].id if rows else after)
