"""Where media connections live on this node, and how they are served."""

import ipaddress

from msgspec import Struct


class RtcSettings(Struct, frozen=True):
    """What a node decides about its media connections. Raises ValueError for a contradiction."""

    ports: tuple[int, int] = (50_000, 51_999)
    """The first and the last UDP port; each connection has one per address."""
    addresses: tuple[str, ...] = ()
    """Where sockets are bound; none means every address of the machine but loopback or, when one
    is announced, any."""
    announced: str | None = None
    """The address told to peers in place of the bound one: the outer side of a NAT."""
    remb_bps: int = 600_000
    """The bandwidth a publisher's video may take."""
    datagram_path: bool = True
    """Take media from the socket at once, past the library's queue and coroutines."""
    stock: bool = False
    """Leave repair, reports and sending to the library, should an own path be at fault."""

    def __post_init__(self) -> None:
        first, last = self.ports
        if not 1_024 <= first <= last <= 65_535:
            raise ValueError(f"no range of ports: {first}-{last}")
        for address in (*self.addresses, *filter(None, [self.announced])):
            ipaddress.ip_address(address)
        if not 50_000 <= self.remb_bps <= 50_000_000:
            raise ValueError(f"no bandwidth for a video: {self.remb_bps}")
