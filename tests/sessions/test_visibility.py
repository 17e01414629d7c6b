"""Who sees what: secrecy as a property, and the law that a view follows its changes."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.evolving import fold
from evalroom.sessions.refusals import Refused
from evalroom.sessions.sheets import ScoresEntered
from evalroom.sessions.visibility import Audience, changes, view
from tests.sessions.cast import Table, brought_to, small_tender
from tests.sessions.chance import random_act


def played(choose: dict[str, str]) -> Table:
    """A detailed review in which m1 enters the chosen values, alone, and closes both sheets."""
    table = brought_to("detailed")
    for section in ("technical", "business"):
        table.enter("m1", section, lambda criterion, bid: choose[criterion])
        table.act("m1", "ClosePersonally", section=section)
    return table


def told(table: Table, who: Audience) -> bytes:
    """Everything an audience is sent from the start of the detailed review on, as bytes."""
    sent: list[Any] = []
    state = None
    for at, events in table.log:
        before, state = state, fold(state, events, at)
        if before is not None and before.phase == "detailed":
            sent.append(list(changes(before, events, state, who)))
    assert state is not None
    return msgspec.msgpack.encode((sent, view(state, who)))


@pytest.mark.rule("V1")
@given(
    st.sampled_from(["0", "12.5", "40"]), st.sampled_from(["0", "10", "20"]),
    st.sampled_from(["0", "7", "20"]),
)  # fmt: skip
def test_bytes_sent_to_others_are_equal_when_only_sealed_values_differ(
    first: str, second: str, third: str
) -> None:
    plain = played({"t1": "10", "t2": "10", "b1": "10"})
    other = played({"t1": first, "t2": second, "b1": third})
    for audience in plain.audiences():
        if audience.member != "m1":
            assert told(plain, audience) == told(other, audience)


@pytest.mark.rule("V1")
def test_an_edit_is_told_to_its_author_and_to_nobody_else() -> None:
    table = brought_to("detailed")
    before = table.state
    table.enter("m1", "technical")
    _, events = table.log[-1]
    heard = {a.member for a in table.audiences() if changes(before, events, table.state, a)}
    assert heard == {"m1"}


@pytest.mark.rule("V1")
def test_before_the_reveal_no_view_but_the_authors_holds_his_value_at_any_depth() -> None:
    table = brought_to("detailed")
    cells = [{"bid": "B1", "criterion": "t1", "value": "37.5", "reason": "独到之处"}]
    table.act("m1", "EnterScores", cells=cells)
    for audience in table.audiences():
        sent = msgspec.json.encode(view(table.state, audience)).decode()
        assert ("37.5" in sent) is ("独到之处" in sent) is (audience.member == "m1")


@pytest.mark.rule("V2")
@pytest.mark.parametrize("seed", range(12))
def test_the_view_follows_its_changes_along_any_history(seed: int) -> None:
    """`Table.act` checks the law at each step, for every audience; here the steps are random."""
    chance = random.Random(seed)
    regime = chance.choice(("works", "government_procurement"))
    table = Table(small_tender(regime))  # type: ignore[arg-type]
    acts = 0
    for _ in range(2_500):
        name, who, args = random_act(chance, table)
        try:
            acts += bool(table.act(who, name, **args))
        except Refused:
            continue
        if table.state.over:
            break
    assert acts > 20


@pytest.mark.rule("V9")
def test_the_cost_of_an_edit_is_one_row_whatever_the_sheet_holds() -> None:
    table = brought_to("detailed")
    table.enter("m1", "technical")
    before = table.state
    table.act("m1", "EnterScores", cells=[{"bid": "B2", "criterion": "t1", "value": "11"}])
    _, events = table.log[-1]
    assert isinstance(events[0], ScoresEntered)
    (revision, value) = changes(before, events, table.state, table.audience("m1"))
    assert revision == ["set", ["sheet", "technical", "B2", "revision"], 3]
    path = ["sheet", "technical", "B2", "cells", "t1"]
    assert value == ["set", path, {"value": "11", "reason": ""}]
    untouched = before.sheets.rows["m1"]["technical"]["B1"]
    assert table.state.sheets.rows["m1"]["technical"]["B1"] is untouched
