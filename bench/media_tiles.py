"""A wall of many pictures in a real browser: how soon, how smooth, and whether all of them are
there.

    ./dev bench media_tiles [--tiles N...] [--seconds N]

The page of the wall as people have it, at a whole node on this machine, in Chromium at 1440x900.
The cameras were encoded before (VP8 in three layers, 640x360, 15 a second, 400 kbit/s). 36 pictures
are so small that the server leaves the highest layer out: half of them are sent. Told are the time
from the opening of the page's line, or from the key that asks for more tiles, to the first picture,
pictures drawn a second, the least of all tiles and all in all, and how many tiles stay black.
"""

import argparse
import statistics
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from bench.peers.pages import Place, place, wait_for

SCRIPT = (Path(__file__).parent / "peers" / "tiles.js").read_text()
RATE = 15
SMALL_TILE = 200
"""Pixels, up to which half of the pictures are sent."""

KEY_OF = {16: "0", 36: "6"}
BLACK = 16
"""The light of a picture that shows nothing."""

MOST_FIRST_MS = 500.0

LEAST_SHARE = 0.97
"""Of the pictures sent that each tile draws: at either end of a measurement one is cut off."""


@dataclass(frozen=True)
class Wall:
    """A number of tiles, milliseconds until the first pictures, pictures a second of each tile, the
    rate at which they are sent, tiles that are black, and the share of a core that the node took.
    """

    tiles: int
    first: tuple[float, ...]
    rates: tuple[float, ...]
    sent: float
    black: int
    core: float

    def __str__(self) -> str:
        return (
            f"{self.tiles:>5}{statistics.median(self.first):>10.0f}{max(self.first):>8.0f}"
            f"{self.sent:>9.1f}{min(self.rates):>7.1f}{statistics.median(self.rates):>8.1f}"
            f"{self.black:>7}{self.core:>11.1%}"
        )


def measured(at: Place, tiles: int, seconds: float) -> Wall:
    at.node.ask(f"show {tiles}")
    with at.page("supervisor", f"/s/{at.session}/wall", SCRIPT) as page:
        since = "tiles.opened"
        if tiles > 16:
            _all_seen(page, 16)
            page.evaluate("() => { tiles.asked = performance.now(); tiles.drawn = {} }")
            page.keyboard.press(KEY_OF[tiles])
            since = "tiles.asked"
        _all_seen(page, tiles)
        first = page.evaluate(f"Object.values(tiles.drawn).map(([at]) => at - {since})")
        page.wait_for_timeout(2_000)
        page.evaluate("tiles.drawn = {}")
        before = at.node.cpu()
        page.wait_for_timeout(1_000 * seconds)
        drawn = page.evaluate("Object.values(tiles.drawn).map((times) => times.length)")
        core = (at.node.cpu() - before) / seconds
        seen = page.evaluate("lightOfTiles()")
    missing = tiles - len(drawn)
    rates = tuple(count / seconds for count in drawn) + (0.0,) * missing
    widest = max(width for _, width in seen)
    black = sum(light < BLACK for light, _ in seen) + tiles - len(seen)
    sent = RATE if widest > SMALL_TILE else RATE / 2
    return Wall(tiles, tuple(first), rates, sent, black, core)


def _all_seen(page: Page, tiles: int) -> None:
    wait_for(page, f"Object.keys(tiles.drawn).length >= {tiles}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiles", type=int, nargs="+", default=[16, 36], choices=KEY_OF)
    parser.add_argument("--seconds", type=float, default=10)
    chosen = parser.parse_args()
    print("tiles   first ms: median, last   sent  least  median  black  node's core")
    with place() as at:
        for tiles in chosen.tiles:
            print(measured(at, tiles, chosen.seconds))


if __name__ == "__main__":
    main()
