"""What a receiver knows of one source and says in its reports (RFC 3550 §6.4, Appendix A)."""

from typing import Final

from aiortc.rtp import RtcpReceiverInfo, clamp_packets_lost

_NTP_EPOCH: Final = 2_208_988_800
"""Seconds from 1900, where NTP begins, to 1970."""


def ntp_of(milliseconds: int) -> int:
    """A time of day as NTP tells it: 32 bits of seconds, 32 bits of their fraction."""
    seconds, rest = divmod(milliseconds, 1_000)
    return (seconds + _NTP_EPOCH) << 32 | (rest << 32) // 1_000


def milliseconds_of(ntp: int) -> int:
    return ((ntp >> 32) - _NTP_EPOCH) * 1_000 + ((ntp & 0xFFFF_FFFF) * 1_000 >> 32)


class Reception:
    """Packets expected, lost and delayed, and the publisher's last word on its clocks."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._base = 0
        self._highest = -1
        """The highest sequence number so far, in full; -1 before the first."""
        self._expected_before = 0
        self._received_before = 0
        self._transit = 0
        self._jitter = 0.0
        self._timestamp = -1
        self._told: tuple[int, int] | None = None
        self._told_at = 0.0
        self.received = 0

    def came(self, sequence: int, timestamp: int, now: float) -> None:
        """A packet of the source itself came; `now` in seconds."""
        if self._highest < 0:
            self._base = self._highest = sequence
        elif (ahead := (sequence - self._highest) & 0xFFFF) < 0x8000:
            self._highest += ahead
        self.received += 1
        if timestamp != self._timestamp:
            transit = int(now * self._rate) - timestamp
            if self._timestamp >= 0:
                late = abs((transit - self._transit + (1 << 31)) % (1 << 32) - (1 << 31))
                self._jitter += (late - self._jitter) / 16
            self._transit, self._timestamp = transit, timestamp

    def told(self, ntp: int, timestamp: int, now: float) -> None:
        """The publisher's report: at this time of its day its media clock showed this."""
        self._told, self._told_at = (ntp, timestamp), now

    def wall_of(self, timestamp: int) -> int | None:
        """The publisher's time of day, in milliseconds, at a timestamp of its media clock."""
        if self._told is None:
            return None
        ntp, then = self._told
        since = (timestamp - then + (1 << 31)) % (1 << 32) - (1 << 31)
        return milliseconds_of(ntp) + since * 1_000 // self._rate

    def report(self, ssrc: int, now: float) -> RtcpReceiverInfo:
        """What to tell of the time since the last report."""
        highest = max(self._highest, 0)
        expected = highest - self._base + 1 if self.received else 0
        asked, came = expected - self._expected_before, self.received - self._received_before
        self._expected_before, self._received_before = expected, self.received
        lost = max(0, asked - came)
        heard = self._told[0] >> 16 & 0xFFFF_FFFF if self._told else 0
        delay = int((now - self._told_at) * 65_536) if self._told else 0
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=min(255, (lost << 8) // asked) if asked > 0 else 0,
            packets_lost=clamp_packets_lost(expected - self.received),
            highest_sequence=highest & 0xFFFF_FFFF,
            jitter=int(self._jitter) & 0xFFFF_FFFF,
            lsr=heard,
            dlsr=min(delay, 0xFFFF_FFFF),
        )
