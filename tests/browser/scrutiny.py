"""What an exacting reader finds wrong with a page: what axe finds, words of another language or of
none, controls that are cut off or lie over each other.
"""

import asyncio
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct
from playwright.async_api import Page

from tests.browser.desks import AXE, RULES

Language = Literal["zh-CN", "en"]


class Look(Struct, frozen=True):
    """How somebody has set his screen: language, size of letters in percent, window."""

    language: Language
    size: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.language} {self.size} % {self.width}×{self.height}"


AS_BUILT: Final = Look("zh-CN", 100, 1440, 900)
WORST: Final = Look("en", 125, 1280, 800)
"""Long words, large letters, a small screen: here axe looks a second time."""

LOOKS: Final = (
    AS_BUILT,
    Look("zh-CN", 112, 1280, 800),
    Look("zh-CN", 125, 1280, 800),
    Look("en", 112, 1440, 900),
    Look("en", 125, 1920, 1080),
    WORST,
)

NOT_WORDS: Final = re.compile(r"undefined|\bNaN\b|\[object |\{\w*\}|Invalid Date")
CHINESE: Final = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+")
ENGLISH: Final = re.compile(r"\b[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}")
"""Three words in a row: shorter ones are names of standards and of things (SHA-256, RTSP)."""

LOCALES: Final = Path(__file__).parents[2] / "web_client/src/locales/zh-CN"
KEYS: Final = re.compile(
    rf"\b(?:{'|'.join(sorted(one.stem for one in LOCALES.glob('*.json')))}|refusal)\.[a-z]\w*"
)
"""Where a text stands among the texts, shown because it does not stand there."""

SCRUTINY: Final = Path(__file__).with_suffix(".js")


class Scrutiny:
    """Of one page. `data` is what people have written, in whatever language."""

    def __init__(self, page: Page, data: Iterable[str]) -> None:
        self._page = page
        telling = {one for one in data if len(one) > 1 and CHINESE.search(one)}
        self._data = sorted(telling | {"中文", "English"}, key=len, reverse=True)

    async def begin(self) -> None:
        """Before the page is opened."""
        for script in (AXE, SCRUTINY):
            await self._page.add_init_script(await asyncio.to_thread(script.read_text))

    async def faults(self, looks: Collection[Look] = LOOKS, within: str = "body") -> list[str]:
        """Everything that is wrong with it in these looks; axe looks `within` a part."""
        found = []
        for look in looks:
            await self._take(look)
            found += [f"{look}: {fault}" for fault in await self._evaluate("layout()")]
            if look in (AS_BUILT, WORST):
                words = await self._evaluate("words()")
                found += [f"{look}: {fault}" for fault in misworded(words, look, self._data)]
                found += [f"{look}: {fault}" for fault in await self._violations(within)]
        await self._take(AS_BUILT)
        return found

    async def _take(self, look: Look) -> None:
        await self._page.set_viewport_size({"width": look.width, "height": look.height})
        await self._evaluate(f"set('{look.language}', {look.size})")

    async def _violations(self, within: str) -> list[str]:
        asked = "([part, rules]) => axe.run(part, {runOnly: rules, resultTypes: ['violations']})"
        told: Any = await self._page.evaluate(asked, [within, RULES])
        return [
            f"axe {one['id']}: {node['html'][:160]}"
            for one in told["violations"]
            for node in one["nodes"]
        ]

    async def _evaluate(self, expression: str) -> Any:
        return await self._page.evaluate(f"scrutiny.{expression}")


def misworded(words: Iterable[str], look: Look, data: Iterable[str]) -> list[str]:
    """What nobody has written and cannot be read in this language."""
    foreign = CHINESE if look.language == "en" else ENGLISH
    found = []
    for text in words:
        rest = without(text, data)
        for pattern in (NOT_WORDS, KEYS, foreign):
            found += [f"“{one.group()}” in “{text[:80]}”" for one in pattern.finditer(rest)]
    return found


def without(text: str, data: Iterable[str]) -> str:
    """The text without what people have written, longest first."""
    for one in data:
        if one:
            text = text.replace(one, " ")
    return text
