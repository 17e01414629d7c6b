"""The streams of a room: told once each, in order, with a fresh token now and then."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from evalroom.room import audiences
from evalroom.room.limits import OWED_CHECK_BYTES, READERS
from evalroom.sessions.refusals import Refused
from evalroom.sessions.visibility import changes
from evalroom.wire.frames import Frames
from evalroom.wire.limits import CHANGES_BYTES, MARK_CHANGES, MARK_SECONDS, OWED_BYTES
from tests.room.parts import (
    SESSION,
    Node,
    Reader,
    in_virtual_time,
    score,
)
from tests.simulator.memory import MemoryLedger


class CountingFrames(Frames):
    """Counts what is encoded."""

    def __init__(self) -> None:
        self.encoded = 0

    def changes(self, events: Sequence[Sequence[Sequence[Any]]]) -> bytes:
        self.encoded += 1
        return super().changes(events)


@pytest.mark.rule("R13")
@in_virtual_time
async def test_a_mark_comes_every_five_seconds_though_nothing_happens() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "vera").join()
    await asyncio.sleep(4 * MARK_SECONDS + 0.5)
    marks = reader.told("mark")
    assert len(marks) == 4
    assert {b - a for a, b in zip(marks_at(marks), marks_at(marks)[1:], strict=False)} == {5_000}
    assert len({mark["token"] for mark in marks}) == 4


@pytest.mark.rule("R13")
@in_virtual_time
async def test_a_mark_comes_after_so_many_changes_and_stands_for_all_of_them() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    reader = Reader(room, "m1").join()
    # The first edit makes a row, each further one changes a cell and the row's revision.
    for number in range(1 + MARK_CHANGES // 2):
        assert reader.told("mark") == [], number
        await node.act("m1", "EnterScores", **score(reason=f"{number}"))
    assert reader.events[-1][0] == "mark"
    assert sum(len(event) for said in reader.told("changes") for event in said) == 65
    reader.membership.leave()
    reader.events.clear()
    reader.join()
    assert reader.is_up_to_date()


@pytest.mark.rule("R13")
@in_virtual_time
async def test_a_mark_within_a_run_of_entries_does_not_run_ahead_of_them() -> None:
    # A node reads many entries at once: the first fill up the count, the last ends an audience.
    one = Node()
    room = await one.room()
    await one.to_review()
    other = Node(name="n2", ledger=MemoryLedger(one.ledger.store))
    reader = Reader(await other.rooms.open(SESSION), "vera").join()
    for number in range(MARK_CHANGES + 1):
        await one.act("vera", "RecordRemark", text=f"{number}")
    await one.act("hana", "Appoint", principal="wang", roles=["center_staff"])
    await asyncio.sleep(2.1)
    names = [name for name, _ in reader.events if name != "presence"]
    assert names == ["changes", "mark"]
    assert reader.is_up_to_date()
    assert reader.room.session == room.session


@pytest.mark.rule("R14")
@in_virtual_time
async def test_what_several_audiences_are_told_alike_is_encoded_once() -> None:
    node = Node()
    frames = CountingFrames()
    node.rooms._means = msgspec.structs.replace(node.rooms._means, frames=frames)
    room = await node.room()
    readers = [Reader(room, who).join() for who in ("vera", "audrey", "hana", "hana", "wang")]
    await node.act("m1", "CheckIn")
    assert frames.encoded == 1
    await node.act("vera", "RecordRemark", text="all watchers, and not the witness")
    assert frames.encoded == 2
    assert len(readers[-1].told("changes")) == 1
    assert all(reader.is_up_to_date() for reader in readers)


@pytest.mark.rule("R14")
@in_virtual_time
async def test_a_reader_who_falls_too_far_behind_is_let_go_and_the_others_are_not() -> None:
    node = Node()
    room = await node.room()
    slow, quick = Reader(room, "vera").join(), Reader(room, "vera").join()
    slow.debt = OWED_BYTES + 1
    for number in range(20):
        await node.act("vera", "RecordRemark", text=f"{number}" + "x" * 3_000)
    assert slow.goodbye == ("slow", True, None)
    assert sum(map(len, slow.frames)) <= OWED_CHECK_BYTES + 4_000
    assert quick.is_up_to_date()


@pytest.mark.rule("R14")
@in_virtual_time
async def test_a_silent_reader_who_owes_too_much_is_found_at_the_next_mark() -> None:
    node = Node()
    room = await node.room()
    slow = Reader(room, "vera").join()
    slow.debt = OWED_BYTES + 1
    await asyncio.sleep(MARK_SECONDS + 0.1)
    assert slow.goodbye == ("slow", True, None)


@pytest.mark.rule("R14")
@in_virtual_time
async def test_changes_too_large_to_send_are_one_refetch() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "vera")
    for number in range(20):
        await node.act("vera", "RecordRemark", text="x" * 3_999 + f"{number % 10}")
    reader.view = {}
    reader.write = lambda frame: reader.frames.append(frame)  # type: ignore[method-assign]
    reader.join()
    (said,) = [
        msgspec.msgpack.decode(frame[2:])["data"] for frame in reader.frames if b"refetch" in frame
    ]
    assert said == ["changes", [[["refetch", []]]]]
    assert max(map(len, reader.frames)) < CHANGES_BYTES


@pytest.mark.rule("R14")
@in_virtual_time
async def test_a_session_takes_so_many_readers_and_no_more() -> None:
    node = Node()
    room = await node.room()
    first = Reader(room, "vera").join()
    more = [Reader(room, "vera").join() for _ in range(READERS - 1)]
    with pytest.raises(Refused) as refused:
        Reader(room, "hana").join()
    assert refused.value.code == "busy"
    first.membership.leave()
    Reader(room, "hana").join()
    assert len(more) == READERS - 1


@in_virtual_time
async def test_a_bug_in_one_view_keeps_the_entry_from_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node()
    room = await node.room()
    unlucky, other = Reader(room, "m1").join(), Reader(room, "vera").join()

    def broken(before: Any, events: Any, after: Any, audience: Any) -> Any:
        if audience.member == "m1":
            raise ZeroDivisionError
        return changes(before, events, after, audience)

    monkeypatch.setattr(audiences, "changes", broken)
    await node.act("m2", "CheckIn")
    assert unlucky.goodbye == ("restart", True, None)
    assert other.is_up_to_date()


@in_virtual_time
async def test_what_cannot_be_put_into_a_frame_costs_its_audience_a_fetch_and_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node()
    room = await node.room()
    unlucky, other = Reader(room, "m1").join(), Reader(room, "vera").join()

    def odd(before: Any, events: Any, after: Any, audience: Any) -> Any:
        if audience.member == "m1":
            return [["set", ["me"], object()]]
        return changes(before, events, after, audience)

    monkeypatch.setattr(audiences, "changes", odd)
    await node.act("m2", "CheckIn")
    assert unlucky.goodbye == ("restart", True, None)
    assert other.is_up_to_date()


def marks_at(marks: list[Any]) -> list[int]:
    return [mark["at"] for mark in marks]
