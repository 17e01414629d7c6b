"""Tokens of programs: what each may do, in which session, until when."""

from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, insert, select, update

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import revocations
from evalroom.storage.directory.pages import Page, in_order_of
from evalroom.storage.directory.schema import accounts, bearers

Verb = Literal["read", "command", "publish", "watch"]

# A program has a token for each session it works in; an account with more has lost count of them.
MAX_LIVE_PER_ACCOUNT = 256


class Scope(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a program may do: `verb` in `session`, with one `source` (camera, screen,
    microphone) or with any.
    """

    session: str
    verb: Verb
    source: str | None = None


class Bearer(Struct, frozen=True):
    """A token without its secret."""

    id: str
    account: str
    label: str
    scopes: tuple[Scope, ...]
    created: int
    created_by: str
    expires: int
    revoked: int | None = None


class Presented(Struct, frozen=True):
    """A token as it is when somebody shows it: with the hash of its secret and the state of its
    account.
    """

    bearer: Bearer
    secret_hash: bytes
    name: str
    disabled: bool


def issue(connection: Connection, bearer: Bearer, secret_hash: bytes) -> None:
    """Enter a new token.

    Raises `Refused("unknown_account")`, and `Refused("too_many_tokens")` for an account that
    has enough of them.
    """
    if connection.execute(select(accounts).where(accounts.c.id == bearer.account)).first() is None:
        raise Refused("unknown_account", account=bearer.account)
    live = (bearers.c.account == bearer.account) & bearers.c.revoked.is_(None)
    unexpired = live & (bearers.c.expires > bearer.created)
    number = connection.execute(select(func.count()).select_from(bearers).where(unexpired))
    if number.scalar_one() >= MAX_LIVE_PER_ACCOUNT:
        raise Refused("too_many_tokens", limit=MAX_LIVE_PER_ACCOUNT)
    row = {
        "id": bearer.id,
        "secret_hash": secret_hash,
        "account": bearer.account,
        "label": bearer.label,
        "scopes": msgspec.json.encode(bearer.scopes).decode(),
        "created": bearer.created,
        "created_by": bearer.created_by,
        "expires": bearer.expires,
    }
    connection.execute(insert(bearers).values(row))


def presented(connection: Connection, bearer: str) -> Presented | None:
    """The token with this id, live or not."""
    query = select(bearers, accounts.c.name, accounts.c.disabled).join_from(bearers, accounts)
    row = connection.execute(query.where(bearers.c.id == bearer)).one_or_none()
    return None if row is None else Presented(_bearer(row), row.secret_hash, row.name, row.disabled)


def listed(connection: Connection, limit: int, after: str | None) -> Page[Bearer]:
    """All tokens by id, from the one following `after`."""
    return in_order_of(connection, bearers.c.id, select(bearers), limit, after, _bearer)


def revoke(connection: Connection, bearer: str, at: int) -> Bearer:
    """Take a token back for good; doing so twice changes nothing.

    Raises `Refused("unknown_token")`.
    """
    live = (bearers.c.id == bearer) & bearers.c.revoked.is_(None)
    taken = connection.execute(update(bearers).where(live).values(revoked=at)).rowcount
    row = connection.execute(select(bearers).where(bearers.c.id == bearer)).one_or_none()
    if row is None:
        raise Refused("unknown_token", token=bearer)
    if taken:
        revocations.note(connection, row.account, at)
    return _bearer(row)


def _bearer(row: Any) -> Bearer:
    return Bearer(
        id=row.id,
        account=row.account,
        label=row.label,
        scopes=msgspec.json.decode(row.scopes, type=tuple[Scope, ...]),
        created=row.created,
        created_by=row.created_by,
        expires=row.expires,
        revoked=row.revoked,
    )
