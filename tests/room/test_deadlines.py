"""Deadlines come by themselves, each once, on whichever node looks first."""

import asyncio

import pytest

from evalroom.room.limits import DEADLINE_RETRY_SECONDS
from evalroom.room.standing import records
from tests.room.faulty import FaultyLedger
from tests.room.parts import SESSION, Node, in_virtual_time, two_nodes
from tests.sessions.cast import small_tender
from tests.simulator.memory import MemoryLedger

HOUR = 3_600_000
FAULT_CLOCK = small_tender(technical_pause_hours="1")


def commands(node: Node) -> list[str]:
    return [records.read(entry).header.command for entry in node.entries]


@pytest.mark.rule("R21")
@in_virtual_time
async def test_a_deadline_is_met_by_a_node_that_had_not_even_opened_the_session() -> None:
    node = Node()
    await node.room(FAULT_CLOCK)
    await node.act("hana", "PauseTechnically", reason="power")
    due = node.entries[-1].at + HOUR
    other = Node(ledger=MemoryLedger(node.ledger.store), name="n2")
    other.rooms.start()
    other.clock.error_ms = HOUR - 1_500
    await asyncio.sleep(1.1)
    assert commands(node)[-1] == "PauseTechnically"
    await asyncio.sleep(1)
    assert commands(node)[-1] == "Tick"
    assert node.entries[-1].at >= due
    await asyncio.sleep(10)
    assert commands(node).count("Tick") == 1
    await other.rooms.close()


@pytest.mark.rule("R21")
@in_virtual_time
async def test_nodes_that_look_at_the_same_time_meet_a_deadline_once() -> None:
    one, other = two_nodes(lost=1.0)
    await one.room(FAULT_CLOCK)
    await other.rooms.open(SESSION)
    await one.act("hana", "PauseTechnically", reason="power")
    for node in (one, other):
        node.clock.error_ms = HOUR
        node.rooms.start()
    await asyncio.sleep(5)
    assert commands(one).count("Tick") == 1
    await one.rooms.close()
    await other.rooms.close()


@pytest.mark.rule("R21")
@in_virtual_time
async def test_a_deadline_that_cannot_be_met_is_put_off_and_not_forgotten() -> None:
    ledger = FaultyLedger()
    node = Node(ledger=ledger)
    await node.room(FAULT_CLOCK)
    await node.act("hana", "PauseTechnically", reason="power")
    node.clock.error_ms = HOUR
    ledger.fail = ["before"]
    node.rooms.start()
    await asyncio.sleep(5)
    assert "Tick" not in commands(node)
    await asyncio.sleep(DEADLINE_RETRY_SECONDS)
    assert commands(node).count("Tick") == 1
    await node.rooms.close()


@pytest.mark.rule("R21")
@in_virtual_time
async def test_a_deadline_that_is_gone_by_then_leaves_no_trace() -> None:
    node = Node()
    await node.room(FAULT_CLOCK)
    await node.act("hana", "PauseTechnically", reason="power")
    # As if another program had left a deadline that no rule of ours knows.
    await node.act("hana", "Resume")
    node.ledger.store.due[bytes.fromhex(SESSION)] = 1
    node.rooms.start()
    await asyncio.sleep(5)
    assert commands(node)[-1] == "Resume"
    assert node.rooms._deadlines._put_off
    await node.rooms.close()


@pytest.mark.rule("R21")
@in_virtual_time
async def test_a_bug_in_one_sweep_does_not_stop_the_next(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node()
    await node.room(FAULT_CLOCK)
    await node.act("hana", "PauseTechnically", reason="power")
    node.clock.error_ms = HOUR
    node.rooms.start()

    async def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(node.rooms._deadlines, "sweep", broken)
    await asyncio.sleep(2.5)
    monkeypatch.undo()
    assert any(line.startswith("bug: the sweep for deadlines failed: ") for line in caplog.messages)
    await asyncio.sleep(1)
    assert commands(node)[-1] == "Tick"
    await node.rooms.close()


@pytest.mark.rule("R21")
@in_virtual_time
async def test_so_many_sessions_are_put_off_and_the_others_are_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("evalroom.room.deadlines.MAX_OVERDUE", 1)
    node = Node()
    for session in ("01" * 16, "02" * 16):
        node.ledger.store.due[bytes.fromhex(session)] = 1
    await node.rooms._deadlines.sweep()
    assert list(node.rooms._deadlines._put_off) == ["01" * 16]


@pytest.mark.rule("R6")
@in_virtual_time
async def test_the_sweep_goes_on_when_the_ledger_could_not_be_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    node = Node()
    await node.room(FAULT_CLOCK)
    await node.act("hana", "PauseTechnically", reason="power")
    node.clock.error_ms = HOUR
    overdue = node.ledger.overdue

    async def closed(now: int) -> tuple[bytes, ...]:
        shut = MemoryLedger(node.ledger.store)
        await shut.close()
        return await shut.overdue(now)

    node.ledger.overdue = closed
    node.rooms.start()
    await asyncio.sleep(2.5)
    assert "deadlines cannot be read now" in caplog.messages
    node.ledger.overdue = overdue
    await asyncio.sleep(1)
    assert commands(node)[-1] == "Tick"
    await node.rooms.close()
