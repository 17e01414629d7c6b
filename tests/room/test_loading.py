"""A room comes out of the ledger the same, from a snapshot or from the beginning."""

import msgspec
import pytest

from evalroom.room import loading
from evalroom.room.loading import Folding, Kept, save
from evalroom.sessions.state import Session
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.visibility import audience_of, view
from evalroom.storage.ledger import LedgerDamaged
from tests.room.parts import SESSION, Node, in_virtual_time
from tests.sessions.cast import brought_to
from tests.simulator.memory import MemoryLedger, forget

RAW = bytes.fromhex(SESSION)


@pytest.mark.rule("R17")
@in_virtual_time
async def test_a_snapshot_and_what_follows_it_is_the_same_as_everything() -> None:
    node = Node()
    room = await node.room()
    await node.everyone("CheckIn")
    await save(node.ledger, room._recorder.standing)
    await node.act("hana", "AnnounceDiscipline")
    await node.everyone("Commit")
    with_snapshot = await Folding(node.ledger).load(RAW)
    node.ledger.store.snapshots.clear()
    without = await Folding(node.ledger).load(RAW)
    assert with_snapshot is not None
    assert without is not None
    assert with_snapshot.snapshot == 6
    assert without.snapshot == 0
    assert with_snapshot.standing == without.standing == room._recorder.standing
    # Tokens from after the snapshot lead on, and without one all of them do.
    assert with_snapshot.tail.since(without.standing.head) is not None
    for entry in node.entries[6:]:
        head = type(room.head)(entry.seq, entry.head)
        assert with_snapshot.tail.since(head) is not None
        assert without.tail.since(head) is not None


@pytest.mark.rule("R17")
@in_virtual_time
async def test_a_session_that_is_not_in_the_ledger_cannot_be_loaded() -> None:
    assert await Folding(Node().ledger).load(RAW) is None


@pytest.mark.rule("R17")
@in_virtual_time
async def test_a_snapshot_of_another_shape_or_version_is_as_good_as_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node()
    room = await node.room()
    await save(node.ledger, room._recorder.standing)
    monkeypatch.setattr(loading, "SCHEMA", "another")
    loaded = await Folding(node.ledger).load(RAW)
    assert loaded is not None
    assert loaded.snapshot == 0


@pytest.mark.rule("R17")
def test_the_name_of_the_shape_changes_with_the_shape_and_with_the_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "__version__", "99.0")
    newer = loading._schema()
    monkeypatch.setattr(loading, "Kept", Session)
    assert len({loading.SCHEMA, newer, loading._schema()}) == 3


@pytest.mark.rule("R17")
@pytest.mark.parametrize("phase", ["check_in", "lead", "detailed", "signing", "closed"])
def test_a_state_survives_being_saved_at_any_phase(phase: str) -> None:
    session = brought_to(phase).state  # type: ignore[arg-type]
    saved = msgspec.msgpack.encode(Kept(5, session))
    kept = msgspec.msgpack.decode(saved, type=Kept)
    assert kept == Kept(5, session)
    assert isinstance(kept.session.tender, Tender)
    for account in session.seats.appointments:
        audience = audience_of(session, account)
        assert view(kept.session, audience) == view(session, audience)


@pytest.mark.rule("L20")
@in_virtual_time
async def test_a_history_that_was_tampered_with_is_not_loaded() -> None:
    node = Node()
    await node.room()
    await node.everyone("CheckIn")
    store = node.ledger.store
    second, third = store.entries[RAW][1:3]
    swapped = msgspec.structs.replace(third, seq=2), msgspec.structs.replace(second, seq=3)
    store.entries[RAW][1:3] = swapped
    with pytest.raises(LedgerDamaged, match="entry 2: does not follow"):
        await Folding(MemoryLedger(store)).load(RAW)
    forget(store, RAW, 2)
    with pytest.raises(LedgerDamaged, match="entry 2: missing"):
        await Folding(MemoryLedger(store)).load(RAW)
