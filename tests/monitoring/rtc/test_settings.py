"""A node's media settings contradict themselves at the start or not at all."""

import pytest

from evalroom.monitoring.rtc import RtcSettings


@pytest.mark.parametrize("ports", [(0, 10), (1_023, 2_000), (50_001, 50_000), (60_000, 65_536)])
def test_ports_are_a_range_that_a_program_may_use(ports: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no range of ports"):
        RtcSettings(ports=ports)


def test_addresses_are_numbers() -> None:
    with pytest.raises(ValueError, match="localhost"):
        RtcSettings(addresses=("127.0.0.1", "localhost"))
    with pytest.raises(ValueError, match="example"):
        RtcSettings(announced="example.invalid")


@pytest.mark.parametrize("remb", [0, 49_999, 50_000_001])
def test_a_bandwidth_is_one_for_a_video(remb: int) -> None:
    with pytest.raises(ValueError, match="bandwidth"):
        RtcSettings(remb_bps=remb)
