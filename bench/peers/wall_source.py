"""What the walls of the bench show: one camera, encoded once and played from a file.

VP8, 640x360, 15 frames a second, 400 kbit/s, a key frame every two seconds. The file is a row of
frames: one byte that says whether it is a key frame, four for the length, the data.
"""

from fractions import Fraction
from pathlib import Path
from struct import Struct

import av
import numpy as np

from bench.peers.processes import INSTALLED

WIDTH, HEIGHT, RATE, BITS = 640, 360, 15, 400_000
SECONDS, GOP = 20, 30

FILE = INSTALLED / "wall_source.bin"
HEAD = Struct("!BI")


def source() -> Path:
    """The file, made if it is not there."""
    if not FILE.exists():
        INSTALLED.mkdir(exist_ok=True)
        FILE.write_bytes(b"".join(HEAD.pack(key, len(data)) + data for key, data in _encoded()))
    return FILE


def frames() -> list[tuple[bool, bytes]]:
    """Whether each is a key frame, and its data."""
    held, place, found = FILE.read_bytes(), 0, []
    while place < len(held):
        key, length = HEAD.unpack_from(held, place)
        place += HEAD.size
        found.append((bool(key), held[place : place + length]))
        place += length
    return found


def _encoded() -> list[tuple[bool, bytes]]:
    context = av.CodecContext.create("libvpx", "w")
    context.width, context.height = WIDTH, HEIGHT
    context.pix_fmt, context.bit_rate, context.gop_size = "yuv420p", BITS, GOP
    context.time_base, context.framerate = Fraction(1, RATE), Fraction(RATE, 1)
    context.options = {
        "deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0",
        "minrate": str(BITS), "maxrate": str(BITS), "bufsize": str(BITS), "keyint_min": str(GOP),
    }  # fmt: skip
    found = []
    for number in range(SECONDS * RATE):
        picture = av.VideoFrame.from_ndarray(_picture(number), format="rgb24")
        picture.pts = number
        found += [(packet.is_keyframe, bytes(packet)) for packet in context.encode(picture)]
    found += [(packet.is_keyframe, bytes(packet)) for packet in context.encode(None)]
    return found


def _picture(number: int) -> np.ndarray:
    """A moving pattern with noise: neither a still picture nor a storm."""
    chance = np.random.default_rng(number)
    across, down = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    wave = 110 + 60 * np.sin((across + 6 * number) / 25) + 40 * np.cos((down - 4 * number) / 30)
    noise = chance.normal(0, 6, (HEIGHT, WIDTH))
    plain = np.clip(wave + noise, 0, 255).astype(np.uint8)
    return np.stack([plain, np.roll(plain, 40, 0), np.roll(plain, 80, 1)], axis=2)
