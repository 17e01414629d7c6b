"""Headers that make a browser careful with everything this server says."""

from aiohttp import web

STRICT = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

# Not which library in which version: nobody needs that but an attacker.
SERVER = "EvalRoom"

# A year, as browsers want it before they take it seriously.
ALWAYS_HTTPS = "max-age=31536000"


def harden(secure: bool) -> "Harden":
    """A hook for `on_response_prepare`."""
    return Harden(STRICT | ({"Strict-Transport-Security": ALWAYS_HTTPS} if secure else {}))


class Harden:
    """Adds what an answer has not said for itself: a page or a document may have a policy of
    its own.
    """

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = headers

    async def __call__(self, _request: web.BaseRequest, response: web.StreamResponse) -> None:
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = SERVER
