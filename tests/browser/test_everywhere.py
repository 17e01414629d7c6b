"""Every page of everybody, with something on it and with what opens on it, before a reader who
finds each fault: in both languages, with large letters, on small and large screens.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from evalroom.cli.demonstration import ADMINISTRATORS, PASSWORD
from evalroom.cli.rehearse_file import WORKS, case
from evalroom.rehearsal.desk import CENTER, VENUE
from evalroom.rehearsal.offers import offered
from tests.browser.around import strings_of
from tests.browser.chromium import FLAGS, executable, workplace
from tests.browser.places import (
    OF_ADMINISTRATORS,
    OF_HOSTS,
    OF_MEMBERS,
    OF_NOBODY,
    OF_WATCHERS,
    PLACES,
    Place,
)
from tests.browser.scrutiny import AS_BUILT, WORST, Scrutiny, misworded
from tests.browser.sittings import SAID, Sittings, enliven, sittings
from tests.browser.stand import NAMES, until, upload

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TENDER, FILES = offered(case(WORKS))

BY_THEMSELVES = {
    "各工位评审秩序正常，通讯工具已保管",
    "对第二名投标人实施方案的评分偏高，保留意见。",
    "投标文件",
    CENTER,
    VENUE,
}
"""What simulated people say, and where they sit."""

WRONG = """
<div style="width: 3000px">青原县 <b>undefined</b></div> <i title="host.nav.label"></i> <i>未译</i>
<div style="width: 60px; overflow: hidden"><button style="width: 100px">cut</button></div>
<button style="width: 90px; height: 40px; margin-bottom: -30px">lower</button>
<div><button style="width: 90px; height: 40px">upper</button></div>
<button style="width: 30px; white-space: nowrap">far too long</button>
<div><span>dark</span></div><div style="margin-top: -20px"><span>light</span></div>"""

ROUTES = """() => document.querySelector('#app').__vue_app__.config.globalProperties.$router
  .getRoutes()
  .filter((one) => one.name !== undefined && one.redirect === undefined)
  .map((one) => one.name)"""


@dataclass
class Rounds:
    """A browser before all pages, and what people have written on them."""

    held: Sittings
    browser: Browser
    data: frozenset[str]

    @asynccontextmanager
    async def visit(self, who: str) -> AsyncIterator[tuple[Page, Scrutiny]]:
        """An empty page of somebody who is logged in."""
        context = await workplace(self.browser, self.held.up.url)
        if who not in ADMINISTRATORS:
            await context.add_cookies(self.held.cookies(who))  # type: ignore[arg-type]
        else:
            origin = {"Origin": self.held.up.url}
            form = {"login": who, "password": PASSWORD}
            assert (await context.request.post("/api/login", data=form, headers=origin)).ok
        page = await context.new_page()
        page.set_default_timeout(15_000)
        scrutiny = Scrutiny(page, self.data)
        await scrutiny.begin()
        yield page, scrutiny
        await context.close()

    def path(self, place: Place) -> str:
        return place.path.replace("{s}", self.held.up.session).replace("{over}", self.held.over)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rounds(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rounds]:
    """Something of everything on every page."""
    async with (
        sittings(tmp_path_factory.mktemp("node"), TENDER, until("detailed", 4)) as held,
        async_playwright() as play,
    ):
        await upload(held.up, FILES)
        await enliven(held)
        browser = await play.chromium.launch(executable_path=executable(), args=FLAGS)
        yield Rounds(held, browser, frozenset(written(held)))
        await browser.close()


def written(held: Sittings) -> Iterable[str]:
    """What people have written: the tender, their names, their reasons."""
    yield from strings_of(TENDER)
    yield from strings_of(held.script)
    yield from (part.name for part in held.up.people.cast.everyone)
    yield from NAMES.values()
    yield from SAID
    yield from BY_THEMSELVES


async def test_every_page_there_is_stands_among_those_that_are_looked_at(rounds: Rounds) -> None:
    async with rounds.visit("") as (page, _):
        await page.goto("/login")
        routes: list[str] = await page.evaluate(ROUTES)
    assert set(routes) == {place.route for place in PLACES}


async def test_what_is_wrong_with_a_page_is_found_out(rounds: Rounds) -> None:
    async with rounds.visit("") as (page, _):
        await page.goto("about:blank")
        await page.evaluate("page => { document.body.innerHTML = page }", WRONG)
        laid: list[str] = await page.evaluate("scrutiny.layout()")
        words: list[str] = await page.evaluate("scrutiny.words()")
    for fault in (
        "px wider than its window",
        "“cut” is cut off by 40 px",
        "“lower” and button “upper” lie over each other",
        "the words of button “far too long” run over its edge",
        "“light” and span “dark” are written over each other",
    ):
        assert any(fault in one for one in laid), fault
    found = misworded(words, WORST, ["青原县"])
    assert [one.split("”")[0] for one in found] == ["“undefined", "“未译", "“host.nav"]
    assert misworded(["an English sentence here"], AS_BUILT, []) != []


@pytest.mark.parametrize(
    "places", [OF_NOBODY + OF_MEMBERS, OF_HOSTS, OF_WATCHERS, OF_ADMINISTRATORS]
)
async def test_an_exacting_reader_finds_nothing_wrong(
    rounds: Rounds, places: tuple[Place, ...]
) -> None:
    found = dict[str, list[str]]()
    for who in dict.fromkeys(place.who for place in places):
        async with rounds.visit(who) as (page, scrutiny):
            for place in (one for one in places if one.who == who):
                found |= await looked_at(page, scrutiny, place, rounds.path(place))
    assert {place: faults for place, faults in found.items() if faults} == {}


async def looked_at(
    page: Page, scrutiny: Scrutiny, place: Place, path: str
) -> dict[str, list[str]]:
    """What is wrong with a page as it comes, with whatever opens on it, and at every step of it."""
    await page.goto(path)
    await expect(page.locator(place.there).first).to_be_visible()
    await expect(page.locator(".er-loading")).to_have_count(0)
    found = {f"{place.who} {place.path}": await scrutiny.faults()}
    for opening in place.opens:
        shown = page.locator(opening.shows).filter(visible=True)
        await press(page, opening.button)
        await expect(shown.first).to_be_visible()
        told = await scrutiny.faults((AS_BUILT, WORST), opening.shows)
        found[f"{place.who} {place.path} {opening.button}"] = told
        await page.keyboard.press("Escape")
        await expect(shown).to_have_count(0)
    for number, step in enumerate(place.steps, 2):
        for button in step.presses:
            await press(page, button)
        await expect(page.locator(step.shows).first).to_be_visible()
        told = await scrutiny.faults((AS_BUILT, WORST))
        found[f"{place.who} {place.path} {number}"] = told
    return found


async def press(page: Page, button: str) -> None:
    if len(button) == 1:
        await page.keyboard.press(button)
    elif button.startswith("."):
        await page.locator(button).filter(visible=True).first.click()
    else:
        buttons = page.get_by_role("button", name=button, exact=True)
        # Where the way to a page bears the same words, it comes first.
        await buttons.filter(visible=True).last.click()
