"""A node and the browsers of its three administrators, for pages that are worked at by hand."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import openpyxl
from msgspec.structs import replace
from playwright.async_api import (
    Browser,
    FilePayload,
    Locator,
    Page,
    async_playwright,
    expect,
)

from evalroom.app import Node, accounts, node
from evalroom.cli.rehearse_file import PUBLISHED, case
from evalroom.config import Address, Config
from evalroom.identity.registry import Author
from evalroom.storage.directory.accounts import Office
from evalroom.workbook import write_workbook
from tests.browser.chromium import FLAGS, executable

PASSWORD: Final = "a long password 2026"
AXE: Final = Path(__file__).parents[2] / "web_client/node_modules/axe-core/axe.min.js"
NEW_SESSION: Final = re.compile("创建评标会话|New session")
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class House:
    """A node that is up, and a browser for whoever comes."""

    node: Node
    browser: Browser
    faults: list[str] = field(default_factory=list)

    async def newcomer(self, language: str = "zh-CN", size: str = "100") -> Page:
        """A browser that nobody has used yet; what goes wrong in its scripts is kept."""
        context = await self.browser.new_context(
            base_url=self.node.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport={"width": 1440, "height": 900},
            reduced_motion="reduce",
            accept_downloads=True,
        )
        await context.add_init_script(f"localStorage.setItem('evalroom.text-size', '{size}')")
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self._heard(line.type, line.text))
        return page

    async def enters(self, login: str, **look: str) -> Page:
        """Somebody logs in as people do, and stands before his sessions."""
        page = await self.newcomer(**look)
        await page.goto("/login")
        await page.locator("#login").fill(login)
        await page.locator("#password").fill(PASSWORD)
        await page.locator("#password").press("Enter")
        await page.wait_for_url("**/")
        return page

    def _heard(self, kind: str, text: str) -> None:
        # A refused request is no fault of a page; a blocked style or a broken sentence is.
        if kind == "error" and "Failed to load resource" not in text:
            self.faults.append(text)


@asynccontextmanager
async def house(data: Path, **offices: Office) -> AsyncIterator[House]:
    """A node with these log-ins, made on its command line, and nothing else in it."""
    config = Config(listen=Address("127.0.0.1", 0), metrics=None, data=data)
    async with accounts(config) as (registry, _):
        for login, office in offices.items():
            made = await registry.add(Author(), login, login, PASSWORD)
            await registry.grant(Author(), made.id, office)
    async with node(config) as running, async_playwright() as play:
        browser = await play.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield House(running, browser)
        finally:
            await browser.close()


async def choose(page: Page, label: str, wanted: str) -> None:
    """Pick from a list, by typing into it where names are looked up."""
    box = page.get_by_role("combobox", name=label)
    await box.focus()
    await box.press("Enter")
    if await box.is_editable():
        await box.press_sequentially(wanted)
    await page.get_by_role("option").filter(has_text=wanted).filter(visible=True).first.click()
    if await box.get_attribute("aria-expanded") == "true":
        # Where several may be chosen the list stays open.
        await box.press("Escape")


def row(page: Page, text: str) -> Locator:
    """The row of a table that says this."""
    return page.get_by_role("row").filter(has_text=text)


async def violations(page: Page) -> list[str]:
    """What axe finds wrong with a page as it stands."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(await asyncio.to_thread(AXE.read_text))
    found: Any = await page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]
    ]


def workbook(price: str | None = None) -> FilePayload:
    """The published case as a centre would fill it in; `price` stands in the first bid's cell."""
    made = write_workbook(replace(case(PUBLISHED), sheets=None), "zh-CN")
    if price is not None:
        book = openpyxl.load_workbook(io.BytesIO(made))
        cell = next(c for c in _column(book["投标人"], "投标报价（元）") if c.value is not None)
        cell.value = price
        out = io.BytesIO()
        book.save(out)
        made = out.getvalue()
    return {"name": "标书.xlsx", "mimeType": XLSX, "buffer": made}


def _column(sheet: Any, label: str) -> list[Any]:
    """The cells below a label."""
    head = next(c for line in sheet.iter_rows() for c in line if str(c.value).startswith(label))
    return [sheet.cell(place, head.column) for place in range(head.row + 1, sheet.max_row + 1)]


async def visit(page: Page, name: str) -> None:
    """Go to a page by the menu at the left, and on from there by its first button."""
    first, _, further = name.partition("/")
    await page.locator(f".er-menu a[href='/admin/{first}']").click()
    await page.wait_for_url(f"**/admin/{first}")
    if further:
        await page.get_by_role("button", name=NEW_SESSION).click()
        await page.wait_for_url(f"**/admin/{name}")
    await expect(page.locator(".er-loading")).to_have_count(0)
