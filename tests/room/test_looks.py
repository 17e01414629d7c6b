"""Looks at documents: on record in batches, before anybody acts upon them, each once."""

import asyncio

import pytest

from evalroom.room.limits import LAST_TRIES, LOOKS_HELD, LOOKS_SECONDS
from evalroom.room.looks import Looks
from evalroom.room.standing import records
from evalroom.sessions.faults import LOOKS_PER_COMMAND, Look, LooksRecorded, RecordLooks
from evalroom.sessions.refusals import Refused
from tests.room.faulty import FaultyLedger
from tests.room.parts import START, Node, in_virtual_time, principal
from tests.sessions.cast import brought_to
from tests.simulator.memory import MemoryLedger

SESSION = brought_to("declaration").state


def on_record(node: Node) -> list[list[str]]:
    """The batches in the ledger."""
    return [
        [look.what for look in event.looks]
        for entry in node.entries
        for event in records.read(entry).events
        if isinstance(event, LooksRecorded)
    ]


@pytest.mark.rule("R24")
@in_virtual_time
async def test_looks_gather_for_a_moment_and_become_one_entry() -> None:
    node = Node()
    room = await node.room()
    room.looked(principal("m1"), "document 1")
    room.looked(principal("m2"), "document 2")
    assert on_record(node) == []
    await asyncio.sleep(LOOKS_SECONDS + 0.1)
    assert on_record(node) == [["document 1", "document 2"]]
    assert room.session.attendance.looks == 2


@pytest.mark.rule("R24")
@in_virtual_time
async def test_what_somebody_looked_at_is_on_record_before_he_acts() -> None:
    node = Node()
    room = await node.room()
    room.looked(principal("wang"), "document 1")
    await node.act("hana", "Revoke", principal="wang", reason="shift over")
    assert on_record(node) == [["document 1"]]
    assert records.read(node.entries[-1]).header.command == "Revoke"


@pytest.mark.rule("R24")
@in_virtual_time
async def test_a_score_does_not_wait_for_looks() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    room.looked(principal("m1"), "document 1")
    cells = [{"bid": "B1", "criterion": "q1", "value": "pass"}]
    await node.act("m1", "EnterScores", cells=cells)
    assert on_record(node) == []


@pytest.mark.rule("R24")
@in_virtual_time
async def test_looks_whose_recording_is_in_doubt_are_recorded_once() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    room.looked(principal("m1"), "document 1")
    ledger.fail = ["after", "before"]
    await asyncio.sleep(LOOKS_SECONDS + 0.1)
    room.looked(principal("m1"), "document 2")
    await asyncio.sleep(3 * LOOKS_SECONDS)
    assert sorted(what for batch in on_record(node) for what in batch) == [
        "document 1",
        "document 2",
    ]


@pytest.mark.rule("R24")
@in_virtual_time
async def test_the_last_looks_are_recorded_when_the_node_stops_though_the_ledger_stutters() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    room.looked(principal("m1"), "document 1")
    ledger.fail = ["before", "before"]
    await node.rooms.close()
    assert on_record(node) == [["document 1"]]
    with pytest.raises(Refused):
        room.looked(principal("m1"), "document 2")


@pytest.mark.rule("R24")
@in_virtual_time
async def test_a_node_stops_though_the_last_looks_cannot_be_recorded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    room.looked(principal("m1"), "document 1")
    ledger.fail = ["before"] * LAST_TRIES
    await node.rooms.close()
    assert on_record(node) == []
    assert "1 looks are not on record: the ledger could not be written" in caplog.messages


@pytest.mark.rule("R24")
@in_virtual_time
async def test_what_was_looked_at_before_the_end_is_recorded_after_it_and_nothing_later() -> None:
    node = Node()
    room = await node.room()
    await node.to_the_end()
    room.looked(principal("audrey"), "document 1")
    assert len(room._chores.looks) == 0
    # Noted on this node just before another one closed the session, by a clock that is ahead.
    room._chores.looks.note("vera", "document 2", room.session.phase_since + 400)
    await asyncio.sleep(2 * LOOKS_SECONDS)
    assert on_record(node) == [["document 2"]]
    assert len(room._chores.looks) == 0
    later = Look(principal="vera", what="document 3", at=room.session.phase_since + 1)
    with pytest.raises(Refused, match="look_impossible"):
        await room._chores.submit(RecordLooks(looks=(later,)))


@pytest.mark.rule("R24")
@in_virtual_time
async def test_a_look_of_somebody_who_was_sent_away_meanwhile_is_recorded() -> None:
    node = Node()
    room = await node.room()
    room.looked(principal("wang"), "document 1")
    room.looked(principal("m1"), "document 2")
    other = Node(ledger=MemoryLedger(node.ledger.store), name="n2", seed=2)
    await other.act("hana", "Revoke", principal="wang", reason="shift over")
    await asyncio.sleep(3 * LOOKS_SECONDS)
    assert on_record(node) == [["document 1", "document 2"]]


@pytest.mark.rule("R24")
@in_virtual_time
async def test_a_batch_that_the_rules_refuse_is_made_anew() -> None:
    node = Node()
    room = await node.room()
    room._chores.looks.note("vera", "document 1", node.clock.wall() + 60_000)
    ahead = room._chores.looks.batch(room.session, node.clock.wall() + 60_000)
    assert ahead is not None
    await asyncio.sleep(3 * LOOKS_SECONDS)
    assert on_record(node) == [["document 1"]]


@pytest.mark.rule("R24")
def test_when_too_many_looks_wait_nothing_more_is_shown() -> None:
    looks = Looks(bytes)
    for number in range(LOOKS_HELD):
        looks.note("ada", f"{number}", 1)
    with pytest.raises(Refused) as refused:
        looks.note("ada", "one more", 1)
    assert refused.value.code == "busy"


@pytest.mark.rule("R24")
def test_a_batch_is_no_larger_than_a_command_and_stays_the_same_until_it_is_settled() -> None:
    looks = Looks(lambda size: bytes(size))
    for number in range(LOOKS_PER_COMMAND + 1):
        looks.note("ada", f"{number}", START)
    batch = looks.batch(SESSION, START)
    assert batch is not None
    assert len(batch.command.looks) == LOOKS_PER_COMMAND
    assert looks.batch(SESSION, START) is batch
    looks.recorded(batch)
    looks.recorded(batch)
    assert len(looks) == 1
    rest = looks.batch(SESSION, START)
    assert rest is not None
    looks.refused(batch)
    assert looks.batch(SESSION, START) is rest
    looks.refused(rest)
    assert looks.batch(SESSION, START) is not rest


@pytest.mark.rule("R24")
def test_no_look_lies_in_the_future_or_belongs_to_a_stranger() -> None:
    looks = Looks(lambda size: bytes(size))
    looks.note("nobody", "1", START)
    looks.note("ada", "2", START + 5_000)
    batch = looks.batch(SESSION, START)
    assert batch is not None
    assert [(look.principal, look.at) for look in batch.command.looks] == [("ada", START)]
    assert Looks(bytes).batch(SESSION, START) is None
