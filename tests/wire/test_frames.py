"""Frames, byte for byte; `vectors.json` holds what other readers are tested with."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp._websocket.reader import WebSocketDataQueue, WebSocketReader
from aiohttp.base_protocol import BaseProtocol
from hypothesis import given, strategies as st

import msgpack
from evalroom.sessions.refusals import Malformed
from evalroom.wire import frames
from evalroom.wire.frames import (
    BINARY,
    REFETCH,
    TEXT,
    Frames,
    closing_frame,
    payload_of,
    read_packet,
    websocket_frame,
)
from evalroom.wire.limits import CHANGES_BYTES
from evalroom.wire.messages import Bye, ConnectError, ConnectFault, Done, NotDone

VECTORS = Path(__file__).parent / "vectors.json"
build = Frames()

# Name, frame, and what a reader makes of its payload
SAID: list[tuple[str, bytes, dict[str, Any]]] = [
    (
        "changes",
        build.changes([[["set", ["phase"], "review"], ["append", ["minutes"], {"at": 5}]], []]),
        {
            "type": 2,
            "data": [
                "changes",
                [[["set", ["phase"], "review"], ["append", ["minutes"], {"at": 5}]], []],
            ],
        },
    ),
    ("refetch", REFETCH, {"type": 2, "data": ["changes", [[["refetch", []]]]]}),
    (
        "mark",
        build.mark(b"\x01\xff", 1_772_323_200_000),
        {"type": 2, "data": ["mark", {"token": b"\x01\xff", "at": 1_772_323_200_000}]},
    ),
    (
        "presence",
        build.presence({"m1": "online", "m2": "unknown"}),
        {"type": 2, "data": ["presence", {"m1": "online", "m2": "unknown"}]},
    ),
    (
        "ephemeral",
        build.ephemeral({"member": "m1", "kind": "typing", "matter": "评审"}),
        {"type": 2, "data": ["ephemeral", {"member": "m1", "kind": "typing", "matter": "评审"}]},
    ),
    (
        "bye",
        build.bye(Bye("restart", True, 250)),
        {"type": 2, "data": ["bye", {"code": "restart", "come_back": True, "retry_ms": 250}]},
    ),
    (
        "done",
        build.ack(7, Done(receipt={"leaf": b"\x02"})),
        {"type": 3, "id": 7, "data": [{"ok": True, "receipt": {"leaf": b"\x02"}}]},
    ),
    (
        "not done",
        build.ack(0, NotDone(code="paused", message_key="refusal.paused", params={})),
        {
            "type": 3,
            "id": 0,
            "data": [
                {"ok": False, "code": "paused", "message_key": "refusal.paused", "params": {}}
            ],
        },
    ),
    ("connected", build.connected("s1"), {"type": 0, "data": {"sid": "s1"}}),
    (
        "connect error",
        build.refused(ConnectError("no", ConnectFault("not_invited", "no"))),
        {"type": 4, "data": {"message": "no", "data": {"code": "not_invited", "message": "no"}}},
    ),
    ("disconnect", build.disconnect(), {"type": 1}),
]


def read_by_another(frame: bytes) -> dict[str, Any]:
    """What a second implementation of MessagePack reads."""
    packet: dict[str, Any] = msgpack.unpackb(payload_of(frame))
    return packet


@pytest.mark.rule("W32")
@pytest.mark.parametrize(("name", "frame", "said"), SAID, ids=[name for name, _, _ in SAID])
def test_every_frame_says_what_the_manual_says(
    name: str, frame: bytes, said: dict[str, Any]
) -> None:
    assert frame[0] == 0x82, "final and binary"
    assert read_by_another(frame) == {"nsp": "/session"} | said


@pytest.mark.rule("W32")
def test_the_golden_vectors_are_these_bytes() -> None:
    golden = json.loads(VECTORS.read_text("utf-8"))
    assert {name: frame.hex() for name, frame, _ in SAID} == golden


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
async def test_another_reader_of_websockets_reads_our_frames(opcode: int, length: int) -> None:
    payload = b"x" * length
    frame = websocket_frame(opcode, payload)
    assert payload_of(frame) == payload
    loop = asyncio.get_running_loop()
    queue = WebSocketDataQueue(BaseProtocol(loop), 1 << 20, loop=loop)
    reader = WebSocketReader(queue, 1 << 20, compress=False, decode_text=True)
    reader.feed_data(frame)
    message = await queue.read()
    assert (int(message.type), message.data) == (
        opcode,
        payload if opcode == BINARY else payload.decode(),
    )


def test_a_closing_frame_carries_its_code() -> None:
    assert closing_frame(1012) == bytes((0x88, 2)) + (1012).to_bytes(2, "big")


@pytest.mark.rule("W32")
def test_too_many_changes_at_once_become_one_refetch() -> None:
    def of(length: int) -> bytes:
        return build.changes([[["set", ["text"], "x" * length]]])

    overhead = len(payload_of(of(60_000))) - 60_000
    assert len(payload_of(of(CHANGES_BYTES - overhead))) == CHANGES_BYTES
    assert of(CHANGES_BYTES - overhead + 1) == REFETCH


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
)


@given(value=json_values)
def test_any_value_of_a_view_arrives_as_it_was(value: object) -> None:
    frame = build.changes([[["set", ["a", 0], value]]])
    assert read_by_another(frame)["data"] == ["changes", [[["set", ["a", 0], value]]]]


@pytest.mark.rule("W18")
@given(payload=st.binary(max_size=100))
def test_any_bytes_are_a_packet_or_malformed(payload: bytes) -> None:
    try:
        packet = read_packet(payload)
    except Malformed:
        return
    assert isinstance(packet.type, int)
    assert isinstance(packet.nsp, str)


def test_the_command_that_the_manual_spells_out_is_one() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")
    block = manual.partition("as the payload of a binary frame")[2].split("```")[1]
    spelt = bytes.fromhex(
        "".join(re.split(r"\s{2,}", line.strip())[0] for line in block.split("\n"))
    )
    assert len(spelt) == 79
    command = {"id": bytes(range(16)), "name": "CheckIn", "args": {}}
    assert read_packet(spelt) == frames.Packet(2, "/session", ["command", command], 0)


def test_a_packet_of_a_stock_client_is_read_with_what_it_adds() -> None:
    sent = {"type": 2, "data": ["x"], "options": {"compress": True}, "id": 3, "nsp": "/session"}
    assert read_packet(msgspec.msgpack.encode(sent)) == frames.Packet(2, "/session", ["x"], 3)


def test_byte_arrays_and_undefined_of_a_stock_client_are_understood() -> None:
    # Node: new Uint8Array([1, 2, 3]) and undefined
    payload = bytes.fromhex(
        "83a47479706502a36e7370a82f73657373696f6ea46461746192c70300010203d40000"
    )
    assert read_packet(payload).data == [b"\1\2\3", None]


@pytest.mark.rule("W18")
@pytest.mark.parametrize(
    "payload",
    [
        b"\x84\xa4type\x02\xa3nsp\xa8/session\xa4data\x91\xa1x\xa1y\x01",
        b"\x84\xa4type\x02\xa3nsp\xa8/session\xa4data\x91\xa1x\xa4data\x91\xa1y",
        b"\x83\xa4type\x02\xa4type\x02\xa3nsp\xa8/session",
        b"\xde\x00\x03\xa4type\x02\xa4type\x02\xa3nsp\xa8/session",
        b"\xdf\x00\x00\x00\x03\xa4type\x02\xa4type\x02\xa3nsp\xa8/session",
        b"\x84\xa4type\x02\xa3nsp\xa8/session\xa2id\xc0\xa2id\xc0",
    ],
)
def test_a_packet_with_a_key_too_many_or_twice_is_none(payload: bytes) -> None:
    with pytest.raises(Malformed):
        read_packet(payload)


@pytest.mark.rule("W18")
@pytest.mark.parametrize("head", [b"\x83", b"\xde\x00\x03", b"\xdf\x00\x00\x00\x03"])
def test_a_packet_may_announce_its_length_in_any_of_the_three_ways(head: bytes) -> None:
    read = read_packet(head + b"\xa4type\x02\xa3nsp\xa8/session\xa2id\xc0")
    assert read == frames.Packet(2, "/session")
