"""What joins a rehearsal with a server: one that runs somewhere, or a node of one's own."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from evalroom.cli.node_options import Unusable
from evalroom.cli.rehearse_words import COMPLAINTS
from evalroom.cli.terminal import Lang, complain, console
from evalroom.clock import SystemClock
from evalroom.config import Address, Config
from evalroom.identity.registry import Author
from evalroom.rehearsal.browser import Unreachable
from evalroom.rehearsal.cast import apart, cast_of
from evalroom.rehearsal.client import Dismissed
from evalroom.rehearsal.desk import Desk, OfficeMissing, desk_at
from evalroom.rehearsal.drill import SESSIONS_PER_TROUPE, Terms, Troupe, opened, tidied, troupe
from evalroom.rehearsal.ensemble import Script
from evalroom.rehearsal.mirror import Diverged
from evalroom.rehearsal.paper import Paper
from evalroom.rehearsal.showing import Shown, show_many, show_one
from evalroom.rehearsal.stage import SILENT_SECONDS, Stuck
from evalroom.rehearsal.verdict import Trusted
from evalroom.rehearsal.words import Words
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.accounts import Office
from evalroom.wire.texts import text

if TYPE_CHECKING:
    from evalroom.app import Node

LOCALHOST: Final = "127.0.0.1"
OFFICES: Final[tuple[Office, ...]] = ("security", "system")


class Wish(Struct, frozen=True):
    """What is to be rehearsed, how often, how fast, where; without `urls` on a node of its own."""

    lang: Lang
    script: Script
    sessions: int
    speed: float
    urls: tuple[str, ...]
    administrators: tuple[tuple[str, str], ...]
    trusted: Trusted | None


class Server(Struct, frozen=True):
    """A server, by the addresses of its nodes, with its administrators at their desk."""

    urls: tuple[str, ...]
    desk: Desk
    trusted: Trusted | None


async def rehearse(wish: Wish, folder: Path) -> int:
    """Hold the rehearsal and print what came of it: 0 if all is right, else 1.

    `folder` is for a node of one's own. Raises Unusable, CannotStart.
    """
    words = Words(wish.lang, wish.script.tender.regime)
    async with AsyncExitStack() as stack:
        server = await _server(stack, wish, folder)
        try:
            shown = await _shown(server, wish, words)
        except FAILURES as failure:
            complain("rehearse", explained(failure, words))
            return 1
    return 0 if shown.right else 1


FAILURES: Final = (Stuck, Refused, Dismissed, Unreachable, Diverged)
"""What may keep a rehearsal from its end without being a fault of the program that rehearses."""


def explained(failure: Exception, words: Words) -> str:
    """A failure in one sentence."""
    match failure:
        case Stuck():
            code, who, detail = failure.code, failure.who, failure.detail
            seconds = f"{SILENT_SECONDS:g}"
            return words(f"stuck.{code}", who=who, detail=detail, seconds=seconds)
        case Refused():
            return text(f"refusal.{failure.code}", words.lang, failure.params)
        case Unreachable():
            return words(f"unreachable.{failure.reason}", url=failure.url)
        case _:
            return words(f"stuck.{type(failure).__name__.lower()}", detail=failure)


async def found_administrators(running: "Node", password: str) -> list[tuple[str, str]]:
    """Make one administrator of each office that a rehearsal needs; logins with passwords."""
    for office in OFFICES:
        account = await running.registry.add(Author(), office, office, password)
        await running.registry.grant(Author(), account.id, office)
    return [(office, password) for office in OFFICES]


async def _server(stack: AsyncExitStack, wish: Wish, folder: Path) -> Server:
    if not wish.urls:
        from evalroom.app import node

        config = Config(listen=Address(LOCALHOST, 0), metrics=None, data=folder / "node")
        running = await stack.enter_async_context(node(config))
        administrators = await found_administrators(running, secrets.token_urlsafe())
        desk = await stack.enter_async_context(desk_at(running.url, administrators))
        return Server((running.url,), desk, running.trusted)
    try:
        url, *others = wish.urls
        desk = await stack.enter_async_context(desk_at(url, wish.administrators, *others))
    except OfficeMissing as missing:
        complaint = COMPLAINTS[wish.lang]["office_missing"]
        raise Unusable(complaint.format(office=missing.office)) from None
    except (Unreachable, Refused) as failure:
        raise Unusable(explained(failure, Words(wish.lang))) from None
    return Server(wish.urls, desk, wish.trusted)


async def _shown(server: Server, wish: Wish, words: Words) -> Shown:
    screen = console()
    terms = Terms(wish.script, SystemClock(), wish.speed, server.trusted)
    paper = Paper(screen, wish.script.tender, words)
    async with AsyncExitStack() as stack:
        seated = await _seated(stack, server, wish)
        if len(seated) == 1:
            ((people, session),) = seated
            shown = await show_one(terms, people, session, screen, words)
            paper.standings(shown.verdicts[0].standings)
            paper.checks(shown.verdicts[0])
        else:
            shown = await show_many(terms, seated, screen, words)
            paper.summary(shown.verdicts)
        paper.load(shown.load)
    return shown


async def _seated(stack: AsyncExitStack, server: Server, wish: Wish) -> list[tuple[Troupe, str]]:
    """People for every session, a troupe for several of them."""
    seated: list[tuple[Troupe, str]] = []
    while len(seated) < wish.sessions:
        people, tender = await stack.enter_async_context(_guests(server, wish))
        count = min(SESSIONS_PER_TROUPE, wish.sessions - len(seated))
        seated += [(people, await opened(server.desk, tender, people)) for _ in range(count)]
    return seated


@asynccontextmanager
async def _guests(server: Server, wish: Wish) -> AsyncIterator[tuple[Troupe, str]]:
    """People with accounts and workstations of their own, shut and taken away again when the
    rehearsal is over; and the tender they sit over.
    """
    substitute = wish.script.scenario.has("recusal")
    prefix = f"drill-{secrets.token_hex(3)}-"
    tender = apart(wish.script.tender, prefix)
    cast = cast_of(tender, prefix, substitute=substitute)
    passwords = {part.login: secrets.token_urlsafe() for part in cast.everyone}
    url, *others = server.urls
    async with AsyncExitStack() as stack:
        if wish.urls:
            await stack.enter_async_context(tidied(server.desk, cast))
        guests = troupe(server.desk, url, cast, passwords, *others)
        people = await stack.enter_async_context(guests)
        yield people, await server.desk.enter_tender(tender)
