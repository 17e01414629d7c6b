"""A key frame opened for a look: decoded once, reduced to figures, thrown away. Everything blocks.

The only place of the monitoring that decodes, and it decodes key frames alone.
"""

from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from av.video.plane import VideoPlane

from evalroom.monitoring.findings import Look
from evalroom.wire.media_frame import Codec, EncodedFrame

STEP: Final = 4
"""Every fourth pixel of every fourth line says as much about a picture."""

THUMBNAIL: Final = (9, 16)
"""Rows and columns by which a scene is known again."""

FINE: Final = 640
"""Columns at least from which a thumbnail is made, where there are as many: of fine detail (leaves,
print, a test pattern of noise) every fourth pixel is another from key frame to key frame, though
nothing has moved, and the mean of a whole cell is not."""

SNAPSHOT_QUALITY: Final = "3"
"""Of MJPEG's 2…31, the lower the better: faces can be told, and it stays under 100 kB."""

PIXELS: Final = 4096 * 2304
"""A larger picture is not opened: no camera of a workstation has it, and memory is finite."""

RED, GREEN, BLUE = 1.371, (0.337, 0.698), 1.733
"""What colour adds to each primary, on luma's scale (ITU-R BT.601)."""

Plane = np.ndarray[Any, np.dtype[np.float32]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]


class Unreadable(Exception):
    """A key frame that does not decode, or is too large."""


def look_at(frame: EncodedFrame) -> Look:
    """The figures of a key frame. Raises `Unreadable`."""
    picture = _planar(_decoded(frame))
    luma, blue, red = _planes(picture)
    return Look(
        mean=float(luma.mean()),
        deviation=float(luma.std()),
        edges=float(np.abs(np.diff(luma, axis=1)).mean()) if luma.shape[1] > 1 else 0.0,
        thumbnail=_thumbnail(_rows(picture.planes[0])),
        colour=float(_colour(blue - 128, red - 128).mean()),
    )


def snapshot(frame: EncodedFrame) -> bytes:
    """A key frame as a JPEG. Raises `Unreadable`."""
    picture = _decoded(frame)
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height = picture.width, picture.height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 1)
    encoder.options = {"qmin": SNAPSHOT_QUALITY, "qmax": SNAPSHOT_QUALITY}
    shown = picture.reformat(format="yuvj420p")
    shown.pts = 0
    return b"".join(bytes(p) for p in (*encoder.encode(shown), *encoder.encode(None)))


def _decoded(frame: EncodedFrame) -> av.VideoFrame:
    """The picture of a key frame, which needs no other to be decoded."""
    decoder = av.CodecContext.create("h264" if frame.codec is Codec.H264 else "vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.thread_count = 1
    decoder.options = {"max_pixels": str(PIXELS)}
    try:
        pictures = [*decoder.decode(av.Packet(frame.data)), *decoder.decode(None)]
    except av.FFmpegError as fault:
        raise Unreadable(str(fault)) from None
    if not pictures or pictures[0].width * pictures[0].height > PIXELS:
        raise Unreadable("no picture, or one that is too large")
    return pictures[0]


def _planes(picture: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Luma, and the differences of blue and red, in the same grid."""
    luma, *colours = _planar(picture).planes
    blue, red = (_pixels(plane, STEP // 2) for plane in colours)
    return _pixels(luma, STEP), blue, red


def _planar(picture: av.VideoFrame) -> av.VideoFrame:
    if picture.format.name in ("yuv420p", "yuvj420p"):
        return picture
    return picture.reformat(format="yuv420p")


def _pixels(plane: VideoPlane, step: int) -> Plane:
    pixels: Plane = _rows(plane)[::step, ::step].astype(np.float32)
    return pixels


def _rows(plane: VideoPlane) -> Bytes:
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _colour(blue: Plane, red: Plane) -> Plane:
    """By how much the lightest primary is lighter than grey of the same luma."""
    green = -GREEN[0] * blue - GREEN[1] * red
    lightest: Plane = np.maximum(np.maximum(RED * red, BLUE * blue), green)
    return lightest


def _thumbnail(luma: Bytes) -> tuple[float, ...]:
    """The mean of each cell."""
    step = max(1, luma.shape[1] // FINE)
    pixels = luma[::step, ::step]
    down, across = (
        np.linspace(0, length, cells + 1).astype(int)
        for length, cells in zip(pixels.shape, THUMBNAIL, strict=True)
    )
    strips = np.add.reduceat(pixels, down[:-1], axis=0, dtype=np.uint32)
    sums = np.add.reduceat(strips, across[:-1], axis=1)
    counted = np.maximum(np.outer(np.diff(down), np.diff(across)), 1)
    return tuple((sums / counted).ravel().tolist())
