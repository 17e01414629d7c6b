"""What one subscriber sees as one source, though behind it sources change: its clock goes on, its
pictures are counted without a gap.
"""

from typing import Final

from evalroom.monitoring.rtc import vp8
from evalroom.monitoring.rtc.limits import TICKS_JUMP_SECONDS
from evalroom.wire.media_frame import EncodedFrame

_WORD: Final = 0xFFFF_FFFF


class Timeline:
    """RTP timestamps for frames of whatever source. Within one, they keep its steps; where another
    begins, or the same one anew, the time that passed here is the step.
    """

    def __init__(self, origin: int) -> None:
        """`origin` is the first timestamp (RFC 3550 §5.1 wants it random)."""
        self._timestamp = origin
        self._ticks: int | None = None
        self._arrival = 0

    def switch(self) -> None:
        """The next frame is of another source."""
        self._ticks = None

    def of(self, frame: EncodedFrame) -> int:
        rate = frame.codec.clock_rate
        passed = max(1, (frame.arrival - self._arrival) * rate // 1_000)
        if self._ticks is not None:
            step = frame.ticks - self._ticks
            if 0 <= step <= rate * TICKS_JUMP_SECONDS:
                passed = step
        elif not self._arrival:
            passed = 0
        passed = min(passed, rate * 3_600)
        self._ticks, self._arrival = frame.ticks, frame.arrival
        self._timestamp = (self._timestamp + passed) & _WORD
        return self._timestamp


class Pictures:
    """VP8 picture ids and counts of layer 0 without gaps. A browser waits for a picture whose
    number was left out, and layers are left out on the way.
    """

    def __init__(self) -> None:
        self._picture: int | None = None
        self._tl0 = 0

    def relabelled(self, payloads: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """The payloads of the next picture; the very same where the numbers fit."""
        first = vp8.descriptor(payloads[0])
        if first is None or not first.picture_at:
            return payloads
        came = vp8.picture_id(payloads[0], first)
        tl0 = payloads[0][first.tl0_at] if first.tl0_at else 0
        if self._picture is None:
            self._picture, self._tl0 = came, tl0
            return payloads
        mask = 0x7FFF if first.picture_bytes == 2 else 0x7F
        self._picture = (self._picture + 1) & 0x7FFF
        if first.tl0_at and first.layer == 0:
            self._tl0 = (self._tl0 + 1) & 0xFF
        if came == self._picture & mask and (not first.tl0_at or tl0 == self._tl0):
            return payloads
        return tuple(self._renumbered(payload) for payload in payloads)

    def _renumbered(self, payload: bytes) -> bytes:
        assert self._picture is not None
        found = vp8.descriptor(payload)
        if found is None:
            return payload
        return vp8.renumbered(payload, found, self._picture, self._tl0)
