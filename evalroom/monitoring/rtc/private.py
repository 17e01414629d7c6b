"""Every name of aiortc and aioice that they do not promise to keep, here and nowhere else.

`tests/monitoring/rtc/test_private.py` holds the versions, the names and the code behind them: after
an upgrade it fails, on purpose, until somebody has read what changed.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, cast

from aioice import Candidate, Connection
from aioice.ice import CandidatePair, StunProtocol
from aiortc import RTCPeerConnection, RTCRtpSender, RTCRtpTransceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport
from OpenSSL import SSL
from pylibsrtp import Session

RECEIVER: Final = "_RTCRtpTransceiver__receiver"
SENDER: Final = "_RTCRtpTransceiver__sender"
CERTIFICATES: Final = "_RTCPeerConnection__certificates"
CIPHERS: Final = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
)
"""The library's own, and with forward secrecy too for a peer whose certificate is RSA."""
DECODER_QUEUE: Final = "_RTCRtpReceiver__decoder_queue"

PlainRtp = Callable[[bytes, int], Coroutine[Any, Any, None]]
PlainRtcp = Callable[[bytes], Coroutine[Any, Any, None]]
Gather = Callable[..., Awaitable[list[Candidate]]]


def put_receiver(transceiver: RTCRtpTransceiver, receiver: object) -> None:
    """Let a transceiver hand its media to `receiver`; before the connection is described."""
    setattr(transceiver, RECEIVER, receiver)


def put_sender(transceiver: RTCRtpTransceiver, sender: object) -> None:
    """Let a transceiver take its media from `sender`; before the connection is described."""
    setattr(transceiver, SENDER, sender)


def put_decoder(receiver: object, decoder: object) -> None:
    """Give what the library's own receiver would decode to `decoder.put` instead."""
    setattr(receiver, DECODER_QUEUE, decoder)


def put_key_request(sender: RTCRtpSender, asked: Callable[[], None]) -> None:
    """Let a subscriber's request for a key frame, which the library's own sender would pass to an
    encoder, go to `asked`.
    """
    vars(sender)["_send_keyframe"] = asked


def welcome_rsa(connection: RTCPeerConnection) -> None:
    """Let a peer shake hands with an RSA certificate, as GStreamer's have: by itself the library
    knows elliptic curves alone. Before the connection is described.
    """
    for certificate in getattr(connection, CERTIFICATES):
        make = certificate._create_ssl_context

        def made(srtp_profiles: Any, make: Callable[..., SSL.Context] = make) -> SSL.Context:
            context = make(srtp_profiles=srtp_profiles)
            context.set_cipher_list(CIPHERS)
            return context

        vars(certificate)["_create_ssl_context"] = made


def transport_of(transceiver: RTCRtpTransceiver) -> RTCDtlsTransport:
    return transceiver.receiver.transport


def ssrc_of(transceiver: RTCRtpTransceiver) -> int:
    """The source under which a transceiver reports."""
    return transceiver.sender._ssrc


def connection_of(transport: RTCDtlsTransport) -> Connection:
    return transport.transport._connection


def put_gather(connection: Connection, gather: Gather) -> None:
    """Let `gather(component, addresses, timeout)` open the sockets of a connection."""
    vars(connection)["get_component_candidates"] = gather


def add_protocol(connection: Connection, protocol: StunProtocol) -> None:
    """Let a connection use, and in the end close, a socket."""
    connection._protocols.append(protocol)


def put_plain(transport: RTCDtlsTransport, rtp: PlainRtp, rtcp: PlainRtcp) -> None:
    """Let packets that the library has unprotected go to us, not through its own routing."""
    vars(transport)["_handle_rtp_data"] = rtp
    vars(transport)["_handle_rtcp_data"] = rtcp


def inbound(transport: RTCDtlsTransport) -> Session | None:
    """What unprotects; nothing before the handshake."""
    return cast("Session | None", transport._rx_srtp)


def outbound(transport: RTCDtlsTransport) -> Session | None:
    """What protects; nothing before the handshake."""
    return cast("Session | None", transport._tx_srtp)


def route(connection: Connection) -> CandidatePair | None:
    """The pair that ICE chose, as of now: it may change while media flows."""
    return connection._nominated.get(1)


def queued(connection: Connection) -> int:
    """Datagrams that wait for the library's coroutines."""
    return connection._queue.qsize()
