"""View before + changes = view after: over random histories, entry by entry and in leaps."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from evalroom.sessions.evolving import fold
from evalroom.sessions.messages import Event
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import Audience, apply, audience_of, changes, view
from tests.room.parts import plain
from tests.sessions.cast import ACCOUNTS, OFFICES, Table
from tests.simulator.behaviour import next_act
from tests.simulator.person import applied
from tests.simulator.world import TENDER

PEOPLE = [*ACCOUNTS, *OFFICES]


class Quick(Table):
    """A table that leaves the laws to this file."""

    def _check_the_law(self, before: Session, events: tuple[Event, ...]) -> None:
        return None


def history(seed: int) -> tuple[list[Session], list[tuple[Event, ...]]]:
    """The states of a session that plausible people hold, and the entries between them."""
    chance, table = Random(seed), Quick(TENDER)
    states = [table.state]
    for number in range(600):
        who = chance.choice(PEOPLE)
        try:
            act = next_act(plain(table.view(who)), chance, number)
            if act is not None and table.act(who, act.name, act.seen, **act.args):
                states.append(table.state)
        except (Refused, Malformed):
            continue
        if table.state.over:
            break
    return states, [events for _, events in table.log[1:]]


def audiences(before: Session, after: Session) -> list[Audience]:
    """Those who are the same on both sides."""
    found = []
    for account in before.seats.appointments:
        if account in after.seats.appointments:
            audience = audience_of(before, account)
            if audience == audience_of(after, account):
                found.append(audience)
    return found


@pytest.mark.rule("V21", "R11")
@settings(max_examples=5)
@given(st.integers(0, 2**32))
def test_what_a_reader_missed_brings_him_to_the_present_from_anywhere(seed: int) -> None:
    states, entries = history(seed)
    chance = Random(seed + 1)
    # Each single entry is looked at where the domain's own acts are tested.
    for _ in range(40):
        start, end = sorted(chance.sample(range(len(states)), 2))
        before, after = states[start], states[end]
        events = tuple(event for entry in entries[start:end] for event in entry)
        for audience in audiences(before, after):
            told = changes(before, events, after, audience)
            arrived: Any = plain(list(told))
            assert apply(view(before, audience), list(told)) == view(after, audience)
            shown: Any = plain(view(before, audience))
            for change in arrived:
                shown = applied(shown, *change)
            assert shown == plain(view(after, audience))


@pytest.mark.rule("V21")
def test_the_histories_reach_the_end() -> None:
    lengths, phases = [], []
    for seed in range(4):
        states, entries = history(seed)
        assert len(states) == len(entries) + 1
        refolded = states[0]
        for state, entry in zip(states[1:], entries, strict=True):
            refolded = fold(refolded, entry, 0)
            assert refolded.phase == state.phase
        lengths.append(len(entries))
        phases.append(states[-1].phase)
    assert min(lengths) > 40
    assert "closed" in phases
