"""For a subscriber, sources that change are one that goes on."""

import pytest
from msgspec.structs import replace

from evalroom.monitoring.rtc import vp8
from evalroom.monitoring.rtc.relabel import Pictures, Timeline
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc.test_vp8 import written

FRAME = EncodedFrame(Codec.VP8, b"x", True, 0, 5_000_000, 10_000)


def after(frame: EncodedFrame, ticks: int, ms: int) -> EncodedFrame:
    return replace(frame, ticks=frame.ticks + ticks, arrival=frame.arrival + ms)


def test_within_a_source_its_own_steps_are_kept() -> None:
    line = Timeline(0xFFFF_FFF0)
    assert line.of(FRAME) == 0xFFFF_FFF0
    # It came late; when it was taken is what counts.
    assert line.of(after(FRAME, 6_000, 250)) == (0xFFFF_FFF0 + 6_000) & 0xFFFF_FFFF


def test_where_another_source_begins_the_time_that_passed_is_the_step() -> None:
    line = Timeline(1_000)
    assert line.of(FRAME) == 1_000
    line.switch()
    assert line.of(replace(after(FRAME, 0, 200), ticks=77)) == 1_000 + 18_000
    assert line.of(replace(after(FRAME, 0, 266), ticks=77 + 6_000)) == 1_000 + 24_000


def test_a_source_that_begins_anew_is_noticed_by_its_clock() -> None:
    line = Timeline(1_000)
    line.of(FRAME)
    assert line.of(after(FRAME, -4_000_000, 100)) == 1_000 + 9_000
    assert line.of(after(FRAME, 90_000 * 3_600, 200)) == 1_000 + 18_000


def test_time_never_stands_even_if_the_clock_of_the_node_goes_back() -> None:
    line = Timeline(1_000)
    line.of(FRAME)
    line.switch()
    assert line.of(after(FRAME, 0, -5_000)) == 1_001


def numbers(payloads: tuple[bytes, ...]) -> set[tuple[int, int]]:
    seen = set()
    for payload in payloads:
        found = vp8.descriptor(payload)
        assert found is not None
        seen.add((vp8.picture_id(payload, found), payload[found.tl0_at] if found.tl0_at else -1))
    return seen


def picture(number: int, tl0: int, layer: int) -> tuple[bytes, ...]:
    return (
        written(number, tl0, layer) + b"first",
        written(number, tl0, layer, starts=False) + b"second",
    )


def test_pictures_without_gaps_are_passed_on_as_they_are() -> None:
    pictures = Pictures()
    for number, (tl0, layer) in enumerate([(9, 0), (9, 2), (9, 1), (9, 2), (10, 0)], 0x7FFE):
        payloads = picture(number & 0x7FFF, tl0 & 0xFF, layer)
        assert pictures.relabelled(payloads) is payloads


@pytest.mark.rule("M16")
def test_pictures_that_were_left_out_leave_no_gap() -> None:
    pictures = Pictures()
    seen = [
        numbers(pictures.relabelled(picture(number, tl0, layer)))
        for number, tl0, layer in [(5, 1, 0), (7, 1, 1), (9, 2, 0), (11, 2, 1), (13, 3, 0)]
    ]
    assert seen == [{(5, 1)}, {(6, 1)}, {(7, 2)}, {(8, 2)}, {(9, 3)}]


def test_another_source_goes_on_counting_where_the_first_one_was() -> None:
    pictures = Pictures()
    pictures.relabelled(picture(5, 255, 0))
    assert numbers(pictures.relabelled(picture(30_000, 77, 0))) == {(6, 0)}
    assert numbers(pictures.relabelled(picture(30_001, 77, 2))) == {(7, 0)}


def test_the_data_of_a_relabelled_picture_is_untouched() -> None:
    pictures = Pictures()
    pictures.relabelled(picture(5, 1, 0))
    payloads = pictures.relabelled(picture(9, 1, 1))
    assert [payload[-5:] for payload in payloads] == [b"first", b"econd"]


def test_payloads_without_numbers_are_left_alone() -> None:
    pictures = Pictures()
    payloads = (b"\x10data",)
    assert pictures.relabelled(payloads) is payloads
