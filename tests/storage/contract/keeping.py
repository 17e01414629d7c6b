"""Deadlines and snapshots, which ride beside the entries."""

import asyncio

import pytest

from evalroom.storage.ledger import MAX_OVERDUE, MAX_STATE_BYTES, Ledger, Snapshot
from tests.storage.contract.place import OTHER, ROOM, Place, stored
from tests.storage.parts import NOON, Scribe, history, session_id


class Keeping(Place):
    """What is kept beside the entries."""

    @pytest.mark.rule("L36")
    async def test_a_session_is_overdue_from_its_deadline_on(self, ledger: Ledger) -> None:
        scribe = Scribe(ROOM)
        await stored(ledger, [scribe.write()], NOON)
        assert await ledger.overdue(NOON - 1) == ()
        assert await ledger.overdue(NOON) == (ROOM,)
        # Each entry says anew when it is due, or that it is not.
        await stored(ledger, [scribe.write()], NOON + 10)
        assert await ledger.overdue(NOON) == ()
        assert await ledger.overdue(NOON + 10) == (ROOM,)
        await stored(ledger, [scribe.write()], None)
        assert await ledger.overdue(NOON + 10) == ()
        await stored(ledger, [scribe.write()], 0)
        assert await ledger.overdue(0) == (ROOM,)

    @pytest.mark.rule("L36")
    async def test_the_longest_overdue_come_first_and_not_too_many(self, ledger: Ledger) -> None:
        numbers = range(MAX_OVERDUE + 5)
        await asyncio.gather(
            *(ledger.append(Scribe(session_id(n)).write(), NOON - n) for n in numbers)
        )
        found = await ledger.overdue(NOON)
        assert found == tuple(session_id(n) for n in reversed(numbers))[:MAX_OVERDUE]

    @pytest.mark.rule("L37")
    async def test_a_snapshot_comes_back_for_its_schema_alone(self, ledger: Ledger) -> None:
        entries = history(ROOM, 3)
        await stored(ledger, entries)
        await ledger.save_snapshot(ROOM, 2, entries[1].head, "s1", b"two")
        assert await ledger.load_snapshot(ROOM, "s1") == Snapshot(2, entries[1].head, b"two")
        assert await ledger.load_snapshot(ROOM, "s2") is None
        assert await ledger.load_snapshot(OTHER, "s1") is None

    @pytest.mark.rule("L37")
    async def test_the_latest_snapshot_of_the_present_schema_is_kept(self, ledger: Ledger) -> None:
        entries = history(ROOM, 3)
        await stored(ledger, entries)
        await ledger.save_snapshot(ROOM, 3, entries[2].head, "s1", b"three")
        await ledger.save_snapshot(ROOM, 2, entries[1].head, "s1", b"two")
        assert await ledger.load_snapshot(ROOM, "s1") == Snapshot(3, entries[2].head, b"three")
        await ledger.save_snapshot(ROOM, 2, entries[1].head, "s2", b"newer schema")
        assert await ledger.load_snapshot(ROOM, "s1") is None
        kept = Snapshot(2, entries[1].head, b"newer schema")
        assert await ledger.load_snapshot(ROOM, "s2") == kept

    @pytest.mark.rule("L37")
    async def test_a_snapshot_of_another_history_is_not_given(self, ledger: Ledger) -> None:
        entries, forked = history(ROOM, 3), history(ROOM, 3, seed=2)
        await stored(ledger, entries)
        await ledger.save_snapshot(ROOM, 2, forked[1].head, "s1", b"two")
        assert await ledger.load_snapshot(ROOM, "s1") is None
        await ledger.save_snapshot(ROOM, 4, entries[2].head, "s1", b"ahead of the ledger")
        assert await ledger.load_snapshot(ROOM, "s1") is None

    @pytest.mark.rule("L37")
    async def test_a_snapshot_of_no_session_is_forgotten(self, ledger: Ledger) -> None:
        await ledger.save_snapshot(ROOM, 1, bytes(32), "s1", b"one")
        assert await ledger.load_snapshot(ROOM, "s1") is None
        assert [session async for session in ledger.sessions()] == []

    @pytest.mark.rule("L37")
    async def test_a_large_state_is_kept_and_one_too_large_refused(self, ledger: Ledger) -> None:
        entries = history(ROOM, 1)
        await stored(ledger, entries)
        large = bytes(MAX_STATE_BYTES)
        await ledger.save_snapshot(ROOM, 1, entries[0].head, "s1", large)
        assert await ledger.load_snapshot(ROOM, "s1") == Snapshot(1, entries[0].head, large)
        with pytest.raises(ValueError, match="a state of 67108865 bytes; at most 67108864"):
            await ledger.save_snapshot(ROOM, 1, entries[0].head, "s1", large + b"x")
