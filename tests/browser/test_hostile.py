"""A session in which whatever can be written holds what would do harm if a page took it for its
own: names, titles, notices, remarks, reasons. Nothing of it runs, and no page falls apart.
"""

from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import ConsoleMessage, Dialog, Page

from evalroom.cli.rehearse_file import WORKS, case
from evalroom.identity.registry import Author
from evalroom.sessions.tender.model import Tender
from tests.browser.around import Hall, hall
from tests.browser.stand import stand, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TENDER: Final = case(WORKS)

HOSTILE: Final = (
    '"><img src=x onerror="window.__x=1">',
    "<script>window.__x=1</script>",
    "<svg/onload=window.__x=1>",
    "{{constructor.constructor('window.__x=1')()}}",
    "javascript:window.__x=1//",
    "'-(window.__x=1)-'<style>*{display:none}</style>",
    "@:frame.title | {count} <a href='javascript:window.__x=1'>x</a>",
    "=HYPERLINK(1)",
)
LONG: Final = "W" * 40
PAGES: Final = (
    ("agency_lead", "host", ".er-matrix tbody tr"),
    ("agency_lead", "host/people", "tbody tr"),
    ("agency_lead", "host/minutes", ".er-sheetpaper tbody tr"),
    ("supervisor", "wall", ".er-tools"),
    ("m3", "expert", ".er-sheet"),
)

RAN: Final = "() => window.__x ?? null"
PLANTED: Final = """() => ['script', '[onerror]', '[onload]', 'a[href^="javascript:"]',
  'img[src="x"]', 'style'].flatMap((one) => [...document.querySelectorAll(`#app ${one}`)])
  .map((one) => one.outerHTML)"""
SHEET: Final = "() => document.querySelector('.er-sheet').getBoundingClientRect().height"
TOO_WIDE: Final = (
    "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
)


def written(number: int) -> str:
    """The next harm, told apart from the others."""
    return f"{number}{HOSTILE[number % len(HOSTILE)]}{LONG}"


def hostile(tender: Tender) -> Tender:
    """The same evaluation by other names."""
    return replace(
        tender,
        title=written(0),
        procuring_entity=written(1),
        agent=written(2),
        lot=replace(tender.lot, title=written(3)),
        bids=tuple(replace(bid, bidder=written(n)) for n, bid in enumerate(tender.bids)),
        venues=tuple(replace(one, title=written(n + 20)) for n, one in enumerate(tender.venues)),
        sections=tuple(
            replace(one, title=written(n + 30)) for n, one in enumerate(tender.sections)
        ),
        criteria=tuple(
            replace(one, title=written(n + 40), guidance=written(n + 1), clause=written(n + 2))
            for n, one in enumerate(tender.criteria)
        ),
        committee=tuple(
            replace(one, alias=written(n + 60)[:64]) for n, one in enumerate(tender.committee)
        ),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def held(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with (
        stand(tmp_path_factory.mktemp("node"), hostile(TENDER), until("preliminary")) as up,
        hall(up) as opened,
    ):
        for number, part in enumerate(up.people.cast.everyone):
            account = up.people.accounts[part.login]
            await up.node.registry.change(Author(), account, name=written(number))
        lead, supervisor = await opened.seat("agency_lead"), await opened.seat("supervisor")
        witness = await opened.seat("witness")
        for number in range(len(HOSTILE)):
            text = written(number)
            await lead.send("SendNotice", {"kind": "announcement", "text": text})
            await supervisor.send("RecordRemark", {"text": text})
            await witness.send("RecordRemark", {"text": text, "member": "m2"})
        yield opened


async def test_nothing_that_people_have_written_runs_on_any_page_or_breaks_it(held: Hall) -> None:
    found: list[str] = []
    for who, path, there in PAGES:
        page = await held.page(held.stand.cookies(who))
        listen(page, path, found)
        await page.goto(f"/s/{held.stand.session}/{path}")
        await page.locator(there).first.wait_for()
        await page.get_by_text(LONG).first.wait_for(state="attached")
        assert await page.evaluate(RAN) is None, path
        assert await page.evaluate(PLANTED) == [], path
        wide = await page.evaluate(TOO_WIDE)
        found += [f"{path}: {wide} px too wide"] if wide > 0 else []
        if path == "expert":
            # However much lies before the seat, the sheet keeps its room.
            assert await page.evaluate(SHEET) > 150
    assert found == []


def listen(page: Page, path: str, found: list[str]) -> None:
    """Keep what a page complains of: a policy that had to step in is a hole that was nearly one."""

    def said(line: ConsoleMessage) -> None:
        if line.type == "error" and "Failed to load resource" not in line.text:
            found.append(f"{path}: {line.text}")

    async def asked(dialog: Dialog) -> None:
        found.append(f"{path}: asks {dialog.message}")
        await dialog.dismiss()

    page.on("console", said)
    page.on("dialog", asked)
    page.on("pageerror", lambda error: found.append(f"{path}: {error}"))
