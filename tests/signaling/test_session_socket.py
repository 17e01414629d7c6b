"""A sink: the order of what is said, and the last word."""

import pytest

from evalroom.sessions.refusals import Refused
from evalroom.wire.frames import Frames
from tests.signaling.conftest import Node
from tests.signaling.peer import DISCONNECT, EVENT

frames = Frames()


@pytest.mark.rule("W6")
async def test_a_room_may_say_good_bye_while_it_lets_somebody_in(node: Node) -> None:
    async with node.peer() as peer:
        assert "sid" in (await peer.join(b"farewell"))["data"]
        assert await peer.farewell() == {"code": "audience_changed", "come_back": True}
    await node.until(lambda: node.signaling.connections == 0)
    assert not node.room.members
    assert node.signaling.sockets == 0


@pytest.mark.rule("W20")
async def test_an_answer_comes_after_the_changes_that_were_decided_before_it(node: Node) -> None:
    ada = await node.seat("ada")
    acks = [await ada.post("Add", {"amount": 1}) for _ in range(20)]
    for ack in acks:
        count = (await ada.answer_to(ack))["receipt"]["count"]
        seen = [
            change[0][2]
            for packet in ada.said
            if packet["type"] == EVENT
            for change in packet["data"][1]
        ]
        assert count in seen


@pytest.mark.rule("W23")
@pytest.mark.parametrize(
    ("code", "closing"), [("restart", 1012), ("audience_changed", 1000), ("unknown_version", 1000)]
)
async def test_whoever_is_to_come_back_sees_a_line_that_closes(
    node: Node, code: str, closing: int
) -> None:
    ada = await node.seat("ada")
    (member,) = node.room.members
    member.sink.bye(code, come_back=True, retry_ms=40)
    assert await ada.farewell() == {"code": code, "come_back": True, "retry_ms": 40}
    assert ada.code == closing


@pytest.mark.rule("W23")
@pytest.mark.parametrize("code", ["superseded", "revoked", "closed", "other_device"])
async def test_whoever_is_not_to_come_back_is_disconnected_first(node: Node, code: str) -> None:
    ada = await node.seat("ada")
    (member,) = node.room.members
    member.sink.bye(code, come_back=False)
    assert await ada.farewell() == {"code": code, "come_back": False}
    assert ada.said[-1]["type"] == DISCONNECT


@pytest.mark.rule("W23")
async def test_nothing_is_said_after_good_bye(node: Node) -> None:
    ada = await node.seat("ada")
    (member,) = node.room.members
    node.room._add(1)
    member.sink.bye("closed", come_back=False)
    member.sink.write(frames.changes([[["set", ["count"], 99]]]))
    member.sink.bye("restart", come_back=True)
    packets = await ada.rest()
    assert [packet["type"] for packet in packets] == [EVENT, EVENT, DISCONNECT]
    assert packets[0]["data"] == ["changes", [[["set", ["count"], 1]]]], "said before it"
    assert packets[1]["data"][1]["code"] == "closed"
    await node.until(lambda: not node.room.members)


@pytest.mark.rule("W23")
async def test_a_command_that_comes_after_good_bye_is_not_performed(node: Node) -> None:
    ada = await node.seat("ada")
    (member,) = node.room.members
    member.sink.bye("restart", come_back=True)
    await ada.post("Add", {"amount": 1})
    await ada.rest()
    assert node.room.count == 0


async def test_a_command_under_way_at_good_bye_is_committed_and_can_be_asked_again(
    node: Node,
) -> None:
    ada = await node.seat("ada")
    await ada.post("Wait", id=b"w" * 16)
    await node.until(lambda: node.room.waiting == 1)
    (member,) = node.room.members
    member.sink.bye("restart", come_back=True)
    node.room.may_go_on.set()
    await ada.farewell()
    again = await node.seat("ada")
    assert (await again.command("Wait", id=b"w" * 16))["receipt"] == {"waited": True}
    assert node.room.waiting == 1


@pytest.mark.rule("W22")
async def test_whoever_is_told_that_he_is_slow_is_cut_off(node: Node) -> None:
    ada = await node.seat("ada")
    (member,) = node.room.members
    member.sink.bye("slow", come_back=True)
    await ada.rest()
    assert ada.code == 1006, "no closing frame: it would have stood behind all the rest"


async def test_a_room_that_goes_through_its_readers_may_say_good_bye_to_one(node: Node) -> None:
    for who in ("ada", "boris", "chen"):
        await node.seat(who)
    for member in node.room.members:  # a set that changed meanwhile would raise
        member.sink.bye("closed", come_back=False)
    await node.until(lambda: not node.room.members)


async def test_a_room_that_refuses_after_writing_leaves_no_trace(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object, __: object, sink: object) -> None:
        sink.write(frames.changes([]))  # type: ignore[attr-defined]
        raise Refused("stale_token")

    monkeypatch.setattr(node.room, "join", refuse)
    async with node.peer() as peer:
        assert (await peer.join())["data"]["data"]["code"] == "stale_token"
        assert len(peer.said) == 1
    assert node.signaling.sockets == 0
