"""What the monitoring is told: figures by route, and never a session, a person or a path as
typed.
"""

import re

import aiohttp
import pytest
from aiohttp import web

from evalroom.api import metrics_app
from tests.api.node import Node

LABELS = {"route", "status", "code", "le"}


@pytest.mark.rule("A36")
async def test_figures_name_routes_and_outcomes_and_nothing_else(site: Node) -> None:
    browser = await site.at_desk("ada")
    me = (await browser.get("/api/me")).value
    await browser.get(f"/api/sessions/{'5' * 32}/view")
    await browser.get("/api/nowhere/secret-path")
    text = await scraped(site)
    assert 'evalroom_http_requests_total{code="",route="who_am_i",status="200"} 1.0' in text
    refused = 'code="unknown_session",route="view_session",status="404"'
    assert f"evalroom_http_requests_total{{{refused}}} 1.0" in text
    for secret in ("5" * 32, me["account"], me["device"], "ada", "secret-path"):
        assert secret not in text
    labels = set(re.findall(r'[{,](\w+)="', text))
    assert labels <= LABELS


@pytest.mark.rule("A36")
async def test_metrics_have_a_port_of_their_own(site: Node) -> None:
    assert (await site.browser().get("/metrics")).status == 404


async def scraped(site: Node) -> str:
    runner = web.AppRunner(metrics_app(site.parts.metrics))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession() as http:
            async with http.get(f"http://127.0.0.1:{port}/metrics") as response:
                assert response.headers["Content-Type"].startswith("text/plain")
                return await response.text()
    finally:
        await runner.cleanup()
