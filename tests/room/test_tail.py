"""The tail: from any entry at hand to the present, within its limits."""

import pytest
from msgspec.structs import replace

from evalroom.room.limits import TAIL_BLOCK, TAIL_BYTES, TAIL_ENTRIES
from evalroom.room.standing import Standing
from evalroom.room.tail import Step, Tail
from evalroom.sessions.evolving import fold
from evalroom.sessions.interventions import RemarkRecorded
from evalroom.sessions.visibility import Audience, apply, changes, view
from evalroom.storage.entry import Head
from tests.sessions.cast import Table

WATCHER = Audience(member=None, roles=("supervisor",), venue=None)


def start() -> Standing:
    return Standing(Table().state, Head(1, bytes(32)), 1_000)


def grown(tail: Tail, standing: Standing, entries: int, weight: int = 100) -> list[Standing]:
    """The standings after each of so many entries."""
    found = [standing]
    for _ in range(entries):
        seq = found[-1].head.seq + 1
        events = (RemarkRecorded(by="vera", role="supervisor", text=f"{seq}"),)
        session = fold(found[-1].session, events, seq)
        found.append(Standing(session, Head(seq, seq.to_bytes(32, "big")), seq))
        tail.add(Step(found[-1].head, seq, events, weight), found[-1])
    return found


@pytest.mark.rule("R12")
@pytest.mark.parametrize("entries", [0, 1, TAIL_BLOCK - 1, TAIL_BLOCK, 3 * TAIL_BLOCK + 5])
def test_every_entry_at_hand_leads_to_the_present(entries: int) -> None:
    tail = Tail(start())
    standings = grown(tail, start(), entries)
    last = standings[-1].session
    for standing in standings:
        missed = tail.since(standing.head)
        assert missed is not None
        assert missed.known == standing.session
        assert len(missed.events) == entries + 1 - standing.head.seq
        if missed.events:
            told = changes(missed.known, missed.events, last, WATCHER)
            assert apply(view(missed.known, WATCHER), list(told)) == view(last, WATCHER)


@pytest.mark.rule("R12")
def test_an_entry_of_another_history_or_not_at_hand_leads_nowhere() -> None:
    tail = Tail(start())
    grown(tail, start(), 2 * TAIL_BLOCK)
    for head in (Head(0, bytes(32)), Head(2 * TAIL_BLOCK + 2, bytes(32))):
        assert tail.since(head) is None
    for seq in (1, 2, TAIL_BLOCK + 1, 2 * TAIL_BLOCK + 1):
        assert tail.since(Head(seq, b"\1" * 32)) is None


@pytest.mark.rule("R12")
def test_the_tail_keeps_so_many_entries_and_forgets_the_oldest() -> None:
    tail = Tail(start())
    standings = grown(tail, start(), TAIL_ENTRIES + 2 * TAIL_BLOCK)
    reached = [standing for standing in standings if tail.since(standing.head) is not None]
    assert TAIL_ENTRIES - TAIL_BLOCK <= len(reached) <= TAIL_ENTRIES
    assert reached[-1] == standings[-1]


@pytest.mark.rule("R12")
def test_the_tail_keeps_so_many_bytes_and_at_least_one_block() -> None:
    tail = Tail(start())
    weight = TAIL_BYTES // TAIL_BLOCK
    standings = grown(tail, start(), 4 * TAIL_BLOCK, weight)
    reached = [standing for standing in standings if tail.since(standing.head) is not None]
    assert len(reached) == TAIL_BLOCK + 1
    heavy = replace(standings[-1], at=standings[-1].at)
    assert tail.since(heavy.head) is not None
