"""The header before each frame on the wall's socket."""

import pytest
from hypothesis import given, strategies as st

from evalroom.wire.media_frame import (
    HEADER_BYTES,
    Codec,
    EncodedFrame,
    FrameHeader,
    header_of,
    read_header,
)

WORD = st.integers(0, 2**32 - 1)


@given(
    st.sampled_from(Codec),
    st.booleans(),
    st.integers(0, 2),
    st.integers(0, 2**40),
    WORD,
    WORD,
    WORD,
)
def test_what_is_written_is_read(
    codec: Codec, key: bool, layer: int, ticks: int, stream: int, epoch: int, seq: int
) -> None:
    frame = EncodedFrame(codec, b"picture", key, layer, ticks, 1_763_900_000_123)
    assert read_header(header_of(frame, stream, epoch, seq)) == FrameHeader(
        key=key,
        layer=layer,
        codec=codec,
        stream=stream,
        epoch=epoch,
        seq=seq,
        media_us=ticks * 1_000_000 // codec.clock_rate,
        server_ms=1_763_900_000_123 % 2**32,
    )


def test_the_bytes_are_those_of_the_protocol() -> None:
    frame = EncodedFrame(Codec.H264, b"", True, 1, 90_000, 2**32 + 5)
    assert header_of(frame, 7, 2, 3).hex(" ", -4) == (
        "01030200 00000007 00000002 00000003 00000000 000f4240 00000005"
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "shorter"),
        (bytes(HEADER_BYTES - 1), "shorter"),
        (bytes(HEADER_BYTES), "version 0"),
        (b"\x01\x08" + bytes(26), "flags 0x8"),
        (b"\x01\x06" + bytes(26), "flags 0x6"),
        (b"\x01\x00\x09" + bytes(25), "9 is not a valid Codec"),
    ],
)
def test_a_header_that_cannot_be_read_is_refused(message: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_header(message)
