"""A reader's copy of his view is what the server's own apply makes of the same changes."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, strategies as st

from evalroom.rehearsal.mirror import Diverged, Mirror
from evalroom.sessions.visibility import apply
from evalroom.sessions.visibility.operations import diff
from tests.sessions.cast import HANA, Table

KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
VIEWS = st.dictionaries(KEYS, VALUES, max_size=3)


@given(before=VIEWS, after=VIEWS)
def test_a_reader_and_the_server_apply_changes_alike(before: Any, after: Any) -> None:
    changes = diff(before, after, ())
    kept = deepcopy(before)
    mirror = Mirror(before, "t0")
    assert mirror.take([changes])
    assert mirror.view == apply(kept, changes) == after
    assert before == kept


@pytest.mark.rule("K40")
def test_whoever_comes_back_starts_from_the_view_of_his_mark() -> None:
    mirror = Mirror({"log": ["a"]}, "t0")
    mirror.take([[["append", ["log"], "b"]]])
    mirror.mark(b"t1")
    mirror.take([[["append", ["log"], "c"]]])
    again = mirror.rewound()
    assert again.token == mirror.token == b"t1"
    assert again.view == {"log": ["a", "b"]}
    # What he has had already is told again, and counts once.
    again.take([[["append", ["log"], "c"], ["append", ["log"], "d"]]])
    assert again.view == {"log": ["a", "b", "c", "d"]}
    assert mirror.view == {"log": ["a", "b", "c"]}


def test_lists_are_reached_by_their_index() -> None:
    mirror = Mirror({"rows": [{"n": 1}, {"n": 2}]}, "t0")
    mirror.take([[["set", ["rows", 1, "n"], 3]]])
    assert mirror.view == {"rows": [{"n": 1}, {"n": 3}]}


def test_a_refetch_asks_for_a_fresh_view_and_changes_nothing() -> None:
    mirror = Mirror({"a": 1}, "t0")
    assert not mirror.take([[["set", ["a"], 2], ["refetch", []]]])
    assert mirror.view == {"a": 1}


@pytest.mark.parametrize(
    "change",
    [
        ["set", ["x", "y"], 1],
        ["remove", ["x"]],
        ["append", ["a"], 1],
        ["append", ["x"], 1],
        ["set", [], 1],
        ["set", ["a"]],
        ["turn", ["a"], 1],
    ],
)
def test_a_change_that_fits_nothing_is_a_fault_and_leaves_the_view(change: list[Any]) -> None:
    mirror = Mirror({"a": 1}, "t0")
    with pytest.raises(Diverged):
        mirror.take([[["set", ["a"], 2], change]])
    assert mirror.view == {"a": 1}


def test_a_whole_evaluation_read_by_a_member_ends_on_the_servers_view() -> None:
    table = Table()
    mirrors = {who: Mirror(table.view(who), "t0") for who in ("m1", "m5", HANA)}
    seen = {who: table.view(who) for who in mirrors}

    def told() -> None:
        for who, mirror in mirrors.items():
            after = table.view(who)
            mirror.take([diff(seen[who], after, ())])
            seen[who] = after

    table.everyone("CheckIn")
    told()
    table.act(HANA, "AnnounceDiscipline")
    table.everyone("Commit")
    told()
    assert {who: mirror.view for who, mirror in mirrors.items()} == seen
