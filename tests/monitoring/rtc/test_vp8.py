"""VP8's descriptor, read as others write it and written as others read it."""

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import given, strategies as st

from evalroom.monitoring.rtc import vp8
from evalroom.monitoring.rtc.limits import MTU


def written(
    picture: int | None, tl0: int | None, layer: int | None, *, starts: bool = True
) -> bytes:
    return bytes(
        VpxPayloadDescriptor(
            partition_start=int(starts),
            partition_id=0,
            picture_id=picture,
            tl0picidx=tl0,
            tid=None if layer is None else (layer, 0),
        )
    )


@pytest.mark.parametrize("picture", [None, 0, 127, 128, 0x7FFF])
@pytest.mark.parametrize("tl0", [None, 0, 255])
@pytest.mark.parametrize("layer", [None, 0, 1, 2])
def test_layer_and_picture_are_read(
    picture: int | None, tl0: int | None, layer: int | None
) -> None:
    head = written(picture, tl0, layer)
    found = vp8.descriptor(head + b"data")
    assert found is not None
    assert found.length == len(head)
    assert found.starts
    assert found.layer == (layer or 0)
    if picture is not None:
        assert vp8.picture_id(head, found) == picture


def test_a_short_picture_id_is_read_and_written() -> None:
    payload = bytes([0x90, 0x80, 0x05]) + b"data"
    found = vp8.descriptor(payload)
    assert found is not None
    assert vp8.picture_id(payload, found) == 5
    assert vp8.renumbered(payload, found, 0x181, 0) == bytes([0x90, 0x80, 0x01]) + b"data"


def test_a_payload_under_other_numbers_keeps_everything_else() -> None:
    payload = written(300, 7, 2, starts=False) + b"data"
    found = vp8.descriptor(payload)
    assert found is not None
    renumbered = vp8.renumbered(payload, found, 301, 8)
    assert renumbered == written(301, 8, 2, starts=False) + b"data"


@given(st.binary(max_size=12))
def test_any_bytes_have_a_descriptor_with_data_behind_it_or_none(payload: bytes) -> None:
    found = vp8.descriptor(payload)
    if found is not None:
        assert found.length < len(payload)
        assert 0 <= found.layer <= 3
        assert len(vp8.renumbered(payload, found, 5, 5)) == len(payload)


@given(st.binary(min_size=1, max_size=5_000), st.integers(0, 0x7FFF))
def test_a_picture_is_cut_into_payloads_that_fit(picture: bytes, identity: int) -> None:
    payloads = vp8.packetise(picture, identity)
    assert all(len(payload) <= MTU for payload in payloads)
    read = [VpxPayloadDescriptor.parse(payload) for payload in payloads]
    assert b"".join(data for _, data in read) == picture
    assert [one.partition_start for one, _ in read] == [1] + [0] * (len(payloads) - 1)
    assert {one.picture_id for one, _ in read} == {identity}
