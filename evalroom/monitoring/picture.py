"""A key frame opened for a look: decoded once, reduced to figures, thrown away. Everything blocks.

The only place of the monitoring that decodes, and it decodes key frames alone.
"""

from fractions import Fraction
from typing import Any, Final

import av
import numpy as np

from evalroom.monitoring.findings import Look
from evalroom.wire.media_frame import Codec, EncodedFrame

STEP: Final = 4
"""Every fourth pixel of every fourth line says as much about a picture."""

THUMBNAIL: Final = (9, 16)
"""Rows and columns by which a scene is known again."""

SNAPSHOT_QUALITY: Final = "3"
"""Of MJPEG's 2…31, the lower the better: faces can be told, and it stays under 100 kB."""

PIXELS: Final = 4096 * 2304
"""A larger picture is not opened: no camera of a workstation has it, and memory is finite."""

Luma = np.ndarray[Any, np.dtype[np.float32]]


class Unreadable(Exception):
    """A key frame that does not decode, or is too large."""


def look_at(frame: EncodedFrame) -> Look:
    """The figures of a key frame. Raises `Unreadable`."""
    luma = _luma(_decoded(frame))
    return Look(
        mean=float(luma.mean()),
        deviation=float(luma.std()),
        edges=float(np.abs(np.diff(luma, axis=1)).mean()) if luma.shape[1] > 1 else 0.0,
        thumbnail=_thumbnail(luma),
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
    try:
        pictures = [*decoder.decode(av.Packet(frame.data)), *decoder.decode(None)]
    except av.FFmpegError as fault:
        raise Unreadable(str(fault)) from None
    if not pictures or pictures[0].width * pictures[0].height > PIXELS:
        raise Unreadable("no picture, or one that is too large")
    return pictures[0]


def _luma(picture: av.VideoFrame) -> Luma:
    plane = picture.planes[0]
    pixels = np.frombuffer(memoryview(plane), np.uint8)
    rows = pixels.reshape(plane.height, plane.line_size)
    luma: Luma = rows[::STEP, : plane.width : STEP].astype(np.float32)
    return luma


def _thumbnail(luma: Luma) -> tuple[float, ...]:
    rows = np.array_split(luma, THUMBNAIL[0], axis=0)
    return tuple(
        float(cell.mean()) if cell.size else 0.0
        for row in rows
        for cell in np.array_split(row, THUMBNAIL[1], axis=1)
    )
