"""Looks at documents: on record in batches, before anybody acts upon them, each once."""

import asyncio
from random import Random

import pytest

from evalroom.room.limits import LAST_TRIES, LOOKS_HELD, LOOKS_SECONDS
from evalroom.room.looks import Looks
from evalroom.room.standing import records
from evalroom.sessions.faults import (
    LOOKS_PER_COMMAND,
    Look,
    LooksRecorded,
    RecordLooks,
    ReportSecondDevice,
)
from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Appended
from tests.room.faulty import FaultyLedger
from tests.room.parts import START, Node, in_virtual_time, principal
from tests.sessions.cast import ACCOUNTS, brought_to
from tests.simulator.memory import MemoryLedger, Store

SESSION = brought_to("declaration").state


class SlowLedger(MemoryLedger):
    """Takes its time for every entry."""

    async def append(self, entry: Entry, due: int | None) -> Appended:
        await asyncio.sleep(0.4)
        return await super().append(entry, due)


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
async def test_looks_that_many_wait_for_are_recorded_once_though_the_clock_is_set_back() -> None:
    node = Node(ledger=SlowLedger(Store()))
    room = await node.room()
    for member in ("m4", "m5"):
        await node.act(member, "CheckIn")
    node.clock.error_ms = 500
    room.looked(principal("m1"), "document 1")
    # The recorder has its hands full before each of the two who wait for the looks: when it comes
    # to the first of them, the look still lies in the future.
    work = [
        asyncio.ensure_future(something)
        for something in (
            room._chores.submit(ReportSecondDevice(member="m4")),
            node.act("m1", "CheckIn"),
            room._chores.submit(ReportSecondDevice(member="m5")),
            node.act("m2", "CheckIn"),
        )
    ]
    await asyncio.sleep(0)
    node.clock.error_ms = 0
    await asyncio.gather(*work)
    await asyncio.sleep(3 * LOOKS_SECONDS)
    assert on_record(node) == [["document 1"]]


@pytest.mark.rule("R24")
@in_virtual_time
async def test_looks_that_got_there_after_all_are_not_recorded_again_at_another_time() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    node.clock.error_ms = 60_000
    room.looked(principal("m1"), "document 1")
    ledger.fail = ["after"]
    await node.act("m1", "CheckIn")
    assert len(room._chores.looks) == 1, "nobody knows yet how it went"
    batch = room._chores.looks.batch(room.session, START)
    assert batch is not None
    assert batch.command.looks[0].at == START, "by the clock of now it would be another command"
    node.clock.error_ms = -60_000
    await asyncio.sleep(3 * LOOKS_SECONDS)
    assert on_record(node) == [["document 1"]]
    assert len(room._chores.looks) == 0


@pytest.mark.rule("R24")
@in_virtual_time
async def test_a_look_while_others_are_on_their_way_is_on_record_before_its_author_acts() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    room.looked(principal("m1"), "document 1")
    ledger.gate.clear()
    acts = [asyncio.ensure_future(node.act("m1", "CheckIn"))]
    await asyncio.sleep(0.1)
    room.looked(principal("m2"), "document 2")
    acts.append(asyncio.ensure_future(node.act("m2", "CheckIn")))
    await asyncio.sleep(0.1)
    ledger.gate.set()
    await asyncio.gather(*acts)
    kinds = [records.read(entry).header.command for entry in node.entries[1:]]
    assert kinds.index("RecordLooks") < kinds.index("CheckIn")
    assert on_record(node) == [["document 1"], ["document 2"]]
    second = next(e for e in node.entries if b"document 2" in b"".join(e.bodies))
    [last] = [e for e in node.entries if records.read(e).header.actor.principal == ACCOUNTS["m2"]]
    assert second.seq < last.seq


@pytest.mark.rule("R24")
@in_virtual_time
async def test_looks_from_a_clock_that_was_ahead_are_recorded_at_the_time_of_now() -> None:
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
def test_a_batch_is_no_larger_than_a_command_and_keeps_its_id_until_it_is_on_record() -> None:
    chance = Random(1)
    looks = Looks(chance.randbytes)
    for number in range(LOOKS_PER_COMMAND + 1):
        looks.note("ada", f"{number}", START)
    batch = looks.batch(SESSION, START)
    assert batch is not None
    assert len(batch.command.looks) == LOOKS_PER_COMMAND
    assert looks.batch(SESSION, START) == batch
    earlier = looks.batch(SESSION, START - 1)
    assert earlier is not None
    assert earlier.command_id == batch.command_id
    assert [look.what for look in earlier.command.looks] == [
        look.what for look in batch.command.looks
    ]
    looks.recorded(earlier)
    looks.recorded(batch)
    assert (len(looks), looks.noted, looks.settled) == (1, 501, 500)
    rest = looks.batch(SESSION, START)
    assert rest is not None
    assert rest.command_id != batch.command_id
    looks.recorded(rest)
    assert looks.batch(SESSION, START) is None


@pytest.mark.rule("R24")
def test_no_look_lies_in_the_future_or_belongs_to_a_stranger() -> None:
    looks = Looks(lambda size: bytes(size))
    looks.note("nobody", "1", START)
    looks.note("ada", "2", START + 5_000)
    batch = looks.batch(SESSION, START)
    assert batch is not None
    assert [(look.principal, look.at) for look in batch.command.looks] == [("ada", START)]
    assert Looks(bytes).batch(SESSION, START) is None
