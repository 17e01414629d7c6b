"""Cut from a recording: the packets of a time, remuxed without transcoding into a file that any
player opens, with its duration and an index.

A cut begins at the last key frame before its time, because no picture can be shown without one.
"""

from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import av
from msgspec import Struct

from evalroom.footage.segment_file import SegmentDamaged
from evalroom.footage.shelf import Container, Footage, Shelf

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream

MAX_CUT_BYTES: Final = 256 << 20
"""An hour of one source; more than that is copied as whole segments."""


TRIES: Final = 3
"""A segment that is closed while it is looked for has another name at the next look."""


class NothingRecorded(Exception):
    """There is no footage of this time."""


class TooLong(Exception):
    """A cut of more than `MAX_CUT_BYTES`."""


class Cut(Struct, frozen=True):
    """A piece of evidence: the file, what it is, and its true beginning and end (server ms)."""

    data: bytes
    container: Container
    begun: int
    ended: int


def cut(shelf: Shelf, session: str, source: str, begun: int, ended: int) -> tuple[Cut, ...]:
    """The recording of a source between two times, a file for each segment it touches, the one that
    is being written among them. Blocks.

    Raises `NothingRecorded`, `TooLong`, `SegmentDamaged`.
    """
    for _ in range(TRIES):
        with suppress(FileNotFoundError):
            touched = shelf.newest(session, source, begun, ended)
            pieces = (_piece(shelf, footage, begun, ended) for footage in touched)
            if cuts := tuple(piece for piece in pieces if piece is not None):
                return cuts
            break
    raise NothingRecorded(f"{source} from {begun} to {ended}")


def _piece(shelf: Shelf, footage: Footage, begun: int, ended: int) -> Cut | None:
    try:
        return _cut(footage, _whole(shelf.read(footage)), begun, ended)
    except (SegmentDamaged, av.FFmpegError):
        if footage.growing:
            # So new that nothing of it can be read.
            return None
        raise


def _whole(parts: Iterable[bytes]) -> bytes:
    data = bytearray()
    for part in parts:
        data += part
        if len(data) > MAX_CUT_BYTES:
            raise TooLong(f"more than {MAX_CUT_BYTES} bytes")
    return bytes(data)


def _cut(footage: Footage, data: bytes, begun: int, ended: int) -> Cut | None:
    first_ms, last_ms = begun - footage.begun, ended - footage.begun
    made = BytesIO()
    with av.open(BytesIO(data), "r") as recorded:
        start = _start(recorded, first_ms)
        with av.open(made, "w", format=footage.container) as out:
            copied = _copy(recorded, out, start, last_ms)
    if copied is None:
        return None
    reached = footage.begun + copied
    if not footage.growing:
        # The last picture stands until the segment ends, and what follows begins there.
        reached = max(reached, min(ended, footage.ended))
    if reached <= begun:
        return None
    return Cut(made.getvalue(), footage.container, footage.begun + start, reached)


def _start(recorded: "InputContainer", first_ms: int) -> int:
    """Where to begin (ms in the segment): at the last key frame that is not after `first_ms`."""
    start = 0
    if recorded.streams.video:
        for packet in recorded.demux(recorded.streams.video[0]):
            at = _ms(packet)
            if at is not None and at > first_ms:
                break
            if at is not None and packet.is_keyframe:
                start = at
        recorded.seek(0)
    else:
        start = max(0, first_ms)
    return start


def _copy(
    recorded: "InputContainer", out: "OutputContainer", start_ms: int, last_ms: int
) -> int | None:
    """Copy what lies between; give where it ends (ms in the segment), None if there is nothing."""
    streams: dict[int, Stream] = {
        stream.index: out.add_stream_from_template(stream)
        for stream in (*recorded.streams.video, *recorded.streams.audio)
    }
    end: int | None = None
    over: set[int] = set()
    for packet in recorded.demux():
        at = _ms(packet)
        if at is None or at < start_ms or packet.pts is None or packet.time_base is None:
            continue
        if at >= last_ms:
            # Streams lie beside each other in lumps: the cut is done when each has come to its end.
            over.add(packet.stream.index)
            if len(over) == len(streams):
                break
            continue
        shift = round(start_ms / 1000 / packet.time_base)
        packet.pts -= shift
        packet.dts = packet.pts
        packet.stream = streams[packet.stream.index]
        out.mux_one(packet)
        end = max(end or 0, at)
    return end


def _ms(packet: "av.Packet[Any]") -> int | None:
    if packet.pts is None or packet.time_base is None:
        return None
    return round(packet.pts * packet.time_base * 1000)
