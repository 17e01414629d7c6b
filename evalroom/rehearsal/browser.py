"""A browser as far as HTTP goes: cookies, the page's origin, problems as refusals.

What the server asks to be tried again shortly is tried again here, and where a server has several
nodes, a browser goes to another one when its own is away, with the log-in it has.
"""

import asyncio
import time
from random import random
from ssl import SSLError
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Self

import msgspec
from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientConnectorSSLError,
    ClientError,
    ClientSession,
    ClientTimeout,
    CookieJar,
)
from yarl import URL

from evalroom.sessions.refusals import Refused

SECONDS = 40.0
"""For one answer: longer than the server allows itself, so that it is the server that gives up."""

PATIENCE_SECONDS: Final = 60.0
"""How long a request that the server wants to be asked again is asked again."""

UNAVAILABLE, UNAVAILABLE_MS = 503, 1_000
"""What is asked again although the server has not said when."""

SHORT_MS: Final = 5_000
"""A wait that nobody needs to be told of; a longer one means more than a busy minute."""

JITTER: Final = 0.5
"""By which share of itself a wait is stretched at most, so that a crowd does not return at once."""

REPEATABLE: Final = frozenset({"GET", "PATCH", "PUT", "DELETE"})
"""What may be asked of a second node although the first one may have done it."""


Reason = Literal["away", "silent", "unknown_name", "no_tls", "untrusted", "another", "malformed"]


class Unreachable(Exception):
    """Nobody answers at this address, or not as this server would; `reason` says which."""

    def __init__(self, url: str, reason: Reason) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class _Answered(NamedTuple):
    """What came back."""

    status: int
    body: Any


class Browser:
    """One person's browser on the pages of one server."""

    def __init__(self, *urls: str) -> None:
        """Each of `urls` is scheme, host and port, such as `http://127.0.0.1:8080`; several are
        nodes of one server, of which the first is asked as long as it is there.
        """
        self._urls = [url.rstrip("/") for url in urls]
        self.url = self._urls[0]
        # Unsafe: an address without a name keeps its cookies, as in a browser.
        self.http = ClientSession(
            cookie_jar=CookieJar(unsafe=True),
            json_serialize=lambda value: msgspec.json.encode(value).decode(),
            timeout=ClientTimeout(total=SECONDS),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the window."""
        await self.http.close()

    async def log_in(self, login: str, password: str) -> Any:
        """Say who sits here. Raises Refused as the server refuses."""
        return await self.post("/api/login", {"login": login, "password": password})

    async def get(self, path: str, **query: str) -> Any:
        """What lies there. Raises Refused, Unreachable."""
        return await self._ask("GET", path, params=query)

    async def post(self, path: str, body: Any) -> Any:
        """Have something done; `body` goes as JSON. Raises Refused, Unreachable."""
        return await self._ask("POST", path, json=body)

    async def upload(self, path: str, file: bytes, media_type: str, **query: str) -> Any:
        """Have a file stored. Raises Refused, Unreachable."""
        headers = {"Content-Type": media_type}
        return await self._ask("POST", path, data=file, headers=headers, params=query)

    async def put(self, path: str, body: Any) -> Any:
        """Have something entered or replaced. Raises Refused, Unreachable."""
        return await self._ask("PUT", path, json=body)

    async def delete(self, path: str) -> None:
        """Have something taken away. Raises Refused, Unreachable."""
        await self._ask("DELETE", path)

    async def pair(self, code: str) -> None:
        """Type the code of the workstation this browser stands at. Raises Refused, Unreachable."""
        await self.post("/api/pairing", {"code": code})

    async def patch(self, path: str, body: Any) -> Any:
        """Have something changed. Raises Refused, Unreachable."""
        return await self._ask("PATCH", path, json=body)

    def move_on(self, gone: str) -> bool:
        """Go to the next node, unless something else at this browser has left `gone` already;
        False where there is none.
        """
        if gone == self.url and len(self._urls) > 1:
            kept = self.http.cookie_jar.filter_cookies(URL(gone))
            self.url = self._urls[(self._urls.index(gone) + 1) % len(self._urls)]
            # Nodes may differ by name; a log-in holds at all of them.
            self.http.cookie_jar.update_cookies(kept, URL(self.url))
        return gone != self.url

    async def _ask(self, method: str, path: str, **sent: Any) -> Any:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await self._somewhere(method, path, sent)
            if answer.status < 400:
                return answer.body
            if not isinstance(answer.body, dict) or "code" not in answer.body:
                raise Unreachable(self.url, "another")
            wait = answer.body.get("retry_ms")
            if wait is None and answer.status == UNAVAILABLE:
                wait = UNAVAILABLE_MS
            if wait is None or wait > SHORT_MS or time.monotonic() > until:
                raise Refused(answer.body["code"], **answer.body.get("params", {}))
            await asyncio.sleep(stretched(wait) / 1000)

    async def _somewhere(self, method: str, path: str, sent: dict[str, Any]) -> _Answered:
        """The answer of the first node that gives one."""
        left = len(self._urls)
        while True:
            url = self.url
            left -= 1
            try:
                return await self._once(url, method, path, sent)
            except (ClientError, OSError, TimeoutError) as error:
                untouched = isinstance(error, ClientConnectorError)
                again = left and (untouched or method in REPEATABLE)
                if not again or not self.move_on(url):
                    raise Unreachable(url, reason_of(error)) from None

    async def _once(self, url: str, method: str, path: str, sent: dict[str, Any]) -> _Answered:
        headers = {"Accept": "application/json", "Origin": url, **sent.get("headers", {})}
        asked = self.http.request(method, url + path, **{**sent, "headers": headers})
        async with asked as response:
            return _Answered(response.status, _read(await response.read()))


def reason_of(error: Exception) -> Reason:
    """Why there is no connection, as far as it can be told."""
    match error:
        case ClientConnectorCertificateError():
            return "untrusted"
        case ClientConnectorSSLError() | SSLError():
            return "no_tls"
        case ClientConnectorDNSError():
            return "unknown_name"
        case TimeoutError():
            return "silent"
        case _:
            return "away"


def stretched(wait: float) -> float:
    """A wait the server has asked for, made a little longer, by chance."""
    return wait * (1 + JITTER * random())


def _read(body: bytes) -> Any:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
