"""Reports tell what came, in the form of RFC 3550."""

import pytest
from hypothesis import given, strategies as st

from evalroom.monitoring.rtc.reception import Reception, milliseconds_of, ntp_of


def test_a_report_tells_of_loss_since_the_last_one() -> None:
    reception = Reception(90_000)
    for number in range(100):
        if number % 10:
            reception.came(65_500 + number & 0xFFFF, number * 6_000, number / 15)
    report = reception.report(7, 10.0)
    assert report.ssrc == 7
    # The first one that came is where counting begins.
    assert report.packets_lost == 9
    assert report.fraction_lost == (9 << 8) // 99
    assert report.highest_sequence == 65_500 + 99
    assert reception.report(7, 11.0).fraction_lost == 0


def test_a_packet_that_came_twice_makes_no_negative_fraction() -> None:
    reception = Reception(90_000)
    for number in (1, 1, 2, 2):
        reception.came(number, number, 0.0)
    report = reception.report(7, 1.0)
    assert report.fraction_lost == 0
    assert report.packets_lost == -2


def test_before_anything_came_there_is_nothing_to_tell() -> None:
    report = Reception(90_000).report(7, 1.0)
    assert (report.packets_lost, report.highest_sequence, report.lsr, report.dlsr) == (0, 0, 0, 0)


def test_even_steps_have_no_jitter_and_uneven_ones_have() -> None:
    even, uneven = Reception(90_000), Reception(90_000)
    for number in range(200):
        even.came(number, number * 6_000, number / 15)
        uneven.came(number, number * 6_000, number / 15 + (0.02 if number % 2 else 0))
    assert even.report(1, 20.0).jitter <= 1
    # 20 ms this way and that are 1,800 ticks.
    assert 1_500 < uneven.report(1, 20.0).jitter <= 1_800


def test_the_publishers_report_ties_its_media_clock_to_its_time_of_day() -> None:
    reception = Reception(90_000)
    assert reception.wall_of(1_000) is None
    wall = 1_700_000_000_123
    reception.told(ntp_of(wall), 0xFFFF_FF00, 50.0)
    assert reception.wall_of(0xFFFF_FF00) == pytest.approx(wall, abs=1)
    assert reception.wall_of((0xFFFF_FF00 + 90_000) & 0xFFFF_FFFF) == pytest.approx(
        wall + 1_000, abs=1
    )
    assert reception.wall_of(0xFFFF_FF00 - 45_000) == pytest.approx(wall - 500, abs=1)
    report = reception.report(1, 50.5)
    assert report.lsr == ntp_of(wall) >> 16 & 0xFFFF_FFFF
    assert report.dlsr == 32_768


def test_a_time_of_day_goes_to_ntp_and_back() -> None:
    for wall in (0, 1, 1_700_000_000_999):
        assert milliseconds_of(ntp_of(wall)) == pytest.approx(wall, abs=1)


@given(st.lists(st.integers(-3_000, 3_000), min_size=1, max_size=60), st.integers(0, 65_535))
def test_numbers_that_wrap_are_followed(steps: list[int], start: int) -> None:
    reception = Reception(90_000)
    reception.came(start, 0, 0.0)
    highest = start
    for step in steps:
        reception.came((highest + step) & 0xFFFF, 0, 0.0)
        highest = max(highest, highest + step)
    report = reception.report(1, 0.0)
    assert report.highest_sequence == highest
    assert report.packets_lost == highest - start + 1 - (len(steps) + 1)
