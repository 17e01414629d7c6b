"""A simulated person's browser: cookies, problems as refusals, silence as such."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from evalroom.rehearsal import browser as browser_module
from evalroom.rehearsal.browser import JITTER, SHORT_MS, Browser, Unreachable, stretched
from evalroom.rehearsal.words import CATALOGUES, Words
from evalroom.sessions.refusals import Refused
from tests.identity.parts import PASSWORD
from tests.rehearsal.house import House

NOWHERE = "http://127.0.0.1:9"


async def test_a_browser_is_known_again_by_its_cookies(home: House) -> None:
    async with Browser(home.node.url) as browser:
        entered = await browser.log_in("system", PASSWORD)
        assert entered["office"] == "system"
        assert (await browser.get("/api/me"))["account"] == entered["account"]


async def test_a_problem_is_a_refusal_with_its_code_and_parameters(home: House) -> None:
    async with Browser(home.node.url) as browser:
        with pytest.raises(Refused) as refused:
            await browser.log_in("system", "not this one")
        assert refused.value.code == "wrong_credentials"


@pytest.mark.rule("K36")
async def test_an_address_where_nobody_answers_is_named(home: House) -> None:
    url = home.node.url.replace(str(home.node.address.port), "9")
    async with Browser(url) as browser:
        with pytest.raises(Unreachable) as nobody:
            await browser.get("/healthz")
    assert (nobody.value.url, nobody.value.reason) == ("http://127.0.0.1:9", "away")


@pytest.mark.rule("K36")
async def test_why_a_server_is_not_reached_is_told_apart(home: House) -> None:
    for url, reason in (
        (home.node.url.replace("http:", "https:"), "no_tls"),
        ("http://nowhere.invalid", "unknown_name"),
    ):
        async with Browser(url) as browser:
            with pytest.raises(Unreachable) as unreached:
                await browser.get("/healthz")
        assert unreached.value.reason == reason
        for lang in CATALOGUES:
            assert url in Words(lang)(f"unreachable.{reason}", url=url)


async def test_another_server_is_not_taken_for_ours() -> None:
    async with TestServer(web.Application()) as other, Browser(str(other.make_url(""))) as browser:
        with pytest.raises(Unreachable) as other_one:
            await browser.get("/healthz")
    assert other_one.value.reason == "another"


class Doorman:
    """A server that answers as it is told, one answer after the other, and counts."""

    def __init__(self, *answers: tuple[int, dict[str, Any]]) -> None:
        self.left = list(answers)
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.method)
        status, body = self.left.pop(0)
        return web.json_response(body, status=status)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", self.answer)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")


BUSY = (503, {"code": "busy", "params": {}, "retry_ms": 10})
LONG = (429, {"code": "log_in_throttled", "params": {}, "retry_ms": SHORT_MS + 1})
DONE = (200, {"done": True})


@pytest.mark.rule("K50")
async def test_what_a_busy_server_wants_to_be_asked_again_is_asked_again() -> None:
    doorman = Doorman(BUSY, BUSY, DONE)
    async with doorman.at_work() as url, Browser(url) as browser:
        assert await browser.post("/api/login", {}) == {"done": True}
    assert len(doorman.asked) == 3


@pytest.mark.rule("K50")
async def test_a_server_that_is_unavailable_is_asked_again_though_it_does_not_say_when(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(browser_module, "UNAVAILABLE_MS", 10)
    doorman = Doorman((503, {"code": "storage_unavailable", "params": {}}), DONE)
    async with doorman.at_work() as url, Browser(url) as browser:
        assert await browser.get("/api/sessions") == {"done": True}


@pytest.mark.rule("K50")
async def test_a_long_wait_is_told_to_whoever_asked() -> None:
    doorman = Doorman(LONG)
    async with doorman.at_work() as url, Browser(url) as browser:
        with pytest.raises(Refused) as refused:
            await browser.post("/api/login", {})
    assert refused.value.code == "log_in_throttled"


@pytest.mark.rule("K49")
async def test_a_browser_goes_to_the_next_node_when_its_own_is_away_and_stays_there() -> None:
    doorman = Doorman(DONE, DONE)
    async with doorman.at_work() as url, Browser(NOWHERE, url) as browser:
        await browser.post("/api/login", {})
        await browser.get("/api/me")
        assert browser.url == url
    assert doorman.asked == ["POST", "GET"]


@pytest.mark.rule("K49")
async def test_a_log_in_goes_along_to_a_node_of_another_name(home: House) -> None:
    other = home.node.url.replace("127.0.0.1", "localhost")
    async with Browser(home.node.url, other) as browser:
        await browser.log_in("system", PASSWORD)
        assert browser.move_on(home.node.url)
        # A second window that has lost the same node does not send the first one on.
        assert browser.move_on(home.node.url)
        assert browser.url == other
        assert (await browser.get("/api/me"))["office"] == "system"


async def test_where_there_is_one_node_a_browser_stays(home: House) -> None:
    async with Browser(home.node.url) as browser:
        assert not browser.move_on(home.node.url)
        assert browser.url == home.node.url


def test_a_wait_is_stretched_a_little_and_never_shortened() -> None:
    waits = {stretched(1_000) for _ in range(50)}
    assert min(waits) >= 1_000
    assert max(waits) <= 1_000 * (1 + JITTER)
    assert len(waits) > 1
