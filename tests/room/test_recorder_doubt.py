"""The ledger fails, in doubt or for sure, or is not the one it was: nothing is lost or guessed."""

import asyncio

import msgspec
import pytest

from evalroom.sessions.refusals import Refused
from tests.room.faulty import FaultyLedger
from tests.room.parts import (
    SESSION,
    Node,
    Reader,
    in_virtual_time,
    refusal,
    token_bytes,
)
from tests.simulator.memory import MemoryLedger, copy_of

ID = bytes(range(16))


@pytest.mark.rule("R6")
@in_virtual_time
async def test_when_the_disk_is_full_nothing_changes_and_the_next_try_succeeds() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    reader = Reader(room, "vera").join()
    before = room.session
    ledger.fail = ["before"]
    with pytest.raises(Refused) as refused:
        await node.act("m1", "CheckIn", id=ID)
    assert refusal(refused) == ("ledger_unavailable", True)
    assert room.session is before
    assert reader.told("changes") == []
    await node.act("m1", "CheckIn", id=ID)
    assert len(node.entries) == 2
    assert reader.is_up_to_date()


@pytest.mark.rule("R6")
@in_virtual_time
async def test_after_an_append_in_doubt_the_ledger_is_read_before_the_next() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    reader = Reader(room, "m1").join()
    ledger.fail = ["after"]
    with pytest.raises(Refused) as refused:
        await node.act("m1", "CheckIn", id=ID)
    assert refusal(refused) == ("ledger_unavailable", True)
    assert not room.session.seats.bound
    ledger.reads.clear()
    await node.act("m2", "CheckIn")
    assert ledger.reads == ["read", "read"]
    assert set(room.session.seats.bound) == {"m1", "m2"}
    assert reader.is_up_to_date()
    await node.act("m1", "CheckIn", id=ID)
    assert len(node.entries) == 3


@pytest.mark.rule("R6")
@in_virtual_time
async def test_an_entry_in_doubt_is_found_by_itself_within_a_second() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    ledger.fail = ["after"]
    with pytest.raises(Refused):
        await node.act("m1", "CheckIn")
    await asyncio.sleep(1.1)
    assert "m1" in room.session.seats.bound


@pytest.mark.rule("R6")
@in_virtual_time
async def test_while_the_ledger_cannot_be_read_commands_are_refused_and_then_go_on() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    ledger.fail = ["after"]
    with pytest.raises(Refused):
        await node.act("m1", "CheckIn")
    ledger.unreadable = True
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            await node.act("m2", "CheckIn")
        assert refusal(refused) == ("ledger_unavailable", True)
        await asyncio.sleep(1)
    ledger.unreadable = False
    await node.act("m2", "CheckIn")
    assert set(room.session.seats.bound) == {"m1", "m2"}


@pytest.mark.rule("R20")
@in_virtual_time
async def test_a_ledger_restored_from_a_backup_sends_everybody_home_and_back() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    await node.room()
    backup = copy_of(ledger.store)
    reader = Reader(await node.rooms.open(SESSION), "m1").join()
    await node.act("m2", "CheckIn")
    await asyncio.sleep(5)
    ledger.store = backup
    await asyncio.sleep(2.1)
    assert reader.goodbye == ("restart", True, None)
    fresh = await node.rooms.open(SESSION)
    assert fresh is not reader.room
    assert not fresh.session.seats.bound
    with pytest.raises(Refused) as refused:
        fresh.join(reader.principal, token_bytes(reader.token), Reader(fresh, "m1"))
    assert refusal(refused) == ("stale_token", False)


@pytest.mark.rule("R20")
@in_virtual_time
async def test_a_backup_that_has_gone_on_differently_is_another_history() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    await node.room()
    backup = copy_of(ledger.store)
    await node.act("m2", "CheckIn")
    reader = Reader(await node.rooms.open(SESSION), "m1").join()
    await Node(ledger=MemoryLedger(backup), name="n2", seed=3).act("m3", "CheckIn")
    await asyncio.sleep(1)
    ledger.store = backup
    await asyncio.sleep(1.1)
    assert reader.goodbye == ("restart", True, None)


@pytest.mark.rule("R20")
@in_virtual_time
async def test_a_ledger_that_does_not_continue_what_was_read_lets_the_session_go() -> None:
    node = Node()
    reader = Reader(await node.room(), "vera").join()
    other = Node(ledger=MemoryLedger(copy_of(node.ledger.store)), name="n2", seed=4)
    await other.act("m1", "CheckIn")
    await other.act("m2", "CheckIn")
    # Somebody has put another history's second entry behind our first.
    node.ledger.store.entries[bytes.fromhex(SESSION)].append(
        msgspec.structs.replace(other.entries[2], seq=2)
    )
    await asyncio.sleep(1.1)
    assert reader.goodbye == ("restart", True, None)
    with pytest.raises(Refused) as refused:
        await node.rooms.open(SESSION)
    assert refused.value.code == "ledger_damaged"
