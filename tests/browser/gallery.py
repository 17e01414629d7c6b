"""Pictures of every page, as its people see it in a living session.

    python -m tests.browser.gallery OUT [NAME …]

holds sessions at the points that have pages of their own, with cameras that show something, and
leaves a picture of 1440 × 900 in Chinese for each page, or for those named, in the folder OUT.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from playwright.async_api import Browser, Page, async_playwright, expect

from evalroom.api import configure_logs
from evalroom.cli.demonstration import ADMINISTRATORS, PASSWORD
from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.clock import SystemClock
from evalroom.rehearsal.crew import Crew, cameras_of, screens_of
from evalroom.rehearsal.drawing import HEIGHT, WIDTH, Sight, drawn
from evalroom.rehearsal.offers import offered
from evalroom.sessions.tender.model import Tender
from tests.browser.chromium import FLAGS, executable, workplace
from tests.browser.places import PLACES, Place
from tests.browser.sittings import Sittings, enliven, sittings
from tests.browser.stand import Stand, stand, until, upload

WAITING: Final = ".er-loading, .er-line:not(.er-line-live)"
READY_MS: Final = 20_000
"""Until a page has what it asked for."""

PATIENCE_MS: Final = 2_500
"""For cameras, documents and fonts to come after that."""

SETTLING_SECONDS: Final = 14.0
"""Until the cameras of all seats and rooms are on the air."""

FILM_RATE: Final = 6
FILM_SECONDS: Final = 10


class Shot(Struct, frozen=True):
    """A picture: its name, who looks, and at what, as in a `Place`."""

    name: str
    who: str
    path: str


class Hook(Struct, frozen=True):
    """Where pictures are made and hung; only those `names`, unless there are none."""

    browser: Browser
    out: Path
    names: frozenset[str]

    def wants(self, shot: Shot) -> bool:
        return not self.names or shot.name in self.names


PAUSED: Final = (
    Shot("host-paused", "agency_lead", "/s/{s}/host"),
    Shot("expert-paused", "m3", "/s/{s}/expert"),
    Shot("wall-paused", "supervisor", "/s/{s}/wall"),
)
OVER: Final = Shot("host-over", "agency_lead", "/s/{over}/host")
SEALED: Final = Shot("wall-sealed", "supervisor", "/s/{s}/wall")
STAGES: Final = ("check_in", "declaration", "lead", "preliminary", "price", "summary", "signing")


async def hang(out: Path, names: Collection[str]) -> None:
    """All of it, or these, one session after the other."""
    with tempfile.TemporaryDirectory(prefix="gallery-") as folder:
        film = await asyncio.to_thread(_film, Path(folder))
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={film}"]
        async with async_playwright() as play:
            browser = await play.chromium.launch(executable_path=executable(), args=flags)
            await _everywhere(Hook(browser, out, frozenset(names)))
            await browser.close()


def _film(folder: Path) -> Path:
    """What the camera of a workstation sees of who sits there, as Chromium takes it."""
    film = folder / "seat.y4m"
    sight = Sight("", tint=3)
    with film.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FILM_RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FILM_RATE * FILM_SECONDS):
            out.write(b"FRAME\n" + drawn(sight, number, FILM_RATE).tobytes())
    return film


async def _everywhere(hook: Hook) -> None:
    works, procurement = case(WORKS), case(PUBLISHED)
    await _every_page(hook, works)
    for phase in STAGES:
        await _held(hook, works, phase, _stage(phase))
    await _held(hook, procurement, "summary", _stage("summary", "gp-"))
    await _held(hook, works, "closed", _stage("closed"))


def _of(place: Place) -> Shot:
    """A page by the name of its route; by whose it is, where several people have it."""
    first = next(one for one in PLACES if one.route == place.route)
    whose = "" if place.who == first.who else f"-{place.who}"
    over = "-over" if "{over}" in place.path else ""
    return Shot(f"{place.route}{whose}{over}", place.who, place.path)


async def _every_page(hook: Hook, tender: Tender) -> None:
    """In a living session and one that has ended; at last while the living one is paused."""
    every = [_of(place) for place in PLACES]
    if not any(hook.wants(shot) for shot in (*every, OVER, SEALED, *PAUSED)):
        return
    tender, files = offered(tender)
    with tempfile.TemporaryDirectory(prefix="gallery-") as data:
        async with sittings(Path(data), tender, until("detailed", 8)) as held:
            await upload(held.up, files)
            async with _cameras(held.up, tender):
                await enliven(held)
                await (await held.line("m3")).send("ConfirmNotice", {"notice": 1})
                # The seat of a member who leaves his page is empty: theirs come last.
                every.sort(key=lambda shot: shot.who in ("m2", "m3"))
                await _take_all(hook, held, (OVER, SEALED, *every))
                lead = await held.line("agency_lead")
                await lead.send("PauseTechnically", {"reason": "副场网络中断，正在抢修"})
                await _take_all(hook, held, PAUSED)


async def _take_all(hook: Hook, held: Sittings, shots: Sequence[Shot]) -> None:
    for shot in shots:
        if hook.wants(shot):
            path = shot.path.replace("{over}", held.over)
            await _take(hook, held.up, replace(shot, path=path), held.cookies)


def _stage(phase: str, prefix: str = "") -> tuple[Shot, ...]:
    return (
        Shot(f"{prefix}host-in-{phase}", "agency_lead", "/s/{s}/host"),
        Shot(f"{prefix}expert-in-{phase}", "m2", "/s/{s}/expert"),
        Shot(f"{prefix}member-in-{phase}", "m3", "/s/{s}/expert"),
    )


async def _held(hook: Hook, tender: Tender, phase: str, shots: Sequence[Shot]) -> None:
    shots = [one for one in shots if hook.wants(one)]
    if not shots:
        return
    tender, files = offered(tender)
    with tempfile.TemporaryDirectory(prefix="gallery-") as data:
        async with stand(Path(data), tender, until(phase)) as up:
            await upload(up, files)
            for shot in shots:
                await _take(hook, up, shot, up.cookies)


@asynccontextmanager
async def _cameras(up: Stand, tender: Tender) -> AsyncIterator[None]:
    seen = (tender, up.session, up.people.browsers, "")
    crew = Crew(cameras_of(*seen) | screens_of(*seen), SystemClock(), Random(3), faults=True)
    working = asyncio.create_task(crew.work())
    try:
        await asyncio.sleep(SETTLING_SECONDS)
        yield
    finally:
        working.cancel()
        await asyncio.wait([working])


async def _take(hook: Hook, up: Stand, shot: Shot, cookies: Callable[[str], Any]) -> None:
    context = await workplace(hook.browser, up.url)
    page = await context.new_page()
    page.set_default_timeout(READY_MS)
    page.on("console", lambda line: _say(shot.name, line.type, line.text))
    page.on("pageerror", lambda error: _say(shot.name, "error", str(error)))
    if shot.who in ADMINISTRATORS:
        await _log_in(page, shot.who)
    elif shot.who:
        await context.add_cookies(cookies(shot.who))
    await page.goto(shot.path.replace("{s}", up.session))
    try:
        await expect(page.locator(WAITING)).to_have_count(0, timeout=READY_MS)
    except AssertionError as late:
        # A page that does not come is to be looked at all the more.
        _say(shot.name, "error", str(late))
    await page.wait_for_timeout(PATIENCE_MS)
    if shot.name == "expert":
        await _read(page)
    if shot.name == SEALED.name:
        await page.get_by_role("button", name="屏幕", exact=True).click()
    await page.screenshot(path=hook.out / f"{shot.name}.png")
    await context.close()


async def _read(page: Page) -> None:
    """A member looks for the page that a score rests on."""
    await page.get_by_role("button", name="4.2 系统总体架构").click()
    await page.locator("#score-b3-B").click()
    await page.wait_for_timeout(PATIENCE_MS)


async def _log_in(page: Page, login: str) -> None:
    await page.goto("/login")
    await page.locator("#login").fill(login)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#password").press("Enter")
    await page.wait_for_url("**/")


def _say(name: str, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        sys.stderr.write(f"{name}: [{kind}] {text}\n")


def main() -> None:
    """Hang the gallery."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    args: Any = parser.parse_args()
    configure_logs(sys.stderr, "error")
    args.out.mkdir(parents=True, exist_ok=True)
    asyncio.run(hang(args.out, args.names))


if __name__ == "__main__":
    main()
