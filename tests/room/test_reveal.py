"""A reveal of a large package: decided beside the loop, and shown by a view, not by changes."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from evalroom.room import audiences, drafts
from evalroom.room.limits import CELLS_AT_ONCE, REVEALED_CELLS
from evalroom.sessions.interventions import Resume
from evalroom.wire.frames import REFETCH, Frames
from evalroom.wire.limits import CHANGES_BYTES
from tests.room.parts import Node, Reader, in_virtual_time, score, token_bytes, two_nodes

REFETCHED = [[["refetch", []]]]


async def at_the_reveal(node: Node) -> None:
    """One act before the sheets of the first section are shown to the committee."""
    await node.room()
    room = await node.to_review()
    cells = [score(bid)["cells"][0] for bid in room.session.valid_bids()]
    for member in ("m1", "m2", "m3", "m4", "m5"):
        await node.act(member, "EnterScores", cells=cells)
        await node.act(member, "ClosePersonally", section="conformity")


@pytest.mark.rule("R44")
@in_virtual_time
async def test_who_is_shown_more_than_could_be_sent_is_told_to_fetch_and_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node()
    await at_the_reveal(node)
    room = node.rooms.live()[0]
    cells = 5 * len(room.session.valid_bids())
    monkeypatch.setattr(audiences, "REVEALED_CELLS", cells - 1)
    member, agency, away = (Reader(room, who) for who in ("m2", "hana", "m3"))
    member.join()
    agency.join()
    member.view = None  # type: ignore[assignment]
    monkeypatch.setattr("tests.room.parts.apply", applied_unless_refetched)
    await node.act("m1", "CloseGroup", section="conformity")
    assert member.told("changes") == [REFETCHED]
    assert agency.told("changes") != []
    assert REFETCHED not in agency.told("changes")
    assert agency.is_up_to_date()
    # Who comes back from before it likewise.
    room.join(away.principal, token_bytes(away.token), away)
    assert away.told("changes") == [REFETCHED]


@pytest.mark.rule("R44")
@in_virtual_time
async def test_a_reveal_that_can_be_sent_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node()
    await at_the_reveal(node)
    room = node.rooms.live()[0]
    monkeypatch.setattr(audiences, "REVEALED_CELLS", 5 * len(room.session.valid_bids()))
    readers = [Reader(room, who).join() for who in ("m1", "m2", "hana", "vera")]
    await node.act("m1", "CloseGroup", section="conformity")
    assert all(reader.is_up_to_date() for reader in readers)


@pytest.mark.rule("R44")
def test_no_cell_is_so_short_that_more_of_them_could_be_sent() -> None:
    cells = {f"{n:x}": {"value": "1", "reason": ""} for n in range(REVEALED_CELLS + 1)}
    assert Frames().changes([[["set", ["revealed", "s"], cells]]]) == REFETCH
    assert REVEALED_CELLS * 19 <= CHANGES_BYTES < (REVEALED_CELLS + 1) * 19


@pytest.mark.rule("R45")
@in_virtual_time
async def test_only_what_may_take_long_is_decided_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beside = watched(monkeypatch, asyncio.to_thread)
    node = Node()
    await at_the_reveal(node)
    assert beside == []
    room = node.rooms.live()[0]
    tender = room.session.tender
    cells = len(tender.committee) * len(tender.bids) * len(tender.criteria)
    assert cells <= CELLS_AT_ONCE
    monkeypatch.setattr(drafts, "CELLS_AT_ONCE", cells - 1)
    await node.act("m1", "CloseGroup", section="conformity")
    await node.act("m1", "EnterScores", **score(criterion="t1", value="10"))
    assert beside == ["CloseGroup"]
    assert room.session.sheets.revealed == {"conformity": 1}


@pytest.mark.rule("R45")
@in_virtual_time
async def test_what_was_decided_while_another_node_went_on_is_decided_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = two_nodes()
    await first.room()
    await first.to_review()
    room = await second.rooms.open(first.rooms.live()[0].id)
    monkeypatch.setattr(drafts, "CELLS_AT_ONCE", 0)

    async def slowly(work: Callable[..., Any], *asked: Any) -> Any:
        try:
            return work(*asked)
        finally:
            await asyncio.sleep(0.5 * isinstance(asked[1], Resume))

    watched(monkeypatch, slowly)
    resumed = asyncio.ensure_future(second.act("hana", "Resume"))
    await asyncio.sleep(0.1)
    assert room.session.pause is None
    await first.act("hana", "PauseTechnically", reason="power")
    await resumed
    assert room.session.pause is None
    assert [type(event).__name__ for event in pauses(second)] == ["Paused", "Resumed"]


def pauses(node: Node) -> list[Any]:
    from evalroom.room.standing import records

    found = [event for entry in node.entries for event in records.read(entry).events]
    return [event for event in found if type(event).__name__ in ("Paused", "Resumed")]


def watched(monkeypatch: pytest.MonkeyPatch, to_thread: Callable[..., Any]) -> list[str]:
    """The commands that are decided in another thread, which `to_thread` stands for."""
    beside: list[str] = []

    async def noted(work: Callable[..., Any], *asked: Any) -> Any:
        beside.append(type(asked[1]).__name__)
        return await to_thread(work, *asked)

    monkeypatch.setattr(drafts, "to_thread", noted)
    return beside


def applied_unless_refetched(view: Any, event: Any) -> Any:
    from evalroom.sessions.visibility import apply

    return None if event == REFETCHED[0] else apply(view, event)
