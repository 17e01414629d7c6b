"""Publishers, subscribers and servers that the benches of media compare, in processes of their own.

They talk over a line of JSON each way: an offer for an answer, or a word for figures.
"""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing.connection import Connection
from typing import Any

import av
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from av import Packet

from evalroom.cli.serve import spare_the_collector
from evalroom.clock import SystemClock
from evalroom.monitoring.rtc import RtcSettings, private
from evalroom.monitoring.rtc.link import Link
from evalroom.monitoring.rtc.receiver import EncodedReceiver
from evalroom.wire.media_frame import EncodedFrame

WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 15, 4
BITS_PER_SECOND = 400_000
CLOCK = SystemClock()

Ask = Callable[[Any], Awaitable[Any]]
"""Says something to the server and gives what it says to that."""


@dataclass(frozen=True)
class Load:
    """So many streams, warm for `warm` seconds, measured for `seconds`."""

    streams: int
    seconds: float
    warm: float = 2.0


def pictures() -> list[tuple[bytes, bool]]:
    """VP8 of 640x360 at 15 pictures a second and 400 kbit/s, a key frame every two seconds."""
    encoder: Any = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE)
    encoder.bit_rate, encoder.gop_size = BITS_PER_SECOND, 2 * RATE
    rate = str(BITS_PER_SECOND)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    encoder.options |= {"minrate": rate, "maxrate": rate, "bufsize": rate}
    chance = np.random.default_rng(1)
    encoded = []
    for index in range(SECONDS * RATE):
        pixels = chance.integers(0, 24, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        pixels[:, : index * 9 % WIDTH, 1] += 140
        picture = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuv420p")
        picture.pts = index
        if index % (2 * RATE) == 0:
            picture.pict_type = av.video.frame.PictureType.I
        encoded += [(bytes(packet), packet.is_keyframe) for packet in encoder.encode(picture)]
    return encoded


def run(main: Awaitable[None], loop: str) -> None:
    """Run in this process, on the loop of that name, with the collector as a node has it."""
    import aioice.ice

    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

    async def whole() -> None:
        spare_the_collector()
        await main

    if loop == "uvloop":
        import uvloop

        uvloop.run(whole())
    else:
        asyncio.run(whole())


class Film(MediaStreamTrack):
    """Encoded pictures in real time, over and over; each publisher begins at another moment."""

    kind = "video"

    def __init__(self, encoded: Sequence[tuple[bytes, bool]], late: float) -> None:
        super().__init__()
        self._encoded = encoded
        self._begun = time.monotonic() + late
        self._index = 0

    async def recv(self) -> Any:
        await asyncio.sleep(max(0.0, self._begun + self._index / RATE - time.monotonic()))
        packet = Packet(self._encoded[self._index % len(self._encoded)][0])
        packet.pts, packet.time_base = self._index, Fraction(1, RATE)
        self._index += 1
        return packet


class Ear:
    """A subscriber that takes frames encoded: as cheap as a subscriber can be."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.frames = 0
        transceiver = connection.addTransceiver("video", direction="recvonly")
        transport = private.transport_of(transceiver)
        self._receiver = EncodedReceiver("video", transport, self._came, CLOCK, 1_000_000)
        self._receiver._set_rtcp_ssrc(private.ssrc_of(transceiver))
        private.put_receiver(transceiver, self._receiver)
        settings = RtcSettings(addresses=("127.0.0.1",), ports=(34_000, 37_999))
        self._receiver.link = Link(transport, settings, self, CLOCK)

    def rtp(self, data: bytes, now: float) -> None:
        self._receiver.take(data, now)

    def rtcp(self, packets: object, now: float) -> None:
        """Reports are of no interest here."""

    def _came(self, frame: EncodedFrame) -> None:
        self.frames += 1


def peer() -> RTCPeerConnection:
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )


async def publish(
    port: int, encoded: Sequence[tuple[bytes, bool]], load: Load, parent: Connection
) -> None:
    connections = []

    def add(index: int) -> RTCPeerConnection:
        connection = peer()
        film = Film(encoded, index / load.streams / RATE)
        transceiver = connection.addTransceiver(film, direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([c for c in codecs if c.name in ("VP8", "rtx")])
        connections.append(connection)
        return connection

    await _measure(port, load, add, parent)


async def subscribe(port: int, load: Load, parent: Connection, *, invited: bool = False) -> None:
    """Subscribe; `invited`: to a server that makes the offers."""
    ears: list[Ear] = []

    def add(index: int) -> RTCPeerConnection:
        connection = peer()
        ears.append(Ear(connection))
        return connection

    connect = be_invited if invited else offer
    await _measure(port, load, add, parent, lambda: sum(ear.frames for ear in ears), connect)


async def offer(connection: RTCPeerConnection, ask: Ask) -> None:
    """Offer, and take the answer."""
    await connection.setLocalDescription(await connection.createOffer())
    answer = await ask(connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def be_invited(connection: RTCPeerConnection, ask: Ask) -> None:
    """Ask for an offer, and answer it."""
    number, offered = await ask("invite")
    await connection.setRemoteDescription(RTCSessionDescription(offered, "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    await ask([number, connection.localDescription.sdp])


async def _measure(
    port: int,
    load: Load,
    add: Callable[[int], RTCPeerConnection],
    parent: Connection,
    came: Callable[[], int] | None = None,
    connect: Callable[[RTCPeerConnection, Ask], Awaitable[None]] | None = None,
) -> None:
    """Connect all, wait, and give milliseconds of the server a stream-second, and frames."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)

    async def ask(what: Any) -> Any:
        writer.write(json.dumps(what).encode() + b"\n")
        return json.loads(await reader.readline())

    connections = [add(index) for index in range(load.streams)]
    for connection in connections:
        await (connect or offer)(connection, ask)
    # Nothing else happens meanwhile, and the bench is over soon.
    while any(one.connectionState != "connected" for one in connections):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await asyncio.sleep(load.warm)
    begun, (cost, frames), heard = time.monotonic(), await ask("cost"), came() if came else 0
    await asyncio.sleep(load.seconds)
    took, (after, more) = time.monotonic() - begun, await ask("cost")
    passed = came() - heard if came else more - frames
    stream_seconds = load.streams * took
    parent.send((1_000 * (after - cost) / stream_seconds, passed / stream_seconds))
    writer.write(b'"stop"\n')
    await writer.drain()
    os._exit(0)
