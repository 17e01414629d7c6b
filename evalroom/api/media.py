"""Media by WebRTC: publish a source (WHIP, RFC 9725), watch or hear one or the session's talk
(WHEP). Offers and answers are whole: no trickle, no restart; who loses his connection offers anew.
"""

from typing import Final
from urllib.parse import quote

from aiohttp import web
from msgspec import Struct

from evalroom.api.call import Call
from evalroom.api.parts import Media, Taken
from evalroom.api.routes import route
from evalroom.sessions.refusals import Refused
from evalroom.sessions.visibility.watching import may_know_of, source_of

SDP: Final = "application/sdp"

MAX_SDP: Final = 64 * 1024
"""Bytes of an offer; a browser's with every codec and twenty addresses has a tenth of it."""


class LiveSources(Struct, frozen=True):
    """Names of sources, seen or not, in the order of their names."""

    items: tuple[str, ...]


@route("GET", "/api/sessions/{id}/sources", "invited", statuses=(403, 404))
async def list_sources(call: Call) -> LiveSources:
    """What is shown and heard in a session now, whether one may see it or not: for agency and
    supervisor, and of their venue for witness, staff and contact; for others nothing.
    """
    room = await call.parts.rooms.open(call.session())
    audience, session = room.audience(call.principal), room.session
    live = [source_of(session, name) for name in await _media(call).live(session.id)]
    return LiveSources(tuple(sorted(one.id for one in live if may_know_of(audience, one))))


@route(
    "POST", "/whip/{id}/{source}", "speaker", status=201, max_body=MAX_SDP, takes=(SDP,),
    answers=(SDP,), statuses=(404, 409, 413, 415, 422, 429),
)  # fmt: skip
async def publish(call: Call, body: str) -> web.Response:
    """Publish a source: the offer in, the answer out.

    `Location` names the publication; a new one of the same source takes its place.
    """
    session, source = call.session(), call.path("source")
    call.principal.within(session, "publish", source)
    taken = await _media(call).publish(call.principal, session, source, body)
    return _answer("whip", session, source, taken)


@route("DELETE", "/whip/{id}/{source}/{publication}", "speaker", statuses=(404,))
async def unpublish(call: Call) -> None:
    """End a publication of one's own."""
    session, source = call.session(), call.path("source")
    call.principal.within(session, "publish", source)
    await _media(call).unpublish(call.principal, session, source, call.path("publication"))


@route(
    "POST", "/whep/{id}/{source}", "speaker", status=201, max_body=MAX_SDP, takes=(SDP,),
    answers=(SDP,), statuses=(404, 409, 413, 415, 422, 429),
)  # fmt: skip
async def subscribe(call: Call, body: str) -> web.Response:
    """Watch or hear a source, or the talk of the session in three places (`source` = `talk`)."""
    session, source = call.session(), call.path("source")
    call.principal.within(session, "watch", source)
    taken = await _media(call).subscribe(call.principal, session, source, body)
    return _answer("whep", session, source, taken)


@route("DELETE", "/whep/{id}/{source}/{publication}", "speaker", statuses=(404,))
async def unsubscribe(call: Call) -> None:
    """End a subscription of one's own."""
    session, source = call.session(), call.path("source")
    call.principal.within(session, "watch", source)
    await _media(call).unsubscribe(call.principal, session, source, call.path("publication"))


def _media(call: Call) -> Media:
    if call.parts.media is None:
        raise Refused("media_off")
    return call.parts.media


def _answer(kind: str, session: str, source: str, taken: Taken) -> web.Response:
    place = f"/{kind}/{session}/{quote(source, safe='')}/{taken.name}"
    # As bytes: the type has no parameter (RFC 8866), and strict players compare it whole.
    return web.Response(
        status=201, body=taken.answer.encode(), content_type=SDP, headers={"Location": place}
    )
