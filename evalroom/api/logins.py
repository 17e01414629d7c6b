"""Coming in, going out, and who one is."""

from typing import Annotated

from msgspec import Meta, Struct

from evalroom.api.call import Call
from evalroom.api.forms import Form, LoginName, Password
from evalroom.api.routes import route
from evalroom.identity.principal import Principal
from evalroom.storage.directory.accounts import Office
from evalroom.storage.directory.venues import Workstation


class LogInForm(Form, frozen=True):
    """A name and a password, as typed."""

    login: LoginName
    password: Password


class PasswordChange(Form, frozen=True):
    """The password one has, and the one that replaces it."""

    old: Password
    new: Password


class PairingCode(Form, frozen=True):
    """A workstation's code, as read out."""

    code: Annotated[str, Meta(min_length=1, max_length=32)]


class Me(Struct, frozen=True):
    """Who speaks: `device` names the browser, `workstation` the seat it is paired with. `records`
    says whether this node records what is shown and said, so that no page claims what is not so.
    """

    account: str
    name: str | None
    office: Office | None
    device: str | None
    workstation: str | None
    records: bool


@route("POST", "/api/login", "anyone", statuses=(401, 429))
async def log_in(call: Call, body: LogInForm) -> Me:
    """Log in by name and password.

    The answer sets the cookies that the browser shows from then on.
    """
    door = call.parts.doorkeeper
    entered = await door.log_in(body.login, body.password, call.credentials, call.address)
    call.cookies.extend(entered.cookies)
    return _me(entered.principal, call.parts.records)


@route("POST", "/api/logout", "person")
async def log_out(call: Call) -> None:
    """End this log-in. Other browsers of the same person stay logged in."""
    await call.parts.doorkeeper.log_out(call.principal, call.address)
    call.forgotten.append(call.parts.browsers.login_name)
    call.parts.revoked(call.principal.id)


@route("GET", "/api/me", "person")
async def who_am_i(call: Call) -> Me:
    """Who the server takes this browser for."""
    return _me(call.principal, call.parts.records)


@route("PUT", "/api/me/password", "person", statuses=(422, 429))
async def change_my_password(call: Call, body: PasswordChange) -> None:
    """Change one's own password. Every other log-in of this account ends."""
    me = call.principal
    await call.parts.registry.change_own_password(call.author, me.id, body.old, body.new, me.login)
    call.parts.revoked(me.id)


@route("POST", "/api/pairing", "anyone", statuses=(404, 429))
async def pair_this_browser(call: Call, body: PairingCode) -> Workstation:
    """Make this browser the one of a workstation, by the code that its administrator reads out."""
    pairing = call.parts.pairing
    paired, cookie = await pairing.claim(body.code, call.credentials, call.address)
    call.cookies.append(cookie)
    return paired


def _me(principal: Principal, records: bool) -> Me:
    return Me(
        account=principal.id,
        name=principal.name,
        office=principal.office,
        device=principal.device,
        workstation=principal.workstation,
        records=records,
    )
