"""Who wants in: the `auth` of CONNECT, and who is behind it."""

from collections.abc import Collection

from aiohttp import web
from msgspec import Struct

from evalroom.identity.principal import Principal
from evalroom.sessions.refusals import Refused
from evalroom.signaling.rooms import Identify
from evalroom.wire.messages import PROTOCOL, ConnectAuth, read_as, token_bytes


class Wish(Struct, frozen=True):
    """What a well-formed CONNECT asks for; `bearer` None means that a cookie has to speak."""

    session: str
    token: bytes
    bearer: str | None


def read_wish(auth: object) -> Wish:
    """Read `auth`; raises Malformed, and Refused("unsupported_protocol")."""
    if isinstance(auth, dict) and auth.get("protocol", PROTOCOL) != PROTOCOL:
        # A later protocol may have other fields: this is said before they are looked at.
        raise Refused("unsupported_protocol", supported=[PROTOCOL])
    read = read_as(ConnectAuth, auth, "auth")
    return Wish(read.session, token_bytes(read.token), read.bearer)


async def identify(
    request: web.Request, wish: Wish, known: Identify, origins: Collection[str]
) -> Principal:
    """Find out who is speaking; raises Refused.

    A cookie goes along with whatever page makes the browser connect, so it speaks only from a
    page of ours. A bearer token is never sent by a browser on its own, and needs no origin.
    """
    if wish.bearer is None and request.headers.get("Origin") not in origins:
        raise Refused("foreign_origin")
    principal = await known(request.headers, request.cookies, wish.bearer)
    if principal is None:
        raise Refused("not_logged_in")
    return principal
