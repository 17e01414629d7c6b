"""Commands and ephemerals, from bytes to an answer."""

import asyncio
import secrets
from typing import Any

import msgspec
import pytest

from evalroom.clock import SystemClock
from evalroom.wire import limits
from evalroom.wire.messages import NAMESPACE
from tests.signaling.conftest import Node, Start
from tests.signaling.counter_room import OTHER_SESSION
from tests.signaling.peer import ACK, EVENT, Closed, pack


class StoppedClock(SystemClock):
    """A clock that goes on when the test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.mark.rule("W9")
async def test_a_command_is_answered_with_its_receipt_and_everyone_sees_the_change(
    node: Node,
) -> None:
    ada, boris = await node.seat("ada"), await node.seat("boris")
    assert await ada.command("Add", {"amount": 2}) == {"ok": True, "receipt": {"count": 2}}
    # The author learns of it by the same change as all others.
    for peer in (ada, boris):
        change = next(p for p in peer.said if p["type"] == EVENT) if peer is ada else None
        assert (change["data"][1] if change else await peer.event("changes")) == [
            [["set", ["count"], 2]]
        ]


@pytest.mark.rule("W9")
async def test_a_command_that_leaves_no_receipt_is_answered_without_one(node: Node) -> None:
    ada = await node.seat("ada")
    assert await ada.command("Look") == {"ok": True}


@pytest.mark.rule("W10")
async def test_a_command_sent_twice_has_one_effect_and_one_answer(node: Node) -> None:
    ada = await node.seat("ada")
    same = secrets.token_bytes(16)
    first = await ada.command("Add", {"amount": 5}, id=same)
    again = await node.seat("ada", token=b"at 5")
    assert await again.command("Add", {"amount": 5}, id=same) == first
    assert node.room.count == 5


@pytest.mark.rule("W17")
async def test_a_refusal_names_its_code_and_changes_nothing(node: Node) -> None:
    ada = await node.seat("ada")
    assert await ada.command("Add", {"amount": 1}, seen=7) == {
        "ok": False,
        "code": "stale_revision",
        "message_key": "refusal.stale_revision",
        "params": {"revision": 0},
    }
    assert (await ada.command("Crowd"))["retry_ms"] == 250
    assert (await ada.command("Conjure"))["code"] == "unknown_command"
    assert node.room.count == 0
    assert node.signaling.figures.commands_refused == 3


@pytest.mark.rule("W19")
async def test_a_bug_of_ours_is_answered_without_what_it_said(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await node.seat("ada")
    for name in ("Break", "Unwritable"):
        answer = await ada.command(name)
        assert (answer["ok"], answer["code"]) == (False, "internal")
        assert answer["params"]["reference"] in caplog.text
        assert "97.5" not in repr(answer) + caplog.text
    # The socket goes on.
    assert (await ada.command("Add", {"amount": 1}))["ok"]


COMMAND: dict[str, Any] = {"id": bytes(16), "name": "Add", "args": {"amount": 1}}


@pytest.mark.rule("W18")
@pytest.mark.parametrize(
    ("data", "ack"),
    [
        (["command", COMMAND | {"id": bytes(15)}], 0),
        (["command", COMMAND | {"id": bytes(17)}], 0),
        (["command", COMMAND | {"id": "0" * 16}], 0),
        (["command", COMMAND | {"name": ""}], 0),
        (["command", COMMAND | {"name": "x" * 65}], 0),
        (["command", COMMAND | {"name": 7}], 0),
        (["command", COMMAND | {"args": []}], 0),
        (["command", COMMAND | {"args": {1: 2}}], 0),
        (["command", COMMAND | {"args": {"amount": "1"}}], 0),
        (["command", COMMAND | {"seen": -1}], 0),
        (["command", COMMAND | {"seen": 1.5}], 0),
        (["command", COMMAND | {"seen": 2**53}], 0),
        (["command", COMMAND | {"at": 1}], 0),
        (["command", {"name": "Add", "args": {}}], 0),
        (["command", COMMAND, COMMAND], 0),
        (["command", [COMMAND]], 0),
        (["command"], 0),
        (["command", COMMAND], None),
        (["command", COMMAND], -1),
        (["command", COMMAND], 2**53),
        (["command", COMMAND], "0"),
        (["changes", [[["set", ["count"], 9]]]], None),
        (["connect", {}], 0),
        (["disconnect", "because"], 0),
        (["opened"], 0),
        ([], 0),
        ([1], 0),
        ("command", 0),
        (None, None),
        (["ephemeral", {"kind": "typing"}], None),
        (["ephemeral", {"kind": "wave", "matter": "m"}], None),
        (["ephemeral", {"kind": "typing", "matter": "m", "text": "97.5"}], None),
        (["ephemeral", {"kind": "page", "matter": "m", "document": "d", "page": 0}], None),
        (
            [
                "ephemeral",
                {"kind": "pointer", "matter": "m", "document": "d", "page": 1, "x": 0.5, "y": 1},
            ],
            None,
        ),
        (["ephemeral"], None),
    ],
)
async def test_what_no_correct_client_sends_ends_the_connection_and_changes_nothing(
    node: Node, data: object, ack: object
) -> None:
    ada, boris = await node.seat("ada"), await node.seat("boris")
    packet: dict[str, object] = {"type": EVENT, "nsp": NAMESPACE, "data": data}
    await ada.send(packet if ack is None else packet | {"id": ack})
    assert await ada.farewell() == {"code": "protocol", "come_back": False}
    assert ada.code == 1002
    assert node.room.count == 0
    assert node.room.ephemerals == []
    # Nobody else is harmed.
    assert (await boris.command("Add", {"amount": 1}))["ok"]


@pytest.mark.rule("W18")
@pytest.mark.parametrize(
    "payload",
    [
        b"\xc1",
        b"\x93\x01\x02\x03",
        b"\x91" * 60_000,
        b"\xdd\xff\xff\xff\xff",
        pack({"type": ACK, "nsp": NAMESPACE, "data": [], "id": 0}),
        pack({"type": 4, "nsp": NAMESPACE, "data": {}}),
        pack({"type": 5, "nsp": NAMESPACE, "data": ["command", COMMAND], "id": 0}),
        pack({"type": 99, "nsp": NAMESPACE}),
        pack({"type": EVENT, "nsp": "/other", "data": ["command", COMMAND], "id": 0}),
        pack({"type": EVENT, "nsp": None, "data": ["command", COMMAND], "id": 0}),
        pack({"type": 0, "nsp": "/" + "x" * 64, "data": {}}),
        # A date of the stock parser, and an extension that nobody knows
        msgspec.msgpack.encode(msgspec.msgpack.Ext(0, bytes(8))),
        pack({"type": 2, "nsp": NAMESPACE, "data": ["command", msgspec.msgpack.Ext(5, b"12")]}),
        pack({"type": 2, "nsp": NAMESPACE, "data": ["x" * (limits.MESSAGE_BYTES + 1)]}),
    ],
)
async def test_bytes_that_are_no_packet_of_a_client_end_the_connection(
    node: Node, payload: bytes
) -> None:
    ada = await node.seat("ada")
    await ada.ws.send_bytes(payload)
    assert await ada.farewell() == {"code": "protocol", "come_back": False}
    async with node.peer() as stranger:
        await stranger.ws.send_bytes(payload)
        with pytest.raises(Closed) as closed:
            await stranger.next()
    assert closed.value.code == 1002
    assert node.signaling.figures.malformed == 2


@pytest.mark.rule("W18")
@pytest.mark.parametrize("text", ["", "0", "2", "4", "6", "b", "x", "2probe", '42["command"]'])
async def test_text_is_for_the_heartbeat_alone(node: Node, text: str) -> None:
    ada = await node.seat("ada")
    await ada.ws.send_str(text)
    assert (await ada.farewell())["code"] == "protocol"


@pytest.mark.rule("W12")
async def test_a_message_far_too_long_is_not_even_read(node: Node) -> None:
    ada = await node.seat("ada")
    await ada.ws.send_bytes(bytes(limits.READ_BYTES + 1))
    await ada.rest()
    assert ada.code == 1009


@pytest.mark.rule("W12")
async def test_a_message_just_read_is_too_long_with_a_word(node: Node) -> None:
    ada = await node.seat("ada")
    await ada.ws.send_bytes(bytes(limits.READ_BYTES))
    assert await ada.farewell() == {"code": "protocol", "come_back": False}


@pytest.mark.rule("W12")
async def test_a_message_of_the_full_length_is_taken(node: Node) -> None:
    ada = await node.seat("ada")
    message = COMMAND | {"args": {"amount": 1, "remark": ""}}
    packet = {"type": EVENT, "nsp": NAMESPACE, "data": ["command", message], "id": 0}
    rest = limits.MESSAGE_BYTES - len(pack(packet)) - 2
    message["args"]["remark"] = "评" * (rest // 3) + "x" * (rest % 3)
    assert len(pack(packet)) == limits.MESSAGE_BYTES
    await ada.send(packet)
    assert (await ada.answer_to(0))["ok"]


async def test_an_event_before_joining_is_out_of_place(node: Node) -> None:
    async with node.peer() as peer:
        await peer.emit("command", COMMAND, ack=0)
        with pytest.raises(Closed):
            await peer.next()
    assert node.room.count == 0


@pytest.mark.rule("W13")
async def test_haste_is_refused_with_the_time_to_wait(start: Start) -> None:
    clock = StoppedClock()
    node = await start(clock=clock)
    ada = await node.seat("ada")
    acks = [await ada.post("Look") for _ in range(limits.REPLAY_BURST + 1)]
    answers = [await ada.answer_to(ack) for ack in acks]
    assert all(answer["ok"] for answer in answers[:-1])
    assert answers[-1]["code"] == "too_fast"
    assert 0 < answers[-1]["retry_ms"] <= 1_000 / limits.COMMANDS_PER_SECOND + 1
    clock.now += limits.REPLAY_SECONDS
    acks = [await ada.post("Look") for _ in range(limits.COMMAND_BURST + 1)]
    answers = [await ada.answer_to(ack) for ack in acks]
    assert [answer["ok"] for answer in answers].count(False) == 1
    # A refused command did not use anything up.
    clock.now += 1
    assert (await ada.command("Look"))["ok"]


@pytest.mark.rule("W15")
async def test_past_32_unanswered_commands_the_server_reads_no_further(node: Node) -> None:
    ada = await node.seat("ada")
    acks = [await ada.post("Wait") for _ in range(limits.IN_FLIGHT + 8)]
    await node.until(lambda: node.room.waiting == limits.IN_FLIGHT)
    await asyncio.sleep(0.05)  # time enough for more, were there more to come
    assert node.room.waiting == limits.IN_FLIGHT
    boris = await node.seat("boris")
    assert (await boris.command("Add", {"amount": 1}))["ok"], "others are served"
    node.room.may_go_on.set()
    for ack in acks:
        assert (await ada.answer_to(ack))["ok"]
    assert node.room.waiting == len(acks)


@pytest.mark.rule("W16")
async def test_an_ephemeral_goes_to_its_room_and_no_further(node: Node) -> None:
    ada = await node.seat("ada")
    pointer = {"kind": "pointer", "matter": "m1", "document": "d1", "page": 3, "x": 0, "y": 10_000}
    for message in ({"kind": "typing", "matter": "m1"}, pointer):
        await ada.emit("ephemeral", message)
    await ada.command("Look")
    assert node.room.ephemerals == [("ada", {"kind": "typing", "matter": "m1"}), ("ada", pointer)]
    assert node.rooms.rooms[OTHER_SESSION].ephemerals == []


@pytest.mark.rule("W16")
async def test_too_many_ephemerals_are_dropped_without_a_word(start: Start) -> None:
    node = await start(clock=StoppedClock())
    ada = await node.seat("ada")
    for _ in range(limits.EPHEMERAL_BURST + 5):
        await ada.emit("ephemeral", {"kind": "typing", "matter": "m1"})
    assert (await ada.command("Look"))["ok"]
    assert len(node.room.ephemerals) == limits.EPHEMERAL_BURST
    assert node.signaling.figures.ephemerals_dropped == 5


async def test_a_byte_array_of_the_stock_client_is_bytes(node: Node) -> None:
    # In Node its parser writes one as extension 0, and `undefined` as one byte of the same.
    ada = await node.seat("ada")
    array = msgspec.msgpack.Ext(0, secrets.token_bytes(16))
    undefined = msgspec.msgpack.Ext(0, b"\0")
    message = {"id": array, "name": "Add", "args": {"amount": 1}, "seen": undefined}
    await ada.emit("command", message, ack=0)
    assert (await ada.answer_to(0))["ok"]
    assert array.data in node.room.answers
