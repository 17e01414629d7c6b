"""A camera's clock against the server's: what is wrong is found, what is late is not."""

from random import Random

import pytest

from evalroom.monitoring.clock_watch import ClockWatch
from evalroom.monitoring.findings import Found

WRONG, RIGHT = Found("clock_drift"), Found("clock_drift", over=True)
EVERY = 2_000
"""Milliseconds between two key frames."""


class Camera:
    """A camera before a watch, seen through a network."""

    def __init__(self, tolerance_ms: int = 1_000, after: float = 10.0) -> None:
        self.watch = ClockWatch(tolerance_ms, after)
        self.now = 1_000_000
        self.media = 0.0
        self.epoch = 1

    def run(self, seconds: float, rate: float = 1.0, late: Random | None = None) -> list[Found]:
        """Let a time pass by the server's clock, in which its own goes at `rate`."""
        found = []
        for _ in range(round(seconds * 1_000) // EVERY):
            self.now += EVERY
            self.media += EVERY * rate
            delay = late.randrange(900) if late else 0
            self.watch.came(self.epoch, round(self.media), self.now + delay)
            if (one := self.watch.look(self.now / 1_000)) is not None:
                found.append(one)
        return found


@pytest.mark.rule("M85")
@pytest.mark.parametrize("rate", [0.9, 0.97, 1.03, 1.2])
def test_a_clock_that_runs_wrong_is_found_and_is_right_when_it_keeps_time_again(
    rate: float,
) -> None:
    camera = Camera()
    assert camera.run(60) == []
    assert camera.run(90, rate) == [WRONG]
    assert (camera.watch.off_ms < 0) == (rate > 1)
    assert camera.run(120) == [RIGHT]


@pytest.mark.rule("M85")
def test_a_clock_that_was_set_is_wrong_for_the_minute_in_which_it_was() -> None:
    camera = Camera()
    assert camera.run(60) == []
    camera.media += 5_000
    assert camera.run(60) == [WRONG]
    assert camera.run(60) == [RIGHT]


@pytest.mark.rule("M85")
def test_delays_on_the_way_and_an_ordinary_crystal_are_no_fault_of_the_clock() -> None:
    camera, late = Camera(), Random(7)
    assert camera.run(600, 1 + 100e-6, late) == []
    assert abs(camera.watch.off_ms) < 1_000


@pytest.mark.rule("M85")
def test_what_is_wrong_for_a_moment_only_is_not_told() -> None:
    camera = Camera(after=40)
    camera.run(60)
    assert camera.run(10, 0.8) == []
    assert camera.run(20, 1.1) == []
    assert camera.run(120) == []


@pytest.mark.rule("M85")
def test_another_publication_begins_anew() -> None:
    camera = Camera()
    camera.run(60)
    camera.epoch, camera.media = 2, 9_000_000.0
    assert camera.run(120) == []
    assert camera.run(60, 0.9) == [WRONG]
    camera.epoch = 3
    assert camera.run(20) == [RIGHT]


@pytest.mark.rule("M85")
def test_how_much_is_allowed_is_the_policys() -> None:
    assert Camera(tolerance_ms=100).run(120, 0.997) == [WRONG]
    assert Camera(tolerance_ms=5_000).run(120, 0.95) == []


def test_nothing_is_said_before_there_is_something_to_compare() -> None:
    camera = Camera()
    assert camera.watch.off_ms == 0
    assert camera.run(8, 0.1) == []
