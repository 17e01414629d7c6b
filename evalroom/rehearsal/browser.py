"""A browser as far as HTTP goes: cookies, the page's origin, problems as refusals."""

from types import TracebackType
from typing import Any, Self

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar

from evalroom.sessions.refusals import Refused

SECONDS = 40.0
"""For one answer: longer than the server allows itself, so that it is the server that gives up."""


class Unreachable(Exception):
    """Nobody answers at this address, or not as this server would."""


class Browser:
    """One person's browser on the pages of one server."""

    def __init__(self, url: str) -> None:
        """`url` is scheme, host and port, such as `http://127.0.0.1:8080`."""
        self.url = url.rstrip("/")
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

    async def patch(self, path: str, body: Any) -> Any:
        """Have something changed. Raises Refused, Unreachable."""
        return await self._ask("PATCH", path, json=body)

    async def _ask(self, method: str, path: str, **sent: Any) -> Any:
        headers = {"Accept": "application/json", "Origin": self.url}
        try:
            request = self.http.request(method, self.url + path, headers=headers, **sent)
            async with request as response:
                answer = _read(await response.read())
                if response.ok:
                    return answer
                status = response.status
        except (ClientError, OSError, TimeoutError) as error:
            raise Unreachable(f"{self.url}: {error or type(error).__name__}") from None
        if not isinstance(answer, dict) or "code" not in answer:
            raise Unreachable(f"{self.url}: answers {status}, and not as this server would")
        raise Refused(answer["code"], **answer.get("params", {}))


def _read(body: bytes) -> Any:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
