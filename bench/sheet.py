"""The largest score sheet, 119 bids x 20 items, in a real browser: how soon what is typed is drawn,
and is on disk and said to be.

    ./dev bench sheet [--scores N]

A whole node on this machine, everybody in the room, two PDF documents in each bid; a member's own
page in Chromium at 1440x900, with his camera on, drawn without a graphics card. Scores are typed
key by key down the first bid, down the last, and all over the sheet. Times run from the key press
as the browser stamped it to the frame that shows what came of it. Below them what nothing can be
faster than: the same command alone, from the same page; one small value kept by the browser; a key
in an empty page.
"""

import argparse
import os
import random
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import CDPSession, Page

from bench.peers.pages import Place, place, wait_for
from tests.browser.wide import BIDS, ITEMS

SCRIPT: Final = (Path(__file__).parent / "peers" / "sheet.js").read_text()
MEMBER: Final = "m1"
SAVED_MS: Final = 100
"""Key press to 已暂存, as people are promised."""

FRAME_MS: Final = 50
"""A frame that nobody takes for lag."""

OPENINGS: Final = 3
SWITCHES: Final = 12
STEP: Final = 90
"""Pixels a frame: the whole width in less than two seconds."""

ELEMENTS: Final = "document.querySelectorAll('*').length"
EMPTY: Final = "<input autofocus>"

Spot = tuple[str, str, int]
"""A bid, an item, and the bid's column."""


def spots(count: int) -> list[Spot]:
    """Cells down the first bid, down the last, and all over the sheet; as many of each."""
    chance = random.Random(119)
    columns = [0, BIDS - 1]
    rows = [(column, row) for column in columns for row in range(count // 3)]
    rows += [(chance.randrange(BIDS), chance.randrange(ITEMS)) for _ in range(count - len(rows))]
    return [(f"B{column + 1}", f"t{row % (ITEMS - 1) + 1}", column) for column, row in rows]


def told(what: str, took: Sequence[float], most: float | None = None) -> None:
    late = sorted(took)
    figures = [statistics.median(late), late[ceil(0.95 * (len(late) - 1))], late[-1]]
    words = " ".join(f"{figure:8.1f}" for figure in figures)
    print(f"{what:44}{len(late):6} {words}{'' if most is None else f'   at most {most:.0f}'}")


@contextmanager
def sheet(at: Place) -> Iterator[Page]:
    """The member's page, when its sheet and its first document are there."""
    with at.page(MEMBER, f"/s/{at.session}/expert", SCRIPT) as page:
        wait_for(page, "noted.ready !== null && noted.drawn !== null")
        page.wait_for_timeout(2_000)
        yield page


def opened(at: Place) -> None:
    """From an address to a cell that takes a score, nothing of the page in the browser yet."""
    ready, drawn = [], []
    for _ in range(OPENINGS):
        with sheet(at) as page:
            ready.append(page.evaluate("noted.ready"))
            drawn.append(page.evaluate("noted.drawn"))
    told("page opened to a cell that takes a score", ready)
    told("page opened to the first page of a document", drawn)


def typed(at: Place, page: Page, count: int) -> None:
    """Score by score, each waited for."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    before, node = metrics(devtools), at.node.cpu()
    forget(page)
    for number, (bid, item, column) in enumerate(spots(count)):
        score(page, bid, item, column)
        wait_for(page, f"noted.saved.length > {number}")
    noted = page.evaluate("noted")
    told("key to 已暂存", noted["saved"], SAVED_MS)
    told("key to the frame that shows it", noted["painted"])
    told("key until the page hears of it", noted["keys"])
    long = noted["long"]
    print(f"tasks over 50 ms: {len(long)} in {count} scores, longest {max(long, default=0):.0f} ms")
    after, used = metrics(devtools), (at.node.cpu() - node) / count
    parts = [
        f"{name} {(after[f'{key}Duration'] - before[f'{key}Duration']) / count * 1e3:.1f}"
        for name, key in (("script", "Script"), ("style", "RecalcStyle"), ("layout", "Layout"))
    ]
    print(f"ms a score, drawing apart: {', '.join(parts)}; the node {used * 1e3:.1f} ms CPU")
    print(f"{page.evaluate(ELEMENTS)} elements, {after['JSHeapUsedSize'] / 1e6:.0f} MB of objects")


def hurried(page: Page, count: int) -> None:
    """One score after the other, nothing waited for."""
    page.evaluate("placed('B2', 't1', 1)")
    forget(page)
    for number in range(count):
        page.keyboard.type("0.5" if number % 2 else "1")
        page.keyboard.press("Enter")
    told("the same, typed without a pause", page.evaluate("noted.painted"))
    wait_for(page, "document.querySelector('.er-saving-saved') !== null")


def score(page: Page, bid: str, item: str, column: int) -> None:
    standing = page.evaluate(f"placed('{bid}', '{item}', {column})")
    page.keyboard.type("2.5" if standing != "2.5" else "1.5")
    page.keyboard.press("Enter")


def switched(page: Page) -> None:
    """From bid to bid by keyboard, its documents beside it."""
    page.evaluate("placed('B1', 't1', 0)")
    page.wait_for_timeout(1_000)
    drawn = []
    forget(page)
    for _ in range(SWITCHES):
        begun = page.evaluate("noted.drawn = null, performance.now()")
        page.keyboard.press("Control+ArrowRight")
        wait_for(page, "noted.drawn !== null")
        page.wait_for_timeout(500)
        drawn.append(page.evaluate("noted.drawn") - begun)
    told("next bid: key to the cursor in its cell", page.evaluate("noted.painted"))
    told("next bid: key to its document", drawn)


def limits(page: Page, count: int) -> None:
    bids = (f"B{number % BIDS + 1}" for number in range(count))
    alone = [page.evaluate(f"commanded('{bid}', 't3')") for bid in bids]
    told("limit: the command alone, answered", alone)
    told("limit: a value kept by the browser", page.evaluate(f"kept({count})"))
    told("limit: a frame with nothing to do", page.evaluate("rested(60)"))
    blank = page.context.new_page()
    blank.set_content(EMPTY)
    blank.add_script_tag(content=SCRIPT)
    for _ in range(count):
        blank.keyboard.press("1")
        blank.wait_for_timeout(40)
    told("limit: a key in an empty page", blank.evaluate("noted.painted"))
    blank.close()


def metrics(devtools: CDPSession) -> dict[str, float]:
    """What Chromium counts of a page; durations in seconds."""
    found: Any = devtools.send("Performance.getMetrics")
    return {each["name"]: each["value"] for each in found["metrics"]}


def forget(page: Page) -> None:
    page.evaluate("Object.assign(noted, { keys: [], painted: [], saved: [], long: [] })")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scores", type=int, default=120)
    chosen = parser.parse_args()
    with place("sheet_node") as at:
        print(f"{'milliseconds':44}{'n':>6} {'median':>8} {'95 %':>8} {'longest':>8}")
        opened(at)
        with sheet(at) as page:
            typed(at, page, chosen.scores)
            hurried(page, chosen.scores)
            told(
                "a frame while it is scrolled all over",
                page.evaluate(f"scrolled({STEP})"),
                FRAME_MS,
            )
            switched(page)
            limits(page, chosen.scores)
    print("load", *(f"{each:.1f}" for each in os.getloadavg()), "on", os.cpu_count(), "cores")


if __name__ == "__main__":
    main()
