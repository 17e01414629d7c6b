"""Between two attempts to connect."""

import pytest

from evalroom.bus.redis.limits import FIRST_PAUSE, HELD_SECONDS, LAST_PAUSE
from evalroom.bus.redis.pauses import Pauses


@pytest.mark.rule("B13")
def test_pauses_grow_from_the_first_to_the_last_and_never_past_it() -> None:
    pauses = Pauses(lambda size: b"\xff" * size)
    grown = [round(pauses.after(0), 3) for _ in range(8)]
    assert grown == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0]
    assert max(grown) == LAST_PAUSE


@pytest.mark.rule("B13")
def test_chance_shortens_a_pause_down_to_the_first() -> None:
    pauses = Pauses(bytes)
    assert [pauses.after(0) for _ in range(8)] == [FIRST_PAUSE] * 8
    pauses = Pauses(lambda size: b"\x80" + bytes(size - 1))
    assert pauses.after(0) == pytest.approx(0.075, rel=0.01)


@pytest.mark.rule("B13")
def test_a_connection_that_held_begins_anew_and_one_that_did_not_does_not() -> None:
    pauses = Pauses(lambda size: b"\xff" * size)
    for _ in range(6):
        pauses.after(0)
    assert pauses.after(HELD_SECONDS / 2) == LAST_PAUSE
    assert pauses.after(HELD_SECONDS) == 2 * FIRST_PAUSE
