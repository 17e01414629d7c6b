"""Packets of one source put into order: what is missing is known, asked for again, given up in the
end. No clock and no socket: time comes in, what is to be done goes out.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from evalroom.monitoring.rtc.limits import NACK_SECONDS, NACKED_PACKETS, REORDER_PACKETS
from evalroom.monitoring.rtc.rtp import Packet

_MODULUS: Final = 1 << 16
_HALF: Final = _MODULUS >> 1


@dataclass(slots=True)
class _Hole:
    since: float
    asked: float


class Due(NamedTuple):
    """Sequence numbers to ask for, and packets that are free, in order. A number that is left out
    between two packets is lost.
    """

    nack: list[int]
    packets: list[Packet]


class Reorder:
    """In goes what the network brings, out comes what the sender sent. Inside, sequence numbers
    are full: they do not wrap.
    """

    def __init__(self, patience: float, *, repair: bool) -> None:
        """A missing packet is waited for so many seconds; `repair` is whether the peer sends one
        again when asked.
        """
        self._patience = patience
        self._repair = repair
        self._next: int | None = None
        self._top = 0
        self._held: dict[int, Packet] = {}
        # In rising order: a hole is only ever made above all others.
        self._holes: dict[int, _Hole] = {}
        self.duplicates = 0
        self.lost = 0
        """Packets that were given up."""
        self.recovered = 0
        """Packets that came after they had been missed."""
        self.asked = 0
        """Requests for a packet, repeated ones too."""

    @property
    def waiting(self) -> bool:
        """Whether `due` must be called when time has passed."""
        return bool(self._holes)

    def push(self, packet: Packet, now: float) -> Due | None:
        """Take a packet that came. Nothing means that it is the next one and holds up nobody: the
        usual case, and the caller passes it on.
        """
        following = self._next
        if following is None:
            following = self._next = packet.sequence
            self._top = following - 1
        if packet.sequence == following % _MODULUS and not self._holes:
            self._next = following + 1
            self._top = following
            return None
        return self._disordered(packet, following, now)

    def fill(self, packet: Packet, now: float) -> Due:
        """Take a packet that was sent again: it fills its hole, or is of no use."""
        following = self._next or 0
        ahead = (packet.sequence - following + _HALF) % _MODULUS - _HALF
        if following + ahead in self._holes:
            return self._disordered(packet, following, now)
        self.duplicates += 1
        return Due([], [])

    def due(self, now: float) -> Due:
        """Ask again for what is missing since `NACK_SECONDS`, give up what is for too long."""
        packets: list[Packet] = []
        while self._holes and now - next(iter(self._holes.values())).since >= self._patience:
            packets += self._give_up()
        return Due(self._wanted(now), packets)

    def _disordered(self, packet: Packet, following: int, now: float) -> Due:
        ahead = (packet.sequence - following + _HALF) % _MODULUS - _HALF
        if abs(ahead) > REORDER_PACKETS:
            return self._begin_anew(packet)
        full = following + ahead
        if ahead < 0 or full in self._held:
            self.duplicates += 1
            return Due([], [])
        if full > self._top:
            self._miss(full, now)
        elif self._holes.pop(full, None) is not None:
            self.recovered += 1
        self._held[full] = packet
        packets = self._free()
        while len(self._holes) > NACKED_PACKETS:
            packets += self._give_up()
        return Due(self._wanted(now), packets)

    def _begin_anew(self, packet: Packet) -> Due:
        """So far away that it is another sequence: what was missing will not come any more."""
        held = [self._held[full] for full in sorted(self._held)]
        self.lost += len(self._holes)
        self._held.clear()
        self._holes.clear()
        self._top = packet.sequence
        self._next = packet.sequence + 1
        return Due([], [*held, packet])

    def _miss(self, full: int, now: float) -> None:
        for missing in range(self._top + 1, full):
            # As if asked one interval ago: it is asked for at once.
            self._holes[missing] = _Hole(now, now - NACK_SECONDS)
        self._top = full

    def _give_up(self) -> list[Packet]:
        """The first missing packet is gone; what stood behind it is free up to the next hole."""
        first = next(iter(self._holes))
        del self._holes[first]
        self.lost += 1
        self._next = first + 1
        return self._free()

    def _free(self) -> list[Packet]:
        assert self._next is not None
        packets: list[Packet] = []
        while (packet := self._held.pop(self._next, None)) is not None:
            packets.append(packet)
            self._next += 1
        return packets

    def _wanted(self, now: float) -> list[int]:
        if not self._repair:
            return []
        wanted = []
        for full, hole in self._holes.items():
            if now - hole.asked >= NACK_SECONDS - 1e-6:
                hole.asked = now
                wanted.append(full % _MODULUS)
        self.asked += len(wanted)
        return wanted
