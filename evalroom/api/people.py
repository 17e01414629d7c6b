"""Who is around a committee, by name: those who hold an office in a session, and those whom its
agency's lead may ask to take one.

Members are named by the session's own rules alone. All accounts are listed to administrators only:
whoever could read them would know the experts of the house.
"""

from msgspec import Struct

from evalroom.api.call import Call
from evalroom.api.forms import Form, LoginName
from evalroom.api.routes import route
from evalroom.sessions.people import Role
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import STAFF
from evalroom.sessions.visibility import offices_shown
from evalroom.storage.directory import accounts, sessions


class Officer(Struct, frozen=True):
    """Somebody who holds offices in a session, possibly at one venue."""

    account: str
    name: str
    roles: tuple[Role, ...]
    venue: str | None


class Officers(Struct, frozen=True):
    """All of them, as far as this audience may know them."""

    items: tuple[Officer, ...]


class Person(Struct, frozen=True):
    """An account that may be appointed, by what is typed and what is shown."""

    account: str
    login: str
    name: str


class Candidates(Struct, frozen=True):
    """Those who come into question, by log-in name."""

    items: tuple[Person, ...]


class Wanted(Form, frozen=True):
    """`login` looks one account up by its whole log-in name."""

    login: LoginName | None = None


@route("GET", "/api/sessions/{id}/officers", "invited", statuses=(403, 404))
async def list_officers(call: Call) -> Officers:
    """The names of those who hold an office in a session: all for the agency and those who watch,
    for others none, for an auditor before the end the supervisors.
    """
    room = await call.parts.rooms.open(call.session())
    held = offices_shown(room.session, room.audience(call.principal))
    names = await call.parts.directory.read(accounts.names, tuple(held))
    return Officers(
        tuple(
            Officer(account, names[account], one.roles, one.venue)
            for account, one in held.items()
            if account in names
        )
    )


@route("GET", "/api/sessions/{id}/candidates", "person", statuses=(403, 404))
async def list_candidates(call: Call, query: Wanted) -> Candidates:
    """Whom the agency's lead may appoint: witnesses, staff and contacts of the sessions he has led,
    or with `login` the one account of that name.
    """
    room = await call.parts.rooms.open(call.session())
    if not room.audience(call.principal).holds("agency_lead"):
        raise Refused("wrong_role")
    if query.login is not None:
        found = await call.parts.directory.read(accounts.by_login, query.login)
    else:
        found = await call.parts.directory.read(
            sessions.colleagues, call.principal.id, STAFF, "agency_lead"
        )
    return Candidates(tuple(Person(one.id, one.login, one.name) for one in found))
