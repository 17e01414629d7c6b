"""Where a browser finds a relay."""

from pathlib import Path

import pytest

from evalroom.identity.turn import Turn
from tests.api.node import Node, node


@pytest.mark.rule("M125")
async def test_whoever_is_logged_in_gets_relays_for_ten_minutes(tmp_path: Path) -> None:
    urls = ("turn:relay.example:3478?transport=udp", "turns:relay.example")
    turn = Turn(urls, "a secret of some length")
    async with node(tmp_path, turn=turn) as site:
        browser = await site.at_desk("zhang")
        told = (await browser.get("/api/ice")).value
        [server] = told["ice_servers"]
        assert server["urls"] == list(urls)
        account = server["username"].partition(":")[2]
        again = turn.credentials(account, site.clock.now)
        assert (server["username"], server["credential"], told["until"]) == again
        assert (await site.browser().get("/api/ice")).status == 401


@pytest.mark.rule("M125")
async def test_where_there_is_no_relay_none_is_named(site: Node) -> None:
    browser = await site.at_desk("zhang")
    assert (await browser.get("/api/ice")).value["ice_servers"] == []
