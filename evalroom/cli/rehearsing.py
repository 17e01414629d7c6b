"""What joins a rehearsal with a server: one that runs somewhere, or a node of one's own."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from rich.console import Console

from evalroom.app import Node, node
from evalroom.cli.node_options import Unusable
from evalroom.cli.rehearse_words import COMPLAINTS
from evalroom.cli.terminal import Lang, complain
from evalroom.clock import SystemClock
from evalroom.config import Address, Config
from evalroom.identity.registry import Author
from evalroom.rehearsal.browser import Unreachable
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.client import Dismissed
from evalroom.rehearsal.desk import Desk, OfficeMissing, desk_at
from evalroom.rehearsal.drill import SESSIONS_PER_TROUPE, Terms, Troupe, opened, troupe
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

LOCALHOST: Final = "127.0.0.1"
OFFICES: Final[tuple[Office, ...]] = ("security", "system")


class Wish(Struct, frozen=True):
    """What is to be rehearsed, how often, how fast, where; without `url` on a node of its own."""

    lang: Lang
    script: Script
    sessions: int
    speed: float
    url: str | None
    administrators: tuple[tuple[str, str], ...]
    trusted: Trusted | None


class Server(Struct, frozen=True):
    """A server with its administrators at their desk."""

    url: str
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
        case _:
            return words(f"stuck.{type(failure).__name__.lower()}", detail=failure)


async def found_administrators(running: Node, password: str) -> list[tuple[str, str]]:
    """Make one administrator of each office that a rehearsal needs; logins with passwords."""
    for office in OFFICES:
        account = await running.registry.add(Author(), office, office, password)
        await running.registry.grant(Author(), account.id, office)
    return [(office, password) for office in OFFICES]


async def _server(stack: AsyncExitStack, wish: Wish, folder: Path) -> Server:
    if wish.url is None:
        config = Config(listen=Address(LOCALHOST, 0), metrics=None, data=folder / "node")
        running = await stack.enter_async_context(node(config))
        administrators = await found_administrators(running, secrets.token_urlsafe())
        desk = await stack.enter_async_context(desk_at(running.url, administrators))
        return Server(running.url, desk, running.trusted)
    complaints = COMPLAINTS[wish.lang]
    try:
        desk = await stack.enter_async_context(desk_at(wish.url, wish.administrators))
    except OfficeMissing as missing:
        raise Unusable(complaints["office_missing"].format(office=missing.office)) from None
    except Unreachable as unreachable:
        raise Unusable(complaints["unreachable"].format(reason=unreachable)) from None
    except Refused as refused:
        raise Unusable(text(f"refusal.{refused.code}", wish.lang, refused.params)) from None
    return Server(wish.url, desk, wish.trusted)


async def _shown(server: Server, wish: Wish, words: Words) -> Shown:
    console = Console(highlight=False)
    terms = Terms(wish.script, SystemClock(), wish.speed, server.trusted)
    paper = Paper(console, wish.script.tender, words)
    async with AsyncExitStack() as stack:
        seated = await _seated(stack, server, wish)
        if len(seated) == 1:
            ((people, session),) = seated
            shown = await show_one(terms, people, session, console, words)
            paper.standings(shown.verdicts[0].standings)
            paper.checks(shown.verdicts[0])
        else:
            shown = await show_many(terms, seated, console, words)
            paper.summary(shown.verdicts)
        paper.load(shown.load)
    return shown


async def _seated(stack: AsyncExitStack, server: Server, wish: Wish) -> list[tuple[Troupe, str]]:
    """People for every session, a troupe for several of them."""
    tender = await server.desk.enter_tender(wish.script.tender)
    seated: list[tuple[Troupe, str]] = []
    while len(seated) < wish.sessions:
        people = await stack.enter_async_context(_guests(server, wish))
        count = min(SESSIONS_PER_TROUPE, wish.sessions - len(seated))
        seated += [(people, await opened(server.desk, tender, people)) for _ in range(count)]
    return seated


@asynccontextmanager
async def _guests(server: Server, wish: Wish) -> AsyncIterator[Troupe]:
    """People with accounts of their own, shut again when the rehearsal is over."""
    substitute = wish.script.scenario.has("recusal")
    prefix = f"drill-{secrets.token_hex(3)}-"
    cast = cast_of(wish.script.tender, prefix, substitute=substitute)
    passwords = {part.login: secrets.token_urlsafe() for part in cast.everyone}
    async with troupe(server.desk, server.url, cast, passwords) as people:
        try:
            yield people
        finally:
            if wish.url is not None:
                await server.desk.dismiss(people.accounts.values())
