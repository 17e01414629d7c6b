"""Accounts, offices, log-ins and tokens: the security office's own, apart from what an account
shows of itself.
"""

from typing import Annotated

from msgspec import Meta, Struct

from evalroom.api.call import Call
from evalroom.api.forms import Form, LoginName, Paging, Password, PersonName, Title
from evalroom.api.routes import route
from evalroom.storage.directory import Page, accounts, bearers, logins
from evalroom.storage.directory.accounts import Account, Office
from evalroom.storage.directory.bearers import Bearer, Verb


class NewAccount(Form, frozen=True):
    """Who is to have an account.

    Without a password it is a program's and comes with tokens only.
    """

    login: LoginName
    name: PersonName
    password: Password | None = None


class AccountChange(Form, frozen=True):
    """What is to change; what is left out stays."""

    name: PersonName | None = None
    disabled: bool | None = None
    password: Password | None = None


class OfficeGrant(Form, frozen=True):
    """One of the three offices."""

    office: Office


class OpenLogIn(Struct, frozen=True):
    """A browser in which an account is logged in."""

    device: str
    workstation: str | None
    created: int
    seen: int
    expires: int


class LogIns(Struct, frozen=True):
    """Where an account is logged in now, newest first."""

    items: tuple[OpenLogIn, ...]


class Ended(Struct, frozen=True):
    """How many log-ins have been ended."""

    ended: int


# A name that can be none would cover nothing, and nobody would notice before the camera is needed.
_SOURCE = r"^(talk|(seat|venue|officer)\..+)$(?!\n)"


class ScopeForm(Form, frozen=True):
    """One thing a program may do: `verb` in `session`, with one `source` (by its whole name) or
    with any.
    """

    session: Annotated[str, Meta(max_length=32, pattern="^[0-9a-f]{32}$")]
    verb: Verb
    source: Annotated[str, Meta(max_length=96, pattern=_SOURCE)] | None = None


class NewToken(Form, frozen=True):
    """A token for a program: whose, for what, until when (server time, ms)."""

    account: str
    label: Title
    scopes: Annotated[tuple[ScopeForm, ...], Meta(min_length=1, max_length=64)]
    expires: int


class IssuedToken(Struct, frozen=True):
    """A new token. `text` is what the program sends; it is shown this once."""

    token: Bearer
    text: str


@route("GET", "/api/accounts", "system or security")
async def list_accounts(call: Call, query: Paging) -> Page[Account]:
    """All accounts by log-in name. The system office needs them to appoint people."""
    return await call.parts.directory.read(accounts.listed, query.limit, query.after)


@route("POST", "/api/accounts", "security", status=201, statuses=(409, 422))
async def add_account(call: Call, body: NewAccount) -> Account:
    """Make an account."""
    return await call.parts.registry.add(call.author, body.login, body.name, body.password)


@route("GET", "/api/accounts/{id}", "system or security", statuses=(404,))
async def show_account(call: Call) -> Account:
    """One account."""
    return await call.parts.directory.read(accounts.by_id, call.path("id"))


@route("PATCH", "/api/accounts/{id}", "security", statuses=(404, 409, 422))
async def change_account(call: Call, body: AccountChange) -> Account:
    """Rename an account, shut it out or in, or give it a new password.

    Shutting out and a new password end its log-ins.
    """
    account = call.path("id")
    changed = await call.parts.registry.change(
        call.author, account, name=body.name, disabled=body.disabled, password=body.password
    )
    if body.password is not None or body.disabled:
        call.parts.revoked(account)
    return changed


@route("PUT", "/api/accounts/{id}/office", "security", statuses=(404, 409))
async def grant_office(call: Call, body: OfficeGrant) -> Account:
    """Give an office to somebody who holds none."""
    account = call.path("id")
    await call.parts.registry.grant(call.author, account, body.office)
    call.parts.revoked(account)
    return await call.parts.directory.read(accounts.by_id, account)


@route("DELETE", "/api/accounts/{id}/office", "security", statuses=(404, 409))
async def withdraw_office(call: Call) -> None:
    """Take an office away."""
    account = call.path("id")
    await call.parts.registry.withdraw(call.author, account)
    call.parts.revoked(account)


@route("GET", "/api/accounts/{id}/logins", "security", statuses=(404,))
async def list_log_ins(call: Call) -> LogIns:
    """Where an account is logged in."""
    account = (await call.parts.directory.read(accounts.by_id, call.path("id"))).id
    found = await call.parts.directory.read(logins.of_account, account)
    return LogIns(
        tuple(
            OpenLogIn(one.device, one.workstation, one.created, one.seen, one.expires)
            for one in found
        )
    )


@route("DELETE", "/api/accounts/{id}/logins", "security", statuses=(404,))
async def end_log_ins(call: Call) -> Ended:
    """Log an account out everywhere, and end its open sockets."""
    account = (await call.parts.directory.read(accounts.by_id, call.path("id"))).id
    ended = await call.parts.registry.log_out_everywhere(call.author, account)
    call.parts.revoked(account)
    return Ended(ended)


@route("GET", "/api/tokens", "security")
async def list_tokens(call: Call, query: Paging) -> Page[Bearer]:
    """All tokens of programs, without their secrets."""
    return await call.parts.directory.read(bearers.listed, query.limit, query.after)


@route("POST", "/api/tokens", "security", status=201, statuses=(404, 409, 422))
async def issue_token(call: Call, body: NewToken) -> IssuedToken:
    """Make a token for a program."""
    scopes = tuple(bearers.Scope(one.session, one.verb, one.source) for one in body.scopes)
    token, text = await call.parts.registry.issue_token(
        call.author, body.account, body.label, scopes, body.expires
    )
    return IssuedToken(token, text)


@route("DELETE", "/api/tokens/{id}", "security", statuses=(404,))
async def revoke_token(call: Call) -> None:
    """Take a token back, and end the sockets that it has opened."""
    token = await call.parts.registry.revoke_token(call.author, call.path("id"))
    call.parts.revoked(token.account)
