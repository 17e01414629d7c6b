"""From a camera to the eye in a real browser: our wall beside the browser's own player.

    ./dev bench media_glass [--seconds N]

Chromium publishes a picture (WHIP; VP8 in three layers, 640x360, 15 a second) with the time burned
in as black and white blocks, to a whole node on this machine. Another page shows it, and the blocks
are read as soon as a player has put them on the screen: on the page of the wall, as people have it,
and as a `<video>` that plays the same source by WHEP. One after the other, and both again.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from bench.peers.pages import Place, place, wait_for

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "tests" / "app" / "media_page.js"
SOURCE = "seat.m1.camera"
TILE = f'[data-source="{SOURCE}"] .er-tile-live video'
PICTURE = "window.wantedPicture = { width: 640, height: 360, rate: 15, bits: 400000 }"
SETTLE_MS = 2_000

MOST_P50 = 20.0
"""Milliseconds, on one machine."""


@dataclass
class Seen:
    """One way to see: milliseconds from the burned-in time to the reading of it."""

    name: str
    path: str
    begin: Callable[[Page], object]
    late: list[float]
    pictures: float = 0.0
    """A second."""

    @property
    def p50(self) -> float:
        return statistics.median(self.late)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.late, n=100)[98]


def ways(session: str) -> tuple[Seen, Seen]:
    """Ours, and the browser's own."""
    return (
        Seen("wall", f"/s/{session}/wall", _watch_tile, []),
        Seen("<video>", "/healthz", _subscribe(session), []),
    )


def measured(at: Place, seconds: float, turns: int = 2) -> tuple[Seen, Seen]:
    both = ways(at.session)
    with _page(at, "m1", "/healthz") as camera:
        camera.evaluate(f"publish('{at.session}', '{SOURCE}')")
        for _ in range(turns):
            for way in both:
                with _page(at, "supervisor", way.path) as page:
                    way.begin(page)
                    _look(page, way, seconds)
    return both


def _subscribe(session: str) -> Callable[[Page], object]:
    return lambda page: page.evaluate(f"subscribe('{session}', '{SOURCE}', ['video'])")


def _watch_tile(page: Page) -> None:
    tile = f"document.querySelector({TILE!r})"
    wait_for(page, tile)
    page.evaluate(f"watch({tile})")


@contextmanager
def _page(at: Place, who: str, path: str) -> Iterator[Page]:
    with at.page(who, path, PICTURE) as page:
        page.add_script_tag(path=SCRIPT)
        yield page


def _look(page: Page, way: Seen, seconds: float) -> None:
    wait_for(page, "shown.length > 10")
    page.wait_for_timeout(SETTLE_MS)
    before = page.evaluate("shown.length")
    page.wait_for_timeout(1_000 * seconds)
    found = page.evaluate(f"shown.slice({before})")
    # A burned-in time holds 40 bits.
    way.late += [(shown - burned) % 2**40 for burned, shown in found]
    way.pictures = len(found) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    chosen = parser.parse_args()
    with place() as at:
        for way in measured(at, chosen.seconds):
            late = f"p50 {way.p50:5.0f}  p99 {way.p99:5.0f} ms"
            print(f"{way.name:10} {late}  {way.pictures:.1f} a second")


if __name__ == "__main__":
    main()
