"""Appending and reading: what went in comes out, in order, for good."""

import asyncio

import msgspec
import pytest

from evalroom.storage.entry import Head
from evalroom.storage.ledger import (
    MAX_ENTRY_BYTES,
    MAX_READ,
    MAX_READ_BYTES,
    Appended,
    Ledger,
    Snapshot,
)
from tests.storage.contract.place import OTHER, ROOM, Place, Store, stored
from tests.storage.parts import NOON, ScoreEntered, Scribe, history, session_id


class Appending(Place):
    """What is stored and how it is read."""

    @pytest.mark.rule("L30")
    async def test_what_was_appended_is_read_in_order(self, ledger: Ledger) -> None:
        entries = history(ROOM, 5)
        await stored(ledger, entries)
        assert await ledger.read(ROOM, 0) == tuple(entries)
        assert await ledger.read(ROOM, 3) == tuple(entries[3:])
        assert await ledger.read(ROOM, 1, 2) == tuple(entries[1:3])
        assert await ledger.read(ROOM, 5) == ()
        assert await ledger.head(ROOM) == Head(5, entries[4].head)
        assert await ledger.heads([ROOM, bytes(16)]) == {ROOM: Head(5, entries[4].head)}

    @pytest.mark.rule("L30")
    async def test_an_empty_ledger_knows_nobody(self, ledger: Ledger) -> None:
        assert await ledger.read(ROOM, 0) == ()
        assert await ledger.head(ROOM) is None
        assert await ledger.find(ROOM, bytes(16)) is None
        assert await ledger.overdue(NOON) == ()
        assert await ledger.load_snapshot(ROOM, "s1") is None
        assert [session async for session in ledger.sessions()] == []

    @pytest.mark.rule("L30")
    async def test_sessions_do_not_mix(self, ledger: Ledger) -> None:
        ours, theirs = history(ROOM, 3), history(OTHER, 2)
        for entry in (ours[0], theirs[0], ours[1], theirs[1], ours[2]):
            assert await ledger.append(entry, None) is Appended.STORED
        assert await ledger.read(ROOM, 0) == tuple(ours)
        assert await ledger.read(OTHER, 0) == tuple(theirs)
        assert [session async for session in ledger.sessions()] == [ROOM, OTHER]

    @pytest.mark.rule("L30")
    async def test_a_long_list_of_sessions_is_complete_and_ordered(self, ledger: Ledger) -> None:
        scribes = [Scribe(session_id(number)) for number in range(1_200)]
        await asyncio.gather(*(ledger.append(scribe.write(), None) for scribe in scribes))
        found = [session async for session in ledger.sessions()]
        assert found == [session_id(number) for number in range(1_200)]

    @pytest.mark.rule("L31")
    async def test_what_was_answered_is_there_after_a_restart(self, store: Store) -> None:
        entries = history(ROOM, 3)
        first = await store()
        await stored(first, entries, NOON)
        await first.save_snapshot(ROOM, 3, entries[2].head, "s1", b"state")
        await first.close()
        second = await store()
        assert await second.read(ROOM, 0) == tuple(entries)
        assert await second.overdue(NOON) == (ROOM,)
        assert await second.load_snapshot(ROOM, "s1") == Snapshot(3, entries[2].head, b"state")
        assert await second.append(entries[2], None) is Appended.COMMAND_KNOWN
        await second.close()

    @pytest.mark.rule("L30")
    async def test_reads_have_limits(self, ledger: Ledger) -> None:
        scribe = Scribe(ROOM)
        for _ in range(MAX_READ + 1):
            assert await ledger.append(scribe.write(), None) is Appended.STORED
        assert len(await ledger.read(ROOM, 0, MAX_READ * 2)) == MAX_READ
        assert len(await ledger.read(ROOM, 0)) == MAX_READ
        assert len(await ledger.read(ROOM, MAX_READ)) == 1
        with pytest.raises(ValueError, match="a read of no entries"):
            await ledger.read(ROOM, 0, 0)

    @pytest.mark.rule("L30")
    async def test_a_page_of_large_entries_ends_early_and_the_next_goes_on(
        self, ledger: Ledger
    ) -> None:
        scribe = Scribe(ROOM)
        large = ScoreEntered("b1", "1.00", "x" * (MAX_ENTRY_BYTES - 4_096))
        entries = [scribe.write(large) for _ in range(4)]
        await stored(ledger, entries)
        first = await ledger.read(ROOM, 0)
        assert first == tuple(entries[:3])
        size = sum(len(body) for entry in first for body in entry.bodies)
        assert MAX_READ_BYTES <= size < MAX_READ_BYTES + MAX_ENTRY_BYTES
        assert await ledger.read(ROOM, 3) == tuple(entries[3:])

    @pytest.mark.rule("L30")
    async def test_an_entry_too_large_is_refused_and_one_at_the_limit_is_not(
        self, ledger: Ledger
    ) -> None:
        (entry,) = history(ROOM, 1)
        room = MAX_ENTRY_BYTES - len(entry.bodies[0]) - 32
        replace = msgspec.structs.replace
        fits = replace(entry, bodies=(entry.bodies[0], bytes(room)))
        with pytest.raises(ValueError, match="an entry of 8388609 bytes; at most 8388608"):
            await ledger.append(replace(fits, bodies=(entry.bodies[0], bytes(room + 1))), None)
        assert await ledger.head(ROOM) is None
        await stored(ledger, [fits])

    @pytest.mark.parametrize(
        "misshapen",
        [{"session": b"short"}, {"command_id": b"short"}, {"head": b"short"}, {"seq": 0}],
    )
    async def test_a_misshapen_entry_is_our_own_bug_and_troubles_no_other(
        self, ledger: Ledger, misshapen: dict[str, object]
    ) -> None:
        good, bad = Scribe(ROOM).next(), msgspec.structs.replace(Scribe(ROOM).next(), **misshapen)
        outcomes = await asyncio.gather(
            ledger.append(bad, None), ledger.append(good, None), return_exceptions=True
        )
        assert isinstance(outcomes[0], ValueError)
        assert outcomes[1] is Appended.STORED
        assert await ledger.head(ROOM) == Head(1, good.head)
