"""A simulated person's browser: cookies, problems as refusals, silence as such."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from evalroom.rehearsal.browser import Browser, Unreachable
from evalroom.sessions.refusals import Refused
from tests.identity.parts import PASSWORD
from tests.rehearsal.house import House


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


async def test_an_address_where_nobody_answers_is_named(home: House) -> None:
    url = home.node.url.replace(str(home.node.address.port), "9")
    async with Browser(url) as browser:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9"):
            await browser.get("/healthz")


async def test_another_server_is_not_taken_for_ours() -> None:
    async with TestServer(web.Application()) as other, Browser(str(other.make_url(""))) as browser:
        with pytest.raises(Unreachable, match="404"):
            await browser.get("/healthz")
