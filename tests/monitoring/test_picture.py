"""Key frames opened for a look, by real encoders' hands."""

from fractions import Fraction

import av
import numpy as np
import pytest

from evalroom.monitoring import picture
from evalroom.monitoring.findings import BLACK_MEAN, DARK_MEAN, FLAT, _differs
from evalroom.monitoring.picture import Unreadable, look_at, snapshot
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.media import Motion, frames

BOTH = pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])


def key(codec: Codec, motion: Motion = "moving") -> EncodedFrame:
    return frames(codec, 30, motion=motion)[0]


@BOTH
def test_a_black_a_covered_and_a_living_picture_differ_in_their_figures(codec: Codec) -> None:
    black, covered, living = (look_at(key(codec, m)) for m in ("black", "covered", "moving"))
    assert black.mean <= BLACK_MEAN
    assert black.deviation <= FLAT
    assert covered.mean > BLACK_MEAN
    assert covered.deviation <= FLAT
    assert living.deviation > 3 * FLAT
    assert living.edges > 5 * covered.edges
    assert len(living.thumbnail) == 144


def painted(codec: Codec, red: int, green: int, blue: int) -> EncodedFrame:
    """A picture all of one colour, with a grey bar in it."""
    encoder = av.CodecContext.create("libvpx" if codec is Codec.VP8 else "libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 160, 90, "yuv420p"
    encoder.time_base = Fraction(1, 15)
    pixels = np.full((90, 160, 3), (red, green, blue), np.uint8)
    pixels[:20, :40] = 90
    shown = av.VideoFrame.from_ndarray(pixels, "rgb24")
    shown.pts = 0
    [packet] = [*encoder.encode(shown), *encoder.encode(None)]
    return EncodedFrame(codec, bytes(packet), True, 0, 0, 0)


@pytest.mark.rule("M80")
@BOTH
@pytest.mark.parametrize("colour", [(0, 135, 0), (0, 0, 255), (200, 0, 0)])
def test_a_saturated_picture_is_not_dark_though_its_luma_is_low(
    codec: Codec, colour: tuple[int, int, int]
) -> None:
    look = look_at(painted(codec, *colour))
    assert look.light > DARK_MEAN
    assert look.light == pytest.approx(16 + max(colour) / 1.164, abs=12)


@pytest.mark.rule("M80")
@BOTH
@pytest.mark.parametrize("colour", [(12, 12, 12), (0, 20, 0), (0, 0, 25)])
def test_a_night_is_dark_in_any_colour(codec: Codec, colour: tuple[int, int, int]) -> None:
    assert look_at(painted(codec, *colour)).light <= DARK_MEAN


def test_a_picture_with_finer_colours_is_looked_at_as_well() -> None:
    whole = av.VideoFrame.from_ndarray(np.full((90, 160, 3), 96, np.uint8), "rgb24")
    fine, coarse = (whole.reformat(format=name) for name in ("yuv444p", "yuv420p"))
    for one, other in zip(picture._planes(fine), picture._planes(coarse), strict=True):
        assert one.shape == other.shape
        assert abs(float(one.mean() - other.mean())) < 2


@BOTH
def test_the_same_scene_has_the_same_thumbnail_and_a_moving_one_has_not(codec: Codec) -> None:
    def spread(motion: Motion) -> float:
        first, second = (look_at(f).thumbnail for f in frames(codec, 60, motion=motion) if f.key)
        return max(abs(a - b) for a, b in zip(first, second, strict=True))

    assert spread("frozen") < picture_still()
    assert spread("moving") > 2 * picture_still()


@pytest.mark.rule("M80")
@BOTH
def test_a_picture_full_of_fine_detail_is_still_when_nothing_moves(codec: Codec) -> None:
    # Too much for the line: the encoder spends less on it from key frame to key frame.
    thumbnails = [look_at(frame).thumbnail for frame in grainy(codec, 90, 300_000)]
    assert len(set(thumbnails)) > 1
    for other in thumbnails[1:]:
        assert not _differs(thumbnails[0], other)


def grainy(codec: Codec, count: int, bit_rate: int) -> list[EncodedFrame]:
    """The key frames of one picture of noise, shown again and again."""
    encoder = av.CodecContext.create("libvpx" if codec is Codec.VP8 else "libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 320, 240, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 15), Fraction(15)
    encoder.bit_rate, encoder.gop_size = bit_rate, 15
    encoder.options = {"deadline": "realtime"} if codec is Codec.VP8 else {"preset": "ultrafast"}
    pixels = np.random.default_rng(4).integers(0, 256, (240, 320, 3), np.uint8)
    packets = []
    for number in range(count):
        shown = av.VideoFrame.from_ndarray(pixels, "rgb24")
        shown.pts = number
        packets += encoder.encode(shown)
    packets += encoder.encode(None)
    return [EncodedFrame(codec, bytes(p), True, 0, 0, 0) for p in packets if p.is_keyframe]


@BOTH
def test_a_snapshot_is_a_jpeg_of_the_same_size(codec: Codec) -> None:
    from io import BytesIO

    jpeg = snapshot(key(codec))
    assert jpeg.startswith(b"\xff\xd8")
    assert jpeg.endswith(b"\xff\xd9")
    with av.open(BytesIO(jpeg), "r", format="mjpeg") as file:
        [shown] = file.decode(video=0)
        assert (shown.width, shown.height) == (160, 90)


@BOTH
@pytest.mark.parametrize("broken", [b"", b"\x00" * 40, b"\xff" * 200])
def test_what_is_no_picture_is_unreadable(codec: Codec, broken: bytes) -> None:
    with pytest.raises(Unreadable):
        look_at(EncodedFrame(codec, broken, True, 0, 0, 0))


@pytest.mark.rule("M154")
def test_a_picture_that_is_too_large_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "PIXELS", 100)
    # The decoder does not even begin: it would take memory for the whole picture.
    with pytest.raises(Unreadable, match="avcodec_send_packet"):
        look_at(key(Codec.VP8))


def picture_still() -> float:
    from evalroom.monitoring.findings import STILL

    return STILL
