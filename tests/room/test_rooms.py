"""The sessions of a node: made, opened once for many, let go when nobody is left."""

import asyncio

import msgspec
import pytest

from evalroom.room import Room, gossip
from evalroom.room.limits import (
    IDLE_SECONDS,
    LOST_ROOMS,
    ROOMS,
    SNAPSHOT_BACK,
    SNAPSHOT_ENTRIES,
    TAIL_BLOCK,
)
from evalroom.room.rooms import SPREAD_MS
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.model import Tender
from evalroom.storage.entry import Entry, Head
from evalroom.storage.records import compose
from tests.room.faulty import FaultyLedger
from tests.room.parts import (
    SESSION,
    Node,
    Reader,
    actor,
    in_virtual_time,
    principal,
)
from tests.sessions.cast import APPOINTMENTS, small_tender
from tests.simulator.memory import MemoryLedger

RAW = bytes.fromhex(SESSION)


class Flown(msgspec.Struct, frozen=True, tag_field="type", tag="Flown"):
    """An event of a version to come."""

    member: str


def from_the_future(node: Node) -> Entry:
    """An entry that a newer program has written."""
    last = node.entries[-1]
    head = Head(last.seq, last.head)
    return compose(
        head, RAW, last.at, actor("m1"), b"f" * 16, "Fly", [Flown("m1")], lambda size: bytes(size)
    )


async def refused(node: Node, session: str = SESSION) -> str:
    with pytest.raises(Refused) as error:
        await node.rooms.open(session)
    return error.value.code


@pytest.mark.rule("R17")
@in_virtual_time
async def test_many_who_come_at_once_load_a_session_once() -> None:
    node = Node()
    await node.room()
    ledger = FaultyLedger(node.ledger.store)
    cold = Node(ledger=ledger)
    opening = [asyncio.ensure_future(cold.rooms.open(SESSION)) for _ in range(20)]
    await asyncio.sleep(0)
    opening[0].cancel()
    rooms = await asyncio.gather(*opening[1:])
    assert len({id(room) for room in rooms}) == 1
    assert ledger.reads.count("read") == 2


@pytest.mark.rule("R17")
@in_virtual_time
async def test_a_session_nobody_made_is_unknown() -> None:
    node = Node()
    for session in (SESSION, "", "x", SESSION[:-1], SESSION.upper().replace("5", "A"), "5e" * 17):
        assert await refused(node, session) == "unknown_session"


@pytest.mark.rule("R17")
@in_virtual_time
async def test_a_session_is_made_once_and_only_from_a_lawful_tender() -> None:
    node = Node()
    await node.room()
    with pytest.raises(Refused) as error:
        await node.room()
    assert error.value.code == "session_exists"
    unlawful = msgspec.structs.replace(small_tender(), committee=())
    with pytest.raises(TenderFaults):
        await create(node, "7e" * 16, unlawful)
    assert await refused(node, "7e" * 16) == "unknown_session"


@pytest.mark.rule("R6")
@in_virtual_time
async def test_without_a_ledger_no_session_is_made_or_opened_until_it_is_back() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    ledger.fail = ["before"]
    with pytest.raises(Refused) as error:
        await node.room()
    assert error.value.code == "ledger_unavailable"
    await node.room()
    cold_ledger = FaultyLedger(ledger.store)
    cold = Node(ledger=cold_ledger)
    await cold_ledger.close()
    assert await refused(cold) == "ledger_unavailable"
    await Node(ledger=MemoryLedger(ledger.store)).rooms.open(SESSION)


@pytest.mark.rule("R18")
@in_virtual_time
async def test_a_room_without_readers_is_saved_and_let_go_and_comes_back_as_it_was() -> None:
    node = Node()
    room = await node.room()
    node.rooms.start()
    reader = Reader(room, "vera").join()
    await node.act("m1", "CheckIn")
    await asyncio.sleep(2 * IDLE_SECONDS)
    assert node.rooms.live() == (room,)
    reader.membership.leave()
    await asyncio.sleep(IDLE_SECONDS + 2)
    assert len(node.rooms) == 0
    assert RAW in node.ledger.store.snapshots
    again = await node.rooms.open(SESSION)
    assert again.session == room.session
    with pytest.raises(Refused) as error:
        await room.submit(actor("m2"), bytes(16), "CheckIn", {}, None)
    assert error.value.code == "restart"
    await node.rooms.close()


@pytest.mark.rule("R18", "R53")
@in_virtual_time
async def test_a_room_whose_looks_are_not_on_record_is_not_let_go() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    node.rooms.start()
    room.looked(principal("m1"), "document 1")
    ledger.fail = ["before"] * 30
    await asyncio.sleep(IDLE_SECONDS + 10)
    assert node.rooms.live() == (room,)
    ledger.fail.clear()
    await asyncio.sleep(IDLE_SECONDS + 10)
    assert room.session.attendance.looks == 1
    assert len(node.rooms) == 0
    await node.rooms.close()


@pytest.mark.rule("R18")
@in_virtual_time
async def test_a_state_is_saved_when_a_phase_opens_and_after_so_many_entries() -> None:
    node = Node()
    room = await node.room()
    node.rooms.start()
    await node.act("m1", "CheckIn")
    await asyncio.sleep(2)
    assert RAW not in node.ledger.store.snapshots
    for member in ("m2", "m3", "m4", "m5"):
        await node.act(member, "CheckIn")
    await asyncio.sleep(2)
    assert node.ledger.store.snapshots[RAW][1].seq == 1
    for number in range(SNAPSHOT_ENTRIES + SNAPSHOT_BACK):
        await node.act("vera", "RecordRemark", text=f"{number}")
    await asyncio.sleep(2)
    back = room.head.seq - node.ledger.store.snapshots[RAW][1].seq
    assert SNAPSHOT_BACK <= back < SNAPSHOT_BACK + TAIL_BLOCK
    await node.rooms.close()


@pytest.mark.rule("R19")
@in_virtual_time
async def test_an_entry_of_a_newer_version_lets_the_session_go_until_this_node_is_newer() -> None:
    node = Node()
    room = await node.room()
    node.rooms.start()
    reader = Reader(room, "vera").join()
    await node.ledger.append(from_the_future(node), None)
    await asyncio.sleep(2.1)
    assert reader.goodbye == ("unknown_version", True, None)
    assert await refused(node) == "unknown_version"
    assert await refused(Node(ledger=MemoryLedger(node.ledger.store))) == "unknown_version"
    await node.rooms.close()


@pytest.mark.rule("R19")
@in_virtual_time
async def test_an_entry_of_a_newer_version_on_the_bus_lets_the_session_go_too() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "vera").join()
    room._heard(gossip.committed(b"n2", from_the_future(node)))
    assert reader.goodbye == ("unknown_version", True, None)


@pytest.mark.rule("R19")
@in_virtual_time
async def test_a_command_on_a_session_of_a_newer_version_is_refused() -> None:
    node = Node()
    await node.room()
    await node.ledger.append(from_the_future(node), None)
    waiting = [asyncio.ensure_future(node.act(m, "CheckIn")) for m in ("m1", "m2")]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(outcome).partition("(")[0] for outcome in outcomes] == ["unknown_version"] * 2


@pytest.mark.rule("R19")
@in_virtual_time
async def test_a_damaged_session_is_named_and_the_others_go_on() -> None:
    node = Node()
    await node.room()
    await node.act("m1", "CheckIn")
    node.ledger.store.damaged.add((RAW, 2))
    cold = Node(ledger=MemoryLedger(node.ledger.store))
    assert await refused(cold) == "ledger_damaged"
    assert await refused(cold) == "ledger_damaged"
    await create(cold, "7e" * 16, small_tender())
    await cold.rooms.open("7e" * 16)


@pytest.mark.rule("R19")
@in_virtual_time
async def test_so_many_unreadable_sessions_are_remembered() -> None:
    node = Node()
    for number in range(LOST_ROOMS + 5):
        node.rooms._lose(f"{number}", "ledger_damaged")
    assert len(node.rooms._lost) == LOST_ROOMS


@pytest.mark.rule("R18")
@in_virtual_time
async def test_a_node_holds_so_many_rooms_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ROOMS == 2_048
    monkeypatch.setattr("evalroom.room.rooms.ROOMS", 1)
    node = Node()
    await node.room()
    await create(node, "7e" * 16, small_tender())
    assert await refused(node, "7e" * 16) == "busy"


@pytest.mark.rule("R26")
@in_virtual_time
async def test_a_node_that_stops_answers_what_was_asked_and_sends_everybody_away_in_turn() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    node.rooms.start()
    readers = [Reader(room, who).join() for who in ("vera", "hana", "wang", "m1")]
    ledger.gate.clear()
    asked = asyncio.ensure_future(node.act("m1", "CheckIn"))
    await asyncio.sleep(0.1)
    closing = asyncio.ensure_future(node.rooms.close())
    await asyncio.sleep(0.1)
    assert await refused_by(room) == "restart"
    ledger.gate.set()
    await asked
    await closing
    assert all(reader.told("changes") for reader in readers)
    assert [reader.goodbye for reader in readers] == [
        ("restart", True, place * SPREAD_MS // 4) for place in range(4)
    ]
    assert await refused(node) == "restart"
    assert RAW in ledger.store.snapshots


@pytest.mark.rule("R26")
@in_virtual_time
async def test_a_session_that_is_loading_when_the_node_stops_is_not_opened() -> None:
    node = Node()
    await node.room()
    cold = Node(ledger=MemoryLedger(node.ledger.store))
    opening = asyncio.ensure_future(cold.rooms.open(SESSION))
    await asyncio.sleep(0)
    await cold.rooms.close()
    with pytest.raises(Refused) as error:
        await opening
    assert error.value.code == "restart"


async def refused_by(room: Room) -> str:
    with pytest.raises(Refused) as error:
        room.join(principal("m2"), b"", Reader(room, "m2"))
    return error.value.code


async def create(node: Node, session: str, tender: Tender) -> None:
    await node.rooms.create(session, tender, APPOINTMENTS, by="hana")
