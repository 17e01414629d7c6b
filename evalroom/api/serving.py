"""How a route is carried out: counted, timed, admitted, decoded, run, encoded, and every error
told in one way.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from evalroom.api.addresses import Addresses
from evalroom.api.call import Call
from evalroom.api.encoding import PROBLEM, encoded
from evalroom.api.logs import log_request, whereabouts
from evalroom.api.metrics import HttpMetrics
from evalroom.api.parts import Parts
from evalroom.api.problems import Problem, problem_of
from evalroom.api.routes import Pool, Route
from evalroom.identity.browser import Cookie
from evalroom.sessions.refusals import Refused

log = logging.getLogger(__name__)

AT_ONCE: dict[Pool, int] = {
    # More than the password pool and the directory let wait together; past it the machine is not
    # keeping up, and saying so at once is kinder than a queue.
    "quick": 640,
    # Each holds a file of up to 32 MiB, and several times that while it is read.
    "heavy": 4,
    # Documents on their way: counted apart, so that slow lines never hold up a log-in. Each
    # costs up to 1 MiB.
    "streams": 128,
}
# Slow lines of one account: a viewer of two documents asks for some tens of pieces at once, and
# whoever opened more would keep the others from their bids.
OF_ONE = 48
BUSY_RETRY_MS = 500


class Places:
    """So many at once, `of_one` for one account, and the next is told to come back."""

    def __init__(self, limit: int, of_one: int) -> None:
        self._limit = limit
        self._of_one = of_one
        self._taken = 0
        self._own: Counter[str] = Counter()

    @contextmanager
    def taken_by(self, account: str | None) -> Iterator[None]:
        """A place for somebody, or for nobody who is known."""
        if account is None:
            with self:
                yield
            return
        if self._own[account] >= self._of_one:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)
        with self:
            self._own[account] += 1
            try:
                yield
            finally:
                self._own[account] -= 1
                if not self._own[account]:
                    del self._own[account]

    def __enter__(self) -> None:
        if self._taken >= self._limit:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)
        self._taken += 1

    def __exit__(self, *_error: object) -> None:
        self._taken -= 1


class Serving:
    """Turns routes into aiohttp handlers over one set of parts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._addresses = Addresses(parts.trusted_proxies)
        self._metrics = HttpMetrics(parts.metrics)
        self._places = {
            pool: Places(limit, OF_ONE if pool == "streams" else limit)
            for pool, limit in AT_ONCE.items()
        }

    def handler(self, route: Route) -> Handler:
        """The handler of one route."""

        async def handle(request: web.Request) -> web.StreamResponse:
            call = Call(route, self._parts, request, self._addresses.of(request))
            started = self._parts.clock.monotonic()
            response, code = await self._answer(call)
            seconds = self._parts.clock.monotonic() - started
            self._metrics.count(route, response.status, code, seconds)
            log_request(call, response.status, code, seconds)
            return response

        return handle

    async def _answer(self, call: Call) -> tuple[web.StreamResponse, str]:
        """The answer and, if it is a problem, its code."""
        try:
            async with asyncio.timeout(call.route.seconds):
                response = await _carried_out(call, self._places[call.route.pool])
        except Exception as error:
            problem = problem_of(error, call.language, call.id)
            if problem.status >= 500 and not isinstance(error, Refused):
                log.error("%s in %s: %s", problem.code, call.route.name, whereabouts(error))
            return problem_response(problem), problem.code
        else:
            return response, ""


async def _carried_out(call: Call, places: Places) -> web.StreamResponse:
    with places:
        await call.admit()
    # A form that creeps takes nobody's place.
    arguments = await call.arguments()
    with places.taken_by(call.speaker):
        return await _answered(call, await call.route.run(call, **arguments))


async def _answered(call: Call, result: Any) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        if not result.prepared:
            result.headers["X-Request-Id"] = call.id
        return result
    if result is None:
        response = web.Response(status=204)
    else:
        response = await encoded(call.request, result, call.route.status)
    response.headers["X-Request-Id"] = call.id
    for cookie in call.cookies:
        _set(response, cookie)
    for name in call.forgotten:
        secure = call.parts.browsers.secure
        response.del_cookie(name, path="/", secure=secure, httponly=True, samesite="Strict")
    return response


def problem_response(problem: Problem) -> web.Response:
    """A problem as an answer; never compressed, never msgpack: it must be readable by whoever
    gets it.
    """
    headers = {"Content-Type": PROBLEM, "Vary": "Accept-Language"}
    if problem.request:
        headers["X-Request-Id"] = problem.request
    if problem.retry_ms is not None:
        headers["Retry-After"] = str(-(-problem.retry_ms // 1000))
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="evalroom"'
    return web.Response(body=msgspec.json.encode(problem), status=problem.status, headers=headers)


def _set(response: web.StreamResponse, cookie: Cookie) -> None:
    response.set_cookie(
        cookie.name,
        cookie.value,
        path="/",
        max_age=cookie.max_age,
        secure=cookie.secure,
        httponly=True,
        samesite="Strict",
    )
