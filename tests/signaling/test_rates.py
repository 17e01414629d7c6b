"""How fast commands may come."""

import pytest

from evalroom.signaling.rates import Bucket, CommandRates, Rates
from evalroom.wire import limits


def burst(rates: CommandRates, now: float, principal: str = "ada", session: str = "s") -> int:
    """How many commands go through at once."""
    taken = 0
    while not rates.take(principal, session, now):
        taken += 1
    return taken


@pytest.mark.rule("W13")
def test_a_person_may_send_a_burst_and_then_so_many_a_second() -> None:
    rates = CommandRates(Rates())
    assert burst(rates, 0) == limits.COMMAND_BURST
    assert rates.take("ada", "s", 0) == pytest.approx(1 / limits.COMMANDS_PER_SECOND)
    assert burst(rates, 1) == limits.COMMANDS_PER_SECOND
    assert burst(rates, 1_000) == limits.COMMAND_BURST, "rest does not save up"


@pytest.mark.rule("W14")
def test_a_join_allows_for_the_replay_of_an_offline_queue() -> None:
    rates = CommandRates(Rates())
    assert burst(rates, 0) == limits.COMMAND_BURST
    rates.joined("ada", "s", 5)
    assert burst(rates, 5) == limits.REPLAY_BURST
    assert burst(rates, 6) == limits.COMMANDS_PER_SECOND


@pytest.mark.rule("W14")
def test_joining_again_and_again_brings_no_second_replay() -> None:
    rates = CommandRates(Rates())
    rates.joined("ada", "s", 0)
    assert burst(rates, 0) == limits.REPLAY_BURST
    rates.joined("ada", "s", 1)
    assert burst(rates, 1) == limits.COMMANDS_PER_SECOND
    rates.joined("ada", "s", limits.REPLAY_SECONDS)
    assert burst(rates, limits.REPLAY_SECONDS) == limits.REPLAY_BURST


@pytest.mark.rule("W14")
def test_what_a_replay_did_not_use_is_lost_after_a_while() -> None:
    rates = CommandRates(Rates())
    rates.joined("ada", "s", 0)
    assert not rates.take("ada", "s", limits.REPLAY_SECONDS - 1)
    assert burst(rates, limits.REPLAY_SECONDS) == limits.COMMAND_BURST


@pytest.mark.rule("W13")
def test_one_person_in_one_session_does_not_slow_another() -> None:
    rates = CommandRates(Rates())
    assert burst(rates, 0, "ada", "s") == limits.COMMAND_BURST
    assert burst(rates, 0, "boris", "s") == limits.COMMAND_BURST
    assert burst(rates, 0, "ada", "another") == limits.COMMAND_BURST


def test_the_buckets_of_a_node_take_a_bounded_amount_of_memory() -> None:
    rates = CommandRates(Rates(), max_buckets=100)
    for person in range(1_000):
        rates.take(f"a{person}", "s", 0)
    assert len(rates) == 100
    # The last ones are still counted.
    rates.take("a999", "s", 0)
    assert burst(rates, 0, "a999") == limits.COMMAND_BURST - 2


def test_a_bucket_does_not_gain_while_it_is_above_its_burst() -> None:
    bucket = Bucket(burst=2, per_second=1, now=0)
    bucket.lift(4, seconds=60, now=0)
    assert [bucket.take(30) for _ in range(4)] == [0, 0, 0, 0]
    assert bucket.take(30) == 1
