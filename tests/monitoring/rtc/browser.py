"""A real browser with a camera that is none, and the page it opens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Page, async_playwright

from tests.browser import chromium

FLAGS = ["--headless=new", *chromium.FLAGS]

PAGE = Path(__file__).with_name("page.html")

Answer = Callable[[str], Awaitable[str]]


@asynccontextmanager
async def page(publish: Answer, subscribe: Answer) -> AsyncIterator[Page]:
    """A page open in the browser, whose offers go to these two."""
    async with _served(publish, subscribe) as url, async_playwright() as play:
        browser = await play.chromium.launch(
            executable_path=chromium.executable(), args=FLAGS, ignore_default_args=["--headless"]
        )
        try:
            opened = await browser.new_page()
            await opened.goto(url)
            yield opened
        finally:
            await browser.close()


@asynccontextmanager
async def _served(publish: Answer, subscribe: Answer) -> AsyncIterator[str]:
    text = PAGE.read_text()

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=text, content_type="text/html")

    def answering(answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def post(request: web.Request) -> web.Response:
            return web.Response(text=await answer(await request.text()), status=201)

        return post

    app = web.Application()
    app.router.add_get("/", show)
    app.router.add_post("/publish", answering(publish))
    app.router.add_post("/subscribe", answering(subscribe))
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address: Any = runner.addresses[0]
        yield f"http://127.0.0.1:{address[1]}/"
    finally:
        await runner.cleanup()
