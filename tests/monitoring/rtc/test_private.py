"""Guards the private names under the media connections: fails at every upgrade, on purpose.

Read what has changed in the libraries, go through `evalroom/monitoring/rtc`, and only then write
the new versions and fingerprints here.
"""

import ast
import asyncio
import hashlib
import importlib
import importlib.metadata
import inspect
import operator
from pathlib import Path
from typing import Any

import pytest
from aioice import Connection
from aioice.ice import StunProtocol
from aiortc import RTCRtpReceiver, RTCRtpSender, rtcpeerconnection
from aiortc.rtcdtlstransport import SRTP_PROFILES
from OpenSSL import SSL

from evalroom.monitoring import rtc
from evalroom.monitoring.rtc import private
from tests.monitoring.rtc.peers import peer

PINS = {"aiortc": "1.16.0", "aioice": "0.13.0"}

PEER = "aiortc.rtcpeerconnection:RTCPeerConnection"

# Every method that is replaced, overridden, or leaned on for more than its manual says
FINGERPRINTS = {
    "aiortc.rtcpeerconnection:RTCPeerConnection.addTransceiver": "eece5df366692829",
    "aiortc.rtcpeerconnection:RTCPeerConnection.setRemoteDescription": "42c5e2eb7ca58b5f",
    "aiortc.rtcpeerconnection:RTCPeerConnection.setLocalDescription": "ff409406ce1d3c23",
    "aiortc.rtcpeerconnection:RTCPeerConnection.createAnswer": "f535f80c96a1acaa",
    "aiortc.rtcpeerconnection:RTCPeerConnection.close": "7e2df1bb95ebce29",
    PEER + "._RTCPeerConnection__connect": "9199a73a7cde4776",
    PEER + "._RTCPeerConnection__createTransceiver": "00201d6e03cc00f7",
    PEER + "._RTCPeerConnection__createDtlsTransport": "ad91de689a334df2",
    PEER + "._RTCPeerConnection__localRtp": "d6a10a3f40c40a54",
    PEER + "._RTCPeerConnection__remoteRtp": "1dc79068e0cae573",
    PEER + "._RTCPeerConnection__updateConnectionState": "737e50373bd636dd",
    "aiortc.rtcpeerconnection:create_media_description_for_transceiver": "2ab6730b6dd9aaea",
    "aiortc.rtcpeerconnection:find_common_codecs": "2415d76d0aa2c211",
    "aiortc.rtcpeerconnection:is_codec_compatible": "23cf2acabed4b8ec",
    "aiortc.rtcdtlstransport:RTCCertificate._create_ssl_context": "aac625bdc264f0a6",
    "aiortc.rtcdtlstransport:RTCDtlsTransport._recv_next": "998076720c05aa13",
    "aiortc.rtcdtlstransport:RTCDtlsTransport._setup_srtp": "75cc6ec308f16da1",
    "aiortc.rtcdtlstransport:RTCDtlsTransport._handle_rtp_data": "5def9061cc3da1f6",
    "aiortc.rtcdtlstransport:RTCDtlsTransport._handle_rtcp_data": "5469e786d77b37b2",
    "aiortc.rtcdtlstransport:RTCDtlsTransport.stop": "44a8b3fc40aa9d7b",
    "aiortc.rtcicetransport:RTCIceGatherer.gather": "147d15cd640f570e",
    "aiortc.rtcicetransport:RTCIceTransport": "a2e2aeedaf0abf0c",
    "aiortc.rtcrtptransceiver:RTCRtpTransceiver": "008f7efb608430f2",
    "aiortc.rtcrtpreceiver:RTCRtpReceiver._handle_rtp_packet": "4e54983d021a6336",
    "aiortc.rtcrtpreceiver:RTCRtpReceiver._RTCRtpReceiver__stop_decoder": "108105d17e257dba",
    "aiortc.rtcrtpreceiver:RTCRtpReceiver.receive": "d6d8d8d7a0bf4e95",
    "aiortc.rtcrtpreceiver:decoder_worker": "d500d4e567d6846c",
    "aiortc.rtcrtpsender:RTCRtpSender._handle_rtcp_packet": "a4ee4c7355f8de7a",
    "aiortc.rtcrtpsender:RTCRtpSender._next_encoded_frame": "89dd9fa4fb33741c",
    "aiortc.rtcrtpsender:RTCRtpSender._run_rtp": "ff597a1d554cb373",
    "aiortc.sdp:SessionDescription": "87455b9587410567",
    "aiortc.sdp:MediaDescription": "ca1a01e6fca939f4",
    "aiortc.rtp:RtcpPacket.parse": "0d5f4bb5192e2310",
    "aiortc.rtp:pack_rtcp_packet": "e7b0fb7b1fc1aea5",
    "aioice.ice:Connection.gather_candidates": "d33db28d4d1e49ff",
    "aioice.ice:Connection.get_component_candidates": "118597a9fcb703f9",
    "aioice.ice:Connection.close": "25dcfac536f5f37c",
    "aioice.ice:Connection.check_incoming": "cb3e32bd47e5fa82",
    "aioice.ice:Connection.data_received": "5631b17fab717d6b",
    "aioice.ice:Connection.query_consent": "fe49173a650a378a",
    "aioice.ice:Connection.sendto": "bf162ec03bdce2cc",
    "aioice.ice:StunProtocol": "a6e5692f3cf7578e",
}

SIGNATURES = {
    "aiortc.rtcdtlstransport:RTCDtlsTransport._handle_rtp_data": [
        "self",
        "data",
        "arrival_time_ms",
    ],
    "aiortc.rtcdtlstransport:RTCDtlsTransport._handle_rtcp_data": ["self", "data"],
    "aiortc.rtcrtpsender:RTCRtpSender._send_keyframe": ["self"],
    "aiortc.rtcrtpsender:RTCRtpSender.send": ["self", "parameters"],
    "aiortc.rtcrtpreceiver:RTCRtpReceiver.receive": ["self", "parameters"],
    "aiortc.rtcrtpreceiver:RTCRtpReceiver._set_rtcp_ssrc": ["self", "ssrc"],
    "aioice.ice:Connection.get_component_candidates": [
        "self",
        "component",
        "addresses",
        "timeout",
    ],
    "aioice.ice:StunProtocol.datagram_received": ["self", "data", "addr"],
    "aioice.ice:StunProtocol.__init__": ["self", "receiver"],
}


@pytest.mark.parametrize("package", PINS)
@pytest.mark.rule("M23")
def test_the_libraries_under_media_are_the_ones_that_were_read(package: str) -> None:
    assert importlib.metadata.version(package) == PINS[package]


@pytest.mark.parametrize("name", FINGERPRINTS)
@pytest.mark.rule("M23")
def test_the_code_that_media_lean_on_is_the_code_that_was_read(name: str) -> None:
    assert fingerprint(name) == FINGERPRINTS[name], "read what changed, then write the new one"


@pytest.mark.parametrize("name", SIGNATURES)
def test_what_is_replaced_is_called_as_we_expect(name: str) -> None:
    assert list(inspect.signature(found(name)).parameters) == SIGNATURES[name]


@pytest.mark.rule("M23")
async def test_every_private_name_is_where_we_look_for_it() -> None:
    connection = peer()
    video = connection.addTransceiver("video", direction="recvonly")
    transport = private.transport_of(video)
    ice = private.connection_of(transport)
    assert isinstance(ice, Connection)
    assert ice is transport.transport.iceGatherer._connection
    assert private.inbound(transport) is None
    assert private.outbound(transport) is None
    assert private.route(ice) is None
    assert private.queued(ice) == 0
    assert private.ssrc_of(video) == video.sender._ssrc
    assert isinstance(vars(video)[private.RECEIVER], RTCRtpReceiver)
    assert isinstance(vars(video)[private.SENDER], RTCRtpSender)
    assert private.DECODER_QUEUE in vars(video.receiver)
    assert len(getattr(connection, private.CERTIFICATES)) == 1
    await connection.close()


@pytest.mark.rule("M23")
async def test_a_peer_with_an_rsa_certificate_finds_a_cipher_and_none_without_forward_secrecy() -> (
    None
):
    connection = peer()
    private.welcome_rsa(connection)
    [certificate] = getattr(connection, private.CERTIFICATES)
    context = certificate._create_ssl_context(srtp_profiles=SRTP_PROFILES)
    known = SSL.Connection(context, None).get_cipher_list()
    assert "ECDHE-RSA-AES128-GCM-SHA256" in known
    assert all(name.startswith(("ECDHE-", "TLS_")) for name in known)
    await connection.close()


def test_the_library_asks_no_one_of_ours_for_more_than_we_answer() -> None:
    """What the peer connection touches of a receiver and a sender, read in its code."""
    asked = {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(rtcpeerconnection)))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in ("receiver", "sender")
    }
    assert asked == {
        "_rtx_ssrc", "_set_rtcp_ssrc", "_ssrc", "_stream_id", "_track", "_track_id", "receive",
        "replaceTrack", "send", "setTransport", "track", "transport",
    }  # fmt: skip


def test_no_other_module_touches_a_private_name_of_the_libraries() -> None:
    ours = Path(rtc.__file__).parent
    for file in ours.glob("*.py"):
        if file.name == "private.py":
            continue
        text = file.read_text()
        for name in ("_RTCRtp", "_RTCPeer", "._connection._", "_nominated", "_srtp.", "._queue."):
            assert name not in text, f"{file.name} has {name}"


async def test_a_socket_of_ours_is_a_socket_of_the_librarys() -> None:
    connection = Connection(ice_controlling=False)
    one = StunProtocol(connection)
    private.add_protocol(connection, one)
    assert connection._protocols == [one]
    assert isinstance(connection._queue, asyncio.Queue)
    connection._protocols.clear()
    await connection.close()


def found(name: str) -> Any:
    module, path = name.split(":")
    return operator.attrgetter(path)(importlib.import_module(module))


def fingerprint(name: str) -> str:
    return hashlib.sha256(inspect.getsource(found(name)).encode()).hexdigest()[:16]
