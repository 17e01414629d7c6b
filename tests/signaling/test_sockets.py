"""Who may be connected at the same time."""

import pytest

from evalroom.wire import limits
from tests.signaling.conftest import Node
from tests.signaling.counter_room import OTHER_SESSION
from tests.signaling.peer import CONNECT_ERROR


@pytest.mark.rule("W11")
async def test_the_same_device_takes_over_its_own_seat(node: Node) -> None:
    old = await node.seat("ada")
    new = await node.seat("ada")
    assert await old.farewell() == {"code": "superseded", "come_back": False}
    assert (await new.command("Add", {"amount": 1}))["ok"]
    assert len(node.room.members) == 1
    assert node.signaling.sockets == 1
    assert node.signaling.figures.superseded == 1


@pytest.mark.rule("W11")
async def test_another_device_does_not_take_a_seat_that_is_taken(node: Node) -> None:
    ada = await node.seat("ada", device="d1")
    async with node.peer("ada", device="d2") as other:
        answer = await other.join()
        assert answer["type"] == CONNECT_ERROR
        assert answer["data"]["data"]["code"] == "other_device"
    assert (await ada.command("Add", {"amount": 1}))["ok"], "the one who sits there sits on"


@pytest.mark.rule("W11")
async def test_after_the_end_a_member_reads_wherever_he_is_in_eight_windows(node: Node) -> None:
    seated = await node.seat("ada", device="d1")
    node.room.over = True
    windows = [
        await node.seat("ada", device=f"d{number}")
        for number in range(1, limits.SOCKETS_PER_PRINCIPAL + 1)
    ]
    assert (await seated.command("Look"))["ok"], "nobody makes way"
    async with node.peer("ada", device="d1") as ninth:
        assert (await ninth.join())["data"]["data"]["code"] == "too_many_sockets"
    assert node.room.reported == []
    for peer in (seated, *windows):
        await peer.ws.close()
    await node.until(lambda: node.signaling.sockets == 0)
    node.room.over = False
    await node.seat("ada", device="d2")


@pytest.mark.rule("W11")
async def test_a_seat_that_was_left_is_free_for_a_replacement_device(node: Node) -> None:
    ada = await node.seat("ada", device="d1")
    await ada.ws.close()
    await node.until(lambda: node.signaling.sockets == 0)
    await node.seat("ada", device="d2")


@pytest.mark.rule("W11")
async def test_a_join_that_fails_does_not_unseat_anybody(node: Node) -> None:
    ada = await node.seat("ada")
    async with node.peer("ada") as again:
        assert (await again.join(b"at 9"))["data"]["data"]["code"] == "stale_token"
    assert (await ada.command("Add", {"amount": 1}))["ok"]


@pytest.mark.rule("W11")
async def test_a_member_has_a_seat_in_each_session(node: Node) -> None:
    here = await node.seat("ada", device="d1")
    there = await node.seat("ada", device="d2", session=OTHER_SESSION)
    assert (await here.command("Look"))["ok"]
    assert (await there.command("Look"))["ok"]


@pytest.mark.rule("W11")
async def test_whoever_has_no_seat_may_open_eight_windows(node: Node) -> None:
    windows = [
        await node.seat("vera", device=f"d{number}")
        for number in range(limits.SOCKETS_PER_PRINCIPAL)
    ]
    async with node.peer("vera") as ninth:
        answer = await ninth.join()
        assert answer["data"]["data"]["code"] == "too_many_sockets"
    await node.seat("vera", session=OTHER_SESSION)
    await windows[0].ws.close()
    await node.until(lambda: node.signaling.sockets == limits.SOCKETS_PER_PRINCIPAL)
    await node.seat("vera")
