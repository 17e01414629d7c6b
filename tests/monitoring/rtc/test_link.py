"""What comes to a media socket is let in, passed on, or dropped, and never an error."""

import socket
from typing import Any

import pytest
from pylibsrtp import Policy, Session

from evalroom.monitoring.rtc import RtcSettings, limits, private, receive, rtp
from evalroom.monitoring.rtc.link import Link
from evalroom.wire.media_frame import Codec
from tests.monitoring.rtc import media
from tests.monitoring.rtc.offers import GOOD
from tests.monitoring.rtc.peers import CLOCK, SETTINGS, Publisher, peer, published, settled, until

# Two real peers on a busy machine.
pytestmark = pytest.mark.slow(60)


class Nobody:
    def rtp(self, data: bytes, now: float) -> None:
        raise AssertionError("nothing was protected")

    def rtcp(self, packets: Any, now: float) -> None:
        raise AssertionError("nothing was protected")


FOREIGN = [
    b"\x00",
    b"x" * 11,
    b"\x00" * 20,
    b"\x00\x01\x00\x08\x21\x12\xa4\x42" + b"t" * 12 + b"\x00\x06\x00\x40abcd",
    b"\x00\x01\x00\x04\x21\x12\xa4\x42" + b"t" * 12 + b"\x80\x28\x00\x00",
    b"\x00\x01\x00\x00\x21\x12\xa4\x42" + b"t" * 12,
    b"\x01\x01\x00\x00\x21\x12\xa4\x42" + b"t" * 12,
    b"\x16\xfe\xfd" + b"d" * 40,
    b"\x80\x60" + b"r" * 40,
    b"\x80\xc8" + b"c" * 40,
    b"\xff" * 100,
    b"y" * (limits.DATAGRAM_BYTES + 1),
    b"\x80\x60" + b"r" * (limits.DATAGRAM_BYTES - 2),
    b"\x80\x60" + b"r" * (limits.DATAGRAM_BYTES - 1),
]


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.rule("M14")
async def test_foreign_datagrams_disturb_nobody(
    direct: bool, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = Publisher()
    publisher.add(Codec.VP8, media.vp8())
    settings = RtcSettings(addresses=SETTINGS.addresses, ports=SETTINGS.ports, datagram_path=direct)
    async with published(publisher, settings) as (inlet, seen):
        pair = private.route(
            private.connection_of(private.transport_of(inlet._connection.getTransceivers()[0]))
        )
        assert pair is not None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for datagram in FOREIGN * 3:
                stranger.sendto(datagram, pair.local_addr)
        publisher.start()
        await until(lambda: len(seen.video) == 60)
        assert [frame.data for frame in seen.video] == [one.data for one in media.vp8()]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.rule("M14")
async def test_before_the_handshake_datagrams_wait_only_so_long() -> None:
    inlet = await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, SETTINGS)
    transport = private.transport_of(inlet._connection.getTransceivers()[0])
    connection = private.connection_of(transport)
    (one,) = connection._protocols
    for _ in range(limits.QUEUED_DATAGRAMS * 3):
        one.datagram_received(b"\x16\xfe\xfd" + b"d" * 40, ("127.0.0.1", 9))
    assert private.queued(connection) == limits.QUEUED_DATAGRAMS
    await inlet.close()
    await settled()


@pytest.mark.rule("M14")
async def test_a_connection_has_only_so_many_sources() -> None:
    publisher = Publisher()
    publisher.add(Codec.VP8, media.vp8())
    async with published(publisher) as (inlet, seen):
        publisher.start()
        await until(lambda: len(seen.video) > 5)
        transport: Any = publisher.connection.getTransceivers()[0].sender.transport
        for ssrc in range(1, 40):
            head = b"\x80\x61\x00\x01\x00\x00\x00\x00" + ssrc.to_bytes(4, "big")
            await transport._send_rtp(head + b"\x10data")
        link: Any = inlet._receivers[0].link
        await until(lambda: link.refused > 20)
        assert len(link._ssrcs) == limits.SSRCS
        await until(lambda: len(seen.video) == 60)


class Ear(Nobody):
    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def rtp(self, data: bytes, now: float) -> None:
        self.heard.append(data)


async def test_media_that_come_before_the_handshake_is_over_here_are_kept_and_few() -> None:
    connection, ear = peer(), Ear()
    transport: Any = private.transport_of(connection.addTransceiver("video"))
    link = Link(transport, SETTINGS, ear, CLOCK)
    key = bytes(30)
    there = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    packets = [
        rtp.HEADER.pack(0x80, 96, number, 0, 1111) + b"\x10data"
        for number in range(limits.EARLY_DATAGRAMS + 20)
    ]
    for packet in packets[:-1]:
        assert link.take(there.protect(packet))
    assert ear.heard == []
    assert len(link._early) == limits.EARLY_DATAGRAMS
    transport._rx_srtp = Session(Policy(key=key, ssrc_type=Policy.SSRC_ANY_INBOUND))
    assert link.take(there.protect(packets[-1]))
    assert ear.heard == [*packets[: limits.EARLY_DATAGRAMS], packets[-1]]
    assert link._early == []
    transport._rx_srtp = None
    await connection.close()


async def test_without_a_handshake_nothing_is_sent() -> None:
    connection = peer()
    transceiver = connection.addTransceiver("video")
    link = Link(private.transport_of(transceiver), SETTINGS, Nobody(), CLOCK)
    assert not link.send_rtp([b"x" * 20])
    assert not link.send_rtcp(b"x" * 20)
    assert link.take(b"\x80\x60" + b"r" * 40)
    assert link.heard is None
    await connection.close()
