"""The closed set of operations on a view."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from evalroom.sessions.visibility.operations import apply, diff

values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)
views = st.dictionaries(st.text("abc", min_size=1, max_size=2), values, max_size=5)


@pytest.mark.rule("V2")
@given(views, views)
def test_the_difference_of_two_views_turns_one_into_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert apply(before, diff(before, after, ())) == after


@pytest.mark.rule("V2")
@given(views)
def test_equal_views_have_no_difference(same: dict[str, Any]) -> None:
    assert diff(same, dict(same), ()) == []


@pytest.mark.rule("V2")
def test_a_list_that_grew_is_appended_to_and_a_changed_one_is_set() -> None:
    assert diff({"a": [1]}, {"a": [1, 2, 3]}, ()) == [["append", ["a"], 2], ["append", ["a"], 3]]
    assert diff({"a": [1, 2]}, {"a": [2]}, ()) == [["set", ["a"], [2]]]
    assert diff({"a": 1, "b": 2}, {"a": 1}, ("x",)) == [["remove", ["x", "b"]]]


def test_applying_changes_leaves_the_old_view_alone() -> None:
    before: dict[str, Any] = {"a": {"b": [1]}}
    apply(before, [["append", ["a", "b"], 2], ["set", ["a", "c"], 3]])
    assert before == {"a": {"b": [1]}}
