"""When each frame was whole at the server, to the microsecond, in a file that viewers read: a
header tells milliseconds alone.
"""

import mmap
import time
from pathlib import Path

STREAMS, FRAMES = 256, 256
"""Streams of a server, and frames of each that are remembered."""


class Stamps:
    """Made by the server, read by viewers of the same machine."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(8 * STREAMS * FRAMES))
        with path.open("r+b") as file:
            self._times = memoryview(mmap.mmap(file.fileno(), 0)).cast("d")

    def note(self, stream: int, seq: int) -> None:
        """A frame is whole now."""
        self._times[stream % STREAMS * FRAMES + seq % FRAMES] = time.time()

    def since(self, stream: int, seq: int) -> float:
        """Seconds since then."""
        return time.time() - self._times[stream % STREAMS * FRAMES + seq % FRAMES]
