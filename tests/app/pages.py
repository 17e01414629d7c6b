"""Pages of a real browser at a running node, each with the log-in of somebody from a company."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright
from yarl import URL

from tests.app.studio import Scene, until_told
from tests.browser.chromium import executable
from tests.monitoring.rtc.browser import FLAGS

SCRIPT = Path(__file__).with_name("media_page.js")

BURNED_BITS = 40
"""Of the milliseconds since 1970."""

FRESH_MS = 1_500
"""How old a picture may be: three processes, two cores, a camera of ten pictures a second."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser with a camera that is none."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=executable(), args=FLAGS, ignore_default_args=["--headless"]
        )
        try:
            yield browser
        finally:
            await browser.close()


async def page_of(browser: Browser, scene: Scene, key: str) -> Page:
    """A page of the node this person is at, with his log-in and his device."""
    theirs = scene.browser(key)
    context = await browser.new_context(bypass_csp=True)
    jar = theirs.http.cookie_jar.filter_cookies(URL(theirs.url))
    await context.add_cookies(
        [{"name": name, "value": one.value, "url": theirs.url} for name, one in jar.items()]
    )
    page = await context.new_page()
    await page.goto(f"{theirs.url}/healthz")
    await page.add_script_tag(path=SCRIPT)
    return page


async def fresh_pictures(page: Page, where: str, number: int = 10, seconds: float = 40) -> None:
    """Come back when so many more pictures have been shown, whose burned-in clocks are right."""
    before = await page.evaluate(f"{where}.length")

    async def come() -> Any:
        return await page.evaluate(f"{where}.length") >= before + number

    await until_told(come, seconds)
    # What was first shown may have been on its way, or in the cache, for longer.
    for burned, shown in await page.evaluate(f"{where}.slice(-5)"):
        assert (shown - burned) % (1 << BURNED_BITS) < FRESH_MS
