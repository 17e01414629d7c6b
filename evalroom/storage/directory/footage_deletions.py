"""Recordings that are to be deleted: asked for by one office, confirmed by a person of another."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.pages import Page, in_order_of
from evalroom.storage.directory.schema import footage_deletions as deletions


class Deletion(Struct, frozen=True):
    """A session whose recordings are to go; `confirmed` when a second person has agreed, `removed`
    when they have gone.
    """

    session: str
    reason: str
    requested: int
    requested_by: str
    confirmed: int | None = None
    confirmed_by: str | None = None
    removed: int | None = None


def request(connection: Connection, deletion: Deletion) -> Deletion:
    """Ask for it. Raises `Refused`: `deletion_requested` already, `unknown_session`."""
    if _found(connection, deletion.session) is not None:
        raise Refused("deletion_requested", session=deletion.session)
    try:
        connection.execute(insert(deletions).values(asdict(deletion)))
    except IntegrityError as error:
        raise Refused("unknown_session", session=deletion.session) from error
    return deletion


def by_session(connection: Connection, session: str) -> Deletion:
    """Raises `Refused("unknown_deletion")`."""
    found = _found(connection, session)
    if found is None:
        raise Refused("unknown_deletion", session=session)
    return found


def confirm(connection: Connection, session: str, by: str, at: int) -> Deletion:
    """Agree, as another person than the one who asked; again changes nothing.

    Raises `Refused`: `unknown_deletion`, `two_persons_wanted`.
    """
    found = by_session(connection, session)
    if found.requested_by == by:
        raise Refused("two_persons_wanted")
    if found.confirmed is None:
        _change(connection, session, confirmed=at, confirmed_by=by)
    return by_session(connection, session)


def withdraw(connection: Connection, session: str) -> None:
    """Ask no longer. Raises `Refused`: `unknown_deletion`; `deletion_confirmed` when it is too
    late.
    """
    if by_session(connection, session).confirmed is not None:
        raise Refused("deletion_confirmed", session=session)
    connection.execute(delete(deletions).where(deletions.c.session == session))


def removed(connection: Connection, session: str, at: int, segments: int) -> Deletion:
    """The recordings have gone; when they went stays as it is where nothing more went."""
    if segments or by_session(connection, session).removed is None:
        _change(connection, session, removed=at)
    return by_session(connection, session)


def listed(connection: Connection, limit: int, after: str | None) -> Page[Deletion]:
    """All by session."""
    every = select(deletions)
    return in_order_of(
        connection, deletions.c.session, every, limit, after, lambda row: Deletion(*row)
    )


def _found(connection: Connection, session: str) -> Deletion | None:
    row = connection.execute(select(deletions).where(deletions.c.session == session)).one_or_none()
    return None if row is None else Deletion(*row)


def _change(connection: Connection, session: str, **values: object) -> None:
    connection.execute(update(deletions).where(deletions.c.session == session).values(values))
