"""A search for words that a page must not hold: in what it shows and says, in what it stores, in
what came and went over the network, in all its memory, in every picture on it.
"""

import io
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import av
import msgspec
import numpy as np
from playwright.async_api import Page, Route, WebSocket

from tests.browser.around import STORES

BESIDE_ASSETS: Final = re.compile(r"^https?://[^/]+/(?!assets/)")
"""Scripts, styles and letters are the same for everybody."""

DOM: Final = """() => {
  const typed = [...document.querySelectorAll('input, textarea, select')].map((one) => one.value);
  const around = [document.title, location.href, window.name, JSON.stringify(history.state)];
  return [document.documentElement.outerHTML, ...typed, ...around].join('\\n');
}"""

CACHES: Final = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.push(request.url, await (await cache.match(request)).text());
    }
  }
  return found.join('\\n');
}"""


class _Snapshot(msgspec.Struct):
    """Of the memory of a page, as Chromium writes it, the texts."""

    strings: list[str]


PICTURES: Final = """() => [...document.querySelectorAll('video, canvas, img')].map((one) => {
  const [wide, high] = [one.videoWidth ?? one.naturalWidth ?? one.width,
                        one.videoHeight ?? one.naturalHeight ?? one.height];
  if (!wide || !high) return [];
  const canvas = new OffscreenCanvas(32, 18);
  const pen = canvas.getContext('2d');
  pen.drawImage(one, 0, 0, 32, 18);
  return [...pen.getImageData(0, 0, 32, 18).data];
})"""
"""What is in each of them, shown or hidden, as 32 × 18 pixels."""


class Ear:
    """All that goes to a page and comes from it, by where it was heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    async def listen(self, page: Page) -> None:
        """From now on: answers before the page has them, what it sends, its sockets both ways."""
        await page.route(BESIDE_ASSETS, self._pass_on)
        page.on("websocket", self._follow)

    def listed(self) -> set[str]:
        """The sources of pictures that the server has told this page of."""
        told = (msgspec.json.decode(one) for at, one in self.heard if at == "/monitor text")
        return {stream["source"] for one in told for stream in one.get("streams", ())}

    async def _pass_on(self, route: Route) -> None:
        where = urlsplit(route.request.url).path
        self.heard.append((where, route.request.url.encode()))
        self.heard.append((f"to {where}", route.request.post_data_buffer or b""))
        answer = await route.fetch(max_redirects=0)
        self.heard.append((where, await answer.body()))
        if route.request.resource_type == "document":
            # A page that comes from nowhere may open no socket.
            await route.continue_()
        else:
            await route.fulfill(response=answer)

    def _follow(self, socket: WebSocket) -> None:
        where = urlsplit(socket.url).path

        def hear(payload: str | bytes) -> None:
            text = isinstance(payload, str)
            raw = payload.encode() if isinstance(payload, str) else payload
            self.heard.append((f"{where} text" if text else where, raw))

        socket.on("framereceived", hear)
        socket.on("framesent", hear)


async def places_of(page: Page, ear: Ear, words: tuple[str, ...]) -> dict[str, set[str]]:
    """Where each word is, of those that are anywhere: `DOM`, `spoken`, `stores`, `caches`,
    `memory`, or where it was heard.
    """
    texts = {
        "DOM": await page.evaluate(DOM),
        "spoken": await page.locator("body").aria_snapshot(),
        "stores": await page.evaluate(STORES),
        "caches": await page.evaluate(CACHES),
        "memory": await _memory(page),
    }
    found: dict[str, set[str]] = {}
    for word in words:
        for place, text in texts.items():
            if word in text:
                found.setdefault(word, set()).add(place)
        for where, raw in ear.heard:
            if any(one in raw for one in _written(word)) or word in set(_unpacked(where, raw)):
                found.setdefault(word, set()).add(where)
    return found


async def coloured(page: Page) -> int:
    """Points of the members' screen colour (a pure magenta) that can be seen on a page or are in
    one of its pictures.
    """
    shot = await page.screenshot()
    with av.open(io.BytesIO(shot), "r") as file:
        shown = next(file.decode(video=0)).to_ndarray(format="rgb24")
    inner = [np.array(one, np.uint8).reshape(-1, 4)[:, :3] for one in await page.evaluate(PICTURES)]
    return sum(_magenta(points) for points in (shown.reshape(-1, 3), *inner))


def _magenta(points: Any) -> int:
    red, green, blue = (points[:, n].astype(int) for n in range(3))
    return int(((red > 200) & (green < 60) & (blue > 200)).sum())


def _written(word: str) -> tuple[bytes, bytes]:
    """As it stands in a body: plainly, or in letters of ASCII alone."""
    return word.encode(), msgspec.json.encode(word)[1:-1].decode().encode(
        "ascii", "backslashreplace"
    )


def _unpacked(where: str, raw: bytes) -> Iterator[str]:
    """The texts and numbers in a frame of the session's own socket."""
    if "socket" in where:
        try:
            yield from _texts(msgspec.msgpack.decode(raw))
        except msgspec.DecodeError:
            # A transport's own short word, no packet.
            return


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for pair in value.items():
            yield from _texts(pair)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)


async def _memory(page: Page) -> str:
    """Every text in the page's memory, whoever holds it."""
    client = await page.context.new_cdp_session(page)
    chunks: list[str] = []
    client.on("HeapProfiler.addHeapSnapshotChunk", lambda told: chunks.append(told["chunk"]))
    await client.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    await client.detach()
    texts = msgspec.json.decode("".join(chunks), type=_Snapshot).strings
    return "\n".join(texts)
