"""One live session, as the edges use it."""

import asyncio

import pytest
from msgspec.structs import replace

from evalroom.bus.bus import MESSAGE_BYTES
from evalroom.room import gossip
from evalroom.room.limits import GOSSIP_BYTES, MINUTES_KEPT, POOL_BYTES
from evalroom.room.means import Pool
from evalroom.sessions.refusals import Refused
from evalroom.sessions.report import report_hash
from evalroom.sessions.tender.model import Document
from tests.room.faulty import FaultyLedger
from tests.room.parts import (
    SESSION,
    Node,
    Reader,
    in_virtual_time,
    plain,
    principal,
    score,
    two_nodes,
)
from tests.sessions.cast import ACCOUNTS, OFFICES, small_tender
from tests.simulator.memory import MemoryLedger


@pytest.mark.rule("R27")
@in_virtual_time
async def test_a_stranger_sees_nothing() -> None:
    room = await Node().room()
    with pytest.raises(Refused) as refused:
        room.audience(principal("stranger"))
    assert refused.value.code == "not_invited"


@pytest.mark.rule("R27")
@in_virtual_time
async def test_a_view_names_its_audience_and_carries_its_token() -> None:
    room = await Node().room()
    shown = room.view(room.audience(principal("wang")))
    assert plain(shown["audience"]) == {"member": None, "roles": ["witness"], "venue": "main"}
    assert shown["view"]["me"]["roles"] == ["witness"]
    assert set(shown) == {"audience", "view", "token"}


@pytest.mark.rule("R27")
@in_virtual_time
async def test_the_minutes_are_told_to_each_as_far_as_he_may_read_them() -> None:
    node = Node()
    room = await node.room()
    await node.everyone("CheckIn")
    await node.act("vera", "RecordRemark", text="seen")
    lines = {
        who: [line["code"] for line in await room.minutes(room.audience(principal(who)))]
        for who in ("m1", "vera")
    }
    assert lines["m1"][:2] == ["SessionOpened", "PhaseOpened"]
    assert "RemarkRecorded" not in lines["m1"]
    assert lines["vera"][-1] == "RemarkRecorded"
    # Asked again, they go on from where they stopped.
    await node.act("hana", "AnnounceDiscipline")
    again = await room.minutes(room.audience(principal("m1")))
    assert [line["code"] for line in again] == [*lines["m1"], "DisciplineAnnounced"]


@pytest.mark.rule("R27")
@in_virtual_time
async def test_minutes_are_read_from_where_they_were_left_and_very_long_ones_are_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert MINUTES_KEPT == 20_000
    node = Node()
    room = await node.room()
    audience = room.audience(principal("m1"))
    first, again = await asyncio.gather(room.minutes(audience), room.minutes(audience))
    assert first == again
    book = room._minutes
    assert book._seq == 1
    monkeypatch.setattr("evalroom.room.minutes.MINUTES_KEPT", 0)
    assert await room.minutes(audience) == first
    assert book._seq == 0
    assert await room.minutes(audience) == first


@pytest.mark.rule("R27")
@in_virtual_time
async def test_the_report_is_for_committee_agency_and_watchers_when_it_is_signed() -> None:
    node = Node()
    room = await node.room()
    everyone = [*ACCOUNTS, *OFFICES]
    assert {who for who in everyone if reads_report(node, who)} == set()
    await node.to_the_end()
    readers = {who for who in everyone if reads_report(node, who)}
    assert readers == {*ACCOUNTS, "hana", "vera", "audrey"}
    shown = room.report(room.audience(principal("m1")))
    assert shown["sha256"] == room.session.signing.report == report_hash(room.session)


def reads_report(node: Node, who: str) -> bool:
    (room,) = node.rooms.live()
    try:
        room.report(room.audience(principal(who)))
    except Refused as refused:
        return refused.code != "report_sealed"
    return True


@pytest.mark.rule("V10")
@in_virtual_time
async def test_an_auditor_hears_of_phases_and_of_nobody_and_reads_no_line_before_the_end() -> None:
    node = Node()
    room = await node.room()
    auditor, witness = Reader(room, "audrey").join(), Reader(room, "wang").join()
    member = Reader(room, "m1").join()
    await node.to_review()
    await node.act("m1", "EnterScores", **score())
    await asyncio.sleep(20)
    member.membership.leave()
    await asyncio.sleep(20)
    assert auditor.is_up_to_date()
    assert auditor.told("presence") == [{}]
    assert len(witness.told("presence")) > 1
    paths = {path[0] for event in auditor.told("changes") for each in event for _, path, *_ in each}
    assert paths == {"phase"}
    audience = room.audience(principal("audrey"))
    assert await room.minutes(audience) == []
    await node.act("hana", "AbortSession", reason="终止")
    assert auditor.is_up_to_date()
    assert [line["code"] for line in await room.minutes(audience)][-1] == "SessionAborted"


@pytest.mark.rule("S56")
@in_virtual_time
async def test_a_session_that_is_over_is_read_from_any_device_and_acted_in_from_none() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    with pytest.raises(Refused, match="other_device"):
        Reader(room, "m1", "at home").join()
    await node.act("hana", "AbortSession", reason="终止")
    there = Reader(room, "m1", "at home").join()
    assert there.told("presence") != []
    room.ephemeral(there.principal, {"matter": "conformity"})
    with pytest.raises(Refused, match="session_over"):
        await room.submit(there.principal.actor, bytes(16), "Commit", {}, None)


@pytest.mark.rule("R7")
@in_virtual_time
async def test_an_entry_too_large_for_the_bus_is_announced_and_read_from_the_ledger(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert GOSSIP_BYTES < MESSAGE_BYTES
    monkeypatch.setattr(gossip, "GOSSIP_BYTES", 10)
    one, other = two_nodes()
    room = await one.room()
    reader = Reader(await other.rooms.open(SESSION), "vera").join()
    await one.act("m1", "CheckIn")
    message = gossip.committed(b"n1", one.entries[-1])
    assert gossip.read(message) == gossip.Grown(b"n1", 2)
    await asyncio.sleep(0.1)
    assert reader.room.session == room.session
    assert reader.is_up_to_date()


@pytest.mark.rule("R7")
@in_virtual_time
async def test_when_the_bus_comes_back_rooms_read_what_was_said_meanwhile() -> None:
    one, other = two_nodes()
    room = await one.room()
    reader = Reader(await other.rooms.open(SESSION), "vera").join()
    one.bus.ether.turn(False)
    await asyncio.sleep(0.2)
    await one.act("m1", "CheckIn")
    one.bus.ether.turn(True)
    await asyncio.sleep(0.1)
    assert reader.room.session == room.session
    assert reader.is_up_to_date()


@pytest.mark.rule("R7")
@in_virtual_time
async def test_a_forged_entry_on_the_bus_changes_nothing() -> None:
    node = Node()
    room = await node.room()
    before = room.session
    forger = Node(name="n2", seed=9)
    await forger.room()
    await forger.act("m1", "CheckIn")
    room._heard(gossip.committed(b"n2", forger.entries[-1]))
    room._heard(gossip.committed(b"n2", forger.entries[0]))
    room._heard(b"noise")
    room._heard(gossip.committed(node.means.node, forger.entries[-1]))
    await asyncio.sleep(0.1)
    assert room.session is before


@pytest.mark.rule("R27")
@in_virtual_time
async def test_a_document_is_for_those_who_may_read_bids_by_now() -> None:
    tender = small_tender()
    document = Document("d1", "投标文件", "ab" * 32)
    first = replace(tender.bids[0], documents=(document,))
    node = Node()
    room = await node.room(replace(tender, bids=(first, *tender.bids[1:])))

    def readers() -> set[str]:
        return {
            who
            for who in (*ACCOUNTS, *OFFICES)
            if room.may_read(room.audience(principal(who)), document.sha256)
        }

    assert readers() == set()
    await node.everyone("CheckIn")
    assert readers() == {*ACCOUNTS, "hana", "vera"}
    await node.act("hana", "AbortSession", reason="终止")
    assert "audrey" in readers()


@in_virtual_time
async def test_a_bug_in_one_second_does_not_stop_the_next(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await Node().room()
    reader = Reader(room, "vera").join()

    def broken(now: float) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(room._company.presence, "expire", broken)
    await asyncio.sleep(2.5)
    monkeypatch.undo()
    assert any(line.startswith("bug: a room's second failed: ") for line in caplog.messages)
    await asyncio.sleep(5)
    assert reader.told("mark")


@in_virtual_time
async def test_a_bug_in_a_chore_is_logged_and_the_chores_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    node = Node()
    await node.room()
    save, node.ledger.save_snapshot = node.ledger.save_snapshot, None
    await node.everyone("CheckIn")
    await asyncio.sleep(2)
    assert any(line.startswith("bug: a chore of a room failed: ") for line in caplog.messages)
    node.ledger.save_snapshot = save
    await node.act("hana", "AnnounceDiscipline")
    await node.everyone("Commit")
    await asyncio.sleep(2)
    assert bytes.fromhex(SESSION) in node.ledger.store.snapshots


@pytest.mark.rule("R18")
@in_virtual_time
async def test_a_state_that_cannot_be_saved_costs_nothing_but_time() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    await node.room()
    await node.act("m1", "CheckIn")
    (room,) = node.rooms.live()
    await ledger.close()
    await room._chores._save()
    assert ledger.store.snapshots == {}
    again = await Node(ledger=MemoryLedger(ledger.store)).rooms.open(SESSION)
    assert again.session == room.session


def test_randomness_is_drawn_in_larger_pieces_and_given_out_once() -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return bytes(number % 251 for number in range(size))

    pool = Pool(random)
    first = [pool(16) for _ in range(POOL_BYTES // 16)]
    assert asked == [POOL_BYTES]
    assert b"".join(first) == random(POOL_BYTES)
    assert pool(POOL_BYTES + 1) == random(POOL_BYTES + 1)
