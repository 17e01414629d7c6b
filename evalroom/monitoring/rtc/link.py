"""The protected line to one peer: one socket, media taken from it at once and put on it at once.

The library's way gives each datagram to a STUN parser (which raises for every RTP packet), a queue
and three coroutines. Here an RTP or RTCP datagram is recognised by its first two bytes (RFC 7983),
unprotected and handed over within one call; STUN and DTLS go the library's way.
"""

import asyncio
import logging
import struct
from collections.abc import Iterable
from typing import Any, Protocol

from aioice import Candidate, Connection
from aioice.ice import StunProtocol
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtp import AnyRtcpPacket, RtcpPacket
from pylibsrtp import Error as SrtpError, Session

from evalroom.clock import Clock
from evalroom.monitoring.rtc import private, rtp
from evalroom.monitoring.rtc.limits import (
    DATAGRAM_BYTES,
    EARLY_DATAGRAMS,
    QUEUED_DATAGRAMS,
    SSRCS,
)
from evalroom.monitoring.rtc.ports import open_sockets
from evalroom.monitoring.rtc.settings import RtcSettings

_log = logging.getLogger(__name__)

_FOREIGN = (ValueError, KeyError, IndexError, AssertionError, AttributeError, struct.error)
"""What the library's STUN code raises for bytes it did not expect."""


class Party(Protocol):
    """Who gets what comes in, unprotected, and when (monotonic seconds)."""

    def rtp(self, data: bytes, now: float) -> None: ...

    def rtcp(self, packets: list[AnyRtcpPacket], now: float) -> None: ...


class Link:
    """Made before the connection is described; carries media once the handshake is over."""

    def __init__(
        self, transport: RTCDtlsTransport, settings: RtcSettings, party: Party, clock: Clock
    ) -> None:
        self._transport = transport
        self._connection = private.connection_of(transport)
        self._settings = settings
        self._direct = settings.datagram_path and not settings.stock
        self._party = party
        self._now = clock.monotonic
        self._inbound: Session | None = None
        self._ssrcs: set[int] = set()
        self._early: list[bytes] = []
        self.heard: float | None = None
        """When the peer's last packet came, monotonic; nothing before the first."""
        self.refused = 0
        """Datagrams that were not let in: forged, foreign, too long or too many."""
        private.put_gather(self._connection, self._gather)
        if not settings.stock:
            private.put_plain(transport, self._plain_rtp, self._plain_rtcp)

    def take(self, datagram: bytes) -> bool:
        """Whether the library need not see a datagram: it was media and is dealt with, or nothing
        that anybody should see.
        """
        if not 12 <= len(datagram) <= DATAGRAM_BYTES:
            # Nothing shorter is STUN, DTLS or RTP; a report may be, and says nothing then.
            self.refused += 1
            return True
        if not 128 <= datagram[0] <= 191:
            return private.queued(self._connection) >= QUEUED_DATAGRAMS
        session = self._inbound or self._agreed()
        if session is None:
            if len(self._early) < EARLY_DATAGRAMS:
                self._early.append(datagram)
            return True
        if not self._direct:
            return self._leave_to_library(datagram)
        self._read(datagram, session)
        return True

    def _agreed(self) -> Session | None:
        """What unprotects, from the handshake on; then what came too early is read first."""
        session = self._inbound = private.inbound(self._transport)
        if session is not None and self._direct:
            early, self._early = self._early, []
            for one in early:
                self._read(one, session)
        return session

    def _leave_to_library(self, datagram: bytes) -> bool:
        if self._settings.stock:
            self.heard = self._now()
        elif not rtp.is_rtcp(datagram) and not self._admits(rtp.ssrc_of(datagram)):
            return True
        return private.queued(self._connection) >= QUEUED_DATAGRAMS

    def _read(self, datagram: bytes, session: Session) -> None:
        control = rtp.is_rtcp(datagram)
        ssrc = 0 if control else rtp.ssrc_of(datagram)
        if not control and ssrc not in self._ssrcs and not self._admits(ssrc):
            return
        try:
            plain = session.unprotect_rtcp(datagram) if control else session.unprotect(datagram)
        except SrtpError:
            self.refused += 1
            return
        if control:
            self._read_control(plain)
        else:
            self._read_media(plain, ssrc)

    def _admits(self, ssrc: int) -> bool:
        """Whether a source is known, or there is room for one more."""
        if ssrc in self._ssrcs or len(self._ssrcs) < SSRCS:
            return True
        self.refused += 1
        return False

    @property
    def has_way(self) -> bool:
        """Whether the peer has said yes to packets of ours (RFC 7675), and not stopped to."""
        return private.route(self._connection) is not None

    def send_rtp(self, packets: Iterable[bytes]) -> bool:
        """Protect and send; False if there is nobody to send to, or no longer."""
        way = self._way()
        if way is None:
            return False
        session, transport, address = way
        protect, send = session.protect, transport.sendto
        for packet in packets:
            send(protect(packet), address)
        return True

    def send_rtcp(self, packets: bytes) -> bool:
        """The same for control: one or more packets, one after another."""
        way = self._way()
        if way is None:
            return False
        session, transport, address = way
        transport.sendto(session.protect_rtcp(packets), address)
        return True

    def _way(self) -> tuple[Session, asyncio.DatagramTransport, tuple[str, int]] | None:
        session = private.outbound(self._transport)
        pair = private.route(self._connection)
        if session is None or pair is None:
            return None
        transport = pair.protocol.transport
        if transport.is_closing():
            return None
        return session, transport, pair.remote_addr

    def _read_media(self, packet: bytes, ssrc: int) -> None:
        self.heard = now = self._now()
        # Only now is it sure that the peer, and nobody else, named this source.
        self._ssrcs.add(ssrc)
        self._party.rtp(packet, now)

    def _read_control(self, compound: bytes) -> None:
        self.heard = now = self._now()
        try:
            packets = RtcpPacket.parse(compound)
        except (ValueError, struct.error):
            self.refused += 1
        else:
            self._party.rtcp(packets, now)

    async def _plain_rtp(self, data: bytes, arrival_time_ms: int) -> None:
        if len(data) >= rtp.HEADER.size:
            self._read_media(data, rtp.ssrc_of(data))

    async def _plain_rtcp(self, data: bytes) -> None:
        self._read_control(data)

    async def _gather(self, component: int, addresses: list[str], **_: object) -> list[Candidate]:
        sockets = open_sockets(self._settings, lambda: _Socket(self._connection, self))
        for one in sockets:
            private.add_protocol(self._connection, one)
        return [one.local_candidate for one in sockets]


class _Socket(StunProtocol):
    """The library's socket with the link before it."""

    def __init__(self, connection: Connection, link: Link) -> None:
        super().__init__(connection)
        self._link = link
        self._take = link.take

    def datagram_received(self, data: Any, addr: tuple[Any, ...]) -> None:
        if self._take(data):
            return
        try:
            super().datagram_received(data, addr)
        except _FOREIGN as error:
            self._link.refused += 1
            _log.debug("a datagram that is no STUN: %s", type(error).__name__)
