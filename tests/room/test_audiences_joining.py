"""Coming in by token, coming back by token, and being sent away."""

import asyncio

import pytest

from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import Head
from tests.room.faulty import FaultyLedger
from tests.room.parts import (
    SESSION,
    Node,
    Reader,
    in_virtual_time,
    principal,
    token_bytes,
)
from tests.sessions.cast import APPOINTMENTS
from tests.simulator.memory import MemoryLedger


@pytest.mark.rule("R11")
@in_virtual_time
async def test_who_joins_by_the_token_of_his_view_misses_nothing_and_hears_nothing_twice() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "vera")
    await node.act("m1", "CheckIn")
    await node.act("m2", "CheckIn")
    reader.join()
    assert reader.is_up_to_date()
    assert len(reader.told("changes")) == 1
    await node.act("m3", "CheckIn")
    assert reader.is_up_to_date()


@pytest.mark.rule("R11")
@in_virtual_time
async def test_who_joins_while_an_entry_is_on_its_way_is_told_of_it_once() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    ledger.gate.clear()
    asked = asyncio.ensure_future(node.act("m1", "CheckIn"))
    await asyncio.sleep(0.1)
    reader = Reader(room, "m1").join()
    ledger.gate.set()
    await asked
    assert reader.is_up_to_date()
    assert len(reader.told("changes")) == 1


@pytest.mark.rule("R11")
@in_virtual_time
async def test_a_reader_who_was_up_to_date_is_told_nothing_but_who_is_there() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "vera").join()
    assert [name for name, _ in reader.events] == ["presence"]


@pytest.mark.rule("R11")
@in_virtual_time
async def test_who_has_left_is_written_no_more() -> None:
    node = Node()
    room = await node.room()
    stays, goes = Reader(room, "vera").join(), Reader(room, "vera").join()
    goes.membership.leave()
    goes.membership.leave()
    written = len(goes.frames)
    await node.act("m1", "CheckIn")
    await asyncio.sleep(6)
    assert len(goes.frames) == written
    assert stays.is_up_to_date()


@pytest.mark.rule("R12")
@in_virtual_time
async def test_a_token_from_before_his_appointment_changed_is_stale() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "wang")
    await node.act("hana", "Appoint", principal="wang", roles=["center_staff"])
    assert_refused("stale_token", reader)


@pytest.mark.rule("R12")
@in_virtual_time
async def test_a_forged_token_and_one_of_another_session_are_invalid() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "vera")
    own = token_bytes(reader.token)
    for forged in (b"", b"x" * len(own), own[:-1] + bytes([own[-1] ^ 1]), own[:-1]):
        reader.token = forged
        assert_refused("token_invalid", reader)
    await node.rooms.create("7e" * 16, room.session.tender, APPOINTMENTS, by="hana")
    other = await node.rooms.open("7e" * 16)
    reader.token = token_bytes(Reader(other, "vera").token)
    assert_refused("token_invalid", reader)


@pytest.mark.rule("R12")
@in_virtual_time
async def test_a_token_ahead_of_the_ledger_or_of_another_history_is_stale() -> None:
    node = Node()
    room = await node.room()
    audience = room.audience(principal("vera"))
    reader = Reader(room, "vera")
    for head in (Head(99, bytes(32)), Head(1, bytes(32)), Head(0, bytes(32))):
        reader.token = room._bridge.tokens.seal(audience, head)
        assert_refused("stale_token", reader)


@pytest.mark.rule("R12")
@in_virtual_time
async def test_a_token_of_another_node_is_as_good_as_ones_own() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "vera").join()
    await node.act("m1", "CheckIn")
    await asyncio.sleep(5)
    reader.membership.leave()
    await node.act("m2", "CheckIn")
    other = Node(ledger=MemoryLedger(node.ledger.store), name="n2")
    reader.room = await other.rooms.open(SESSION)
    reader.join()
    assert reader.is_up_to_date()


@pytest.mark.rule("R12")
@in_virtual_time
async def test_all_tokens_are_of_one_length() -> None:
    node = Node()
    room = await node.room()
    lengths = {len(token_bytes(Reader(room, who).token)) for who in ("m1", "hana", "wang")}
    await node.to_review()
    lengths |= {len(token_bytes(Reader(room, who).token)) for who in ("m5", "vera", "audrey")}
    assert len(lengths) == 1


@pytest.mark.rule("R15")
@in_virtual_time
async def test_whoever_is_appointed_anew_leaves_his_stream_and_may_come_back() -> None:
    node = Node()
    room = await node.room()
    reader, watcher = Reader(room, "wang").join(), Reader(room, "vera").join()
    await node.act("hana", "Appoint", principal="wang", roles=["center_staff", "witness"])
    assert reader.goodbye == ("audience_changed", True, None)
    assert reader.told("changes") == []
    assert watcher.is_up_to_date()
    again = Reader(room, "wang").join()
    assert again.is_up_to_date()


@pytest.mark.rule("R15")
@in_virtual_time
async def test_whoever_is_revoked_is_sent_away_for_good() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "wang").join()
    await node.act("hana", "Revoke", principal="wang", reason="shift over")
    assert reader.goodbye == ("revoked", False, None)
    with pytest.raises(Refused) as refused:
        room.join(reader.principal, token_bytes(reader.token), reader)
    assert refused.value.code == "not_invited"


@pytest.mark.rule("R15")
@in_virtual_time
async def test_a_seat_taken_from_one_device_sends_the_members_other_windows_away() -> None:
    node = Node()
    room = await node.room()
    other = Reader(room, "m1", device="another").join()
    seat = Reader(room, "m1").join()
    await node.act("m1", "CheckIn")
    assert other.goodbye == ("other_device", False, None)
    assert seat.goodbye is None
    with pytest.raises(Refused) as refused:
        Reader(room, "m1", device="another").join()
    assert refused.value.code == "other_device"


@pytest.mark.rule("R16")
@in_virtual_time
async def test_a_closed_session_can_still_be_seen() -> None:
    node = Node()
    room = await node.room()
    reader = Reader(room, "audrey").join()
    await node.to_the_end()
    assert reader.goodbye is None
    assert reader.is_up_to_date()
    late = Reader(room, "hana").join()
    await asyncio.sleep(6)
    assert late.told("mark")
    assert late.view["phase"]["name"] == "closed"


def assert_refused(code: str, reader: Reader) -> None:
    with pytest.raises(Refused) as refused:
        reader.join()
    assert refused.value.code == code
    assert reader.frames == []
