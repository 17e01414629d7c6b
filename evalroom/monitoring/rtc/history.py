"""Packets already sent, kept for a while for those that did not arrive."""

from msgspec import Struct

from evalroom.monitoring.rtc.limits import HISTORY_PACKETS, RESEND_SECONDS, RESENDS


class Sent(Struct, frozen=True, gc=False):
    """One packet before protection: its header, and a payload that other subscribers share."""

    sequence: int
    header: bytes
    payload: bytes


class History:
    """The last `HISTORY_PACKETS` packets of one source."""

    def __init__(self) -> None:
        self._sent: list[Sent | None] = [None] * HISTORY_PACKETS
        self._again: dict[int, tuple[float, int]] = {}
        """Of those that were sent again: when last, and how often."""

    def keep(self, sequence: int, header: bytes, payload: bytes) -> None:
        place = sequence % HISTORY_PACKETS
        if self._again and (old := self._sent[place]) is not None:
            self._again.pop(old.sequence, None)
        self._sent[place] = Sent(sequence, header, payload)

    def again(self, sequence: int, now: float) -> Sent | None:
        """The packet, if it is still here and was not sent again too lately or too often."""
        sent = self._sent[sequence % HISTORY_PACKETS]
        if sent is None or sent.sequence != sequence:
            return None
        last, times = self._again.get(sequence, (float("-inf"), 0))
        if times >= RESENDS or now - last < RESEND_SECONDS:
            return None
        self._again[sequence] = (now, times + 1)
        return sent
