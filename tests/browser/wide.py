"""The largest score sheet there is known to be, 119 bids by 20 items, in a real browser: how
smoothly it scrolls and how soon a score that was typed is on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any, Final

from playwright.async_api import Page

from evalroom.sessions.tender.model import Criterion, Tender
from tests.sessions.cast import small_tender

BIDS: Final = 119
ITEMS: Final = 20
TYPED: Final = 20

_SCROLL: Final = """async () => {
  const sheet = document.querySelector('.er-sheet')
  const frame = () => new Promise(requestAnimationFrame)
  const times = []
  let before = await frame()
  for (let step = 0; step < 180; step += 1) {
    sheet.scrollLeft += 45
    const now = await frame()
    times.push(now - before)
    before = now
  }
  return times
}"""

# From the key that leaves the cell to the words that it is on disk, drawn.
_WATCH: Final = """() => {
  window.saved = new Promise((done) => {
    addEventListener('keydown', (event) => {
      const begun = event.timeStamp
      let left = false
      const watch = new MutationObserver(() => {
        if (document.querySelector('.er-saving-sending')) left = true
        if (!left || !document.querySelector('.er-saving-saved')) return
        watch.disconnect()
        requestAnimationFrame(() => done(performance.now() - begun))
      })
      const all = { subtree: true, childList: true, attributes: true }
      watch.observe(document.querySelector('.er-pane'), all)
    }, { once: true, capture: true })
  })
}"""


@dataclass(frozen=True)
class Readings:
    """In milliseconds: each frame while scrolling, each score from its key to 已暂存."""

    frames: Sequence[float]
    saved: Sequence[float]

    def __str__(self) -> str:
        return (
            f"frames while scrolling  median {median(self.frames):6.1f}  "
            f"95 % {_at(self.frames, 0.95):6.1f}  longest {max(self.frames):6.1f} ms\n"
            f"key to on disk          median {median(self.saved):6.1f}  "
            f"95 % {_at(self.saved, 0.95):6.1f}  longest {max(self.saved):6.1f} ms"
        )


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def wide_tender() -> Tender:
    """119 bids; one item to pass, 20 to score."""
    items = (
        Criterion(
            f"t{n}", "technical", f"方案 {n}", "range",
            points=Decimal(3), interval=Decimal("0.5"),
        )
        for n in range(1, ITEMS)
    )  # fmt: skip
    return small_tender(
        bids=BIDS,
        criteria=(
            Criterion("q1", "conformity", "报价唯一", "pass_fail"),
            *items,
            Criterion("b1", "business", "业绩", "range", points=Decimal(23)),
        ),
    )


async def read(page: Page) -> Readings:
    """Scroll through the whole sheet and back, and type down one column."""
    frames: Any = await page.evaluate(_SCROLL)
    await page.evaluate("document.querySelector('.er-sheet').scrollLeft = 0")
    return Readings(frames, [await _typed(page, n) for n in range(TYPED)])


async def _typed(page: Page, number: int) -> float:
    bid, item = 1 + number // (ITEMS - 1), 1 + number % (ITEMS - 1)
    field = page.locator(f"#score-t{item}-B{bid}")
    await field.focus()
    await field.select_text()
    standing = await field.input_value()
    await page.keyboard.type("2.5" if standing != "2.5" else "1.5")
    await page.evaluate(_WATCH)
    await page.keyboard.press("Enter")
    taken: float = await page.evaluate("window.saved")
    return taken
