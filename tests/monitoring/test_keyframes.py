"""When a source is asked for a key frame."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from evalroom.monitoring.keyframes import IDLE_PERIOD, KeyFrames, Use
from evalroom.monitoring.limits import (
    KEY_IDLE_MS,
    KEY_KEPT_MS,
    KEY_REPEAT_MOST_MS,
    KEY_REPEAT_MS,
    KEY_SPACING_MS,
    KEY_VIEWED_MS,
)

STEP = 10


def asked(keys: KeyFrames, until: int, period: int, since: int = 0) -> list[int]:
    """When it is asked, looking every ten milliseconds."""
    return [now for now in range(since, until, STEP) if keys.due(now, period)]


# A moment: how much later, whether somebody wishes, whether a key frame comes, the period.
MOMENTS = st.lists(
    st.tuples(
        st.integers(0, 700),
        st.booleans(),
        st.booleans(),
        st.sampled_from([KEY_KEPT_MS, KEY_VIEWED_MS, KEY_IDLE_MS]),
    ),
    max_size=100,
)


@pytest.mark.rule("M36")
@given(MOMENTS)
def test_a_source_is_never_asked_twice_within_the_spacing(
    moments: list[tuple[int, bool, bool, int]],
) -> None:
    keys, now, last = KeyFrames(asks=True, now=0), 0, -KEY_SPACING_MS
    for later, wishes, comes, period in moments:
        now += later
        if wishes:
            keys.wish()
        if comes:
            keys.came(now)
            assert not keys.wished
        if keys.due(now, period):
            assert now - last >= KEY_SPACING_MS
            last = now


@pytest.mark.rule("M36")
@given(MOMENTS)
def test_a_wish_is_passed_on_within_the_spacing_or_served_by_what_is_under_way(
    moments: list[tuple[int, bool, bool, int]],
) -> None:
    keys, now, last = KeyFrames(asks=True, now=0), 0, None
    for later, wishes, comes, period in moments:
        now += later
        if wishes:
            keys.wish()
        if comes:
            keys.came(now)
        if keys.due(now, period):
            last = now
    keys.came(now)
    keys.wish()
    [first, *_] = asked(keys, now + 2 * KEY_SPACING_MS, KEY_IDLE_MS, since=now)
    assert first - (now if last is None else last) <= KEY_SPACING_MS + STEP or first == now


@pytest.mark.rule("M37")
@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (Use.RECORDED.period, 2_000),
        (Use.DIAGNOSED.period, 2_000),
        (Use.VIEWED.period, 4_000),
        (IDLE_PERIOD, 10_000),
    ],
)
def test_a_browser_that_answers_is_asked_once_a_period(period: int, expected: int) -> None:
    keys, times = KeyFrames(asks=True, now=0), []
    for now in range(0, 60_000, STEP):
        if keys.due(now, period):
            times.append(now)
            keys.came(now + 50)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert period == expected
    assert set(gaps) == {expected + 50}


@pytest.mark.rule("M37")
def test_a_source_that_sends_key_frames_by_itself_is_not_asked() -> None:
    keys = KeyFrames(asks=True, now=0)
    for now in range(0, 60_000, STEP):
        if now % 1_500 == 0:
            keys.came(now)
        assert not keys.due(now, KEY_KEPT_MS)


@pytest.mark.rule("M36")
def test_what_is_not_answered_is_asked_again_ever_more_rarely() -> None:
    keys = KeyFrames(asks=True, now=0)
    keys.wish()
    times = asked(keys, 20_000, KEY_IDLE_MS)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[:4] == [500, 1_000, 2_000, 4_000]
    assert gaps[0] == KEY_REPEAT_MS
    assert set(gaps[3:]) == {KEY_REPEAT_MOST_MS}


@pytest.mark.rule("M36")
def test_a_crowd_that_comes_at_once_is_one_question() -> None:
    keys = KeyFrames(asks=True, now=0)
    for _ in range(1_000):
        keys.wish()
    assert asked(keys, KEY_REPEAT_MS, KEY_IDLE_MS) == [0]


@pytest.mark.rule("M36")
def test_a_source_that_cannot_be_asked_is_not() -> None:
    keys = KeyFrames(asks=False, now=0)
    keys.wish()
    assert asked(keys, 30_000, KEY_KEPT_MS) == []
