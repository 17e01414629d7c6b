"""Times of cameras whose clocks are set, stand still or are not told."""

import pytest

from evalroom.monitoring.media_time import JUMP_MS, MediaTime


@pytest.mark.rule("M143")
def test_ordinary_times_are_kept_from_a_beginning_of_nought() -> None:
    time = MediaTime(90_000)
    told = [(777_000, 5_000), (783_000, 5_067), (795_000, 5_200)]
    assert [time.of(ticks, at) for ticks, at in told] == [0, 6_000, 18_000]


@pytest.mark.rule("M143")
@pytest.mark.parametrize("leap", [-500_000_000, 500_000_000])
def test_a_camera_that_sets_its_clock_goes_on_where_it_was(leap: int) -> None:
    time = MediaTime(90_000)
    time.of(0, 0)
    assert time.of(leap, 100) == 9_000
    assert time.of(leap + 6_000, 167) == 15_000


@pytest.mark.rule("M143")
def test_times_that_stand_still_or_go_back_a_little_grow_by_one() -> None:
    time = MediaTime(90_000)
    assert [time.of(ticks, 0) for ticks in (50, 50, 20)] == [0, 1, 2]


@pytest.mark.rule("M143")
def test_a_network_that_stood_still_brings_its_pictures_with_their_own_times() -> None:
    time = MediaTime(90_000)
    time.of(0, 0)
    late = JUMP_MS - 1_000
    assert [time.of(n * 6_000, late) for n in (1, 2)] == [6_000, 12_000]


@pytest.mark.rule("M143")
def test_where_nothing_is_told_the_servers_clock_counts() -> None:
    time = MediaTime(90_000)
    assert [time.of(None, at) for at in (1_000, 1_100, 1_050)] == [0, 9_000, 9_001]
