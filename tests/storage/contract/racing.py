"""One order out of races, retries and crowds."""

import asyncio
from collections import Counter

import msgspec
import pytest

from evalroom.storage.chain import check
from evalroom.storage.entry import Head
from evalroom.storage.ledger import MAX_WAITING, Appended, Ledger
from tests.storage.contract.place import OTHER, ROOM, Place, stored
from tests.storage.parts import NOON, Scribe, history, session_id


class Racing(Place):
    """Who wins a seq, and what the others are told."""

    @pytest.mark.rule("L32")
    async def test_a_lost_race_changes_nothing(self, ledger: Ledger) -> None:
        scribe = Scribe(ROOM)
        first = scribe.write()
        winner, loser = scribe.next(), scribe.next()
        await stored(ledger, [first, winner], NOON)
        assert await ledger.append(loser, NOON - 1) is Appended.SEQ_TAKEN
        assert await ledger.append(msgspec.structs.replace(loser, seq=1), 1) is Appended.SEQ_TAKEN
        assert await ledger.read(ROOM, 0) == (first, winner)
        assert await ledger.overdue(NOON - 1) == ()
        assert await ledger.find(ROOM, loser.command_id) is None

    @pytest.mark.rule("L32")
    async def test_two_who_open_one_session_get_one(self, ledger: Ledger) -> None:
        one, other = Scribe(ROOM, 1).next(), Scribe(ROOM, 2).next()
        outcomes = await asyncio.gather(ledger.append(one, None), ledger.append(other, None))
        assert Counter(outcomes) == Counter([Appended.STORED, Appended.SEQ_TAKEN])

    @pytest.mark.rule("L32")
    async def test_many_who_race_on_one_seq_yield_one_order(self, ledger: Ledger) -> None:
        scribe = Scribe(ROOM)
        for _ in range(5):
            rivals = [scribe.next() for _ in range(20)]
            outcomes = await asyncio.gather(*(ledger.append(rival, None) for rival in rivals))
            assert Counter(outcomes) == Counter({Appended.STORED: 1, Appended.SEQ_TAKEN: 19})
            won = rivals[outcomes.index(Appended.STORED)]
            scribe.head = Head(won.seq, won.head)
        kept = await ledger.read(ROOM, 0)
        assert check(kept, ROOM) == scribe.head
        assert scribe.head.seq == 5

    @pytest.mark.rule("L33")
    async def test_a_retried_command_is_known_and_found(self, ledger: Ledger) -> None:
        scribe = Scribe(ROOM)
        first, second = scribe.write(), scribe.write()
        await stored(ledger, [first, second], NOON)
        retried = scribe.next(command_id=first.command_id)
        assert await ledger.append(retried, NOON - 1) is Appended.COMMAND_KNOWN
        assert await ledger.find(ROOM, first.command_id) == first
        assert await ledger.head(ROOM) == Head(2, second.head)
        assert await ledger.overdue(NOON - 1) == ()

    @pytest.mark.rule("L33")
    async def test_a_retry_that_also_lost_its_race_is_told_that_it_is_known(
        self, ledger: Ledger
    ) -> None:
        entries = history(ROOM, 2)
        await stored(ledger, entries)
        assert await ledger.append(entries[1], None) is Appended.COMMAND_KNOWN

    @pytest.mark.rule("L33")
    async def test_one_command_sent_twice_at_once_is_stored_once(self, ledger: Ledger) -> None:
        (entry,) = history(ROOM, 1)
        outcomes = await asyncio.gather(*(ledger.append(entry, None) for _ in range(5)))
        assert Counter(outcomes) == Counter({Appended.STORED: 1, Appended.COMMAND_KNOWN: 4})

    @pytest.mark.rule("L33")
    async def test_a_command_id_belongs_to_its_session(self, ledger: Ledger) -> None:
        ours = Scribe(ROOM).write(command_id=bytes(16))
        theirs = Scribe(OTHER).write(command_id=bytes(16))
        await stored(ledger, [ours, theirs])
        assert await ledger.find(ROOM, bytes(16)) == ours
        assert await ledger.find(OTHER, bytes(16)) == theirs

    @pytest.mark.rule("L34")
    async def test_a_gap_is_never_written(self, ledger: Ledger) -> None:
        entries = history(ROOM, 4)
        with pytest.raises(ValueError, match="entry 2 would leave a gap"):
            await ledger.append(entries[1], None)
        await stored(ledger, entries[:2])
        with pytest.raises(ValueError, match="entry 4 would leave a gap"):
            await ledger.append(entries[3], None)
        assert await ledger.read(ROOM, 0) == tuple(entries[:2])
        assert [session async for session in ledger.sessions()] == [ROOM]
        await stored(ledger, entries[2:])

    @pytest.mark.rule("L35")
    async def test_a_crowd_is_stored_whole_and_in_order(self, ledger: Ledger) -> None:
        async def live(number: int) -> None:
            await stored(ledger, history(session_id(number), 10))

        await asyncio.gather(*(live(number) for number in range(100)))
        for number in range(100):
            kept = await ledger.read(session_id(number), 0)
            assert check(kept, session_id(number)).seq == 10

    @pytest.mark.rule("L35")
    async def test_a_loser_in_a_crowd_takes_nobody_down(self, ledger: Ledger) -> None:
        await stored(ledger, history(session_id(0), 1))
        rivals = [Scribe(session_id(number), seed=2).next() for number in range(50)]
        gap = history(session_id(50), 2)[1]
        outcomes = await asyncio.gather(
            *(ledger.append(entry, None) for entry in [*rivals, gap]), return_exceptions=True
        )
        assert outcomes[0] is Appended.SEQ_TAKEN
        assert set(outcomes[1:50]) == {Appended.STORED}
        assert isinstance(outcomes[50], ValueError)

    @pytest.mark.rule("L35")
    async def test_whoever_stops_waiting_disturbs_nobody(self, ledger: Ledger) -> None:
        waiting = [
            asyncio.ensure_future(ledger.append(Scribe(session_id(number)).next(), None))
            for number in range(20)
        ]
        await asyncio.sleep(0)
        for each in waiting[::2]:
            each.cancel()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert set(outcomes[1::2]) == {Appended.STORED}
        assert all(isinstance(each, asyncio.CancelledError) for each in outcomes[::2])
        # Given up while waiting: stored or not, but never in the way of a retry.
        for number in range(0, 20, 2):
            again = await ledger.append(Scribe(session_id(number)).next(), None)
            assert again in (Appended.STORED, Appended.COMMAND_KNOWN)

    @pytest.mark.rule("L35")
    async def test_more_than_can_wait_are_turned_away_at_once(self, ledger: Ledger) -> None:
        entries = [Scribe(session_id(number)).next() for number in range(MAX_WAITING + 10)]
        outcomes = await asyncio.gather(
            *(ledger.append(entry, None) for entry in entries), return_exceptions=True
        )
        assert Counter(map(str, outcomes)) == Counter(
            {
                str(Appended.STORED): MAX_WAITING,
                f"{MAX_WAITING} appends are waiting already": 10,
            }
        )
        assert await ledger.append(entries[-1], None) is Appended.STORED
