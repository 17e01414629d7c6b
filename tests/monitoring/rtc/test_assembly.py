"""Whole frames, on the marker bit, and none that cannot be shown."""

import pytest

from evalroom.monitoring.rtc import h264, vp8
from evalroom.monitoring.rtc.assembly import Assembly, Ticks
from evalroom.monitoring.rtc.limits import FRAME_BYTES, FRAME_PACKETS, PARAMETER_SET_BYTES
from evalroom.monitoring.rtc.rtp import Packet
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc import media

SPS, PPS = b"\x67\x42\x00\x1f\x80", b"\x68\xce\x38\x80"
IDR, SLICE = b"\x65" + b"\x11" * 3_000, b"\x41" + b"\x22" * 100


class Sender:
    """Gives frames in packets, with sequence numbers."""

    def __init__(self, codec: Codec, sequence: int = 65_530) -> None:
        self.assembly = Assembly(codec, lambda: 1_000)
        self.sequence = sequence
        self.out: list[EncodedFrame] = []

    def packets(self, payloads: list[bytes], ticks: int, *, marker: bool = True) -> list[Packet]:
        made = []
        for index, payload in enumerate(payloads):
            mark = marker and index == len(payloads) - 1
            made.append(Packet(96, mark, self.sequence, ticks & 0xFFFF_FFFF, 1, payload))
            self.sequence = (self.sequence + 1) & 0xFFFF
        return made

    def send(self, payloads: list[bytes], ticks: int, *, lose: tuple[int, ...] = ()) -> None:
        for index, packet in enumerate(self.packets(payloads, ticks)):
            if index not in lose:
                self.push(packet)

    def push(self, packet: Packet) -> None:
        self.out += self.assembly.push(packet)


def pictures(count: int = 20) -> list[list[bytes]]:
    return [list(vp8.packetise(one.data, n)) for n, one in enumerate(media.vp8()[:count])]


@pytest.mark.rule("M1")
def test_a_picture_is_given_with_its_last_packet_not_with_the_next_picture() -> None:
    sender = Sender(Codec.VP8)
    payloads = pictures()[0]
    assert len(payloads) > 1
    *before, last = sender.packets(payloads, 0)
    for packet in before:
        sender.push(packet)
    assert sender.out == []
    sender.push(last)
    assert [frame.data for frame in sender.out] == [media.vp8()[0].data]
    assert sender.out[0].payloads == tuple(payloads)
    assert sender.out[0].key


def test_a_sender_without_markers_is_understood_a_picture_later() -> None:
    sender = Sender(Codec.VP8)
    for ticks, payloads in enumerate(pictures(3)):
        for packet in sender.packets(payloads, ticks * 6_000, marker=False):
            sender.push(packet)
    assert [frame.data for frame in sender.out] == [one.data for one in media.vp8()[:2]]
    assert [frame.ticks for frame in sender.out] == [0, 6_000]


@pytest.mark.parametrize("lost", [0, 1, -1])
@pytest.mark.rule("M4")
def test_after_a_loss_pictures_are_dropped_up_to_the_next_key_frame(lost: int) -> None:
    sender = Sender(Codec.VP8)
    for number, payloads in enumerate(pictures(20)):
        lose = (lost % len(payloads),) if number == 3 else ()
        sender.send(payloads, number * 6_000, lose=lose)
        assert number <= 3 or sender.assembly.needs_key == (number < 15)
    # A key frame is every fifteenth.
    shown = [frame.ticks // 6_000 for frame in sender.out]
    assert shown == [0, 1, 2, *range(15, 20)]
    assert all(
        frame.data == media.vp8()[n].data for n, frame in zip(shown, sender.out, strict=True)
    )


def test_a_whole_picture_that_is_lost_does_not_take_the_key_frame_behind_it() -> None:
    sender = Sender(Codec.VP8)
    for number, payloads in enumerate(pictures(18)):
        lose = tuple(range(len(payloads))) if number == 14 else ()
        sender.send(payloads, number * 6_000, lose=lose)
    assert [frame.ticks // 6_000 for frame in sender.out] == [*range(14), 15, 16, 17]


def test_a_publisher_that_begins_in_the_middle_is_shown_from_its_key_frame() -> None:
    sender = Sender(Codec.VP8)
    for number, payloads in enumerate(pictures(20)[5:]):
        sender.send(payloads, number * 6_000)
    assert sender.out[0].key
    assert len(sender.out) == 5
    assert sender.assembly.dropped == 10


@pytest.mark.rule("M21")
def test_a_picture_beyond_every_measure_is_dropped() -> None:
    sender = Sender(Codec.VP8)
    chunk = b"\x10" + b"\x00" * 1_000_000
    sender.send([chunk] * 3, 0)
    assert sender.out == []
    assert len(chunk) * 3 > FRAME_BYTES
    sender.send([b"\x10\x00"] * (FRAME_PACKETS + 1), 6_000)
    assert sender.out == []
    sender.send(pictures(1)[0], 12_000)
    assert len(sender.out) == 1


def test_packets_that_only_probe_are_no_frames() -> None:
    sender = Sender(Codec.VP8)
    sender.send(pictures(1)[0], 0)
    sender.send([b""], 0)
    sender.send(pictures(2)[1], 6_000)
    assert len(sender.out) == 2


def test_the_layer_is_the_publishers_and_never_above_the_third() -> None:
    sender = Sender(Codec.VP8)
    for layer in range(4):
        payload = bytes([0x90, 0x20, layer << 6]) + media.vp8()[0].data[:100]
        sender.send([payload], layer)
    assert [frame.layer for frame in sender.out] == [0, 1, 2, 2]


def test_a_payload_without_data_breaks_its_picture() -> None:
    sender = Sender(Codec.VP8)
    sender.send([pictures()[0][0], b"\x80"], 0)
    assert sender.out == []
    assert sender.assembly.needs_key


def test_h264_key_frames_carry_their_parameter_sets() -> None:
    sender = Sender(Codec.H264)
    sender.send(h264.packetise([SPS, PPS, IDR]), 0)
    sender.send(h264.packetise([SLICE]), 6_000)
    assert [frame.key for frame in sender.out] == [True, False]
    assert h264.units_of(sender.out[0].data) == [SPS, PPS, IDR]


@pytest.mark.rule("M6")
def test_parameter_sets_sent_once_stand_before_every_key_frame() -> None:
    sender = Sender(Codec.H264)
    sender.send(h264.packetise([IDR]), 0)
    assert sender.out == []
    sender.send([SPS], 6_000)
    sender.send([PPS], 6_000)
    sender.send(h264.packetise([IDR]), 12_000)
    sender.send(h264.packetise([IDR]), 18_000)
    for frame in sender.out:
        assert h264.units_of(frame.data) == [SPS, PPS, IDR]
        assert h264.assemble(frame.payloads) == [SPS, PPS, IDR]
    assert len(sender.out) == 2


def test_a_parameter_set_beyond_every_measure_is_not_remembered() -> None:
    sender = Sender(Codec.H264)
    sender.send(h264.packetise([SPS + b"\x80" * PARAMETER_SET_BYTES]), 0)
    sender.send([PPS], 0)
    sender.send(h264.packetise([IDR]), 6_000)
    assert sender.out == []
    sender.send([SPS], 12_000)
    sender.send(h264.packetise([IDR]), 18_000)
    assert len(sender.out) == 1


@pytest.mark.parametrize("lost", [0, 1, 2])
@pytest.mark.rule("M4")
def test_h264_after_a_loss_waits_for_a_whole_key_frame(lost: int) -> None:
    sender = Sender(Codec.H264)
    key = h264.packetise([SPS, PPS, IDR])
    sender.send(key, 0)
    sender.send(key, 6_000, lose=(lost,))
    sender.send(h264.packetise([SLICE]), 12_000)
    sender.send(key, 18_000)
    assert sender.out[0].ticks == 0
    assert sender.out[-1].ticks == 18_000
    assert all(frame.key for frame in sender.out)


def test_each_packet_of_sound_is_a_frame_and_a_lost_one_breaks_nothing() -> None:
    sender = Sender(Codec.OPUS)
    for number, one in enumerate(media.opus()[:10]):
        sender.send([one.data], number * 960, lose=(0,) if number == 4 else ())
    assert len(sender.out) == 9
    assert all(frame.key and frame.payloads == (frame.data,) for frame in sender.out)


@pytest.mark.rule("M7")
def test_a_media_clock_that_wraps_goes_on() -> None:
    ticks = Ticks(90_000)
    begun = (1 << 32) - 3_000
    seen = [ticks.of((begun + step * 6_000) & 0xFFFF_FFFF) for step in range(4)]
    assert seen == [begun + step * 6_000 for step in range(4)]
    assert ticks.offset == 1 << 32


@pytest.mark.parametrize("jump", [-90_000, 90_000 * 60])
@pytest.mark.rule("M7")
def test_a_media_clock_that_was_set_is_followed_from_where_it_was(jump: int) -> None:
    ticks = Ticks(90_000)
    assert [ticks.of(1_000_000), ticks.of(1_006_000)] == [1_000_000, 1_006_000]
    assert ticks.of(1_006_000 + jump) == 1_006_001
    assert ticks.of(1_012_000 + jump) == 1_012_001
