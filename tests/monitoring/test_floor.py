"""Who is heard of all who speak."""

import pytest
from hypothesis import given, strategies as st

from evalroom.monitoring.floor import AUDIBLE_DBOV, HOLD_SECONDS, PLACES, RANK_SECONDS, Floor

QUIET = 90


def speaking(floor: Floor, seconds: float, now: float = 0, **levels: int) -> float:
    """Let so much time pass with these levels; give the time after."""
    while seconds > 0:
        floor.rank(levels, now)
        now += RANK_SECONDS
        seconds -= RANK_SECONDS
    return now


@pytest.mark.rule("M100")
def test_a_room_in_which_nobody_speaks_has_no_floor() -> None:
    floor = Floor()
    speaking(floor, 3, a=QUIET, b=AUDIBLE_DBOV, c=127)
    assert not floor.ranking


@pytest.mark.rule("M100")
def test_the_three_loudest_have_the_floor_and_the_others_wait_by_loudness() -> None:
    floor = Floor()
    speaking(floor, 2, a=40, b=20, c=30, d=50, e=25)
    assert set(floor.ranking[:PLACES]) == {"b", "e", "c"}
    assert floor.ranking[PLACES:] == ("a", "d")


@pytest.mark.rule("M101")
def test_a_breath_between_two_words_does_not_cost_the_floor_and_silence_does() -> None:
    floor = Floor()
    now = speaking(floor, 2, a=30)
    now = speaking(floor, HOLD_SECONDS - 2 * RANK_SECONDS, now, a=QUIET)
    assert floor.ranking == ("a",)
    speaking(floor, 5 * RANK_SECONDS, now, a=QUIET)
    assert not floor.ranking


@pytest.mark.rule("M101")
def test_somebody_a_little_louder_waits_and_somebody_much_louder_takes_a_place() -> None:
    floor = Floor()
    now = speaking(floor, 2, a=30, b=30, c=34)
    now = speaking(floor, 0.2, now, a=30, b=30, c=34, d=30)
    assert floor.ranking == ("a", "b", "c", "d")
    speaking(floor, 0.2, now, a=30, b=30, c=34, d=20)
    assert floor.ranking == ("a", "b", "d", "c")


@pytest.mark.rule("M101")
def test_whoever_closes_his_microphone_loses_the_floor_at_once() -> None:
    floor = Floor()
    now = speaking(floor, 1, a=30, b=30)
    floor.rank({"b": 30}, now)
    assert floor.ranking == ("b",)


@pytest.mark.rule("M100")
@given(st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 127)), max_size=60))
def test_whatever_is_said_at_most_three_have_the_floor_and_nobody_twice(
    said: list[dict[str, int]],
) -> None:
    floor = Floor()
    for number, levels in enumerate(said):
        before = floor.ranking[:PLACES]
        floor.rank(levels, number * RANK_SECONDS)
        assert len(set(floor.ranking)) == len(floor.ranking)
        assert set(floor.ranking) <= set(levels)
        if set(before) <= {s for s, level in levels.items() if level < AUDIBLE_DBOV}:
            # Places are kept or taken one by one; nobody's place moves to another slot.
            kept = [s for s in before if s in floor.ranking[:PLACES]]
            assert all(floor.ranking[:PLACES].index(s) == before.index(s) for s in kept)
