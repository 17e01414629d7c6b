"""One request on its way through: who speaks, what came along, what goes back beside the answer."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import ClientError, web

from evalroom.api.forms import NoParameters, decoded
from evalroom.api.parts import Parts
from evalroom.api.routes import Route
from evalroom.api.slips import MOST_OF_A_NAME
from evalroom.identity.principal import Principal
from evalroom.identity.registry import Author
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.storage.directory.audit import Trace
from evalroom.wire.texts import Language, preferred

if TYPE_CHECKING:
    from evalroom.identity.browser import Cookie, Credentials

# 64 KiB at most: over the poorest line within a few seconds. Large files have their route's time.
BODY_SECONDS = 15.0

_SESSION = re.compile(r"[0-9a-f]{32}")


class Call:
    """What a route's function is given."""

    def __init__(self, route: Route, parts: Parts, request: web.Request, address: str) -> None:
        self.route = route
        self.parts = parts
        self.request = request
        self.address = address
        self.id = parts.random(8).hex()
        self.credentials: Credentials = parts.browsers.credentials(request.headers)
        self.language: Language = preferred(request.headers.get("Accept-Language"))
        self.cookies: list[Cookie] = []
        self.forgotten: list[str] = []
        self._principal: Principal | None = None

    @property
    def principal(self) -> Principal:
        """Who speaks. Raises `Refused("not_logged_in")` on a route that anyone may use."""
        if self._principal is None:
            raise Refused("not_logged_in")
        return self._principal

    @property
    def speaker(self) -> str | None:
        """The account that speaks, if it is known."""
        return None if self._principal is None else self._principal.id

    @property
    def author(self) -> Author:
        """Who administers, for the audit log."""
        return Author(self.principal.id, self.address)

    def trace(self, act: str, subject: str, **detail: object) -> Trace:
        """A line for the audit log: what this principal does now, from where."""
        now = self.parts.clock.wall()
        return Trace(now, self.principal.id, act, subject, address=self.address, detail=detail)

    def path(self, name: str) -> str:
        """A part of the path, decoded."""
        return self.request.match_info[name]

    def session(self) -> str:
        """The session that the path names. Raises `Refused("unknown_session")` for what cannot be
        one.
        """
        session = self.path("id")
        if not _SESSION.fullmatch(session):
            raise Refused("unknown_session", session=session[:32])
        return session

    async def admit(self) -> None:
        """Find out who speaks and whether he may do this at all. Raises `Refused`."""
        route, door = self.route, self.parts.doorkeeper
        if route.access == "anyone":
            if route.writes:
                self.parts.browsers.check_origin(self.credentials)
            return
        principal = await door.recognise(self.credentials, writing=route.writes)
        self._principal = principal
        match route.access:
            case "person":
                if principal.is_program:
                    raise Refused("not_for_programs")
            case "invited":
                principal.within(self.session(), "read")
            case "speaker":
                # A program needs the scope of what it does, to a source that the route knows.
                pass
            case "system or security":
                principal.holds("system", "security")
            case "security or audit":
                principal.holds("security", "audit")
            case "system" | "security" | "audit":
                principal.holds(route.access)

    async def arguments(self) -> dict[str, Any]:
        """The body and the query of this call, decoded as the route's function wants them."""
        found: dict[str, Any] = {}
        query = self._query()
        if query is not None:
            found["query"] = query
        if self.route.body is not None:
            found["body"] = await self._body()
        return found

    async def whole_body(self) -> bytes:
        """The whole body. Raises `Refused("too_large")`."""
        parts = [part async for part in self.stream()]
        return b"".join(parts)

    async def stream(self) -> AsyncIterator[bytes]:
        """The body in pieces, as they come. Raises `Refused("too_large")` past the limit."""
        limit, size = self.route.max_body, 0
        if (self.request.content_length or 0) > limit:
            raise Refused("too_large", limit=limit)
        try:
            async for part in self.request.content.iter_any():
                size += len(part)
                if size > limit:
                    raise Refused("too_large", limit=limit)
                yield part
        except (ClientError, ConnectionError, web.RequestPayloadError) as error:
            raise Malformed("body", "incomplete") from error

    def media_type(self, *accepted: str) -> str:
        """The body's media type. Raises `Refused("unsupported_media_type")` unless it is one of
        these.
        """
        found = self.request.content_type.lower()
        if found not in accepted:
            raise Refused("unsupported_media_type", accepted=list(accepted))
        return found

    def _query(self) -> Any:
        query = self.request.query
        if len(query) != len(set(query)):
            twice = next(key for key in query if len(query.getall(key)) > 1)
            raise Malformed(f"query.{twice[:MOST_OF_A_NAME]}", "given_twice")
        wanted = self.route.query or NoParameters
        read = decoded(lambda: msgspec.convert(dict(query), wanted, strict=False), "query")
        return None if self.route.query is None else read

    async def _body(self) -> Any:
        self.media_type(*(self.route.takes or ("application/json",)))
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self.whole_body()
        except TimeoutError:
            raise Malformed("body", "too_slow") from None
        if self.route.body is str:
            return _text(body)
        return decoded(lambda: msgspec.json.decode(body, type=self.route.body), "body")


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Malformed("body", "not UTF-8") from None
