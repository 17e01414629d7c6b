"""A member's own page at his seat, with everybody else of the session played beside it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright

from evalroom.cli.rehearse_file import WORKS, case
from evalroom.rehearsal.ensemble import Script, people_of, script_of
from evalroom.rehearsal.offers import offered
from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS
from tests.browser.chromium import FLAGS, executable, workplace
from tests.browser.everybody import Offers
from tests.browser.stand import SEED, Reached, Stand, plays, stand, unattended, upload

ME: Final = "m3"
TENDER, FILES = offered(case(WORKS))

Done = Callable[[Any], bool]


@dataclass
class Seat:
    """The member's page, and everybody else of the session."""

    page: Page
    up: Stand
    script: Script
    faults: list[str]
    browser: Browser

    async def view(self) -> Any:
        """What the server says to this member."""
        answer = await self.page.request.get(f"{self.up.url}/api/sessions/{self.up.session}/view")
        return (await answer.json())["view"]

    async def cell(self, criterion: str, bid: str) -> Any:
        """A cell of his sheet as the server has it."""
        sheet = (await self.view())["sheet"]
        rows = (rows for rows in sheet.values() if criterion in rows.get(bid, {}).get("cells", {}))
        return next((rows[bid]["cells"][criterion] for rows in rows), None)

    async def others(self, done: Done, but: Iterable[str] = (ME,), patience: float = 40) -> None:
        """Everybody else goes on until it is done; so many seconds at most."""
        persons = people_of(self.script, self.up.people.cast, self.up.people.accounts)
        names = [name for name in persons if name not in but]
        async with asyncio.timeout(patience):
            await asyncio.gather(*(plays(self.up, name, persons[name], done) for name in names))


@asynccontextmanager
async def seated(
    data: Path,
    reached: Reached | None,
    language: str = "zh-CN",
    offers: Offers = (TENDER, FILES),
    me: str = ME,
) -> AsyncIterator[Seat]:
    """A member's own browser at his seat, in a session that has come so far; in one that has just
    been opened, where `reached` is None.
    """
    tender, files = offers
    begun = unattended(data, tender) if reached is None else stand(data, tender, reached)
    async with begun as up, async_playwright() as play:
        await upload(up, files)
        browser = await play.chromium.launch(executable_path=executable(), args=FLAGS)
        context = await workplace(browser, up.url, language)
        await context.add_cookies(up.cookies(me))  # type: ignore[arg-type]
        page, faults = await context.new_page(), list[str]()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        script = script_of(tender, SCENARIOS[DEFAULT], SEED)
        try:
            await page.goto(f"/s/{up.session}/expert")
            yield Seat(page, up, script, faults, browser)
        finally:
            await browser.close()


def in_phase(*names: str) -> Done:
    """One of these phases is at hand, or all is over."""
    return lambda view: view["phase"]["name"] in names or view["phase"]["over"]
