"""Who is logged in at which browser, and until when."""

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from evalroom.storage.directory import revocations
from evalroom.storage.directory.accounts import (
    Account,
    Office,
    by_id,
    normal,
    rename,
    set_disabled,
    set_password,
)
from evalroom.storage.directory.schema import accounts, logins, offices, workstations

# One person with a browser at the seat, one at the office and a few forgotten ones; the oldest
# gives way.
MAX_LIVE = 16

# Ended log-ins stay for one month: long enough to answer "was that me?", and to know a device
# again.
KEPT_MS = 30 * 24 * 3600 * 1000


class LogIn(Struct, frozen=True):
    """One browser of one account, with what the account is now: an office granted later counts
    at once.
    """

    account: str
    name: str
    disabled: bool
    office: Office | None
    device: str
    workstation: str | None
    created: int
    seen: int
    expires: int
    ended: int | None


class AccountChange(Struct, frozen=True):
    """What is to become of an account; None leaves as it is. `password` is a hash."""

    name: str | None = None
    disabled: bool | None = None
    password: str | None = None


class Claim(Struct, frozen=True):
    """What is needed to check a password: the account that goes by a name, and whether it has
    used this browser before.
    """

    account: str
    password: str | None
    disabled: bool
    device_known: bool


def claim(connection: Connection, login: str, device: str | None) -> Claim | None:
    """The account behind a log-in name, if there is one."""
    used = exists().where(logins.c.account == accounts.c.id, logins.c.device == device)
    query = select(
        accounts.c.id, accounts.c.password, accounts.c.disabled, used.label("device_known")
    ).where(accounts.c.login == normal(login))
    row = connection.execute(query).one_or_none()
    return None if row is None else Claim(row.id, row.password, row.disabled, row.device_known)


def at_a_workstation(connection: Connection, device: str) -> bool:
    """Whether a browser is the one of a workstation."""
    here = select(workstations.c.id).where(workstations.c.device == device)
    return connection.execute(here).first() is not None


def begin(
    connection: Connection,
    token_hash: bytes,
    account: str,
    device: str,
    address: str,
    at: int,
    expires: int,
) -> None:
    """Write down a new log-in; what the same person had open in the same browser ends."""
    same = and_(logins.c.account == account, logins.c.device == device)
    _end(connection, at, same)
    _prune(connection, account, at)
    row = {
        "token_hash": token_hash,
        "account": account,
        "device": device,
        "address": address,
        "created": at,
        "seen": at,
        "expires": expires,
    }
    connection.execute(insert(logins).values(row))


def by_token(connection: Connection, token_hash: bytes) -> LogIn | None:
    """The log-in that a cookie names, live or not."""
    row = connection.execute(_select().where(logins.c.token_hash == token_hash)).one_or_none()
    return None if row is None else _login(row)


def of_account(connection: Connection, account: str) -> tuple[LogIn, ...]:
    """The log-ins of an account that have not been ended, newest first."""
    query = _select().where(logins.c.account == account, logins.c.ended.is_(None))
    newest = query.order_by(logins.c.created.desc()).limit(MAX_LIVE)
    return tuple(_login(row) for row in connection.execute(newest))


def slide(connection: Connection, token_hash: bytes, at: int, expires: int) -> None:
    """Move the end of a log-in that is in use."""
    here = logins.c.token_hash == token_hash
    connection.execute(update(logins).where(here).values(seen=at, expires=expires))


def end(connection: Connection, token_hash: bytes, at: int) -> None:
    """Log out one browser."""
    _end(connection, at, logins.c.token_hash == token_hash)


def end_all(connection: Connection, account: str, at: int, but: bytes | None = None) -> int:
    """Log an account out everywhere, sparing one browser if asked; how many were ended."""
    which = logins.c.account == account
    return _end(connection, at, which if but is None else which & (logins.c.token_hash != but))


def change_account(
    connection: Connection, account: str, change: AccountChange, at: int, but: bytes | None = None
) -> Account:
    """Change an account as a whole or not at all. A new password and a shut account end its
    log-ins in the same step, sparing one browser if asked: opened again later, none revives.

    Raises `Refused` with `unknown_account`, `last_administrator`.
    """
    if change.name is not None:
        rename(connection, account, change.name)
    if change.password is not None:
        set_password(connection, account, change.password)
    if change.disabled is not None:
        set_disabled(connection, account, change.disabled)
    if change.password is not None or change.disabled:
        end_all(connection, account, at, but)
    if change.disabled:
        # Its tokens have no log-in that could end.
        revocations.note(connection, account, at)
    return by_id(connection, account)


def _end(connection: Connection, at: int, which: Any) -> int:
    live = and_(which, logins.c.ended.is_(None))
    whose = connection.execute(select(logins.c.account).where(live).distinct()).scalars().all()
    for account in whose:
        revocations.note(connection, account, at)
    return connection.execute(update(logins).where(live).values(ended=at)).rowcount


def _prune(connection: Connection, account: str, at: int) -> None:
    old = at - KEPT_MS
    gone = or_(logins.c.ended < old, logins.c.expires < old)
    connection.execute(delete(logins).where(logins.c.account == account, gone))
    live = select(logins.c.token_hash).where(logins.c.account == account, logins.c.ended.is_(None))
    surplus = live.order_by(logins.c.created.desc()).offset(MAX_LIVE - 1)
    _end(connection, at, logins.c.token_hash.in_(surplus.scalar_subquery()))


def _select() -> Any:
    columns = (
        logins.c.account,
        accounts.c.name,
        accounts.c.disabled,
        offices.c.office,
        logins.c.device,
        workstations.c.id.label("workstation"),
        logins.c.created,
        logins.c.seen,
        logins.c.expires,
        logins.c.ended,
    )
    seat = workstations.c.device == logins.c.device
    joined = logins.join(accounts).outerjoin(offices, offices.c.account == accounts.c.id)
    return select(*columns).select_from(joined.outerjoin(workstations, seat))


def _login(row: Any) -> LogIn:
    return LogIn(*row)
