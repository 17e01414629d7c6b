"""The only writer: decided, durable, told, answered; and answered the same when asked again."""

import asyncio
from collections import Counter
from random import Random

import msgspec
import pytest

from evalroom.room.limits import RACES, RECENT_COMMANDS
from evalroom.room.standing import records
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Appended
from evalroom.storage.receipts import Receipt, verify_receipt
from evalroom.wire.limits import MAILBOX_COMMANDS
from tests.room.parts import (
    SESSION,
    FaultyLedger,
    Node,
    Reader,
    in_virtual_time,
    score,
    some_keys,
    token_bytes,
)
from tests.simulator.memory import MemoryLedger, Store, copy_of
from tests.simulator.network import Ether, SimulatedBus, Weather

ID = bytes(range(16))


def refusal(error: pytest.ExceptionInfo[Refused]) -> tuple[str, bool]:
    return error.value.code, "retry_ms" in error.value.params


@pytest.mark.rule("R1")
@in_virtual_time
async def test_nobody_is_told_or_answered_before_the_entry_is_in_the_ledger() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    reader = Reader(await node.room(), "vera").join()
    ledger.gate.clear()
    asked = asyncio.ensure_future(node.act("m1", "CheckIn"))
    await asyncio.sleep(1)
    assert not asked.done()
    assert reader.told("changes") == []
    assert not reader.room.session.seats.bound
    ledger.gate.set()
    await asked
    assert reader.told("changes")
    assert reader.is_up_to_date()


@pytest.mark.rule("R1")
@in_virtual_time
async def test_a_change_is_on_the_line_when_its_author_is_answered() -> None:
    node = Node()
    reader = Reader(await node.room(), "m1").join()
    for number, act in enumerate(["CheckIn", "AnnounceDiscipline", "Commit"]):
        await node.act("hana" if act == "AnnounceDiscipline" else "m1", act)
        if act == "CheckIn":
            for member in ("m2", "m3", "m4", "m5"):
                await node.act(member, "CheckIn")
        assert reader.is_up_to_date(), number


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


def two_nodes(*, lost: float = 0.0) -> tuple[Node, Node]:
    """Two nodes on one ledger, with a bus between them that may lose everything."""
    store, ether = Store(), Ether(Weather(lost=lost), Random(1), Counter())
    return (
        Node(ledger=MemoryLedger(store), bus=SimulatedBus(ether, "n1"), name="n1"),
        Node(ledger=MemoryLedger(store), bus=SimulatedBus(ether, "n2"), name="n2", seed=2),
    )


@pytest.mark.rule("R7")
@in_virtual_time
async def test_two_nodes_that_race_yield_one_order_and_lose_nothing() -> None:
    one, other = two_nodes(lost=1.0)
    room = await one.room()
    behind = await other.rooms.open(SESSION)
    await asyncio.gather(
        *(one.act(member, "CheckIn") for member in ("m1", "m2")),
        *(other.act(member, "CheckIn") for member in ("m3", "m4")),
    )
    assert len(one.entries) == 5
    await asyncio.sleep(2.1)
    assert room.session == behind.session
    assert set(room.session.seats.bound) == {"m1", "m2", "m3", "m4"}


@pytest.mark.rule("R7")
@in_virtual_time
async def test_a_node_that_is_behind_does_not_refuse_what_the_rules_allow_by_now() -> None:
    one, other = two_nodes(lost=1.0)
    await one.room()
    await one.everyone("CheckIn")
    await other.rooms.open(SESSION)
    await one.act("hana", "AnnounceDiscipline")
    await other.act("m1", "Commit")


@pytest.mark.rule("R7")
@in_virtual_time
async def test_a_node_hears_what_another_wrote_and_reads_what_it_did_not_hear() -> None:
    one, other = two_nodes()
    room = await one.room()
    reader = Reader(await other.rooms.open(SESSION), "vera").join()
    await one.act("m1", "CheckIn")
    await asyncio.sleep(0.05)
    assert reader.room.session == room.session
    assert reader.is_up_to_date()
    one.bus.ether.weather.lost = 1.0
    await one.act("m2", "CheckIn")
    one.bus.ether.weather.lost = 0.0
    await one.act("m3", "CheckIn")
    await asyncio.sleep(0.05)
    assert set(reader.room.session.seats.bound) == {"m1", "m2", "m3"}
    assert reader.is_up_to_date()


@pytest.mark.rule("R7")
@in_virtual_time
async def test_an_answer_given_again_elsewhere_does_not_overtake_its_change() -> None:
    one, other = two_nodes(lost=1.0)
    await one.room()
    reader = Reader(await other.rooms.open(SESSION), "m1").join()
    await one.act("m1", "CheckIn", id=ID)
    await other.act("m1", "CheckIn", id=ID)
    assert reader.is_up_to_date()


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


@pytest.mark.rule("R7")
@in_virtual_time
async def test_whoever_always_comes_too_late_is_asked_to_try_again() -> None:
    node = Node()
    await node.room()
    tried: list[Entry] = []

    async def too_late(entry: Entry, due: int | None) -> Appended:
        tried.append(entry)
        return Appended.SEQ_TAKEN

    node.ledger.append = too_late
    with pytest.raises(Refused) as refused:
        await node.act("m1", "CheckIn")
    assert refusal(refused) == ("busy", True)
    assert len(tried) == RACES


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
