"""The recorder of one source: takes its frames on the loop, writes them in a thread.

    take ─ pending (bounded) ─ each second ─► thread: container ─ encrypted segment ─ disk
                                                └─► what was closed, told on the loop

A segment begins with a key frame and ends at the next one after `SEGMENT_SECONDS`, or where the
picture changes its size, codec or epoch, or its clock jumps. A sound that belongs to the picture
(the microphone of the same seat) is written beside it.
"""

from dataclasses import dataclass, field
from typing import Final

import av

from evalroom.footage import containers
from evalroom.footage.containers import Muxer, Piece, vp8_size
from evalroom.footage.shelf import OpenSegment, Repaired, Shelf
from evalroom.monitoring.stream import Stream
from evalroom.wire.media_frame import Codec, EncodedFrame

SEGMENT_SECONDS: Final = 300
"""Five minutes: some ten megabytes, and what a fault in a file can cost at most."""

MOMENT_SECONDS: Final = 15
"""What is wanted of the time before an alarm; no piece that ends because of one is shorter."""

PENDING_BYTES: Final = 4 << 20
"""Not written yet: eight seconds of the largest source; a disk that is slower is no disk."""

JUMP_MS: Final = 2_000
"""A media clock that is off the server's by more since the segment began is another clock."""

QUICK_SEGMENTS: Final = 8
QUICK_MS: Final = 10_000
"""So many segments may follow one another at once, and one more after each ten seconds: a browser
that finds its size changes it three times. Whoever goes on changing is recorded in part.
"""

FAULTS: Final = (OSError, ValueError, av.FFmpegError)
"""What the disk, a broken picture, or the container may answer with."""

CODECS: Final[dict[Codec, containers.Codec]] = {
    Codec.VP8: "vp8",
    Codec.H264: "h264",
    Codec.OPUS: "opus",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A frame that waits for the disk; `epoch` is its stream's."""

    frame: EncodedFrame
    epoch: int


@dataclass(slots=True)
class Outcome:
    """What a visit to the disk brought: segments that are closed, and why it failed if it did."""

    closed: list[Repaired] = field(default_factory=list)
    begun: int | None = None
    """When the segment that is being written begins; None when there is none."""
    follows: int | None = None
    """When what an earlier run of the node has recorded of the source ends."""
    fault: Exception | None = None

    @property
    def until(self) -> int | None:
        """When the last that is closed ends."""
        return self.closed[-1].footage.ended if self.closed else None

    @property
    def disk(self) -> bool:
        """Whether the disk failed; what else can is the publisher's doing."""
        return isinstance(self.fault, OSError) and not isinstance(self.fault, av.FFmpegError)


class Recorder:
    """Takes a picture and its sound, or a sound alone. `main` names the segments."""

    def __init__(self, main: Stream, desk: "Desk") -> None:
        self.main: Final = main
        self.sound: Stream | None = None
        self.desk: Final = desk
        self.lost_since: int | None = None
        """Since when (server ms) frames are being left out for want of a disk."""
        self.hole: tuple[int, int] | None = None
        """From when to when (server ms) frames were left out, until somebody takes it down."""
        self._pending: list[Taken] = []
        self._bytes = 0

    def take(self, stream: Stream, _seq: int, frame: EncodedFrame) -> None:
        """Keep a frame for the next visit to the disk; when it does not keep up, wait for a key."""
        if self.lost_since is not None:
            if stream is not self.main or not frame.key or self._bytes > PENDING_BYTES // 2:
                return
            self.hole = self.hole[0] if self.hole else self.lost_since, frame.arrival
            self.lost_since = None
        if self._bytes + len(frame.data) > PENDING_BYTES:
            self.lost_since = frame.arrival
            stream.want_key("hole")
            return
        self._bytes += len(frame.data)
        self._pending.append(Taken(frame, stream.epoch))

    def renewed(self, _stream: Stream) -> None:
        """Frames carry their epoch: the desk begins a new segment with it."""

    def ended(self, stream: Stream, _code: str) -> None:
        """Whoever keeps the recorders looks after it."""
        if stream is self.sound:
            self.sound = None

    def handed_over(self) -> list[Taken]:
        """What waits, and no longer waits here."""
        pending, self._pending, self._bytes = self._pending, [], 0
        return pending


class Desk:
    """The half that lives in the thread: one segment at a time. Every method blocks."""

    def __init__(
        self, shelf: Shelf, session: str, source: str, *, picture: bool, anew: bool = False
    ) -> None:
        """`anew` when this run of the node has not heard of the source before."""
        self._shelf = shelf
        self._picture = picture
        self._session = session
        self._source = source
        self._anew = anew
        self._segment: OpenSegment | None = None
        self._muxer: Muxer | None = None
        self._made: list[bytes] = []
        self._begun = self._ended = 0
        self._epoch = 0
        self._shape: object = None
        self._codec: Codec | None = None
        self._with_sound = False
        self._zero: dict[Codec, int] = {}
        self._quick, self._earned = float(QUICK_SEGMENTS), 0
        self.wanted = False
        """Whether somebody wants to see what is being written: it ends soon."""

    def write(self, taken: list[Taken], sound: bool) -> Outcome:
        """Write what was taken; `sound` says whether there is a sound beside the picture now."""
        outcome = Outcome()
        try:
            for one in taken:
                self._write(one, sound, outcome)
            self._flush()
            outcome.begun = None if self._segment is None else self._begun
        except FAULTS as fault:
            outcome.fault = fault
            self._give_up()
        return outcome

    def close(self) -> Outcome:
        """End the segment, if there is one."""
        outcome = Outcome()
        try:
            self._end(outcome)
        except FAULTS as fault:
            outcome.fault = fault
            self._give_up()
        return outcome

    def _write(self, taken: Taken, sound: bool, outcome: Outcome) -> None:
        frame = taken.frame
        main = self._picture == (frame.codec is not Codec.OPUS)
        if main and frame.key and self._must_begin(taken, sound):
            self._end(outcome)
            if self._may_begin(frame):
                self._look_back(outcome)
                self._begin(taken, sound)
        if self._muxer is None or (main and taken.epoch != self._epoch):
            return
        self._muxer.write(self._piece(frame))
        self._ended = max(self._ended, frame.arrival)

    def _look_back(self, outcome: Outcome) -> None:
        if self._anew:
            # A sound may have lain beside the picture of its seat.
            beside = self._source.removesuffix("microphone") + "camera"
            sources = (self._source,) if self._picture else (self._source, beside)
            outcome.follows = self._shelf.last_end(self._session, sources)
            self._anew = False

    def _must_begin(self, taken: Taken, sound: bool) -> bool:
        frame = taken.frame
        if self._muxer is None or frame.codec is not self._codec or taken.epoch != self._epoch:
            return True
        if _shape(frame) != self._shape or (self._picture and sound != self._with_sound):
            return True
        off = self._begun + self._since(frame) // 1_000 - frame.arrival
        length = MOMENT_SECONDS if self.wanted else SEGMENT_SECONDS
        return frame.arrival - self._begun >= length * 1_000 or abs(off) > JUMP_MS

    def _may_begin(self, frame: EncodedFrame) -> bool:
        """A segment is named by its beginning: two of one millisecond would be one."""
        earned = max(0, frame.arrival - self._earned) / QUICK_MS
        self._quick = min(float(QUICK_SEGMENTS), self._quick + earned)
        self._earned = frame.arrival
        return frame.arrival > self._begun and self._quick >= 1

    def _begin(self, taken: Taken, sound: bool) -> None:
        frame = taken.frame
        self._quick -= 1
        self._begun = self._ended = frame.arrival
        first = Piece(CODECS[frame.codec], frame.data, True, 0) if self._picture else None
        self._made.clear()
        muxer = Muxer(self._made.append, first, sound or not self._picture)
        self._segment = self._shelf.begin(
            self._session, self._source, taken.epoch, frame.arrival, muxer.format
        )
        self._muxer, self._codec, self._epoch = muxer, frame.codec, taken.epoch
        self._shape = _shape(frame)
        self._with_sound = sound
        self.wanted = False
        self._zero = {frame.codec: frame.media_us}

    def _piece(self, frame: EncodedFrame) -> Piece:
        # A sound's clock is its own: it is laid beside the picture by when its first packet came.
        self._zero.setdefault(
            frame.codec, frame.media_us - max(0, frame.arrival - self._begun) * 1_000
        )
        return Piece(CODECS[frame.codec], frame.data, frame.key, max(0, self._since(frame)))

    def _since(self, frame: EncodedFrame) -> int:
        return frame.media_us - self._zero.get(frame.codec, frame.media_us)

    def _flush(self) -> None:
        if self._segment is not None and self._made:
            self._segment.write(b"".join(self._made))
            self._made.clear()

    def _end(self, outcome: Outcome) -> None:
        if self._segment is None or self._muxer is None:
            return
        muxer, self._muxer = self._muxer, None
        muxer.close()
        self._flush()
        outcome.closed.append(self._segment.close(self._ended))
        self._segment = None

    def _give_up(self) -> None:
        """Leave the segment as it is on the disk; it is repaired when the disk is there again."""
        if self._segment is not None:
            self._segment.abandon()
        self._segment = self._muxer = None
        self._made.clear()


def _shape(frame: EncodedFrame) -> object:
    """What a container is bound to, as a key frame tells it: VP8's size, H264's parameters."""
    match frame.codec:
        case Codec.VP8:
            return vp8_size(frame.data)
        case Codec.H264:
            return tuple(nal for nal in _nals(frame.data) if nal[0] & 0x1F == 7)
        case Codec.OPUS:
            return None


def _nals(annex_b: bytes) -> list[bytes]:
    """The units of an Annex B frame, without start codes (ITU-T H.264 B.1)."""
    return [nal.rstrip(b"\0") for nal in annex_b.split(b"\0\0\1") if nal.rstrip(b"\0")]
