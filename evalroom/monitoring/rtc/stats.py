"""What a connection has counted, for whoever shows or records it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InletStats:
    """What a track has seen since it began."""

    packets: int
    bytes: int
    frames: int
    keys: int
    dropped: int
    """Frames that were not whole, or came before a key frame."""
    lost: int
    """Packets that were given up."""
    recovered: int
    """Packets that came late or were sent again."""
    duplicates: int
    nacked: int
    """Requests for a packet, repeated ones too."""
    key_requests: int


@dataclass(frozen=True, slots=True)
class OutletStats:
    """What a slot has sent since it began, and what the subscriber last said of it."""

    packets: int
    bytes: int
    frames: int
    resent: int
    key_requests: int
    lost: int
    """Packets that the subscriber misses, by its own count."""
    rtt_ms: int | None
    """There and back, from its last report."""
