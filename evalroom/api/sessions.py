"""Sessions: set up by the system office, listed to those appointed, read as the room shows them
to each.
"""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from evalroom.api.call import Call
from evalroom.api.forms import Form, Paging, Title
from evalroom.api.onlooking import onlooker
from evalroom.api.routes import HEAVY_SECONDS, route
from evalroom.sessions.people import Appointment, Role
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.reading import read_tender
from evalroom.storage.directory import Page, audit, sessions, tenders
from evalroom.storage.directory.sessions import SessionRecord

AccountId = Annotated[str, Meta(min_length=1, max_length=64)]

# A committee, its watchers at every venue and the agency; far below what a list of faults would be.
MAX_APPOINTED = 200

# 解封: until the check-in is over, only these may know what is being evaluated.
KNOW_AT_ONCE = {"agency_lead", "supervisor", "auditor"}
SEALED = {"opening", "check_in"}

# The ledger cannot say whether it has begun.
IN_DOUBT = {"ledger_unavailable"}


class AppointmentForm(Form, frozen=True):
    """What an account is to be: a member of the committee, or a holder of roles, possibly at
    one venue.
    """

    member: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    roles: Annotated[tuple[Role, ...], Meta(max_length=7)] = ()
    venue: Annotated[str, Meta(min_length=1, max_length=64)] | None = None


class NewSession(Form, frozen=True):
    """A session of a stored tender.

    A `rehearsal` may bring sheets, and says of itself that it is a drill (演练).
    """

    tender: str
    appointments: Annotated[dict[AccountId, AppointmentForm], Meta(max_length=MAX_APPOINTED)]
    title: Title | None = None
    rehearsal: bool = False


class SessionLine(Struct, frozen=True):
    """A session in a list.

    `title` is missing while this reader may not know yet what is evaluated. A `rehearsal` is a
    drill (演练). `part` is what this reader is appointed as; nothing for the system office, whose
    list tells of sessions it has no part in.
    """

    id: str
    state: str
    created: int
    title: str | None = None
    rehearsal: bool = False
    part: Appointment | None = None


class SessionPeople(Struct, frozen=True):
    """Who is appointed to a session; the changes are in its minutes."""

    appointments: dict[str, Appointment]


class SessionView(Struct, frozen=True):
    """All that this audience may see, and the token to join with and get the changes from here
    on.
    """

    audience: dict[str, Any]
    view: dict[str, Any]
    token: str


class Minutes(Struct, frozen=True):
    """Lines in order: server time, the name of what happened, and what may be said about it."""

    lines: list[dict[str, Any]]


class AllSessions(Paging, frozen=True):
    """`scope=all` lists every session, for the system office."""

    scope: Literal["mine", "all"] = "mine"


@route(
    "POST",
    "/api/sessions",
    "system",
    status=201,
    pool="heavy",
    seconds=HEAVY_SECONDS,
    statuses=(404, 409, 422),
)
async def open_session(call: Call, body: NewSession) -> SessionLine:
    """Set up a session: its ledger begins with the tender and the people appointed."""
    directory = call.parts.directory
    record = await directory.read(tenders.by_id, body.tender)
    stored = await directory.read(tenders.body, body.tender)
    loop = asyncio.get_running_loop()
    tender = await loop.run_in_executor(call.parts.reading, read_tender, stored)
    people = {
        account: Appointment(one.member, one.roles, one.venue)
        for account, one in body.appointments.items()
    }
    session = SessionRecord(
        id=call.parts.random(16).hex(),
        title=body.title or record.title,
        state="opening",
        tender=record.id,
        created=call.parts.clock.wall(),
        created_by=call.principal.id,
        rehearsal=body.rehearsal,
    )
    # Index first, ledger second: what was refused is taken out again; after a crash or a
    # doubtful commit the line stays, as `opening`, until the index is rebuilt from the ledger.
    await directory.write(sessions.add, session, people)
    try:
        await call.parts.rooms.create(
            session.id, tender, people, by=call.principal.id, rehearsal=body.rehearsal
        )
    except (Refused, TenderFaults) as refused:
        if not (isinstance(refused, Refused) and refused.code in IN_DOUBT):
            await directory.write(sessions.remove, session.id)
        raise
    trace = call.trace("open_session", session.id, tender=record.sha256)
    await directory.write(audit.recorded, trace, sessions.set_state, session.id, "check_in")
    return _line(msgspec.structs.replace(session, state="check_in"))


@route("GET", "/api/sessions", "person")
async def list_sessions(call: Call, query: AllSessions) -> Page[SessionLine]:
    """The sessions one is appointed to, newest first; with `scope=all` every session, for the
    system office.
    """
    directory, me = call.parts.directory, call.principal
    if query.scope == "all":
        me.holds("system")
        page = await directory.read(sessions.listed, query.limit, query.after)
        return Page(tuple(_line(record) for record in page.items), page.next)
    mine = await directory.read(sessions.of_account, me.id, query.limit, query.after)
    return Page(tuple(_line_for(*found) for found in mine.items), mine.next)


@route("GET", "/api/sessions/{id}", "invited", statuses=(403, 404))
async def show_session(call: Call) -> SessionLine:
    """One session, for those appointed to it and for the system office."""
    session, me = call.session(), call.principal
    if me.office == "system":
        return _line(await call.parts.directory.read(sessions.by_id, session))
    return _line_for(*await call.parts.directory.read(sessions.appointment, session, me.id))


@route("GET", "/api/sessions/{id}/appointments", "system", statuses=(404,))
async def list_appointments(call: Call) -> SessionPeople:
    """Who is appointed as what to a session."""
    session = (await call.parts.directory.read(sessions.by_id, call.session())).id
    return SessionPeople(await call.parts.directory.read(sessions.appointed, session))


@route("GET", "/api/sessions/{id}/view", "invited", statuses=(403, 404))
async def view_session(call: Call) -> SessionView:
    """The whole view of this audience, with the token to go on from."""
    session = call.session()
    room = await call.parts.rooms.open(session)
    return SessionView(**room.view(await onlooker(call, room)))


@route("GET", "/api/sessions/{id}/minutes", "invited", statuses=(403, 404))
async def read_minutes(call: Call) -> Minutes:
    """The minutes as this audience may read them."""
    room = await call.parts.rooms.open(call.session())
    return Minutes(await room.minutes(await onlooker(call, room)))


@route("GET", "/api/sessions/{id}/report", "invited", statuses=(403, 404, 409))
async def read_report(call: Call) -> dict[str, Any]:
    """The report with its hash and what each member did, for who may read it now."""
    room = await call.parts.rooms.open(call.session())
    return room.report(await onlooker(call, room))


def _line_for(record: SessionRecord, part: Appointment) -> SessionLine:
    knows = record.state not in SEALED or bool(KNOW_AT_ONCE & set(part.roles))
    line = _line(record)
    return msgspec.structs.replace(line, title=record.title if knows else None, part=part)


def _line(record: SessionRecord) -> SessionLine:
    return SessionLine(record.id, record.state, record.created, record.title, record.rehearsal)
