"""Coming back: a token leads on whichever node it is shown to, and however often that restarted."""

import asyncio

import pytest

from evalroom.room import Room, chores, loading, past
from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import Head
from evalroom.storage.ledger import LedgerUnavailable
from tests.room.faulty import FaultyLedger
from tests.room.parts import SESSION, Node, Reader, in_virtual_time, score, token_bytes, two_nodes

RAW = bytes.fromhex(SESSION)


@pytest.fixture
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots of the present, so that a session that is opened knows nothing of its past."""
    monkeypatch.setattr(chores, "SNAPSHOT_BACK", 0)
    monkeypatch.setattr("evalroom.room.tail.TAIL_BLOCK", 1)


async def come_back(reader: Reader, room: Room) -> Reader:
    """As the edge lets somebody in."""
    token = token_bytes(reader.token)
    await room.reach(reader.principal, token)
    reader.room, reader.goodbye = room, None
    reader.membership = room.join(reader.principal, token, reader)
    return reader


async def restarted(node: Node, seed: int = 9) -> tuple[Node, Room]:
    """The same ledger under a new process."""
    await node.rooms.close(spread_ms=0)
    again = Node(ledger=type(node.ledger)(node.ledger.store), name="again", seed=seed)
    return again, await again.rooms.open(SESSION)


async def held(node: Node) -> list[Reader]:
    """A session with a reader who stopped listening after each entry."""
    room = await node.room()
    readers = []
    for member in ("m1", "m2", "m3", "m4", "m5"):
        readers.append(Reader(room, "vera"))
        await node.act(member, "CheckIn")
    readers.append(Reader(room, "vera"))
    await node.act("hana", "AnnounceDiscipline")
    return readers


@pytest.mark.rule("R40")
@in_virtual_time
async def test_after_an_orderly_restart_every_token_of_the_last_entries_leads_on() -> None:
    node = Node()
    readers = await held(node)
    _, room = await restarted(node)
    for reader in readers:
        reader.room = room
        assert reader.join().is_up_to_date()


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@in_virtual_time
async def test_a_token_from_before_what_is_at_hand_is_bridged_from_the_ledger() -> None:
    node = Node()
    readers = await held(node)
    again, room = await restarted(node)
    assert room._recorder.tail.start == room.head
    with pytest.raises(Refused, match="stale_token"):
        room.join(readers[0].principal, token_bytes(readers[0].token), readers[0])
    again_reader = Reader(room, "vera")
    await again.everyone("Commit")
    for reader in (*readers, again_reader):
        await come_back(reader, room)
        assert reader.is_up_to_date()
    # It goes on for them as for anybody.
    await again.act("m1", "CastBallot", candidate="m1")
    assert all(reader.is_up_to_date() for reader in readers)


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@in_virtual_time
async def test_a_member_who_is_bridged_is_told_of_what_changed_and_of_no_more() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    for bid in ("B1", "B2", "B3"):
        await node.act("m1", "EnterScores", **score(bid))
    reader = Reader(room, "m1")
    await node.act("m1", "EnterScores", **score("B2", "fail", reason="late"))
    await node.act("m1", "EnterScores", **score("B2", "fail", reason="no seal"))
    await node.act("m2", "EnterScores", **score("B1"))
    _, again = await restarted(node)
    await come_back(reader, again)
    assert reader.is_up_to_date()
    (((revision, changed),),) = reader.told("changes")
    assert revision[1] == ["sheet", "conformity", "B2", "revision"]
    assert changed[1] == ["sheet", "conformity", "B2", "cells", "q1"]


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@in_virtual_time
async def test_many_who_come_from_the_past_cause_one_reading_of_it() -> None:
    node = Node(ledger=FaultyLedger())
    readers = await held(node)
    again, room = await restarted(node)
    again.ledger.reads.clear()
    await asyncio.gather(*(come_back(reader, room) for reader in readers))
    assert all(reader.is_up_to_date() for reader in readers)
    assert again.ledger.reads.count("read") == 1


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@in_virtual_time
async def test_nobody_waits_for_a_past_that_is_read_and_nothing_is_missed_meanwhile() -> None:
    node = Node(ledger=FaultyLedger())
    readers = await held(node)
    again, room = await restarted(node)
    gate, read = asyncio.Event(), again.ledger.read

    async def slow(session: bytes, after: int, limit: int) -> object:
        await gate.wait()
        return await read(session, after, limit)

    again.ledger.read = slow
    coming = asyncio.ensure_future(come_back(readers[0], room))
    await asyncio.sleep(1)
    present = await come_back(Reader(room, "hana"), room)
    await again.everyone("Commit")
    assert present.is_up_to_date()
    assert not coming.done()
    gate.set()
    assert (await coming).is_up_to_date()


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@in_virtual_time
async def test_a_past_that_cannot_be_read_now_is_read_when_somebody_asks_again() -> None:
    node = Node(ledger=FaultyLedger())
    readers = await held(node)
    again, room = await restarted(node)
    again.ledger.unreadable = True
    with pytest.raises(Refused, match="ledger_unavailable"):
        await come_back(readers[0], room)
    again.ledger.unreadable = False
    assert (await come_back(readers[0], room)).is_up_to_date()


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@in_virtual_time
async def test_a_damaged_past_leaves_the_present_to_those_who_are_there(
    caplog: pytest.LogCaptureFixture,
) -> None:
    node = Node()
    readers = await held(node)
    again, room = await restarted(node)
    again.ledger.store.damaged.add((RAW, 2))
    for _ in range(2):
        with pytest.raises(Refused, match="stale_token"):
            await come_back(readers[0], room)
    assert caplog.text.count("cannot be followed") == 1
    assert (await come_back(Reader(room, "vera"), room)).is_up_to_date()


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@pytest.mark.parametrize("limit", ["PAST_ENTRIES", "PAST_BYTES"])
@in_virtual_time
async def test_a_past_too_long_to_follow_is_left_alone(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node()
    readers = await held(node)
    _, room = await restarted(node)
    monkeypatch.setattr(loading, limit, 6)
    monkeypatch.setattr(loading, "MAX_READ", 2)
    with pytest.raises(Refused, match="stale_token"):
        await come_back(readers[0], room)


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@in_virtual_time
async def test_a_token_further_back_than_a_tail_reaches_reads_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node(ledger=FaultyLedger())
    readers = await held(node)
    again, room = await restarted(node)
    again.ledger.reads.clear()
    monkeypatch.setattr(past, "TAIL_ENTRIES", 5)
    with pytest.raises(Refused, match="stale_token"):
        await come_back(readers[0], room)
    assert again.ledger.reads == []
    assert (await come_back(readers[1], room)).is_up_to_date()


@pytest.mark.rule("R40")
@pytest.mark.usefixtures("nothing_at_hand")
@in_virtual_time
async def test_a_token_of_another_history_does_not_lead_on() -> None:
    node = Node()
    await held(node)
    _, room = await restarted(node)
    reader = Reader(room, "vera")
    reader.token = room._bridge.tokens.seal(room.audience(reader.principal), Head(3, b"\1" * 32))
    with pytest.raises(Refused, match="stale_token"):
        await come_back(reader, room)


@pytest.mark.rule("R41")
@in_virtual_time
async def test_a_token_from_a_node_that_is_ahead_leads_on_here() -> None:
    first, second = two_nodes(lost=1.0)
    room = await first.room()
    behind = await second.rooms.open(SESSION)
    reader = Reader(room, "vera").join()
    await first.everyone("CheckIn")
    reader.token = room._bridge.token(room.audience(reader.principal))
    assert behind.head.seq < room.head.seq
    await asyncio.gather(come_back(reader, behind), come_back(Reader(room, "hana"), behind))
    assert behind.head == room.head
    assert reader.is_up_to_date()


@pytest.mark.rule("R41")
@in_virtual_time
async def test_a_token_that_is_ahead_waits_for_a_ledger_that_can_be_read() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    other = Node(ledger=FaultyLedger(ledger.store), name="n2")
    behind = await other.rooms.open(SESSION)
    await node.everyone("CheckIn")
    reader = Reader(room, "vera")
    other.ledger.unreadable = True
    with pytest.raises(Refused, match="ledger_unavailable"):
        await come_back(reader, behind)
    other.ledger.unreadable = False
    assert (await come_back(reader, behind)).is_up_to_date()


@pytest.mark.rule("R41")
@in_virtual_time
async def test_a_token_ahead_of_a_ledger_that_went_back_is_stale() -> None:
    node = Node()
    room = await node.room()
    ahead = room._bridge.tokens.seal(
        room.audience(Reader(room, "vera").principal), Head(room.head.seq + 1, bytes(32))
    )
    reader = Reader(room, "vera")
    reader.token = ahead
    with pytest.raises(Refused, match="stale_token"):
        await come_back(reader, room)


@pytest.mark.rule("R41")
@in_virtual_time
async def test_who_waits_for_a_room_that_ends_is_told_so() -> None:
    node = Node(ledger=FaultyLedger())
    room = await node.room()
    head, gate = node.ledger.read, asyncio.Event()

    async def never(*_: object) -> object:
        await gate.wait()
        raise LedgerUnavailable

    node.ledger.read = never
    reader = Reader(room, "vera")
    reader.token = room._bridge.tokens.seal(
        room.audience(reader.principal), Head(room.head.seq + 1, bytes(32))
    )
    coming = asyncio.ensure_future(come_back(reader, room))
    await asyncio.sleep(1)
    room._recorder.end("restart")
    gate.set()
    with pytest.raises(Refused, match="restart"):
        await coming
    node.ledger.read = head
