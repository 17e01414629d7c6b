"""Pictures and sound, encoded once: what publishers in the tests have to send."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import av
import numpy as np
from av import Packet
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

if TYPE_CHECKING:
    from av.stream import Stream

WIDTH, HEIGHT, RATE = 320, 180, 15
SAMPLES = 960

_VIDEO = {
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
    "libx264": {"preset": "ultrafast", "tune": "zerolatency", "repeat-headers": "1"},
}


@dataclass(frozen=True)
class Sample:
    """One encoded frame and its place in time, in ticks of its codec."""

    data: bytes
    key: bool
    ticks: int


@cache
def vp8(
    frames: int = 60, key_every: int = 15, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Sequence[Sample]:
    return _pictures("libvpx", frames, key_every, size)


@cache
def h264(frames: int = 60, key_every: int = 15) -> Sequence[Sample]:
    """Annex B, parameter sets before each key frame."""
    return _pictures("libx264", frames, key_every)


@cache
def opus(frames: int = 50) -> Sequence[Sample]:
    encoder = AudioCodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "mono", "s16"
    encoder.bit_rate = 32_000
    samples = []
    for index in range(frames):
        wave = np.sin(np.arange(SAMPLES) * (0.05 + index * 0.0002)) * 9_000
        sound = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None, :], "s16", "mono")
        sound.sample_rate, sound.pts = 48_000, index * SAMPLES
        samples += [bytes(packet) for packet in encoder.encode(sound)]
    return [Sample(data, True, index * SAMPLES) for index, data in enumerate(samples)]


def packet_of(sample: Sample, rate: int) -> "Packet[Stream]":
    packet = Packet(sample.data)
    packet.pts, packet.time_base = sample.ticks, Fraction(1, rate)
    return packet


def _pictures(
    codec: str, frames: int, key_every: int, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Sequence[Sample]:
    width, height = size
    encoder = VideoCodecContext.create(codec, "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE)
    encoder.bit_rate, encoder.gop_size = 400_000, key_every
    encoder.options = _VIDEO[codec]
    if codec == "libx264":
        encoder.profile = "Baseline"
    chance = np.random.default_rng(1)
    samples = []
    for index in range(frames):
        # Noise keeps a picture large enough for several packets.
        pixels = chance.integers(0, 60, (height, width, 3), dtype=np.uint8)
        pixels[:, index * 5 % width :, 0] += 120
        picture = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuv420p")
        picture.pts = index
        if index % key_every == 0:
            picture.pict_type = av.video.frame.PictureType.I
        samples += [(bytes(packet), packet.is_keyframe) for packet in encoder.encode(picture)]
    step = 90_000 // RATE
    return [Sample(data, key, index * step) for index, (data, key) in enumerate(samples)]
