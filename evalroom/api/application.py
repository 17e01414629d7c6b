"""All routes, joined into one aiohttp application."""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from evalroom import __version__
from evalroom.api import (
    accounts,
    audit_log,
    cameras,
    deletions,
    documents,
    footage,
    health,
    keys,
    logins,
    media,
    people,
    relays,
    sessions,
    tenders,
    venues,
)
from evalroom.api.call import Call
from evalroom.api.front_page import front_page
from evalroom.api.headers import harden
from evalroom.api.openapi import description
from evalroom.api.parts import Parts
from evalroom.api.problems import problem_of
from evalroom.api.routes import Route, route
from evalroom.api.serving import Serving, problem_response
from evalroom.api.web_client import FOLDER, WebClient, is_page, web_client
from evalroom.wire.texts import preferred


@route("GET", "/api/openapi.json", "anyone")
async def describe(_call: Call) -> dict[str, Any]:
    """This interface, described."""
    return _description()


ROUTES: tuple[Route, ...] = (
    describe,
    *(
        part
        for module in (
            health,
            keys,
            logins,
            accounts,
            venues,
            cameras,
            tenders,
            documents,
            sessions,
            people,
            media,
            relays,
            footage,
            deletions,
            audit_log,
        )
        for part in vars(module).values()
        if isinstance(part, Route)
    ),
)


@cache
def _description() -> dict[str, Any]:
    return description(ROUTES, __version__)


# aiohttp's own limit, for whatever reads a body past our streams, which have a limit per route.
MAX_BODY = 64 * 1024


CLIENT = web.AppKey("client", WebClient)


def api_app(parts: Parts, client: Path = FOLDER) -> web.Application:
    """The application with every route; a node may add its own before it starts. `client` is where
    the web client was built, if it was.
    """
    app = web.Application(client_max_size=MAX_BODY, middlewares=[_nowhere])
    serving = Serving(parts)
    for one in ROUTES:
        app.router.add_route(one.method, one.path, serving.handler(one))
    app.on_response_prepare.append(harden(parts.browsers.secure))

    async def read_client(app: web.Application) -> None:
        found = await asyncio.to_thread(web_client, client)
        if found is not None:
            app[CLIENT] = found

    app.on_startup.append(read_client)

    async def let_go(_app: web.Application) -> None:
        parts.reading.shutdown(wait=False)
        parts.cutting.shutdown(wait=False)

    app.on_cleanup.append(let_go)
    return app


@web.middleware
async def _nowhere(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A path or method that there is none of is the web client's, or gets a problem like any
    other.
    """
    missing = request.match_info.http_exception
    if missing is None:
        return await handler(request)
    if missing.status == 404 and request.method in {"GET", "HEAD"}:
        client = request.app.get(CLIENT)
        path = request.path.removeprefix("/")
        if client is not None and (path in client or is_page(path)):
            return client.answer(path, request)
        if client is None and not path:
            return await front_page(request)
    response = problem_response(
        problem_of(missing, preferred(request.headers.get("Accept-Language")))
    )
    if "Allow" in missing.headers:
        response.headers["Allow"] = missing.headers["Allow"]
    return response
