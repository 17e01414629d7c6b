"""Encoded pictures and sound for tests: made once by real encoders, small and moving."""

from fractions import Fraction
from functools import cache
from typing import Literal

import av
import numpy as np

from evalroom.wire.media_frame import Codec, EncodedFrame

RATE = 15
"""Pictures in a second."""
GROUP = 30
"""A key frame every two seconds."""

Motion = Literal["moving", "frozen", "black", "covered"]


@cache
def pictures(
    codec: Codec, count: int = 60, size: tuple[int, int] = (160, 90), motion: Motion = "moving"
) -> tuple[tuple[bytes, bool], ...]:
    """Encoded pictures, each with whether it is a key frame."""
    name = {Codec.VP8: "libvpx", Codec.H264: "libx264"}[codec]
    encoder = av.CodecContext.create(name, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, RATE)
    encoder.gop_size = GROUP
    encoder.bit_rate = 200_000
    encoder.options = (
        {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
        if codec is Codec.VP8
        else {"tune": "zerolatency", "preset": "ultrafast", "profile": "baseline"}
    )
    made = []
    for number in range(count):
        picture = av.VideoFrame.from_ndarray(_picture(number, size, motion), format="rgb24")
        picture.pts = number
        made += [(bytes(p), p.is_keyframe) for p in encoder.encode(picture)]
    made += [(bytes(p), p.is_keyframe) for p in encoder.encode(None)]
    return tuple(made)


@cache
def sound(count: int = 200, *, silent: bool = False) -> tuple[bytes, ...]:
    """Opus packets of 20 ms, mono, 48 kHz: a tone, or silence."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate = 48_000
    encoder.layout = "mono"
    encoder.format = "s16"
    encoder.bit_rate = 32_000
    made = []
    for number in range(count):
        at = np.arange(number * 960, (number + 1) * 960)
        wave = np.zeros(960) if silent else np.sin(at * 2 * np.pi * 440 / 48_000) * 8_000
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16).reshape(1, -1), layout="mono")
        frame.sample_rate = 48_000
        frame.pts = number * 960
        made += [bytes(p) for p in encoder.encode(frame)]
    return tuple(made[:count])


def frames(
    codec: Codec, count: int = 60, *, at: int = 1_000_000, ticks: int = 0,
    size: tuple[int, int] = (160, 90), motion: Motion = "moving",
) -> list[EncodedFrame]:  # fmt: skip
    """Pictures as they arrive from server time `at` (ms) on, one each 1/15 s."""
    return [
        EncodedFrame(codec, data, key, 0, ticks + n * 6_000, at + n * 1_000 // RATE)
        for n, (data, key) in enumerate(pictures(codec, count, size, motion))
    ]


def sounds(count: int = 200, *, at: int = 1_000_000, ticks: int = 0) -> list[EncodedFrame]:
    """Sound as it arrives from server time `at` (ms) on, one packet each 20 ms."""
    return [
        EncodedFrame(Codec.OPUS, data, True, 0, ticks + n * 960, at + n * 20)
        for n, data in enumerate(sound(count))
    ]


def _picture(number: int, size: tuple[int, int], motion: Motion) -> np.ndarray:
    width, height = size
    if motion == "black":
        return np.zeros((height, width, 3), np.uint8)
    if motion == "covered":
        return np.full((height, width, 3), 96, np.uint8)
    shown = 0 if motion == "frozen" else number
    across = np.arange(width)[None, :, None] * 3 + shown * 7
    down = np.arange(height)[:, None, None] * 5 + shown * 3
    pattern = (across ^ down) + np.array([0, 60, 120])[None, None, :]
    picture: np.ndarray = (pattern % 256).astype(np.uint8)
    return picture
