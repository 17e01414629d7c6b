"""Whoever's log-in or token ends, stops acting and listening, without a command of his own."""

from collections.abc import Mapping
from typing import Any

import pytest

from evalroom.clock import SystemClock
from evalroom.identity.principal import Principal
from evalroom.sessions.refusals import Refused
from evalroom.signaling.standing import USE_NOTED_MS
from tests.signaling.conftest import Node, Start

BEGAN = 1_750_000_000_000
HOUR = 3_600_000
LOGGED_OUT = {"code": "logged_out", "come_back": False}


class SetClock(SystemClock):
    """A time of day that a test sets."""

    def __init__(self) -> None:
        self.now = BEGAN

    def wall(self) -> int:
        return self.now


class TimedDoor:
    """Log-ins by the cookie `who`: until when each holds, how it was ended, what became of it."""

    def __init__(self, until: int | None = BEGAN + HOUR) -> None:
        self.until = until
        self.ended: dict[str, str] = {}
        self.became: dict[str, Principal] = {}
        self.asked: list[tuple[str, bool]] = []
        self.unavailable = False

    async def __call__(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
    ) -> Principal | None:
        who = cookies["who"]
        return Principal(who, device="d1", login=who.encode(), until=self.until)

    async def again(self, principal: Principal, *, used: bool) -> Principal:
        self.asked.append((principal.id, used))
        if self.unavailable:
            raise Refused("storage_unavailable", reason="failed")
        if principal.id in self.ended:
            raise Refused(self.ended[principal.id])
        found = self.became.get(principal.id, principal)
        return Principal(
            found.id, device=found.device, office=found.office, login=found.login, until=self.until
        )


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def door() -> TimedDoor:
    return TimedDoor()


@pytest.fixture
async def node(start: Start, clock: SetClock, door: TimedDoor) -> Node:
    return await start(clock=clock, identify=door, again=door.again)


def acts(node: Node) -> int:
    return len(node.room.actors)


@pytest.mark.rule("W33")
async def test_an_act_after_the_end_of_a_log_in_is_not_performed(
    node: Node, clock: SetClock, door: TimedDoor
) -> None:
    ada = await node.seat("ada")
    assert (await ada.command("Add", {"amount": 1}))["ok"]
    clock.now = BEGAN + HOUR
    door.ended["ada"] = "login_expired"
    await ada.post("Add", {"amount": 1})
    assert await ada.farewell() == LOGGED_OUT
    assert ada.code == 1000
    assert (node.room.count, acts(node)) == (1, 1)


@pytest.mark.rule("W33")
async def test_an_ephemeral_after_the_end_reaches_nobody(
    node: Node, clock: SetClock, door: TimedDoor
) -> None:
    ada = await node.seat("ada")
    await ada.emit("ephemeral", {"kind": "typing", "matter": "m"})
    await ada.command("Look")
    clock.now, door.until = BEGAN + HOUR, BEGAN + 2 * HOUR
    await ada.emit("ephemeral", {"kind": "typing", "matter": "m"})
    # Answered after it, because a connection is read in order.
    await ada.command("Look")
    assert len(node.room.ephemerals) == 1


@pytest.mark.rule("W33")
async def test_whoever_only_listens_is_sent_away_at_the_end_too(
    node: Node, clock: SetClock, door: TimedDoor
) -> None:
    vera, ada = await node.seat("vera"), await node.seat("ada")
    clock.now = BEGAN + HOUR - 1
    await node.signaling.look()
    assert door.asked == []
    clock.now = BEGAN + HOUR
    door.ended = {"vera": "token_expired"}
    door.until = BEGAN + 2 * HOUR
    await node.signaling.look()
    assert await vera.farewell() == LOGGED_OUT
    assert sorted(door.asked) == [("ada", False), ("vera", False)]
    # Ada's log-in was used elsewhere meanwhile and ends later now.
    assert (await ada.command("Look"))["ok"]


@pytest.mark.rule("W33")
async def test_an_act_is_a_use_of_the_log_in_and_an_open_socket_is_none(
    node: Node, clock: SetClock, door: TimedDoor
) -> None:
    ada = await node.seat("ada")
    clock.now += USE_NOTED_MS - 1
    await ada.command("Look")
    await node.signaling.look()
    assert door.asked == []
    clock.now += 1
    door.until = clock.now + HOUR
    await ada.command("Look")
    await node.until(lambda: door.asked == [("ada", True)])
    await ada.command("Look")
    assert door.asked == [("ada", True)]
    clock.now = BEGAN + HOUR
    assert (await ada.command("Look"))["ok"], "the end was put off"


@pytest.mark.rule("W29")
@pytest.mark.parametrize(
    "code", ["login_ended", "login_unknown", "account_disabled", "token_revoked"]
)
async def test_whoever_is_in_doubt_is_asked_for_and_goes_if_he_is_nobody(
    node: Node, door: TimedDoor, code: str
) -> None:
    windows = [await node.seat("vera") for _ in range(2)]
    ada = await node.seat("ada")
    door.ended["vera"] = code
    node.signaling.doubt(("vera",))
    await node.signaling.look()
    for window in windows:
        assert await window.farewell() == LOGGED_OUT
    assert {who for who, _ in door.asked} == {"vera"}
    assert (await ada.command("Look"))["ok"]
    assert node.signaling.sockets == 1


@pytest.mark.rule("W29")
async def test_whoever_is_still_somebody_stays(node: Node, door: TimedDoor) -> None:
    vera = await node.seat("vera")
    node.signaling.doubt(None)
    await node.signaling.look()
    await node.signaling.look()
    assert (await vera.command("Look"))["ok"]
    assert door.asked == [("vera", False)]


@pytest.mark.rule("W33")
async def test_whoever_is_something_else_by_now_comes_back_as_that(
    node: Node, door: TimedDoor
) -> None:
    vera = await node.seat("vera")
    door.became["vera"] = Principal("vera", device="d1", login=b"vera", office="audit")
    node.signaling.doubt(("vera",))
    await node.signaling.look()
    assert await vera.farewell() == {"code": "audience_changed", "come_back": True}


@pytest.mark.rule("W33")
async def test_nobody_in_doubt_acts_while_nobody_can_be_asked(node: Node, door: TimedDoor) -> None:
    ada = await node.seat("ada")
    node.signaling.doubt(("ada",))
    door.unavailable = True
    with pytest.raises(Refused, match="storage_unavailable"):
        await node.signaling.look()
    answer = await ada.command("Add", {"amount": 1})
    assert (answer["ok"], answer["code"], node.room.count) == (False, "storage_unavailable", 0)
    door.unavailable = False
    assert (await ada.command("Add", {"amount": 1}))["ok"]


@pytest.mark.rule("W33")
async def test_a_command_that_waited_for_its_place_is_not_performed_after_the_good_bye(
    node: Node, door: TimedDoor
) -> None:
    ada = await node.seat("ada")
    for _ in range(32):
        await ada.post("Wait")
    await ada.post("Add", {"amount": 1})
    await node.until(lambda: node.room.waiting == 32)
    door.ended["ada"] = "login_ended"
    node.signaling.doubt(("ada",))
    await node.signaling.look()
    node.room.may_go_on.set()
    assert await ada.farewell() == LOGGED_OUT
    await node.until(lambda: node.signaling.connections == 0)
    assert node.room.count == 0


@pytest.mark.rule("W33")
async def test_a_log_in_that_ends_while_a_cold_room_loads_does_not_come_in(
    start: Start, door: TimedDoor
) -> None:
    recognised: list[str] = []

    async def known(*shown: Any) -> Principal | None:
        recognised.append("asked")
        if door.ended:
            raise Refused(door.ended["ada"])
        return Principal("ada", device="d1", login=b"ada")

    node = await start(identify=known, again=door.again)
    async with node.peer("ada") as ada:
        wish = {"protocol": 1, "session": "0" * 32, "token": b"at 0"}
        await ada.send({"type": 0, "nsp": "/session", "data": wish})
        await node.until(lambda: recognised == ["asked"])
        door.ended["ada"] = "login_ended"
        node.signaling.doubt(("ada",))
        node.rooms.cold.set()
        answer = await ada.next_of(4)
        assert answer["data"]["data"]["code"] == "login_ended"
    assert node.signaling.sockets == 0


@pytest.mark.rule("W33")
async def test_without_a_door_to_ask_the_end_of_a_token_still_counts(
    start: Start, clock: SetClock, door: TimedDoor
) -> None:
    node = await start(clock=clock, identify=door)
    ada = await node.seat("ada")
    node.signaling.doubt(None)
    await node.signaling.look()
    assert (await ada.command("Look"))["ok"]
    clock.now = BEGAN + HOUR
    await node.signaling.look()
    assert await ada.farewell() == LOGGED_OUT
