"""What a room does by itself: beside everything else, and again when it failed."""

import asyncio
from collections.abc import Mapping

import pytest

from evalroom.room.limits import LINK_GRACE_SECONDS, LOOKS_SECONDS, RECENT_BYTES
from evalroom.sessions.people import Appointment
from evalroom.sessions.refusals import Refused
from tests.room.faulty import FaultyLedger
from tests.room.parts import SESSION, Node, Reader, in_virtual_time, principal, score
from tests.room.test_looks import on_record


@pytest.mark.rule("R23")
@in_virtual_time
async def test_a_finding_that_could_not_be_recorded_is_recorded_a_second_later() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    await node.act("m1", "CheckIn")
    Reader(room, "m1").join().membership.leave()
    ledger.fail = ["before", "before"]
    await asyncio.sleep(LINK_GRACE_SECONDS + 1.5)
    assert room.session.attendance.lost == {}
    await asyncio.sleep(2)
    assert set(room.session.attendance.lost) == {"m1"}


class Index:
    """A list of sessions that cannot always be written."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.people: list[set[str]] = []
        self.failing = 0

    async def note(self, session: str, phase: str, people: Mapping[str, Appointment]) -> None:
        assert session == SESSION
        if self.failing:
            self.failing -= 1
            raise Refused("busy")
        self.told.append(phase)
        self.people.append(set(people))


@pytest.mark.rule("A50")
@in_virtual_time
async def test_the_list_of_sessions_is_told_once_of_each_phase_and_again_when_it_could_not() -> (
    None
):
    index = Index()
    node = Node(index=index)
    await node.room()
    await asyncio.sleep(3.5)
    assert index.told == ["check_in"], "a room that was opened says where it stands"
    index.failing = 2
    await node.to_review()
    await asyncio.sleep(1.5)
    assert index.told == ["check_in"]
    await asyncio.sleep(5)
    assert index.told == ["check_in", "preliminary"]
    await node.act("hana", "PauseTechnically", reason="x")
    await asyncio.sleep(3)
    assert index.told == ["check_in", "preliminary"], "a pause is no phase"
    await node.act("hana", "Revoke", principal="wang", reason="x")
    await asyncio.sleep(2)
    assert index.told == ["check_in", "preliminary", "preliminary"]
    assert index.people[1] - index.people[2] == {"wang"}, "who has gone is out of the list"
    await node.act("hana", "AbortSession", reason="x")
    await node.rooms.close()
    assert index.told[3:] == ["aborted"]


@pytest.mark.rule("R26")
@in_virtual_time
async def test_a_node_that_stops_lets_a_chore_under_way_finish() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    room.looked(principal("m1"), "document 1")
    ledger.gate.clear()
    await asyncio.sleep(LOOKS_SECONDS + 0.5)
    closing = asyncio.ensure_future(node.rooms.close())
    await asyncio.sleep(0.5)
    assert not closing.done()
    ledger.gate.set()
    await closing
    assert on_record(node) == [["document 1"]]


@pytest.mark.rule("R20")
@in_virtual_time
async def test_a_room_that_ends_by_itself_leaves_its_chores() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    room.looked(principal("m1"), "document 1")
    ledger.gate.clear()
    await asyncio.sleep(LOOKS_SECONDS + 0.5)
    room._recorder.end("restart")
    await asyncio.sleep(0.1)
    assert room._chores._task is None
    ledger.gate.set()
    await asyncio.sleep(0.1)


@pytest.mark.rule("R3")
@in_virtual_time
async def test_a_large_command_is_not_kept_at_hand_and_still_known() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    large = score(reason="x" * 3_999)
    large["cells"] = [{**large["cells"][0], "bid": bid} for bid in ("B1", "B2", "B3", "B4")]
    first = await node.act("m1", "EnterScores", id=bytes(16), **large)
    assert sum(map(len, node.entries[-1].bodies)) > RECENT_BYTES
    assert bytes(16) not in room._recorder._recent
    assert await node.act("m1", "EnterScores", id=bytes(16), **large) == first
