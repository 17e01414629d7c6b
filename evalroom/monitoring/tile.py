"""One stream on one viewer's wall: which of its frames are sent, and which are better dropped.

What the system's buffers hold back cannot be taken back, and is stale when it arrives. So the
viewer says what it has taken, and whoever is behind gets nothing until the next key frame that
finds the line empty. Where that happens again and again, fewer frames are sent.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from evalroom.monitoring.limits import (
    BEHIND_BYTES,
    CALM_SECONDS,
    DROP_SECONDS,
    DROPS,
    LAG_FRAMES,
    LAG_MS,
    REPLAY_FRAMES,
    RESUME_BYTES,
    RESUME_LAG_FRAMES,
)
from evalroom.monitoring.stream import Stream
from evalroom.monitoring.wall_messages import KEYS_ONLY, Lowered, frame_of
from evalroom.wire.media_frame import LAYERS, EncodedFrame

TOP_LAYER: Final = LAYERS - 1

# Device pixels up to which a tile gets the base layer alone (a quarter of the frames), or the two
# lower layers (half): on so small a picture nobody sees the difference, and 36 of them decode.
BASE_WIDTH: Final = 120
SMALL_WIDTH: Final = 200


class Line(Protocol):
    """Where a viewer is written to: whole WebSocket frames, in the order given."""

    @property
    def waits(self) -> bool:
        """Whether anything of what was written waits for the system."""
        ...

    def write(self, frame: bytes) -> None:
        """Put a frame on the line, or nowhere once it has closed; never raises."""
        ...

    @property
    def owed(self) -> Callable[[], int]:
        """Bytes written that the system has not taken yet."""
        ...

    def bye(self, code: int, reason: str) -> None:
        """Close the line with a closing code of the protocol."""
        ...


class WallFigures(Struct):
    """What the walls of a node have counted since its start."""

    wall_drops: int = 0
    wall_lowerings: int = 0
    wall_replays: int = 0
    wall_seals: int = 0
    walls_cut_off: int = 0


def layer_for(layer: int, width: int) -> int:
    """The highest temporal layer to send: as wanted, and no more than the width can show."""
    if width <= BASE_WIDTH:
        return 0
    return min(layer, 1 if width <= SMALL_WIDTH else TOP_LAYER)


class Tile:
    """A taker. It is attached to its stream between `show` and `hide`."""

    __slots__ = (
        "_calm_since", "_dropped", "_drops", "_figures", "_line", "_sent", "_top", "_waiting",
        "_wanted", "_wish", "on_ended", "stream",
    )  # fmt: skip

    def __init__(
        self,
        stream: Stream,
        line: Line,
        wish: int,
        on_ended: "Callable[[Tile, str], None]",
        figures: WallFigures,
    ) -> None:
        self.stream: Final = stream
        self.on_ended = on_ended
        self._line = line
        self._figures = figures
        self._wish = wish
        self._top = wish
        """The highest layer that is sent now."""
        self._wanted = wish
        """The one that is sent from the next key frame on."""
        self._sent: deque[tuple[int, int]] = deque()
        """Number and arrival of what was sent and has not been acknowledged."""
        self._waiting = True
        """For a key frame to begin with, or to go on."""
        self._dropped = False
        """Whether it waits because it fell behind."""
        self._drops: deque[int] = deque(maxlen=DROPS)
        self._calm_since = 0

    # What the wall decides

    def show(self, *, replay: int, since: int) -> None:
        """Begin: with what the cache holds if that is no more than `replay` frames, else at a key
        frame. A source that cannot be asked for one is replayed beside others, too.
        """
        stream, gop = self.stream, self.stream.gop
        self._begin_anew()
        stream.attach(self, need_key=False)
        room = BEHIND_BYTES - self._line.owed()
        most = replay if stream.asks else max(replay, REPLAY_FRAMES)
        replayed = gop.replay(layer=self._top, most=most, room=room, since=since)
        self._waiting = not replayed or self._top == KEYS_ONLY
        if not replayed:
            stream.want_key("joined")
            if not stream.asks:
                replayed = gop.still(room=room, since=since)
        for seq, frame in replayed:
            # Not counted as lag: nobody acknowledges in step what comes all at once.
            self._line.write(stream.message(seq, frame))
        self._figures.wall_replays += bool(replayed)

    def hide(self) -> None:
        """Send nothing more, from this moment on; safe to repeat."""
        self.stream.detach(self)

    def want(self, wish: int) -> None:
        """The viewer's wish has changed; it also lifts what was lowered."""
        self._wish = self._wanted = wish
        self._drops.clear()
        if wish <= self._top:
            self._top = wish
        else:
            # A higher layer may lean on frames that were left out: it begins at a key frame.
            self.stream.want_key("raised")

    def ack(self, seq: int) -> None:
        """The viewer has taken everything up to `seq`; a number never sent says nothing."""
        sent = self._sent
        if sent and seq <= sent[-1][0]:
            while sent and sent[0][0] <= seq:
                sent.popleft()

    # What the stream brings

    def take(self, stream: Stream, seq: int, frame: EncodedFrame) -> None:
        if frame.key:
            self._at_key(frame.arrival)
        elif frame.layer > self._top:
            return
        if self._waiting:
            if not self._may_go_on(frame):
                return
        elif (
            len(sent := self._sent) > LAG_FRAMES
            or (sent and frame.arrival - sent[0][1] > LAG_MS)
            or (self._line.waits and self._line.owed() > BEHIND_BYTES)
        ):
            self._fall_behind(frame.arrival)
            return
        self._sent.append(stream.passing)
        self._line.write(stream.message(seq, frame))

    def renewed(self, stream: Stream) -> None:
        self._begin_anew()

    def ended(self, stream: Stream, code: str) -> None:
        self.on_ended(self, code)

    # How it falls behind and comes back

    def _may_go_on(self, frame: EncodedFrame) -> bool:
        owed = self._line.owed()
        if self._dropped:
            if len(self._sent) > RESUME_LAG_FRAMES or owed >= RESUME_BYTES:
                self._calm_since = frame.arrival
                return False
        elif owed > BEHIND_BYTES:
            return False
        if not frame.key:
            if self._top != KEYS_ONLY:
                self.stream.want_key("resumed" if self._dropped else "joined")
            return False
        self._waiting = self._top == KEYS_ONLY
        self._dropped = self._dropped and self._waiting
        # What is still on the way is not held against him a second time.
        self._sent = deque((seq, frame.arrival) for seq, _ in self._sent)
        return True

    def _fall_behind(self, now: int) -> None:
        self._waiting = self._dropped = True
        self._calm_since = now
        self._figures.wall_drops += 1
        drops = self._drops
        drops.append(now)
        if len(drops) == DROPS and now - drops[0] <= DROP_SECONDS * 1000:
            drops.clear()
            self._lower(min(self._top, self.stream.top_layer) - 1)

    def _lower(self, layer: int) -> None:
        self._figures.wall_lowerings += 1
        self._top = self._wanted = layer
        self._write_lowered()

    def _at_key(self, now: int) -> None:
        lowered = self._wanted < min(self._wish, self.stream.top_layer)
        if lowered and now - self._calm_since >= CALM_SECONDS * 1000:
            self._calm_since = now
            self._wanted += 1
            self._top = self._wanted
            self._write_lowered()
        self._top = self._wanted

    def _write_lowered(self) -> None:
        self._line.write(frame_of(Lowered(self.stream.handle, self._top)))

    def _begin_anew(self) -> None:
        self._sent.clear()
        self._waiting = True
        self._top = self._wanted
        self._dropped = self._top == KEYS_ONLY
