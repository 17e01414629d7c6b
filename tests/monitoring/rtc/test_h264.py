"""NAL units go into payloads and come out of them again."""

from aiortc.codecs.h264 import H264Encoder
from hypothesis import given, strategies as st

from evalroom.monitoring.rtc import h264
from evalroom.monitoring.rtc.limits import MTU

# A unit ends in no zero, and holds no start code: its encoder puts emulation bytes in.
UNITS = st.lists(
    st.tuples(st.sampled_from([1, 5, 6, 7, 8, 9]), st.integers(0, 4_000), st.integers(0, 3)).map(
        lambda one: bytes([one[0] | one[2] << 5]) + b"\x7f" * one[1] + b"\x80"
    ),
    min_size=1,
    max_size=8,
)


@given(UNITS)
def test_units_cut_into_payloads_come_out_whole(units: list[bytes]) -> None:
    payloads = h264.packetise(units)
    assert all(len(payload) <= MTU for payload in payloads)
    assert h264.assemble(payloads) == units


@given(UNITS)
def test_payloads_that_the_library_cut_come_out_whole(units: list[bytes]) -> None:
    assert h264.assemble(H264Encoder._packetize(units)) == units


@given(UNITS)
def test_annex_b_gives_the_units_it_was_made_of(units: list[bytes]) -> None:
    assert h264.units_of(h264.annex_b(units)) == units
    short = b"".join(b"\x00\x00\x01" + unit for unit in units)
    assert h264.units_of(short) == units


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_any_payloads_are_units_or_nothing(payloads: list[bytes]) -> None:
    units = h264.assemble(payloads)
    assert units is None or all(units)


@given(st.binary(max_size=200))
def test_any_bytes_have_units_or_none(stream: bytes) -> None:
    assert all(h264.units_of(stream))


def test_a_unit_whose_middle_or_end_is_missing_is_nothing() -> None:
    payloads = h264.packetise([b"\x65" + b"\x7f" * 4_000])
    assert len(payloads) == 4
    assert h264.assemble(payloads[:-1]) is None
    assert h264.assemble(payloads[1:]) is None
    assert h264.assemble([*payloads[:2], b"\x41\x01", *payloads[2:]]) is None
    assert h264.assemble([b""]) is None
