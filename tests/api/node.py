"""A whole interface on a real socket, with the real directory, real hashing and real blobs, and
browsers to use it.

Every answer a browser gets is checked against the description of the interface: status, media
type and schema.
"""

import asyncio
import re
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema
import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry

from evalroom import __version__
from evalroom.api import Parts, api_app
from evalroom.api.application import ROUTES
from evalroom.api.openapi import description
from evalroom.api.routes import Route
from evalroom.bus.local import LocalBus, LocalHub
from evalroom.footage.shelf import Shelf
from evalroom.identity.browser import Browsers
from evalroom.identity.doorkeeper import Doorkeeper
from evalroom.identity.keys import KeyRing
from evalroom.identity.pairing import Pairing
from evalroom.identity.passwords import Passwords
from evalroom.identity.registry import Registry
from evalroom.room import Means, Rooms
from evalroom.storage.blobs import Blobs
from evalroom.storage.camera_addresses import CameraAddresses
from evalroom.storage.directory import Directory
from evalroom.storage.directory.accounts import Office
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.wire.frames import Frames
from tests.identity.parts import CONSOLE, PASSWORD, QUICK, StillClock

DESCRIPTION = description(ROUTES, __version__)

# Origins and ports are part of what is tested: a name that resolves to nothing outside.
HOST = "127.0.0.1"


class HeldClock(StillClock):
    """Server time stands still, and what waits still waits."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Reply:
    """An answer, read whole."""

    route: Route | None
    status: int
    headers: Any
    body: bytes

    @property
    def value(self) -> Any:
        return msgspec.json.decode(self.body) if self.body else None

    @property
    def code(self) -> str:
        """The code of the problem that this is."""
        assert self.headers["Content-Type"] == "application/problem+json", self
        code: str = self.value["code"]
        return code


@dataclass
class Node:
    """One running interface."""

    parts: Parts
    rooms: Rooms
    ledger: SqliteLedger
    clock: StillClock
    port: int
    folder: Path
    revoked: list[str]
    browsers: list["Browser"] = field(default_factory=list)
    seats: dict[str, "Browser"] = field(default_factory=dict)
    """Where each person sits, by login."""
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def close_browsers(self) -> None:
        for browser in self.browsers:
            await browser.http.close()

    def browser(self) -> "Browser":
        """A browser that nobody has used yet."""
        made = Browser(self)
        self.browsers.append(made)
        return made

    async def person(self, login: str, office: Office | None = None) -> str:
        """An account with the usual password; its id."""
        account = await self.parts.registry.add(CONSOLE, login, login.title(), PASSWORD)
        if office is not None:
            await self.parts.registry.grant(CONSOLE, account.id, office)
        return account.id

    async def at_desk(self, login: str, office: Office | None = None) -> "Browser":
        """A new person, logged in."""
        await self.person(login, office)
        browser = self.browser()
        await browser.log_in(login)
        return browser


class Browser:
    """A cookie jar and the page's origin."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), auto_decompress=True
        )

    async def log_in(self, login: str, password: str = PASSWORD) -> Reply:
        reply = await self.post("/api/login", json={"login": login, "password": password})
        assert reply.status == 200, reply
        return reply

    async def get(self, path: str, **options: Any) -> Reply:
        return await self.call("GET", path, **options)

    async def post(self, path: str, **options: Any) -> Reply:
        return await self.call("POST", path, **options)

    async def put(self, path: str, **options: Any) -> Reply:
        return await self.call("PUT", path, **options)

    async def patch(self, path: str, **options: Any) -> Reply:
        return await self.call("PATCH", path, **options)

    async def delete(self, path: str, **options: Any) -> Reply:
        return await self.call("DELETE", path, **options)

    async def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> Reply:
        """Ask, read the answer, and hold it against the description."""
        sent = {"Origin": self.node.url} if method != "GET" else {}
        sent |= headers or {}
        async with self.http.request(
            method, self.node.url + path, headers=sent, **options
        ) as response:
            body = await response.read()
            reply = Reply(route_of(method, path), response.status, response.headers, body)
        hold_against_description(reply)
        if reply.route is not None:
            self.node.seen.add((method, reply.route.path, reply.status))
        return reply


def route_of(method: str, path: str) -> Route | None:
    """The route that a path belongs to; literal ones before those with a parameter."""
    bare = path.partition("?")[0]
    found = [
        route
        for route in ROUTES
        if route.method == method
        and re.fullmatch(
            re.sub(
                r"\{\w+\}", "[^/]+", re.escape(route.path).replace("\\{", "{").replace("\\}", "}")
            ),
            bare,
        )
    ]
    return min(found, key=lambda route: route.path.count("{"), default=None)


def hold_against_description(reply: Reply) -> None:
    """The status is described, and the content is as its schema says."""
    if reply.route is None:
        return
    operation = DESCRIPTION["paths"][reply.route.path][reply.route.method.lower()]
    described = operation["responses"].get(str(reply.status))
    assert described is not None, f"{reply.route.name} answered an undescribed {reply.status}"
    content = described.get("content")
    if content is None:
        assert not reply.body
        return
    media_type = reply.headers["Content-Type"].partition(";")[0]
    assert media_type in content, f"{reply.route.name} answered {media_type}"
    schema = content[media_type].get("schema")
    if schema is not None and media_type.endswith("json"):
        whole = {**schema, "components": DESCRIPTION["components"]}
        jsonschema.Draft202012Validator(whole).validate(reply.value)


@asynccontextmanager
async def node(folder: Path, **parts: Any) -> AsyncIterator[Node]:
    """Start an interface; `parts` take the place of those it is usually made of."""
    clock, revoked = HeldClock(), list[str]()
    listener = socket.socket()
    listener.bind((HOST, 0))
    port: int = listener.getsockname()[1]
    async with AsyncExitStack() as stack:
        keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
        ledger = await SqliteLedger.open(folder / "ledger.sqlite", keys.at_rest)
        stack.push_async_callback(ledger.close)
        rooms = _rooms(ledger, keys, clock)
        stack.push_async_callback(rooms.close, spread_ms=0)
        usual = await _means(folder, port, clock, stack)
        usual |= {
            "rooms": rooms,
            "documents": Blobs(folder / "blobs", keys.at_rest),
            "signing": keys.signing,
            "revoked": revoked.append,
            "footage": Shelf(folder / "footage", keys.at_rest),
            "footage_days": 30,
            "camera_addresses": CameraAddresses(keys.at_rest, secrets.token_bytes),
        }
        joined = Parts(**{**usual, **parts})
        runner = web.AppRunner(api_app(joined, folder / "static"), access_log=None)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.SockSite(runner, listener).start()
        made = Node(joined, rooms, ledger, clock, port, folder, revoked)
        stack.push_async_callback(made.close_browsers)
        yield made


def _rooms(ledger: SqliteLedger, keys: KeyRing, clock: HeldClock) -> Rooms:
    chance = secrets.token_bytes
    means = Means(
        ledger=ledger,
        keys=keys,
        bus=LocalBus(LocalHub(), keys.cluster, chance),
        clock=clock,
        random=chance,
        frames=Frames(),
        node=b"n1",
    )
    rooms = Rooms(means)
    rooms.start()
    return rooms


async def _means(
    folder: Path, port: int, clock: HeldClock, stack: AsyncExitStack
) -> dict[str, Any]:
    directory = await Directory.open(folder / "directory.sqlite")
    stack.push_async_callback(directory.close)
    passwords = Passwords(QUICK, threads=2)
    stack.callback(passwords.close)
    browsers = Browsers((f"http://{HOST}:{port}",))
    return {
        "directory": directory,
        "doorkeeper": Doorkeeper(directory, passwords, browsers, clock),
        "registry": Registry(directory, passwords, clock),
        "pairing": Pairing(directory, browsers, clock),
        "browsers": browsers,
        "clock": clock,
        "random": secrets.token_bytes,
        "metrics": CollectorRegistry(),
    }
