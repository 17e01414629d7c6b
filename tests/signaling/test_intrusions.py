"""A second device at a seat is refused and reported, once a minute."""

import asyncio

import pytest

from evalroom.clock import SystemClock
from evalroom.signaling.intrusions import PER_MEMBER
from tests.signaling.conftest import Node, Start
from tests.signaling.peer import CONNECT_ERROR


class SetClock(SystemClock):
    """A monotonic time that a test puts forward."""

    def __init__(self) -> None:
        self.later = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.later


async def refused(node: Node, who: str, device: str) -> None:
    async with node.peer(who, device) as peer:
        answer = await peer.join()
        assert answer["type"] == CONNECT_ERROR
        assert answer["data"]["data"]["code"] == "other_device"


@pytest.mark.rule("W34")
async def test_a_second_device_at_a_seat_is_reported_once_a_minute(start: Start) -> None:
    clock = SetClock()
    node = await start(clock=clock)
    await node.seat("ada", device="d1")
    await node.seat("boris", device="d2")
    for _ in range(3):
        await refused(node, "ada", "d9")
    await refused(node, "boris", "d9")
    await node.until(lambda: len(node.room.reported) == 2)
    assert sorted(node.room.reported) == ["m1", "m2"]
    clock.later += PER_MEMBER.seconds
    await refused(node, "ada", "d9")
    await node.until(lambda: len(node.room.reported) == 3)


@pytest.mark.rule("W34")
async def test_whoever_is_refused_for_another_reason_raises_no_alarm(node: Node) -> None:
    await node.seat("ada", device="d1")
    async with node.peer("nobody") as stranger:
        assert (await stranger.join())["type"] == CONNECT_ERROR
    async with node.peer("ada") as late:
        assert (await late.join(b"at 99"))["data"]["data"]["code"] == "stale_token"
    await asyncio.sleep(0)
    assert node.room.reported == []


@pytest.mark.rule("W34")
async def test_a_report_that_the_room_refuses_is_a_line_in_the_log_and_no_more(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    node.room.takes_reports = False
    await node.seat("ada", device="d1")
    await refused(node, "ada", "d9")
    await node.until(lambda: "not on record: busy" in caplog.text)
