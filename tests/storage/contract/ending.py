"""Damage, strangers, and the end of a ledger."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from evalroom.storage.ledger import Appended, Ledger, LedgerDamaged, LedgerUnavailable
from tests.storage.contract.place import ROOM, Place, Store, stored
from tests.storage.parts import NOON, Scribe, history, session_id

if TYPE_CHECKING:
    from collections.abc import Awaitable


class Ending(Place):
    """What is said when there is nothing good to say."""

    @pytest.mark.rule("L20", "L38")
    async def test_a_changed_entry_is_named_and_its_neighbours_are_read(
        self, ledger: Ledger
    ) -> None:
        entries = history(ROOM, 3)
        await stored(ledger, entries)
        await self.rewrite(ledger, ROOM, 2, "flip")
        with pytest.raises(LedgerDamaged, match=f"session {ROOM.hex()}, entry 2: ") as damaged:
            await ledger.read(ROOM, 0)
        assert (damaged.value.session, damaged.value.seq) == (ROOM, 2)
        with pytest.raises(LedgerDamaged, match="entry 2: "):
            await ledger.find(ROOM, entries[1].command_id)
        assert await ledger.read(ROOM, 0, 1) == tuple(entries[:1])
        assert await ledger.read(ROOM, 2) == tuple(entries[2:])

    @pytest.mark.rule("L38")
    async def test_a_missing_entry_is_named(self, ledger: Ledger) -> None:
        entries = history(ROOM, 4)
        await stored(ledger, entries)
        await self.rewrite(ledger, ROOM, 2, "drop")
        for after in (0, 1):
            with pytest.raises(LedgerDamaged, match=f"session {ROOM.hex()}, entry 2: missing"):
                await ledger.read(ROOM, after)
        assert await ledger.read(ROOM, 2) == tuple(entries[2:])

    @pytest.mark.rule("L20")
    async def test_another_servers_keys_open_nothing(
        self, store: Store, strangers_store: Store
    ) -> None:
        entries = history(ROOM, 2)
        ours = await store()
        await stored(ours, entries)
        await ours.save_snapshot(ROOM, 2, entries[1].head, "s1", b"state")
        await ours.close()
        stranger = await strangers_store()
        with pytest.raises(LedgerDamaged, match=r"entry 1: .*not held here"):
            await stranger.read(ROOM, 0)
        assert await stranger.load_snapshot(ROOM, "s1") is None
        await stranger.close()

    @pytest.mark.rule("L39")
    async def test_what_was_appended_before_the_close_is_stored(self, store: Store) -> None:
        ledger = await store()
        entries = [Scribe(session_id(number)).next() for number in range(50)]
        waiting = [asyncio.ensure_future(ledger.append(entry, None)) for entry in entries]
        await asyncio.sleep(0)
        await ledger.close()
        assert set(await asyncio.gather(*waiting)) == {Appended.STORED}

    @pytest.mark.rule("L39")
    async def test_a_closed_ledger_says_so(self, store: Store) -> None:
        ledger = await store()
        await ledger.close()
        await ledger.close()
        (entry,) = history(ROOM, 1)
        attempts: list[Awaitable[Any]] = [
            ledger.append(entry, None),
            ledger.read(ROOM, 0),
            ledger.find(ROOM, bytes(16)),
            ledger.head(ROOM),
            ledger.heads([ROOM]),
            ledger.overdue(NOON),
            ledger.save_snapshot(ROOM, 1, bytes(32), "s1", b""),
            ledger.load_snapshot(ROOM, "s1"),
            anext(aiter(ledger.sessions())),
        ]
        for attempt in attempts:
            with pytest.raises(LedgerUnavailable, match="the ledger is closed"):
                await attempt
