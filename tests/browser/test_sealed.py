"""A member scores, films himself and shows his screen; of what he wrote nothing is on anybody
else's page, stored, sent, remembered or drawn there, until it is revealed.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from evalroom.cli.demonstration import ADMINISTRATORS, PASSWORD
from evalroom.cli.rehearse_file import WORKS, case
from evalroom.rehearsal.ensemble import Script, people_of
from evalroom.rehearsal.sheets import Written
from evalroom.sessions.tender.model import Tender
from tests.browser.chromium import FLAGS, executable, workplace
from tests.browser.places import PLACES
from tests.browser.search import Ear, coloured, places_of
from tests.browser.seat import in_phase
from tests.browser.sittings import Sittings, sittings
from tests.browser.stand import plays, until

ME: Final = "m3"
ANOTHER: Final = "m2"
PATIENCE: Final = 20_000
"""Milliseconds: ten pages are open at once, and their node is in the same process."""

WRITTEN: Final = ("11.83", "7.37", "本席独有的理由七三一九")
"""Two scores such as nobody else gives, and their reason."""

EVERYBODY_ELSE: Final = (
    "agency_lead", "supervisor", "witness", "staff", "contact", "auditor", ANOTHER, *ADMINISTRATORS,
)  # fmt: skip

SCREEN: Final = """navigator.mediaDevices.getDisplayMedia = async () => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 360];
  const pen = canvas.getContext('2d');
  setInterval(() => { pen.fillStyle = '#ff00ff'; pen.fillRect(0, 0, 640, 360); }, 200);
  return canvas.captureStream(5);
};"""
"""A screen of one colour that nothing else has, instead of the machine's own, which is none."""

WATCHES: Final = """async ([session, source]) => {
  const line = new RTCPeerConnection();
  line.addTransceiver('video', { direction: 'recvonly' });
  await line.setLocalDescription();
  while (line.iceGatheringState !== 'complete') {
    await new Promise((done) => { line.onicegatheringstatechange = done; });
  }
  const answer = await fetch(`/whep/${session}/${source}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp' },
    body: line.localDescription.sdp,
  });
  const told = answer.ok ? null : (await answer.json()).code;
  line.close();
  return [answer.status, told];
}"""
"""Somebody asks for the pictures of a source by hand."""


def _fine_steps() -> Tender:
    """The tender with one item that is scored to the hundredth."""
    tender = case(WORKS)
    fine = {
        one.id: replace(one, interval=Decimal("0.01")) for one in tender.criteria if one.id == "t1"
    }
    return replace(tender, criteria=tuple(fine.get(one.id, one) for one in tender.criteria))


FINE_STEPS: Final = _fine_steps()
PAUSED: Final = """() => document.querySelector('#app').__vue_app__
  .config.globalProperties.$pinia.state.value.session.view.pause !== null"""

GOES: Final = """path => document.querySelector('#app').__vue_app__
  .config.globalProperties.$router.push(path)"""

CAMERA, SCREENED = f"seat.{ME}.camera", f"seat.{ME}.screen"
SAVED: Final = re.compile("已暂存")
REFUSALS: Final = ([403, "screen_sealed"], [403, "not_invited"], [403, "wrong_role"])


@dataclass
class Building:
    """A page of each, and all that is heard at it."""

    held: Sittings
    browser: Browser
    pages: dict[str, Page] = field(default_factory=dict)
    ears: dict[str, Ear] = field(default_factory=dict)

    async def opens(self, who: str, path: str, script: str = "") -> Page:
        """A page of somebody; what comes to it is heard from the beginning."""
        context = await workplace(self.browser, self.held.up.url)
        if who in ADMINISTRATORS:
            form, origin = {"login": who, "password": PASSWORD}, {"Origin": self.held.up.url}
            assert (await context.request.post("/api/login", data=form, headers=origin)).ok
        else:
            await context.add_cookies(self.held.cookies(who))  # type: ignore[arg-type]
        page = self.pages[who] = await context.new_page()
        page.set_default_timeout(PATIENCE)
        if script:
            await page.add_init_script(script)
        ear = self.ears[who] = Ear()
        await ear.listen(page)
        await page.goto(path)
        await self.come(who)
        return page

    def paths(self, who: str) -> list[str]:
        """All pages of somebody, in the session at its sheets."""
        return [
            place.path.replace("{s}", self.held.up.session)
            for place in PLACES
            if place.who == who and "{over}" not in place.path
        ]

    @property
    def sources(self) -> str:
        return f"/api/sessions/{self.held.up.session}/sources"

    def at(self, desk: str) -> str:
        return f"/s/{self.held.up.session}/{desk}"

    async def goes(self, who: str, path: str) -> None:
        """As by a link: what the page remembers stays."""
        await self.pages[who].evaluate(GOES, path)
        await self.come(who)

    async def come(self, who: str) -> None:
        page = self.pages[who]
        await expect(page.locator(".er-head")).to_be_visible(timeout=PATIENCE)
        await expect(page.locator(".er-loading")).to_have_count(0, timeout=PATIENCE)

    async def leaves(self, who: str) -> None:
        page = self.pages.pop(who)
        await page.unroute_all(behavior="wait")
        await page.context.close()

    async def walks(self, who: str) -> None:
        """From page to page, through all of them that are of the session."""
        for path in (one for one in self.paths(who) if self.held.up.session in one):
            await self.goes(who, path)

    async def watches(self, who: str, source: str) -> Any:
        """What somebody is answered who asks for the pictures of a source by hand."""
        return await self.pages[who].evaluate(WATCHES, [self.held.up.session, source])

    async def found(self, who: str) -> dict[str, set[str]]:
        """Where at somebody's page the member's words are."""
        return await places_of(self.pages[who], self.ears[who], WRITTEN)


@asynccontextmanager
async def building(data: Path) -> AsyncIterator[Building]:
    """Everybody before his first page, but for the member."""
    async with (
        sittings(data, FINE_STEPS, until("detailed"), ended=False) as held,
        async_playwright() as play,
    ):
        # Ten pages keep a node busy enough that does not watch itself.
        asyncio.get_running_loop().set_debug(False)
        browser = await play.chromium.launch(executable_path=executable(), args=FLAGS)
        opened = Building(held, browser)
        try:
            for who in EVERYBODY_ELSE:
                await opened.opens(who, opened.paths(who)[0])
            yield opened
        finally:
            for who in tuple(opened.pages):
                await opened.leaves(who)
            await browser.close()


@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.rule("E2")
async def test_what_a_member_writes_is_at_nobody_elses_page_before_the_reveal(
    tmp_path: Path,
) -> None:
    async with building(tmp_path) as house:
        await he_shows_his_screen_and_scores(house)
        await everybody_is_told_of_what_comes_after(house)
        await his_own_page_has_it_everywhere(house)
        await asyncio.gather(*(house.walks(who) for who in EVERYBODY_ELSE))
        for who in EVERYBODY_ELSE:
            assert await house.found(who) == {}, who
        await nobody_is_shown_his_screen(house)
        await two_persons_open_his_screen(house)
        await the_reveal_shows_it_to_another_member(house)


async def he_shows_his_screen_and_scores(house: Building) -> None:
    page = await house.opens(ME, house.at("expert"), SCREEN)
    await page.get_by_role("button", name="共享屏幕").click()
    lead = house.held.up.people.browsers["agency_lead"]
    async with asyncio.timeout(20):
        while not {CAMERA, SCREENED} <= set((await lead.get(house.sources))["items"]):
            await page.wait_for_timeout(100)
    *scores, reason = WRITTEN
    for bid, score in zip("AB", scores, strict=True):
        await page.locator(f"#score-t1-{bid}").click()
        await page.keyboard.type(score)
        await page.keyboard.press("Enter")
        await expect(page.locator(".er-saving")).to_have_text(SAVED, timeout=PATIENCE)
    await page.locator("#score-t1-A").focus()
    await page.get_by_label("评分理由").fill(reason)
    await page.get_by_label("评分理由").press("Control+Enter")
    await expect(page.locator(".er-saving")).to_have_text(SAVED, timeout=PATIENCE)


async def everybody_is_told_of_what_comes_after(house: Building) -> None:
    """So that what came before has come to every page, if it comes."""
    lead = await house.held.line("agency_lead")
    await lead.send("PauseTechnically", {"reason": "会场停电"})
    for who in EVERYBODY_ELSE:
        # An auditor learns nothing before the end, an administrator never.
        if who not in ("auditor", *ADMINISTRATORS):
            await house.pages[who].wait_for_function(PAUSED)
    await lead.send("Resume")


async def his_own_page_has_it_everywhere(house: Building) -> None:
    found = await house.found(ME)
    assert set(found) == set(WRITTEN)
    for word, places in found.items():
        assert places >= {"DOM", "spoken", "stores", "memory", "/socket.io/"}, word


async def nobody_is_shown_his_screen(house: Building) -> None:
    for who in EVERYBODY_ELSE:
        await house.goes(who, house.paths(who)[0])
    wall = house.pages["supervisor"]
    await expect(tile(wall, CAMERA).locator(".er-tile-live video")).to_be_visible(timeout=PATIENCE)
    await expect(tile(wall, SCREENED).locator(".er-tile-sealed")).to_be_visible(timeout=PATIENCE)
    assert await tile(wall, SCREENED).locator("canvas, video, img").count() == 0
    for who in EVERYBODY_ELSE:
        assert await coloured(house.pages[who]) == 0, who
        assert SCREENED not in house.ears[who].listed(), who
        assert await house.watches(who, SCREENED) in REFUSALS, who
    assert await house.watches("supervisor", CAMERA) == [201, None]


async def two_persons_open_his_screen(house: Building) -> None:
    """What looks for its colour finds it where it may be seen."""
    supervisor, witness = await house.held.line("supervisor"), await house.held.line("witness")
    await supervisor.send("RequestScreen", {"member": ME, "clause": "实施条例第四十八条"})
    await witness.send("GrantScreen", {"member": ME})
    wall = house.pages["supervisor"]
    await expect(tile(wall, SCREENED).locator(".er-tile-live video")).to_be_visible(
        timeout=PATIENCE
    )
    async with asyncio.timeout(20):
        while await coloured(wall) == 0:
            await wall.wait_for_timeout(100)
    assert SCREENED in house.ears["supervisor"].listed()


async def the_reveal_shows_it_to_another_member(house: Building) -> None:
    held = house.held
    for who in (ME, ANOTHER):
        await house.leaves(who)
    persons = people_of(as_he_wrote(held.script), held.up.people.cast, held.up.people.accounts)
    done = in_phase("summary")
    await asyncio.gather(*(plays(held.up, name, one, done) for name, one in persons.items()))
    await house.opens(ANOTHER, house.at("expert"))
    found = await house.found(ANOTHER)
    assert set(found) == set(WRITTEN)
    for word, places in found.items():
        assert places >= {"stores", "memory"}, word
        # With the view, or as a change of it: as he was there in time.
        assert places & {"/socket.io/", f"/api/sessions/{held.up.session}/view"}, word


def as_he_wrote(script: Script) -> Script:
    """The member means what he has typed."""
    first, second, reason = WRITTEN
    typed = {("A", "t1"): Written(first, reason), ("B", "t1"): Written(second)}
    return replace(script, sheets=script.sheets | {ME: script.sheets[ME] | typed})


def tile(page: Page, source: str) -> Locator:
    return page.locator(f'[data-source="{source}"]')
