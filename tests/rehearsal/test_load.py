"""Answer times and what they cost."""

import pytest

from evalroom.rehearsal.load import Meter, percentile
from tests.identity.parts import StillClock


@pytest.mark.parametrize(
    ("values", "per_cent", "expected"),
    [([], 50, 0.0), ([7.0], 99, 7.0), ([1.0, 2.0, 3.0, 4.0], 50, 2.0), ([1.0, 2.0], 99, 2.0)],
)
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(
    values: list[float], per_cent: int, expected: float
) -> None:
    assert percentile(values, per_cent) == expected


async def test_a_meter_tells_milliseconds_and_its_own_cpu() -> None:
    clock = StillClock()
    meter = Meter(clock)
    await clock.sleep(10)
    load = meter.read([0.003, 0.001, 0.002], [0.004, 0.005])
    assert (load.commands, load.p50, load.p99) == (3, 2.0, 3.0)
    assert (load.seat_p50, load.seat_p99) == (4.0, 5.0)
    assert meter.seconds == pytest.approx(10)
    assert 0 <= load.cpu
    assert load.share == pytest.approx(load.cpu * 10)
