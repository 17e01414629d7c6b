"""The only writer: decides, records, answers; and answers the same when asked again."""

import asyncio

import msgspec
import pytest

from evalroom.room.drafts import Wish, answer_again, draft
from evalroom.room.limits import RECENT_COMMANDS
from evalroom.room.standing import records
from evalroom.sessions.catalogue import read_command
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.storage.receipts import Receipt, verify_receipt
from evalroom.storage.records import compose
from evalroom.wire.limits import MAILBOX_COMMANDS
from tests.room.faulty import FaultyLedger
from tests.room.parts import (
    Node,
    actor,
    in_virtual_time,
    refusal,
    score,
    some_keys,
)
from tests.simulator.memory import MemoryLedger

ID = bytes(range(16))


@pytest.mark.rule("R2")
@in_virtual_time
async def test_a_full_mailbox_refuses_and_answers_what_is_in_it() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    ledger.gate.clear()
    first = asyncio.ensure_future(node.act("m1", "CheckIn"))
    await asyncio.sleep(0.1)
    waiting = [
        asyncio.ensure_future(node.act("vera", "RecordRemark", text=f"{n}"))
        for n in range(MAILBOX_COMMANDS)
    ]
    await asyncio.sleep(0.1)
    with pytest.raises(Refused) as refused:
        await node.act("vera", "RecordRemark", text="one too many")
    assert refusal(refused) == ("busy", True)
    ledger.gate.set()
    await asyncio.gather(first, *waiting)
    texts = [remark.text for remark in room.session.attendance.remarks]
    assert texts[-2:] == ["254", "255"]


@pytest.mark.rule("R3")
@in_virtual_time
async def test_a_score_sent_twice_is_entered_once_and_gets_the_same_receipt() -> None:
    node = Node()
    await node.room()
    await node.to_review()
    first = await node.act("m1", "EnterScores", id=ID, **score())
    entries = len(node.entries)
    again = await node.act("m1", "EnterScores", id=ID, **score())
    assert again == first
    assert first.receipt is not None
    assert len(node.entries) == entries


@pytest.mark.rule("R3")
@in_virtual_time
async def test_the_answer_is_the_same_after_a_restart_and_after_many_other_commands() -> None:
    node = Node()
    await node.room()
    await node.to_review()
    first = await node.act("m1", "EnterScores", id=ID, **score())
    for number in range(RECENT_COMMANDS + 1):
        await node.act("vera", "RecordRemark", text=f"{number}")
    assert await node.act("m1", "EnterScores", id=ID, **score()) == first
    restarted = Node(ledger=MemoryLedger(node.ledger.store))
    assert await restarted.act("m1", "EnterScores", id=ID, **score()) == first


@pytest.mark.rule("R3")
@in_virtual_time
async def test_a_check_in_sent_again_is_granted_again_though_the_seat_is_taken_by_now() -> None:
    node = Node()
    await node.room()
    await node.act("m1", "CheckIn", id=ID)
    other = Node(ledger=MemoryLedger(node.ledger.store))
    await other.act("m1", "CheckIn", id=ID)
    with pytest.raises(Refused) as refused:
        await other.act("m1", "CheckIn")
    assert refusal(refused) == ("already_checked_in", False)


@pytest.mark.rule("R3")
@in_virtual_time
async def test_an_id_that_was_given_to_something_else_is_refused_whether_at_hand_or_not() -> None:
    node = Node()
    await node.room()
    await node.to_review()
    first = await node.act("m1", "EnterScores", id=ID, **score())
    restarted = Node(ledger=MemoryLedger(node.ledger.store))
    for each in (node, restarted):
        assert await each.act("m1", "EnterScores", id=ID, **score()) == first
        for name, args in (
            ("EnterScores", score(value="fail", reason="x")),
            ("EnterScores", {"cells": [*score()["cells"], *score("B2")["cells"]]}),
            ("ClosePersonally", {"section": "conformity"}),
        ):
            with pytest.raises(Refused) as refused:
                await each.act("m1", name, id=ID, **args)
            assert refusal(refused) == ("command_id_reused", False)


@pytest.mark.rule("R3")
@in_virtual_time
async def test_an_id_from_before_words_were_kept_is_known_by_the_commands_name() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    wish = Wish(actor("m1"), ID, read_command("EnterScores", score()), None)
    made = await draft(room._recorder.standing, wish, node.means)
    assert made is not None
    older = compose(
        room.head, bytes.fromhex(room.id), made.entry.at, wish.actor, ID, "EnterScores",
        made.events, node.means.random,
    )  # fmt: skip
    assert answer_again(older, wish, node.means.keys.signing).receipt is not None
    other = Wish(actor("m1"), ID, read_command("ClosePersonally", {"section": "c"}), None)
    with pytest.raises(Refused, match="command_id_reused"):
        answer_again(older, other, node.means.keys.signing)


@pytest.mark.rule("R3")
@in_virtual_time
async def test_a_command_id_of_somebody_else_is_refused_whether_at_hand_or_not() -> None:
    node = Node()
    await node.room()
    await node.to_review()
    await node.act("m1", "EnterScores", id=ID, **score())
    restarted = Node(ledger=MemoryLedger(node.ledger.store))
    for each in (node, restarted):
        with pytest.raises(Refused) as refused:
            await each.act("m2", "EnterScores", id=ID, **score())
        assert refusal(refused) == ("command_id_taken", False)


@pytest.mark.rule("R3")
@in_virtual_time
async def test_a_refusal_is_not_remembered() -> None:
    node = Node()
    await node.room()
    await node.everyone("CheckIn")
    with pytest.raises(Refused):
        await node.act("m1", "Commit", id=ID)
    await node.act("hana", "AnnounceDiscipline")
    await node.act("m1", "Commit", id=ID)


@pytest.mark.rule("R4")
@in_virtual_time
async def test_what_changes_nothing_is_granted_and_leaves_no_entry() -> None:
    node = Node()
    await node.room()
    await node.to_review()
    await node.act("m1", "EnterScores", **score())
    entries = len(node.entries)
    answer = await node.act("m1", "EnterScores", **score())
    assert answer.receipt is None
    assert len(node.entries) == entries


@pytest.mark.rule("R5")
@in_virtual_time
async def test_time_never_goes_back_though_the_clock_is_set_back() -> None:
    node = Node()
    await node.room()
    await node.act("m1", "CheckIn")
    node.clock.error_ms = -60_000
    await node.act("m2", "CheckIn")
    node.clock.error_ms = 5
    await node.act("m3", "CheckIn")
    at = [entry.at for entry in node.entries]
    assert at[2] == at[1]
    assert at[3] == at[1] + 5


@pytest.mark.rule("R8")
@in_virtual_time
async def test_whoever_stops_waiting_disturbs_nobody_and_his_command_counts() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    ledger.gate.clear()
    gone = [asyncio.ensure_future(node.act(m, "CheckIn")) for m in ("m1", "m2")]
    stays = asyncio.ensure_future(node.act("m3", "CheckIn"))
    await asyncio.sleep(0.1)
    for each in gone:
        each.cancel()
    await asyncio.sleep(0.1)
    ledger.gate.set()
    await stays
    assert set(room.session.seats.bound) == {"m1", "m2", "m3"}
    with pytest.raises(asyncio.CancelledError):
        await gone[0]


@pytest.mark.rule("R9")
@in_virtual_time
async def test_a_receipt_opens_its_authors_leaves_and_no_others() -> None:
    node = Node()
    await node.room()
    await node.to_review()
    answer = await node.act("m1", "EnterScores", id=ID, **score())
    receipt = msgspec.convert(answer.receipt, Receipt, builtin_types=(bytes,))
    verify_receipt(receipt, some_keys().signing.public)
    assert receipt.command_id == ID
    entry = node.entries[-1]
    assert [signed.body.encode() for signed in receipt.signed] == [entry.bodies[1]]
    assert receipt.at == entry.at
    assert (await node.act("hana", "PauseTechnically", reason="power")).receipt is None


@pytest.mark.rule("R9")
@in_virtual_time
async def test_what_reveals_or_ends_vouches_for_the_history_before_it() -> None:
    node = Node()
    await node.room()
    await node.to_the_end()
    for entry, previous in zip(node.entries[1:], node.entries, strict=False):
        recorded = records.read(entry)
        kinds = {type(event).__name__ for event in recorded.events}
        vouched = bool(kinds & {"Revealed", "SessionClosed"})
        assert (recorded.checkpoint is not None) == vouched
        if recorded.checkpoint is not None:
            assert recorded.checkpoint.head == previous.head.hex()


@pytest.mark.rule("R10")
@in_virtual_time
async def test_an_unknown_or_malformed_command_is_turned_away_and_nothing_changes() -> None:
    node = Node()
    room = await node.room()
    before, entries = room.session, len(node.entries)
    with pytest.raises(Refused) as refused:
        await node.act("m1", "Fly")
    assert refusal(refused) == ("unknown_command", False)
    with pytest.raises(Malformed):
        await node.act("m1", "CheckIn", seat=7)
    assert room.session is before
    assert len(node.entries) == entries


@pytest.mark.rule("R8")
@in_virtual_time
async def test_whoever_stopped_waiting_is_not_told_of_a_refusal_or_of_the_end() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    room = await node.room()
    await node.act("m1", "CheckIn")
    ledger.gate.clear()
    # The second is refused, the third waits when the room ends: neither has anybody to tell.
    gone = [asyncio.ensure_future(node.act(m, "CheckIn")) for m in ("m2", "m1", "m3")]
    await asyncio.sleep(0.1)
    for each in gone:
        each.cancel()
    await asyncio.sleep(0.1)
    ledger.gate.set()
    await asyncio.sleep(0.5)
    assert set(room.session.seats.bound) == {"m1", "m2", "m3"}
    ledger.gate.clear()
    last = [asyncio.ensure_future(node.act(m, "CheckIn")) for m in ("m4", "m5")]
    await asyncio.sleep(0.1)
    last[1].cancel()
    room._recorder.end("restart")
    room._recorder.end("restart")
    ledger.gate.set()
    await last[0]
    await asyncio.sleep(0.1)
    room._recorder.hear(node.entries[-1])
    with pytest.raises(Refused) as refused:
        await room._recorder.submit(None)  # type: ignore[arg-type]
    assert refusal(refused) == ("restart", True)


@in_virtual_time
async def test_a_bug_in_one_command_reaches_its_author_and_stops_nobody() -> None:
    node = Node()
    room = await node.room()
    room._recorder._means = msgspec.structs.replace(node.means, random=lambda _: b"short")
    with pytest.raises(ValueError, match="a salt is 16 bytes"):
        await node.act("m1", "CheckIn")
    room._recorder._means = node.means
    await node.act("m1", "CheckIn")
    assert set(room.session.seats.bound) == {"m1"}
