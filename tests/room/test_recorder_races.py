"""Nodes that share a session: one order, one answer, whoever was first."""

import asyncio

import pytest

from evalroom.room.limits import RACES
from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Appended
from tests.room.parts import (
    SESSION,
    Node,
    Reader,
    in_virtual_time,
    refusal,
    two_nodes,
)

ID = bytes(range(16))


@pytest.mark.rule("R7")
@in_virtual_time
async def test_two_nodes_that_race_yield_one_order_and_lose_nothing() -> None:
    one, other = two_nodes(lost=1.0)
    room = await one.room()
    behind = await other.rooms.open(SESSION)
    await asyncio.gather(
        *(one.act(member, "CheckIn") for member in ("m1", "m2")),
        *(other.act(member, "CheckIn") for member in ("m3", "m4")),
    )
    assert len(one.entries) == 5
    await asyncio.sleep(2.1)
    assert room.session == behind.session
    assert set(room.session.seats.bound) == {"m1", "m2", "m3", "m4"}


@pytest.mark.rule("R7")
@in_virtual_time
async def test_a_node_that_is_behind_does_not_refuse_what_the_rules_allow_by_now() -> None:
    one, other = two_nodes(lost=1.0)
    await one.room()
    await one.everyone("CheckIn")
    await other.rooms.open(SESSION)
    await one.act("hana", "AnnounceDiscipline")
    await other.act("m1", "Commit")


@pytest.mark.rule("R7")
@in_virtual_time
async def test_a_node_hears_what_another_wrote_and_reads_what_it_did_not_hear() -> None:
    one, other = two_nodes()
    room = await one.room()
    reader = Reader(await other.rooms.open(SESSION), "vera").join()
    await one.act("m1", "CheckIn")
    await asyncio.sleep(0.05)
    assert reader.room.session == room.session
    assert reader.is_up_to_date()
    one.bus.ether.weather.lost = 1.0
    await one.act("m2", "CheckIn")
    one.bus.ether.weather.lost = 0.0
    await one.act("m3", "CheckIn")
    await asyncio.sleep(0.05)
    assert set(reader.room.session.seats.bound) == {"m1", "m2", "m3"}
    assert reader.is_up_to_date()


@pytest.mark.rule("R7")
@in_virtual_time
async def test_an_answer_given_again_elsewhere_does_not_overtake_its_change() -> None:
    one, other = two_nodes(lost=1.0)
    await one.room()
    reader = Reader(await other.rooms.open(SESSION), "m1").join()
    await one.act("m1", "CheckIn", id=ID)
    await other.act("m1", "CheckIn", id=ID)
    assert reader.is_up_to_date()


@pytest.mark.rule("R7")
@in_virtual_time
async def test_whoever_always_comes_too_late_is_asked_to_try_again() -> None:
    node = Node()
    await node.room()
    tried: list[Entry] = []

    async def too_late(entry: Entry, due: int | None) -> Appended:
        tried.append(entry)
        return Appended.SEQ_TAKEN

    node.ledger.append = too_late
    with pytest.raises(Refused) as refused:
        await node.act("m1", "CheckIn")
    assert refusal(refused) == ("busy", True)
    assert len(tried) == RACES
