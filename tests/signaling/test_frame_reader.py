"""What a peer sends over a WebSocket, taken apart."""

import pytest
from hypothesis import given, strategies as st

from evalroom.signaling.frame_reader import (
    BINARY,
    BROKEN,
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    TOO_BIG,
    FrameReader,
    Unreadable,
)

MOST = 1_000


def masked(
    opcode: int, payload: bytes, *, final: bool = True, mask: bytes = b"\x01\x80\xff\x55"
) -> bytes:
    """A frame as a correct peer sends it."""
    length = len(payload)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 65_536:
        size = b"\xfe" + length.to_bytes(2, "big")
    else:
        size = b"\xff" + length.to_bytes(8, "big")
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes([final << 7 | opcode]) + size + mask + body


def read(*pieces: bytes, most: int = MOST) -> list[tuple[int, bytes]]:
    reader = FrameReader(most)
    found: list[tuple[int, bytes]] = []
    for piece in pieces:
        found += reader.read(piece)
    return found


@pytest.mark.rule("M55")
@given(
    st.lists(st.tuples(st.sampled_from([TEXT, BINARY, PING, CLOSE]), st.binary(max_size=125))),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_messages_come_out_as_they_went_in_however_the_network_cuts_them(
    messages: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    line = b"".join(masked(opcode, payload) for opcode, payload in messages)
    pieces, place, turn = [], 0, 0
    while place < len(line):
        length = cuts[turn % len(cuts)]
        pieces.append(line[place : place + length])
        place, turn = place + length, turn + 1
    assert read(*pieces) == messages


@pytest.mark.rule("M55")
@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 999, MOST])
def test_every_form_of_a_length_is_read(length: int) -> None:
    payload = bytes(number % 251 for number in range(length))
    assert read(masked(TEXT, payload)) == [(TEXT, payload)]


@pytest.mark.rule("M55")
def test_a_message_in_parts_is_joined_and_a_ping_may_come_between() -> None:
    line = [
        masked(TEXT, b'{"hid', final=False),
        masked(PING, b"there?"),
        masked(CONTINUATION, b'den":', final=False),
        masked(CONTINUATION, b"true}"),
        masked(TEXT, b"{}"),
    ]
    assert read(*line) == [(PING, b"there?"), (TEXT, b'{"hidden":true}'), (TEXT, b"{}")]


@pytest.mark.rule("M55")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"\x81\x02hi", BROKEN),
        (b"\xc1" + masked(TEXT, b"hi")[1:], BROKEN),
        (masked(0x3, b""), BROKEN),
        (masked(0xB, b""), BROKEN),
        (masked(PING, b"", final=False), BROKEN),
        (masked(PING, b"x" * 126), BROKEN),
        (masked(CONTINUATION, b"x"), BROKEN),
        (masked(TEXT, b"x", final=False) + masked(TEXT, b"x"), BROKEN),
        (masked(TEXT, b"x" * (MOST + 1)), TOO_BIG),
        (b"\x81\xff" + b"\xff" * 8, TOO_BIG),
        (masked(TEXT, b"x" * MOST, final=False) + masked(CONTINUATION, b"x"), TOO_BIG),
        (masked(TEXT, b"", final=False) + masked(CONTINUATION, b"", final=False) * MOST, TOO_BIG),
    ],
    ids=[
        "unmasked", "reserved bit", "unknown opcode", "unknown control", "ping in parts",
        "long ping", "end without beginning", "beginning within", "too long", "absurdly long",
        "too long in parts", "too many parts",
    ],
)  # fmt: skip
def test_what_no_correct_peer_sends_has_a_closing_code(line: bytes, code: int) -> None:
    with pytest.raises(Unreadable) as caught:
        read(line)
    assert caught.value.code == code


@pytest.mark.rule("M55")
def test_what_came_before_the_fault_is_still_read() -> None:
    reader = FrameReader(MOST)
    found: list[tuple[int, bytes]] = []
    with pytest.raises(Unreadable):
        found.extend(reader.read(masked(TEXT, b"{}") + b"\x81\x02hi"))
    assert found == [(TEXT, b"{}")]


@pytest.mark.rule("M55")
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes_are_read_or_have_a_closing_code_and_little_is_held(pieces: list[bytes]) -> None:
    reader = FrameReader(MOST)
    try:
        for piece in pieces:
            for _, payload in reader.read(piece):
                assert len(payload) <= MOST
            held = len(reader._data) - reader._at + sum(map(len, reader._parts))
            assert held <= 2 * MOST + 300
    except Unreadable as unreadable:
        code = unreadable.code
        assert code in (BROKEN, TOO_BIG)


@pytest.mark.rule("M55")
def test_a_flood_of_tiny_frames_takes_time_in_proportion() -> None:
    flood = masked(PING, b"") * 40_000
    assert len(read(flood)) == 40_000
