"""The demo from its first line to its last: set up, let a living session begin, hold the published
case beside it and compare it with the notice, show the log-ins, serve.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Final

from rich.text import Text

from evalroom.api.web_client import FOLDER, PAGE
from evalroom.app import Node, accounts, node
from evalroom.cli.node_options import Unusable
from evalroom.cli.rehearse_words import COMPLAINTS, DEMO
from evalroom.cli.rehearsing import FAILURES, LOCALHOST, explained
from evalroom.cli.serve import told_to_stop
from evalroom.cli.terminal import Lang, complain, console
from evalroom.cli.user import all_accounts
from evalroom.clock import SystemClock
from evalroom.config import Address, Config
from evalroom.identity.registry import Author
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.cast import Cast, Part, cast_of
from evalroom.rehearsal.desk import Desk, desk_at
from evalroom.rehearsal.drill import Terms, Troupe, opened, troupe
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.living import Living, living_tender, tidy
from evalroom.rehearsal.paper import Paper
from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS
from evalroom.rehearsal.showing import show_one
from evalroom.rehearsal.verdict import Check, Verdict
from evalroom.rehearsal.words import Words
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Tender
from evalroom.storage.directory.accounts import Office

PASSWORD: Final = "evalroom-demo"
ADMINISTRATORS: Final[dict[str, Office]] = {
    "demo-system": "system",
    "demo-security": "security",
    "demo-audit": "audit",
}

NOTICE: Final = {
    Decimal("2288231.72"): Decimal("95.00"),
    Decimal("2296472.00"): Decimal("75.93"),
    Decimal("2311110.40"): Decimal("69.30"),
    Decimal("2299360.00"): Decimal("68.90"),
}
"""Totals by price, as the result notice of project CLPSP16ZH04ZC25 has published them."""

SEED: Final = 2016

EXAMPLE: Final = """\
curl -c cookies -H 'Content-Type: application/json' \\
  -d '{{"login": "{login}", "password": "{password}"}}' {url}/api/login
curl -b cookies {url}/api/sessions"""
"""What can be done with a log-in, to be pasted into another terminal."""


GUEST: Final = "member5"
"""Whose seat in the living session is free."""

AGENCY: Final = "agency"
"""Who leads both."""

AGAIN_SECONDS: Final = 30.0
"""After the living session has failed, before it is begun anew."""

READY_SECONDS: Final = 60.0
"""For the living session to come as far as a guest wants it."""


class Demo:
    """One demonstration, in one language: of the tender that was `published`, and of another that
    is `living`.
    """

    def __init__(self, published: Tender, living: Tender, lang: Lang, *, speed: float) -> None:
        self._lang = lang
        self._speed = speed
        self._tender = published
        self._living = living_tender(living)
        self._words = Words(lang, published.regime)
        self._console = console()
        self._paper = Paper(self._console, published, self._words)

    async def hold(self, data: Path, port: int) -> int:
        """Everything the demo does, until it is told to stop; the exit code.

        Raises Unusable, CannotStart.
        """
        words = DEMO[self._lang]
        self._console.print(Text(words["welcome"]), soft_wrap=True)
        await self._prepare(data)
        config = Config(listen=Address(LOCALHOST, port), metrics=None, data=data)
        async with node(config) as running:
            self._console.print(Text.assemble("\n  EvalRoom  ", (running.url, "bold cyan"), "\n"))
            try:
                right = await self._demonstrate(running)
            except FAILURES as failure:
                complain("demo", explained(failure, self._words))
                return 1
        return 0 if right else 1

    async def _prepare(self, data: Path) -> None:
        """Make the administrators, once, and never in a folder that is in real use: everybody
        knows their password.
        """
        async with accounts(Config(data=data)) as (registry, directory):
            known = {account.login for account in await all_accounts(directory)}
            if known and not known & set(ADMINISTRATORS):
                raise Unusable(COMPLAINTS[self._lang]["not_a_demo"].format(data=data))
            for login, office in ADMINISTRATORS.items():
                if login not in known:
                    name = DEMO[self._lang][office]
                    made = await registry.add(Author(), login, name, PASSWORD)
                    await registry.grant(Author(), made.id, office)

    async def _demonstrate(self, running: Node) -> bool:
        """Both sessions; whether the published one came out as it should."""
        await self._tidy(running)
        async with _desk(running) as desk, self._alive(running) as ready:
            right = await self._evaluate(running, desk)
            if right:
                with suppress(TimeoutError):
                    await asyncio.wait_for(ready.wait(), READY_SECONDS)
                self._invite(running)
                await told_to_stop()
        return right

    async def _tidy(self, running: Node) -> None:
        """End what an earlier demo has left; the first one finds nobody to do so."""
        async with Browser(running.url) as browser:
            with suppress(Refused):
                await browser.log_in(AGENCY, PASSWORD)
                await tidy(browser, SystemClock())

    @asynccontextmanager
    async def _alive(self, running: Node) -> AsyncIterator[asyncio.Event]:
        """The living session, for the time of the block; set when it waits for its guest."""
        ready = asyncio.Event()
        living = asyncio.create_task(self._live(running, ready))
        try:
            yield ready
        finally:
            living.cancel()
            await asyncio.wait([living])

    async def _live(self, running: Node, ready: asyncio.Event) -> None:
        """Keep it living, for ever: when log-ins have ended everybody logs in again."""
        cast = cast_of(self._living)
        guest = next(part.key for part in cast.members if part.login == GUEST)
        while True:
            try:
                async with _desk(running) as desk, _at_work(running, desk, cast) as people:
                    clock = SystemClock()
                    await Living(desk, people, self._living, guest, clock, ready).go_on()
            except FAILURES as failure:
                complain("demo", explained(failure, self._words))
            await asyncio.sleep(AGAIN_SECONDS)
            await self._tidy(running)

    async def _evaluate(self, running: Node, desk: Desk) -> bool:
        """The published case from its opening to a checked result."""
        script = script_of(self._tender, SCENARIOS[DEFAULT], SEED)
        terms = Terms(script, SystemClock(), self._speed, running.trusted)
        async with _at_work(running, desk, cast_of(self._tender)) as people:
            session = await opened(desk, await desk.enter_tender(self._tender), people)
            shown = await show_one(terms, people, session, self._console, self._words)
        (verdict,) = shown.verdicts
        bids = self._tender.bids
        notice = {bid.id: NOTICE[bid.price] for bid in bids if bid.price is not None}
        verdict = _compared(verdict, notice)
        self._paper.standings(verdict.standings, notice)
        self._paper.checks(verdict)
        return verdict.right

    def _invite(self, running: Node) -> None:
        """Where to go, and as whom."""
        words, screen = DEMO[self._lang], self._console
        cast = cast_of(self._living)
        rows = [(part.login, self._role(part)) for part in (*cast.members, *cast.officers)]
        rows += [(login, words[office]) for login, office in ADMINISTRATORS.items()]
        screen.print(Text.assemble("\n  EvalRoom  ", (running.url, "bold cyan")))
        screen.print(Text.assemble(f"  {words['password']}  ", (PASSWORD, "bold")))
        self._paper.table(rows, (False, False))
        under_way = words["under_way"].format(title=self._living.title, guest=GUEST)
        screen.print(Text(f"  {under_way}\n"), soft_wrap=True)
        if (FOLDER / PAGE).exists():
            screen.print(Text(f"  {words['pages']}"), soft_wrap=True)
        else:
            self._point_to_the_interface(running)
        screen.print(Text(f"\n  {words['ending']}", style="dim"))

    def _point_to_the_interface(self, running: Node) -> None:
        """A checkout whose web client was not built."""
        screen = self._console
        screen.print(Text(f"  {DEMO[self._lang]['interface']}\n"), soft_wrap=True)
        example = EXAMPLE.format(url=running.url, login=GUEST, password=PASSWORD)
        for line in example.splitlines():
            screen.print(Text(f"    {line}", style="cyan"), soft_wrap=True)

    def _role(self, part: Part) -> str:
        """An office in the user's language, a member by the name that others see."""
        words = DEMO[self._lang]
        role = words.get(part.key) or f"{words['member']} · {part.name}"
        return f"{role} · {words['free']}" if part.login == GUEST else role


def _desk(running: Node) -> AbstractAsyncContextManager[Desk]:
    return desk_at(running.url, [(login, PASSWORD) for login in ADMINISTRATORS])


def _at_work(running: Node, desk: Desk, cast: Cast) -> AbstractAsyncContextManager[Troupe]:
    return troupe(desk, running.url, cast, {part.login: PASSWORD for part in cast.everyone})


def _compared(verdict: Verdict, notice: dict[str, Decimal]) -> Verdict:
    """The verdict with the published totals held against it."""
    totals = {one.bid: one.total for one in verdict.standings}
    return Verdict(verdict.standings, (*verdict.checks, Check("notice", totals == notice)))
