"""The index of sessions: what exists and who is appointed. The ledger is the truth; this can be
rebuilt from it.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, Select, delete, insert, or_, select, update

from evalroom.sessions.people import Appointment, Role
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.accounts import Account
from evalroom.storage.directory.pages import MAX_PAGE, Page, bounded, page
from evalroom.storage.directory.schema import accounts, appointments, offices, sessions


class SessionRecord(Struct, frozen=True):
    """A session as a list shows it. `state` is `opening` until its ledger has begun."""

    id: str
    title: str
    state: str
    tender: str | None
    created: int
    created_by: str
    rehearsal: bool = False


def add(
    connection: Connection, record: SessionRecord, appointed: Mapping[str, Appointment]
) -> SessionRecord:
    """Enter a session with its people.

    Raises `Refused`: `unknown_account` for people there are not, `administrator_takes_no_part` for
    those who hold an office of the house.
    """
    usable = select(accounts.c.id).where(
        accounts.c.id.in_(list(appointed)), accounts.c.disabled.is_(False)
    )
    missing = sorted(set(appointed) - set(connection.execute(usable).scalars()))
    if missing:
        raise Refused("unknown_account", account=missing[0])
    held = select(offices.c.account).where(offices.c.account.in_(list(appointed)))
    administrators = sorted(connection.execute(held).scalars())
    if administrators:
        raise Refused("administrator_takes_no_part", account=administrators[0])
    connection.execute(insert(sessions).values(msgspec.structs.asdict(record)))
    _enter(connection, record.id, appointed)
    return record


def remove(connection: Connection, session: str) -> None:
    """Forget a session whose ledger never began."""
    connection.execute(delete(appointments).where(appointments.c.session == session))
    connection.execute(delete(sessions).where(sessions.c.id == session))


def set_state(connection: Connection, session: str, state: str) -> None:
    """Note where a session stands, for lists; nothing is written when it stands there already, or
    when the index has lost it.
    """
    here = (sessions.c.id == session) & (sessions.c.state != state)
    connection.execute(update(sessions).where(here).values(state=state))


def set_people(connection: Connection, session: str, people: Mapping[str, Appointment]) -> None:
    """Note who is appointed to a session now, without those who cannot take part: accounts that are
    none, and administrators.
    """
    held = select(offices.c.account)
    known = select(accounts.c.id).where(accounts.c.id.in_(list(people)), accounts.c.id.not_in(held))
    here = set(connection.execute(known).scalars())
    connection.execute(delete(appointments).where(appointments.c.session == session))
    _enter(connection, session, {key: one for key, one in people.items() if key in here})


def by_id(connection: Connection, session: str) -> SessionRecord:
    """Raises `Refused("unknown_session")`."""
    row = connection.execute(select(sessions).where(sessions.c.id == session)).one_or_none()
    if row is None:
        raise Refused("unknown_session", session=session)
    return SessionRecord(*row)


def appointed(connection: Connection, session: str) -> dict[str, Appointment]:
    """Who is what in a session."""
    rows = connection.execute(select(appointments).where(appointments.c.session == session))
    return {row.account: _appointment(row) for row in rows}


def appointment(
    connection: Connection, session: str, account: str
) -> tuple[SessionRecord, Appointment]:
    """A session and what somebody is in it.

    Raises `Refused` with `unknown_session`, `not_invited`.
    """
    record = by_id(connection, session)
    here = (appointments.c.session == session) & (appointments.c.account == account)
    row = connection.execute(select(appointments).where(here)).one_or_none()
    if row is None:
        raise Refused("not_invited")
    return record, _appointment(row)


def of_account(
    connection: Connection, account: str, limit: int, after: str | None
) -> Page[tuple[SessionRecord, Appointment]]:
    """The sessions somebody is appointed to, newest first, with what he is in each."""
    mine = select(sessions).join_from(sessions, appointments)
    found = _newest(connection, mine.where(appointments.c.account == account), limit, after)
    return Page(
        tuple(appointment(connection, record.id, account) for record in found.items), found.next
    )


def listed(connection: Connection, limit: int, after: str | None) -> Page[SessionRecord]:
    """All sessions, newest first."""
    return _newest(connection, select(sessions), limit, after)


def colleagues(
    connection: Connection, account: str, roles: tuple[Role, ...], led_as: Role
) -> tuple[Account, ...]:
    """Who was set up with one of these roles in the sessions in which this account was set up as
    `led_as`, by log-in name; accounts that are shut are left out.
    """
    mine = (appointments.c.account == account) & _holds(led_as)
    led = select(appointments.c.session).where(mine)
    theirs = select(appointments.c.account).where(
        appointments.c.session.in_(led), or_(*(_holds(role) for role in roles))
    )
    usable = accounts.c.id.in_(theirs) & accounts.c.disabled.is_(False)
    query = select(accounts).where(usable).order_by(accounts.c.login).limit(MAX_PAGE)
    return tuple(
        Account(row.id, row.login, row.name, row.disabled, row.created)
        for row in connection.execute(query)
    )


def _enter(connection: Connection, session: str, people: Mapping[str, Appointment]) -> None:
    rows = [
        {
            "session": session,
            "account": account,
            "member": appointment.member,
            "roles": msgspec.json.encode(appointment.roles).decode(),
            "venue": appointment.venue,
        }
        for account, appointment in people.items()
    ]
    if rows:
        connection.execute(insert(appointments), rows)


def _holds(role: Role) -> ColumnElement[bool]:
    # Roles are kept as a list in JSON, each of them in quotes.
    return appointments.c.roles.contains(f'"{role}"')


def _newest(
    connection: Connection, query: Select[Any], limit: int, after: str | None
) -> Page[SessionRecord]:
    limit = bounded(limit)
    if after is not None:
        created, session = _place(after)
        older = sessions.c.created < created
        beside = (sessions.c.created == created) & (sessions.c.id < session)
        query = query.where(or_(older, beside))
    ordered = query.order_by(sessions.c.created.desc(), sessions.c.id.desc()).limit(limit + 1)
    found = [SessionRecord(*row) for row in connection.execute(ordered)]
    return page(found, limit, lambda record: f"{record.created}.{record.id}")


def _place(cursor: str) -> tuple[int, str]:
    created, _, session = cursor.partition(".")
    if not (created.isascii() and created.isdigit() and len(created) <= MAX_DIGITS):
        raise Refused("unknown_cursor", after=cursor)
    return int(created), session


# Milliseconds have 13 digits until the year 2286; more would not fit the database's integer.
MAX_DIGITS = 18


def _appointment(row: Any) -> Appointment:
    roles = msgspec.json.decode(row.roles, type=tuple[Role, ...])
    return Appointment(row.member, roles, row.venue)
