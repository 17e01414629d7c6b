"""What a late joiner gets: the pictures since the newest key frame, as long as they are few.

Pure. A group of pictures (GOP) is a key frame and all that builds on it; whoever has it from its
first frame on can show the last one at once.
"""

from evalroom.monitoring.limits import GOP_BYTES, GOP_FRAMES, GOP_MS
from evalroom.wire.media_frame import EncodedFrame

Numbered = tuple[int, EncodedFrame]
"""A frame and its number within the epoch."""


class Gop:
    """The cache of one stream: empty, or a key frame and everything after it."""

    __slots__ = ("_bytes", "_frames")

    def __init__(self) -> None:
        self._frames: list[Numbered] = []
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def frames(self) -> tuple[Numbered, ...]:
        """What is held, oldest first; the first is a key frame."""
        return tuple(self._frames)

    @property
    def key(self) -> EncodedFrame | None:
        """The key frame it begins with."""
        return self._frames[0][1] if self._frames else None

    @property
    def bytes(self) -> int:
        """How much is held."""
        return self._bytes

    def add(self, seq: int, frame: EncodedFrame) -> bool:
        """Take the stream's next frame. True when the cache grew past a limit and was given up:
        nobody can begin before a key frame comes, so one is due.
        """
        frames = self._frames
        if frame.key:
            self.clear()
            # A picture too large to keep is passed on and not kept: to ask for another like it
            # would bring no smaller one.
            if len(frame.data) <= GOP_BYTES:
                self._frames.append((seq, frame))
                self._bytes = len(frame.data)
            return False
        if not frames:
            return False
        frames.append((seq, frame))
        self._bytes += len(frame.data)
        if (
            self._bytes > GOP_BYTES
            or len(frames) > GOP_FRAMES
            or frame.arrival - frames[0][1].arrival > GOP_MS
        ):
            self.clear()
            return True
        return False

    def clear(self) -> None:
        """Hold nothing: the epoch is over, or its pictures are."""
        self._frames = []
        self._bytes = 0

    def replay(self, *, layer: int, most: int, room: int, since: int = 0) -> tuple[Numbered, ...]:
        """What to send to whoever begins now, up to temporal layer `layer`; nothing when he does
        better to wait for the next key frame, which is asked for.

        `most` is how many frames, and `room` how many bytes, may be sent at once; nothing that
        arrived before `since` is shown.
        """
        if not self.still(room=room, since=since):
            return ()
        wanted = tuple(held for held in self._frames if held[1].layer <= layer)
        few = len(wanted) <= most
        return wanted if few and sum(len(frame.data) for _, frame in wanted) <= room else ()

    def still(self, *, room: int, since: int = 0) -> tuple[Numbered, ...]:
        """The key frame alone: a picture that stands until the next one, for whoever begins with a
        source that cannot be asked.
        """
        key = self.key
        if key is None or key.arrival < since or len(key.data) > room:
            return ()
        return (self._frames[0],)
