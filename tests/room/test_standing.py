"""Following the ledger, entry by entry, and no further than one can."""

import pytest

from evalroom.room.standing import follow
from evalroom.sessions.closings import PersonallyClosed
from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import Head
from evalroom.storage.ledger import LedgerDamaged
from evalroom.storage.records import compose
from tests.room.parts import SESSION, Node, actor, in_virtual_time
from tests.simulator.memory import MemoryLedger


@pytest.mark.rule("R17")
@in_virtual_time
async def test_the_standing_after_each_entry_is_the_one_the_room_had() -> None:
    node = Node()
    room = await node.room()
    await node.to_review()
    standing = None
    for entry in node.entries:
        standing, recorded = follow(standing, entry)
        assert recorded.header.command_id == entry.command_id.hex()
    assert standing is not None
    assert standing.session == room.session
    assert standing.head == room.head


@pytest.mark.rule("R19")
@in_virtual_time
async def test_an_entry_that_makes_no_sense_here_lets_the_session_go(
    caplog: pytest.LogCaptureFixture,
) -> None:
    node = Node()
    await node.room()
    last = node.entries[-1]
    nonsense = compose(
        Head(last.seq, last.head),
        last.session,
        last.at,
        actor("m1"),
        bytes(16),
        "ClosePersonally",
        [PersonallyClosed(member="m1", section="no such section", round=1)],
        lambda size: bytes(size),
    )
    await node.ledger.append(nonsense, None)
    cold = Node(ledger=MemoryLedger(node.ledger.store))
    with pytest.raises(Refused) as refused:
        await cold.rooms.open(SESSION)
    assert refused.value.code == "ledger_damaged"
    assert any(line.startswith("bug: an entry cannot be followed: ") for line in caplog.messages)
    assert "no such section" not in caplog.text


@pytest.mark.rule("R19")
@in_virtual_time
async def test_only_the_next_entry_can_be_followed() -> None:
    node = Node()
    await node.room()
    await node.act("m1", "CheckIn")
    first, second = node.entries
    standing, _ = follow(None, first)
    for before, entry in ((None, second), (standing, first)):
        with pytest.raises(LedgerDamaged, match="does not follow"):
            follow(before, entry)
