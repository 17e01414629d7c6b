"""A session with everybody in it: some at pages, the others by themselves."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from evalroom.cli.demonstration import PASSWORD
from evalroom.rehearsal.ensemble import Script, people_of, script_of
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.sessions.tender.model import Tender
from tests.browser.chromium import FLAGS, executable, workplace
from tests.browser.stand import SEED, Stand, plays, unattended, upload

Offers = tuple[Tender, dict[str, bytes]]
"""A tender, and the documents of its bids by SHA-256."""


@dataclass
class Room:
    """A session with everybody in it: some at pages, the others by themselves."""

    up: Stand
    script: Script
    browser: Browser
    at_pages: Collection[str]
    pages: dict[str, Page] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    async def enters(self, who: str) -> Page:
        """Somebody logs in at his workstation and goes from the list of sessions to his desk."""
        part = next(one for one in self.up.people.cast.everyone if one.key == who)
        context = await workplace(self.browser, self.up.url)
        # A workstation stays paired, whoever logs in or out at it.
        paired = [one for one in self.up.cookies(who) if one["name"] != "evalroom_login"]
        await context.add_cookies(paired)  # type: ignore[arg-type]
        page = self.pages[who] = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.faults.append(f"{who}: {error}"))
        await page.goto("/login")
        await page.locator("#login").fill(part.login)
        await page.locator("#password").fill(PASSWORD)
        await page.locator("#password").press("Enter")
        await page.locator(".er-session").click()
        return page

    async def view(self, who: str = "agency_lead") -> Any:
        """What the server says to one who sits at a page."""
        answer = await self.pages[who].request.get(f"/api/sessions/{self.up.session}/view")
        return (await answer.json())["view"]

    async def others(self) -> None:
        """All who have no page play their parts to the end."""
        persons = people_of(self.script, self.up.people.cast, self.up.people.accounts)
        simulated = [name for name in persons if name not in self.at_pages]
        await asyncio.gather(*(plays(self.up, name, persons[name], over) for name in simulated))


def over(view: View) -> bool:
    """The evaluation has ended."""
    return bool(view["phase"]["over"])


@asynccontextmanager
async def room(data: Path, offers: Offers, scenario: str, *at_pages: str) -> AsyncIterator[Room]:
    """Those at pages have come to their desks when the block begins; by its end no script of a
    page has failed.
    """
    tender, files = offers
    async with unattended(data, tender) as up, async_playwright() as play:
        browser = await play.chromium.launch(executable_path=executable(), args=FLAGS)
        await upload(up, files)
        held = Room(up, script_of(tender, SCENARIOS[scenario], SEED), browser, at_pages)
        playing = asyncio.create_task(held.others())
        try:
            for who in at_pages:
                await held.enters(who)
            yield held
            await playing
        finally:
            playing.cancel()
            await asyncio.wait([playing])
            await browser.close()
        assert held.faults == []
