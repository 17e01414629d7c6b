"""Who has an account, and which of the three offices of administration he holds.

The offices are apart on purpose (三员分立): `system` sets up places, tenders and sessions,
`security` gives and takes accounts, offices and tokens, `audit` reads the logs. Nobody holds
two.
"""

import unicodedata
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from evalroom.sessions.opening import TERMINAL
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import revocations
from evalroom.storage.directory.pages import Page, in_order_of
from evalroom.storage.directory.schema import accounts, appointments, offices, sessions

Office = Literal["system", "security", "audit"]


class Account(Struct, frozen=True):
    """A person or a program that may speak to the server.

    `login` is what is typed, `name` what is shown.
    """

    id: str
    login: str
    name: str
    disabled: bool
    created: int
    office: Office | None = None


def normal(login: str) -> str:
    """A log-in name as it is compared: width, case and surrounding space make no other person."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def add(connection: Connection, account: Account, password: str | None) -> Account:
    """Enter a new account; `password` is its hash, or nothing for a program.

    Raises `Refused("login_taken")`.
    """
    account = Account(
        account.id, normal(account.login), account.name, account.disabled, account.created
    )
    row = {
        "id": account.id,
        "login": account.login,
        "name": account.name,
        "password": password,
        "disabled": account.disabled,
        "created": account.created,
    }
    try:
        connection.execute(insert(accounts).values(row))
    except IntegrityError as error:
        raise Refused("login_taken", login=account.login) from error
    return account


def by_id(connection: Connection, account: str) -> Account:
    """Raises `Refused("unknown_account")`."""
    row = connection.execute(_select().where(accounts.c.id == account)).one_or_none()
    if row is None:
        raise Refused("unknown_account", account=account)
    return _account(row)


def listed(connection: Connection, limit: int, after: str | None) -> Page[Account]:
    """All accounts by log-in name, from the one following `after`."""
    return in_order_of(connection, accounts.c.login, _select(), limit, after, _account)


def by_login(connection: Connection, login: str) -> tuple[Account, ...]:
    """The account of this log-in name, if there is one that can be used."""
    usable = (accounts.c.login == normal(login)) & accounts.c.disabled.is_(False)
    return tuple(_account(row) for row in connection.execute(_select().where(usable)))


def names(connection: Connection, ids: tuple[str, ...]) -> dict[str, str]:
    """The names of these accounts, of those there are."""
    named = select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(ids))
    return {row.id: row.name for row in connection.execute(named)}


def rename(connection: Connection, account: str, name: str) -> None:
    """Change the name that is shown."""
    _change(connection, account, name=name)


def set_disabled(connection: Connection, account: str, disabled: bool) -> None:
    """Shut an account out or let it in again; shutting out ends nothing by itself.

    Raises `Refused("last_administrator")` when no security administrator would be left to undo it.
    """
    if disabled:
        _keep_one_security(connection, without=account)
    _change(connection, account, disabled=disabled)


def set_password(connection: Connection, account: str, password: str) -> None:
    """Replace the hash of an account's password."""
    _change(connection, account, password=password)


def password_of(connection: Connection, account: str) -> str | None:
    """The hash of an account's password, if it has one."""
    found: str | None = connection.execute(
        select(accounts.c.password).where(accounts.c.id == account)
    ).scalar_one_or_none()
    return found


def grant(
    connection: Connection, account: str, office: Office, granted_by: str | None, at: int
) -> None:
    """Give an office to somebody who holds none.

    Raises `Refused("holds_an_office")`: the old one has to be taken away first, by name, so
    that it stands in the log; `Refused("administrator_takes_no_part")` for whoever is appointed to
    a session that is not over.
    """
    if by_id(connection, account).office is not None:
        raise Refused("holds_an_office", account=account)
    here = (appointments.c.account == account) & sessions.c.state.not_in(TERMINAL)
    if connection.execute(
        select(sessions.c.id).join_from(sessions, appointments).where(here)
    ).first():
        raise Refused("administrator_takes_no_part", account=account)
    row = {"account": account, "office": office, "granted": at, "granted_by": granted_by}
    connection.execute(insert(offices).values(row))
    revocations.note(connection, account, at)


def withdraw(connection: Connection, account: str, at: int) -> None:
    """Take an office away.

    Raises `Refused("holds_no_office")`, and `Refused("last_administrator")` for the last
    security administrator.
    """
    if by_id(connection, account).office is None:
        raise Refused("holds_no_office", account=account)
    _keep_one_security(connection, without=account)
    connection.execute(delete(offices).where(offices.c.account == account))
    revocations.note(connection, account, at)


def _keep_one_security(connection: Connection, without: str) -> None:
    usable = and_(offices.c.office == "security", accounts.c.disabled.is_(False))
    joined = select(accounts.c.id).join_from(accounts, offices).where(usable)
    holders = set(connection.execute(joined).scalars())
    if without in holders and len(holders) == 1:
        raise Refused("last_administrator", account=without)


def count(connection: Connection) -> int:
    """How many accounts there are: none means that the node has never been set up."""
    return connection.execute(select(func.count()).select_from(accounts)).scalar_one()


def _select() -> Any:
    columns = (
        accounts.c.id,
        accounts.c.login,
        accounts.c.name,
        accounts.c.disabled,
        accounts.c.created,
        offices.c.office,
    )
    return select(*columns).select_from(accounts.outerjoin(offices))


def _account(row: Any) -> Account:
    return Account(row.id, row.login, row.name, row.disabled, row.created, row.office)


def _change(connection: Connection, account: str, **values: object) -> None:
    done = connection.execute(update(accounts).where(accounts.c.id == account).values(**values))
    if done.rowcount == 0:
        raise Refused("unknown_account", account=account)
