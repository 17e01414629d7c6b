"""Recordings whose time is over go by two persons: the security office asks, a person of the audit
office confirms. Nothing goes by itself.
"""

import asyncio
from functools import partial

from evalroom.api.call import Call
from evalroom.api.forms import Form, Paging, Title
from evalroom.api.recorded import shelf_of
from evalroom.api.routes import HEAVY_SECONDS, route
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Page, audit, footage_deletions as deletions
from evalroom.storage.directory.footage_deletions import Deletion
from evalroom.storage.unavailable import unavailable

DAY_MS = 24 * 3600 * 1000


class DeletionForm(Form, frozen=True):
    """Why the recordings may go."""

    reason: Title


@route("GET", "/api/footage/deletions", "security or audit")
async def list_deletions(call: Call, query: Paging) -> Page[Deletion]:
    """What was asked for, confirmed and done, by session."""
    return await call.parts.directory.read(deletions.listed, query.limit, query.after)


@route("POST", "/api/footage/deletions/{id}", "security", status=201, statuses=(404, 409))
async def request_deletion(call: Call, body: DeletionForm) -> Deletion:
    """Ask for a session's recordings to be deleted, when it is over and they have been kept for
    long enough.
    """
    session, now = call.session(), call.parts.clock.wall()
    shelf_of(call)
    await _refuse_to_forget(call, session, now)
    wish = Deletion(session, body.reason, now, call.principal.id)
    trace = call.trace("request_footage_deletion", session, reason=body.reason)
    return await call.parts.directory.write(audit.recorded, trace, deletions.request, wish)


@route("DELETE", "/api/footage/deletions/{id}", "security", statuses=(404, 409))
async def withdraw_deletion(call: Call) -> None:
    """Ask no longer, before somebody has confirmed it."""
    session = call.session()
    trace = call.trace("withdraw_footage_deletion", session)
    await call.parts.directory.write(audit.recorded, trace, deletions.withdraw, session)


@route(
    "POST", "/api/footage/deletions/{id}/confirm", "audit", pool="heavy", seconds=HEAVY_SECONDS,
    statuses=(404, 409),
)  # fmt: skip
async def confirm_deletion(call: Call) -> Deletion:
    """Confirm it, as another person; the recordings are gone when this is answered.

    What a crash has left behind goes when it is confirmed again.
    """
    session, now = call.session(), call.parts.clock.wall()
    shelf, directory = shelf_of(call), call.parts.directory
    await directory.read(deletions.by_session, session)
    await _refuse_to_forget(call, session, now)
    trace = call.trace("confirm_footage_deletion", session)
    await directory.write(audit.recorded, trace, deletions.confirm, session, call.principal.id, now)
    loop = asyncio.get_running_loop()
    try:
        count = await loop.run_in_executor(call.parts.cutting, partial(shelf.delete, session))
    except OSError as fault:
        raise unavailable("failed") from fault
    done = call.trace("delete_footage", session, segments=count)
    return await directory.write(audit.recorded, done, deletions.removed, session, now, count)


async def _refuse_to_forget(call: Call, session: str, now: int) -> None:
    """Raise unless the session is over and its recordings have been kept for long enough."""
    state = (await call.parts.rooms.open(session)).session
    if not state.over:
        raise Refused("session_running", phase=state.phase)
    days = call.parts.footage_days
    if not days or now - state.phase_since < days * DAY_MS:
        raise Refused("footage_kept", days=days)
