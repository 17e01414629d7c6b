"""Pages of a real browser at a whole node, for the benches that look at pictures."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page, TimeoutError as Late, sync_playwright

from bench.peers.processes import NotRun, Process, python
from tests.browser.chromium import executable
from tests.monitoring.rtc.browser import FLAGS

PATIENCE_MS = 30_000


@dataclass
class Place:
    """A node with a session, and a browser."""

    node: Process
    browser: Browser
    url: str
    session: str
    cookies: dict[str, list[dict[str, Any]]]

    @contextmanager
    def page(self, who: str, path: str, before: str = "") -> Iterator[Page]:
        """Somebody's page; the script is there before the page's own."""
        context = self.browser.new_context(
            bypass_csp=True, locale="zh-CN", viewport={"width": 1440, "height": 900}
        )
        try:
            context.add_cookies(self.cookies[who])  # type: ignore[arg-type]
            page = context.new_page()
            page.add_init_script(before)
            page.goto(self.url + path)
            yield page
        finally:
            context.close()


def wait_for(page: Page, condition: str) -> None:
    """Come back when it is so. Raises NotRun when that takes too long."""
    try:
        page.wait_for_function(condition, timeout=PATIENCE_MS)
    except Late:
        raise NotRun(f"not so after {PATIENCE_MS / 1_000:.0f} s: {condition}") from None


@contextmanager
def place(server: str = "wall_node") -> Iterator[Place]:
    """For the time of the block, at a server of `bench.peers`. Raises NotRun when there is no
    browser.
    """
    if executable() is None:
        raise NotRun("there is no browser")
    folder = tempfile.mkdtemp()
    node = python(server, folder)
    try:
        told = json.loads(node.told())
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=executable(), args=FLAGS, ignore_default_args=["--headless"]
            )
            yield Place(node, browser, told["url"], told["session"], told["cookies"])
            browser.close()
    finally:
        node.kill()
        shutil.rmtree(folder, ignore_errors=True)
