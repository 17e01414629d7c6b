"""Whoever logs out at one node is out at the other, with a bus between them or without."""

import time

import pytest

from evalroom.rehearsal.client import Dismissed
from evalroom.sessions.refusals import Refused
from tests.faults.town import Open

LOOKS = 4.0
"""Far more than the second between two looks, on a machine that is busy."""


@pytest.mark.slow(60)
@pytest.mark.rule("W33")
@pytest.mark.parametrize(("key", "bus"), [("supervisor", "there"), ("witness", "gone")])
async def test_a_log_in_that_ends_at_one_node_takes_its_sockets_at_the_other(
    open_town: Open, key: str, bus: str
) -> None:
    town, session = open_town.town, await open_town.session()
    here, there = town.urls
    # A log-in that no other test needs.
    reader = await open_town.author(key, session, there, device=1)
    neighbour = await open_town.author(key, session, there, device=0)
    if bus == "gone":
        await open_town.wire.cut()
    window = await open_town.browser(town.login(key), here, device=1)
    await window.post("/api/logout", {})
    began = time.monotonic()
    with pytest.raises(Dismissed, match="logged_out"):
        await reader.news_until_the_end()
    assert time.monotonic() - began < LOOKS
    assert reader.farewells == [("logged_out", False)]
    with pytest.raises(Refused, match="login_ended"):
        await reader.fresh()
    # The same person's other browser stays.
    await neighbour.give("RecordRemark", {"text": "还在"})
    assert neighbour.farewells == []
