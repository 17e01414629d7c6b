"""Pictures of every page, as its people see it in a living session.

    python -m tests.browser.gallery OUT [NAME …]

holds sessions at the points that have pages of their own, with cameras that show something, and
leaves a picture of 1440 × 900 in Chinese for each page, or for those named, in the folder OUT.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

from msgspec import Struct
from playwright.async_api import Browser, Page, async_playwright

from evalroom.api import configure_logs
from evalroom.cli.demonstration import PASSWORD
from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.clock import SystemClock
from evalroom.rehearsal.crew import Crew, cameras_of
from evalroom.rehearsal.drawing import HEIGHT, WIDTH, Sight, drawn
from evalroom.rehearsal.offers import offered
from evalroom.sessions.tender.model import Tender
from tests.browser.chromium import FLAGS, executable
from tests.browser.stand import Stand, stand, until, upload

PATIENCE_MS: Final = 2_500
"""For cameras, documents and fonts to come."""

SETTLING_SECONDS: Final = 14.0
"""Until the cameras of all seats and rooms are on the air."""

FILM_RATE: Final = 6
FILM_SECONDS: Final = 10


class Shot(Struct, frozen=True):
    """A picture: its name, who looks, and at what. `who` is a key of the cast, or a log-in of an
    administrator, or nobody; `{s}` in the path is the session.
    """

    name: str
    who: str
    path: str


class Hook(Struct, frozen=True):
    """Where pictures are made and hung; only those `names`, unless there are none."""

    browser: Browser
    out: Path
    names: frozenset[str]


HOST_MATTERS: Final = ("roll", "notices", "alarms", "people", "result", "minutes", "end")
ADMIN: Final = {
    "demo-system": (
        "sessions",
        "sessions/new",
        "tenders",
        "documents",
        "places",
        "workstations",
        "cameras",
    ),
    "demo-security": ("accounts", "tokens", "deletions"),
    "demo-audit": ("log", "confirmations", "keys", "password"),
}
SCORING: Final = (
    Shot("login", "", "/login"),
    Shot("missing", "", "/nowhere"),
    Shot("host", "agency_lead", "/s/{s}/host"),
    *(Shot(f"host-{one}", "agency_lead", f"/s/{{s}}/host/{one}") for one in HOST_MATTERS),
    Shot("wall", "supervisor", "/s/{s}/wall"),
    Shot("expert", "m3", "/s/{s}/expert"),
    Shot("wall-record", "supervisor", "/s/{s}/wall/record"),
    Shot("lobby", "m3", "/"),
    Shot("devices", "m3", "/s/{s}/devices"),
    Shot("witness", "witness", "/s/{s}/witness"),
    Shot("witness-record", "witness", "/s/{s}/witness/record"),
    Shot("witness-minutes", "witness", "/s/{s}/witness/minutes"),
    *(
        Shot(f"admin-{one.replace('/', '-')}", login, f"/admin/{one}")
        for login, pages in ADMIN.items()
        for one in pages
    ),
)
ENDED: Final = (
    Shot("host-result-signed", "agency_lead", "/s/{s}/host/result"),
    Shot("wall-closed", "supervisor", "/s/{s}/wall"),
)
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
    await _held(hook, works, "detailed", SCORING, cells=8, filmed=True)
    for phase in STAGES:
        await _held(hook, works, phase, _stage(phase))
    await _held(hook, procurement, "summary", _stage("summary", "gp-"))
    await _held(hook, works, "closed", (*_stage("closed"), *ENDED))


def _stage(phase: str, prefix: str = "") -> tuple[Shot, ...]:
    return (
        Shot(f"{prefix}host-in-{phase}", "agency_lead", "/s/{s}/host"),
        Shot(f"{prefix}expert-in-{phase}", "m2", "/s/{s}/expert"),
        Shot(f"{prefix}member-in-{phase}", "m3", "/s/{s}/expert"),
    )


async def _held(
    hook: Hook,
    tender: Tender,
    phase: str,
    shots: Sequence[Shot],
    cells: int = 0,
    *,
    filmed: bool = False,
) -> None:
    shots = [one for one in shots if not hook.names or one.name in hook.names]
    if not shots:
        return
    tender, files = offered(tender)
    with tempfile.TemporaryDirectory(prefix="gallery-") as data:
        async with stand(Path(data), tender, until(phase, cells)) as up:
            await upload(up, files)
            async with _cameras(up, tender, wanted=filmed):
                for shot in shots:
                    await _take(hook, up, shot)


@asynccontextmanager
async def _cameras(up: Stand, tender: Tender, *, wanted: bool) -> AsyncIterator[None]:
    cameras = cameras_of(tender, up.session, up.people.browsers, "") if wanted else {}
    crew = Crew(cameras, SystemClock(), Random(3), faults=True)
    working = asyncio.create_task(crew.work()) if wanted else None
    try:
        if working is not None:
            await asyncio.sleep(SETTLING_SECONDS)
        yield
    finally:
        if working is not None:
            working.cancel()
            await asyncio.wait([working])


async def _take(hook: Hook, up: Stand, shot: Shot) -> None:
    context = await hook.browser.new_context(
        base_url=up.url,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 1440, "height": 900},
        reduced_motion="reduce",
        permissions=["camera", "microphone"],
    )
    if shot.who in up.people.browsers:
        await context.add_cookies(up.cookies(shot.who))  # type: ignore[arg-type]
    page = await context.new_page()
    page.on("console", lambda line: _say(shot.name, line.type, line.text))
    page.on("pageerror", lambda error: _say(shot.name, "error", str(error)))
    if shot.who.startswith("demo-"):
        await _log_in(page, shot.who)
    await page.goto(shot.path.replace("{s}", up.session))
    await page.wait_for_timeout(PATIENCE_MS)
    if shot.name == "expert":
        await _read(page)
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
