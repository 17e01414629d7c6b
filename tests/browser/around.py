"""Pages of those who sit around a committee, opened in a browser beside the people of a stand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from playwright.async_api import Browser, Page, Route, async_playwright

from evalroom.cli.demonstration import ADMINISTRATORS, PASSWORD
from evalroom.clock import SystemClock
from evalroom.rehearsal.browser import Browser as Seat
from evalroom.rehearsal.cast import Part
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.desk import desk_at
from evalroom.rehearsal.drill import Terms, stage_of
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS
from evalroom.sessions.people import Appointment, Role
from evalroom.sessions.tender.model import Tender
from tests.browser.chromium import FLAGS, executable
from tests.browser.stand import FAST, SEED, Stand

STORES: Final = """async () => {
  const app = document.querySelector('#app').__vue_app__;
  const stores = JSON.stringify(app.config.globalProperties.$pinia.state.value);
  const kept = JSON.stringify({ ...localStorage, ...sessionStorage });
  const names = (await indexedDB.databases()).map((one) => one.name);
  const rows = [];
  for (const name of names) {
    const db = await new Promise((done) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => done(asked.result);
    });
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store).getAll();
      rows.push(...await new Promise((done) => { all.onsuccess = () => done(all.result); }));
    }
    db.close();
  }
  return stores + kept + JSON.stringify(rows);
}"""
"""Everything a page holds beside what it shows."""


@dataclass
class Hall:
    """A stand and a browser for whoever opens a page of it."""

    stand: Stand
    browser: Browser
    faults: list[str] = field(default_factory=list)
    seats: list[Client] = field(default_factory=list)

    async def opens(self, who: str, path: str, language: str = "zh-CN") -> Page:
        """Somebody of the session opens a page of it, at the browser he has."""
        page = await self.page(self.stand.cookies(who), language)
        await page.goto(f"/s/{self.stand.session}/{path}")
        return page

    async def page(self, cookies: list[dict[str, Any]], language: str = "zh-CN") -> Page:
        """An empty page with these cookies, the one before is closed; what goes wrong in its
        scripts is kept.
        """
        for context in self.browser.contexts:
            for before in context.pages:
                # An answer that is being listened to comes to its page before that goes.
                await before.unroute_all(behavior="wait")
            await context.close()
        context = await self.browser.new_context(
            base_url=self.stand.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport={"width": 1440, "height": 900},
            reduced_motion="reduce",
        )
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    async def seat(self, member: str) -> Client:
        """The line of a member, held by the test from now on."""
        client = Client(self.stand.people.browsers[member], self.stand.session)
        self.seats.append(client)
        await client.join()
        return client


@asynccontextmanager
async def hall(stand: Stand) -> AsyncIterator[Hall]:
    """The stand with a browser; no script may have failed in it by the end."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=executable(), args=FLAGS)
        opened = Hall(stand, browser)
        try:
            yield opened
        finally:
            for client in opened.seats:
                await client.leave()
            await browser.close()
        assert opened.faults == []


class Overheard:
    """All that comes to a page over the network."""

    def __init__(self) -> None:
        self._heard: list[bytes] = []

    async def listen(self, page: Page) -> None:
        """To whatever comes to this page from now on: answers before the page has them, and frames
        of its sockets.
        """
        await page.route("**/api/**", self._pass_on)
        page.on("websocket", lambda socket: socket.on("framereceived", self._hear))

    @property
    def everything(self) -> bytes:
        """Bodies of answers and frames of sockets, one after the other."""
        return b"\n".join(self._heard)

    async def _pass_on(self, route: Route) -> None:
        answer = await route.fetch()
        self._heard.append(await answer.body())
        await route.fulfill(response=answer)

    def _hear(self, payload: str | bytes) -> None:
        self._heard.append(payload.encode() if isinstance(payload, str) else payload)


@dataclass(frozen=True)
class Outsider:
    """Somebody who is not in the cast: his account and the browser he is logged in at."""

    account: str
    seat: Seat
    url: str

    @property
    def cookies(self) -> list[dict[str, Any]]:
        """As Playwright takes them."""
        jar = self.seat.http.cookie_jar
        return [{"name": one.key, "value": one.value, "url": self.url} for one in jar]


@asynccontextmanager
async def outsiders(up: Stand, *logins: str) -> AsyncIterator[dict[str, Outsider]]:
    """Accounts without any office, by login, for as long as the block lasts."""
    administrators = [(login, PASSWORD) for login in ADMINISTRATORS]
    parts = [Part(login, login, login, None) for login in logins]
    found: dict[str, Outsider] = {}
    try:
        async with desk_at(up.url, administrators) as desk:
            engaged = await desk.engage(parts, dict.fromkeys(logins, PASSWORD))
        for login in logins:
            seat = Seat(up.url)
            found[login] = Outsider(engaged[login], seat, up.url)
            await seat.log_in(login, PASSWORD)
        yield found
    finally:
        for one in found.values():
            await one.seat.close()


async def second(up: Stand, tender: Tender, others: dict[str, Role]) -> str:
    """The id of another session of the same people, in which these accounts hold these offices."""
    people = up.people
    appointments = {
        people.accounts[part.login]: part.appointment
        for part in people.cast.everyone
        if part.appointment is not None
    }
    appointments |= {account: Appointment(roles=(role,)) for account, role in others.items()}
    async with desk_at(up.url, [(login, PASSWORD) for login in ADMINISTRATORS]) as desk:
        tender_id = await desk.enter_tender(tender)
        return await desk.open_session(tender_id, appointments, rehearsal=True)


async def play(up: Stand, tender: Tender, session: str) -> None:
    """Hold a session to its end."""
    terms = Terms(script_of(tender, SCENARIOS[DEFAULT], SEED), SystemClock(), FAST)
    stage = stage_of(terms, up.people, session)
    try:
        await stage.play()
    finally:
        await stage.leave()


def strings_of(value: object) -> set[str]:
    """All texts in a value, however deep."""
    return set(_texts(msgspec.to_builtins(value)))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in _texts(part)]
    return []
