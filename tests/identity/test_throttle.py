"""A burst, then one more every so often, at a fixed cost of memory."""

import pytest
from hypothesis import given, strategies as st

from evalroom.identity.throttle import Rate, Throttle

RATE = Rate(burst=3, seconds=10)


@pytest.mark.rule("A4")
def test_after_the_burst_one_attempt_comes_back_each_period() -> None:
    throttle = Throttle(RATE)
    assert [throttle.take("ada", 100) for _ in range(3)] == [0, 0, 0]
    assert throttle.take("ada", 100) == 10
    assert throttle.take("ada", 109) == 1
    assert throttle.take("ada", 110) == 0
    assert throttle.take("ada", 110) == 10


@pytest.mark.rule("A4")
def test_an_attempt_that_was_refused_costs_nothing() -> None:
    throttle = Throttle(RATE)
    for _ in range(3):
        throttle.take("ada", 0)
    for _ in range(100):
        assert throttle.take("ada", 0) == 10
    assert throttle.take("ada", 10) == 0


@pytest.mark.rule("A5")
def test_what_is_given_back_may_be_tried_again() -> None:
    throttle = Throttle(RATE)
    for _ in range(50):
        assert throttle.take("venue", 0) == 0
        throttle.give_back("venue", 0)
    assert len(throttle) == 0


def test_each_key_counts_alone() -> None:
    throttle = Throttle(RATE)
    for _ in range(3):
        throttle.take("ada", 0)
    assert throttle.take("boris", 0) == 0


@pytest.mark.rule("A6")
def test_made_up_names_cost_a_fixed_amount_of_memory() -> None:
    throttle = Throttle(RATE, max_keys=100)
    for number in range(1000):
        throttle.take(str(number), 0)
    assert len(throttle) == 100


@pytest.mark.rule("A4")
@given(st.lists(st.floats(0, 5), max_size=200))
def test_no_pattern_of_attempts_gets_more_than_the_rate(gaps: list[float]) -> None:
    throttle, now, allowed = Throttle(RATE), 0.0, 0
    for gap in gaps:
        now += gap
        allowed += throttle.take("ada", now) == 0
    assert allowed <= RATE.burst + now / RATE.seconds + 1e-6
