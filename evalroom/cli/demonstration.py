"""The demo from its first line to its last: set up, hold the evaluation, compare it with the
notice, show the log-ins, serve.
"""

from decimal import Decimal
from pathlib import Path
from typing import Final

from rich.text import Text

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
from evalroom.rehearsal.cast import Part, cast_of
from evalroom.rehearsal.desk import desk_at
from evalroom.rehearsal.drill import Terms, opened, troupe
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.paper import Paper
from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS
from evalroom.rehearsal.showing import show_one
from evalroom.rehearsal.verdict import Check, Verdict
from evalroom.rehearsal.words import Words
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


class Demo:
    """One demonstration of a tender, in one language."""

    def __init__(self, tender: Tender, lang: Lang, *, speed: float) -> None:
        self._lang = lang
        self._speed = speed
        self._tender = tender
        self._cast = cast_of(tender)
        self._words = Words(lang, tender.regime)
        self._console = console()
        self._paper = Paper(self._console, tender, self._words)

    async def hold(self, data: Path, port: int) -> int:
        """Everything the demo does, until it is told to stop; the exit code.

        Raises Unusable, CannotStart.
        """
        self._console.print(Text(DEMO[self._lang]["welcome"]), soft_wrap=True)
        await self._prepare(data)
        config = Config(listen=Address(LOCALHOST, port), metrics=None, data=data)
        async with node(config) as running:
            try:
                right = await self._evaluate(running)
            except FAILURES as failure:
                complain("demo", explained(failure, self._words))
                return 1
            if right:
                self._invite(running)
                await told_to_stop()
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

    async def _evaluate(self, running: Node) -> bool:
        """One session from its opening to a checked result."""
        script = script_of(self._tender, SCENARIOS[DEFAULT], SEED)
        terms = Terms(script, SystemClock(), self._speed, running.trusted)
        passwords = {part.login: PASSWORD for part in self._cast.everyone}
        administrators = [(login, PASSWORD) for login in ADMINISTRATORS]
        async with (
            desk_at(running.url, administrators) as desk,
            troupe(desk, running.url, self._cast, passwords) as people,
        ):
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
        people = (*self._cast.members, *self._cast.officers)
        rows = [(part.login, self._role(part)) for part in people]
        rows += [(login, words[office]) for login, office in ADMINISTRATORS.items()]
        screen.print(Text.assemble("\n  EvalRoom  ", (running.url, "bold cyan")))
        screen.print(Text.assemble(f"  {words['password']}  ", (PASSWORD, "bold")))
        self._paper.table(rows, (False, False))
        screen.print(Text(f"  {words['interface']}\n"), soft_wrap=True)
        for line in EXAMPLE.format(
            url=running.url, login=rows[0][0], password=PASSWORD
        ).splitlines():
            screen.print(Text(f"    {line}", style="cyan"), soft_wrap=True)
        screen.print(Text(f"\n  {words['ending']}", style="dim"))

    def _role(self, part: Part) -> str:
        """An office in the user's language, a member by the name that others see."""
        words = DEMO[self._lang]
        return words.get(part.key) or f"{words['member']} · {part.name}"


def _compared(verdict: Verdict, notice: dict[str, Decimal]) -> Verdict:
    """The verdict with the published totals held against it."""
    totals = {one.bid: one.total for one in verdict.standings}
    return Verdict(verdict.standings, (*verdict.checks, Check("notice", totals == notice)))
