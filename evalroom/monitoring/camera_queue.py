"""Between a camera's thread and the loop: a queue that drops to the next key frame when the loop
does not keep up.
"""

import threading
from collections import deque
from typing import Final

from evalroom.wire.media_frame import EncodedFrame

WAITING_FRAMES: Final = 60
"""Two seconds of a fast camera: a loop that stands still for longer has worse troubles."""

WAITING_BYTES: Final = 4 << 20
"""Of one camera: with a hundred cameras the memory stays below half a gigabyte."""


class CameraQueue:
    """Filled by one thread, emptied by another; neither waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: deque[EncodedFrame] = deque()
        self._bytes = 0
        self._needs_key = False
        self.dropped = 0
        """Frames that never reached the loop."""

    def put(self, frame: EncodedFrame) -> bool:
        """Add a frame; True when the queue was empty and the other side has to be called."""
        with self._lock:
            if self._needs_key and not frame.key:
                self.dropped += 1
                return False
            full = (
                len(self._frames) >= WAITING_FRAMES or self._bytes + len(frame.data) > WAITING_BYTES
            )
            if full:
                self._drop()
                if not frame.key:
                    self._needs_key = True
                    self.dropped += 1
                    return False
            self._needs_key = False
            self._frames.append(frame)
            self._bytes += len(frame.data)
            # After a drop the call for what was dropped may still be on its way: one more is none
            # too many.
            return len(self._frames) == 1

    def take(self) -> tuple[EncodedFrame, ...]:
        """All that waits."""
        with self._lock:
            taken = tuple(self._frames)
            self._frames.clear()
            self._bytes = 0
            return taken

    def _drop(self) -> None:
        self.dropped += len(self._frames)
        self._frames.clear()
        self._bytes = 0
