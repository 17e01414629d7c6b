"""A wall of many pictures in a real browser: how soon, how smooth, and whether all of them are
there.

    ./dev bench media_tiles [--tiles N...] [--seconds N]

The page of the wall as people have it, at a whole node on this machine, in Chromium at 1440x900.
The cameras were encoded before (VP8 in three layers, 640x360, 15 a second, 400 kbit/s). 36 pictures
are so small that the server leaves the highest layer out: half of them are sent. Told are the time
from the opening of the page's line, or from the key that asks for more tiles, to the first picture,
pictures shown a second as the browser's player counts them, the least of all tiles and all in all,
and how many tiles are black on the screen. Chromium is headless and has no GPU (`--headless=new
--disable-gpu`): it decodes, scales and puts together every picture on the cores of this machine.
"""

import argparse
import io
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from playwright.sync_api import Page

from bench.peers.pages import Place, place, wait_for

SCRIPT = (Path(__file__).parent / "peers" / "tiles.js").read_text()
RATE = 15
SMALL_TILE = 200
"""Pixels, up to which half of the pictures are sent."""

KEY_OF = {16: "0", 36: "6"}
BLACK = 30
"""The light of a tile that shows nothing, or only words; the film's is half as much again."""

MOST_FIRST_MS = 500.0

LEAST_SHARE = 0.97
"""Of the pictures sent that each tile shows: at either end of a measurement one is cut off."""


@dataclass(frozen=True)
class Wall:
    """A number of tiles, milliseconds until the first pictures, pictures a second of each tile, the
    rate at which they are sent, tiles that are black, and how much of a core the browser, all its
    processes together, and the node took.
    """

    tiles: int
    first: tuple[float, ...]
    rates: tuple[float, ...]
    sent: float
    black: int
    browser: float
    node: float

    def __str__(self) -> str:
        return (
            f"{self.tiles:>5}{statistics.median(self.first):>10.0f}{max(self.first):>8.0f}"
            f"{self.sent:>9.1f}{min(self.rates):>7.1f}{statistics.median(self.rates):>8.1f}"
            f"{self.black:>7}{self.browser:>9.0%}{self.node:>6.0%}"
        )


def measured(at: Place, tiles: int, seconds: float) -> Wall:
    at.node.ask(f"show {tiles}")
    with at.page("supervisor", f"/s/{at.session}/wall", SCRIPT) as page:
        _all_seen(page, min(tiles, 16))
        if tiles > 16:
            page.evaluate("more()")
            page.keyboard.press(KEY_OF[tiles])
            _all_seen(page, tiles)
        first = page.evaluate("Object.values(tiles.first)")
        page.wait_for_timeout(2_000)
        browser, node = _browser_cpu(at), at.node.cpu()
        begun, before = page.evaluate("shownOfTiles()")
        page.wait_for_timeout(1_000 * seconds)
        now, after = page.evaluate("shownOfTiles()")
        took = (now - begun) / 1_000
        browser, node = (_browser_cpu(at) - browser) / took, (at.node.cpu() - node) / took
        places = page.evaluate("placesOfTiles()")
        black = sum(light < BLACK for light in _lights(page, places)) + tiles - len(places)
    rates = tuple((after[source] - count) / took for source, count in before.items())
    missing = (0.0,) * (tiles - len(rates))
    sent = RATE if max(width for _, _, width, _ in places) > SMALL_TILE else RATE / 2
    return Wall(tiles, tuple(first), rates + missing, sent, black, browser, node)


def _all_seen(page: Page, tiles: int) -> None:
    wait_for(page, f"Object.keys(tiles.first).length >= {tiles}")


def _browser_cpu(at: Place) -> float:
    """CPU seconds that the browser has used."""
    told: Any = at.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    return float(sum(process["cpuTime"] for process in told["processInfo"]))


def _lights(page: Page, places: list[tuple[float, float, float, float]]) -> list[float]:
    """How light the middle of each place is on the screen, 0 to 255."""
    with av.open(io.BytesIO(page.screenshot()), "r") as file:
        screen: Any = next(file.decode(video=0)).to_ndarray(format="gray")
    return [
        screen[
            round(top + height / 4) : round(top + 3 * height / 4),
            round(left + width / 4) : round(left + 3 * width / 4),
        ].mean()
        for left, top, width, height in places
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiles", type=int, nargs="+", default=[16, 36], choices=KEY_OF)
    parser.add_argument("--seconds", type=float, default=10)
    chosen = parser.parse_args()
    print("tiles   first ms: median, last   sent  least  median  black  core: browser, node")
    with place() as at:
        for tiles in chosen.tiles:
            print(measured(at, tiles, chosen.seconds))


if __name__ == "__main__":
    main()
