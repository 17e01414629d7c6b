"""Seats with camera and microphone, many in one process and as lean as they can be: what they send
was encoded before, and goes out by our own sender.

    python -m bench.peers.eyes_publishers PORT COUNT

Says `ready` when all are connected. `renew N` closes the oldest ones and publishes them anew.
"""

import asyncio
import heapq
import sys
import time
from collections import deque
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import aiohttp
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.rtp import AnyRtcpPacket

from bench.peers.media import CLOCK, RATE, peer, pictures, run
from evalroom.monitoring.rtc import RtcSettings, private, vp8
from evalroom.monitoring.rtc.link import Link
from evalroom.monitoring.rtc.sender import EncodedSender
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc.media import opus

SETTINGS = RtcSettings(addresses=("127.0.0.1",), ports=(34_000, 37_999))
SOUNDS = 50
"""Opus packets a second."""

STOOD_STILL = 0.2
"""Seconds behind its time after which a seat goes on from now."""

Film = Sequence[tuple[bytes, bool]]


class Seat:
    """One publisher, from its offer on."""

    def __init__(self, source: str, film: Film) -> None:
        self.source = source
        self.connection: RTCPeerConnection = peer()
        self._film = film
        self._sounds = cycle(opus())
        self._shown = self._place = self._said = 0
        self._video, self._audio = self._sender("video"), self._sender("audio")
        self._video.on_key_request = self._begin_anew

    async def publish(self, http: aiohttp.ClientSession, port: int) -> None:
        """Come back when it is connected."""
        connection = self.connection
        transport = private.transport_of(connection.getTransceivers()[0])
        self._video.link = self._audio.link = Link(transport, SETTINGS, self, CLOCK)
        await connection.setLocalDescription(await connection.createOffer())
        url = f"http://127.0.0.1:{port}/offer/{self.source}"
        async with http.post(url, data=connection.localDescription.sdp) as answer:
            answer.raise_for_status()
            described = RTCSessionDescription(await answer.text(), "answer")
        await connection.setRemoteDescription(described)
        # Nothing else happens meanwhile, and the bench is over soon.
        while connection.connectionState != "connected":  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def show(self) -> None:
        """The next picture."""
        data, key = self._film[self._place % len(self._film)]
        payloads = tuple(vp8.packetise(data, self._shown))
        ticks = self._shown * 90_000 // RATE
        self._video.forward(EncodedFrame(Codec.VP8, data, key, 0, ticks, 0, payloads))
        self._shown += 1
        self._place += 1

    def say(self) -> None:
        """The next piece of sound."""
        data, ticks = next(self._sounds).data, self._said * 48_000 // SOUNDS
        self._audio.forward(EncodedFrame(Codec.OPUS, data, True, 0, ticks, 0, (data,)))
        self._said += 1

    def rtp(self, data: bytes, now: float) -> None:
        """Nothing is sent to a publisher."""

    def rtcp(self, packets: list[AnyRtcpPacket], now: float) -> None:
        for packet in packets:
            self._video.heard(packet, now)

    def _sender(self, kind: Any) -> EncodedSender:
        transceiver = self.connection.addTransceiver(kind, direction="sendonly")
        wanted = ("VP8", "rtx", "opus")
        codecs = RTCRtpSender.getCapabilities(kind).codecs
        transceiver.setCodecPreferences([c for c in codecs if c.name in wanted])
        sender = EncodedSender(kind, private.transport_of(transceiver), self.source, CLOCK)
        private.put_sender(transceiver, sender)
        return sender

    def _begin_anew(self) -> None:
        """The film begins with a key frame."""
        self._place = 0


class Seats:
    """All of them."""

    def __init__(self, http: aiohttp.ClientSession, port: int) -> None:
        self._http = http
        self._port = port
        self._film = pictures()
        self._seats: deque[Seat] = deque()
        self._due: list[tuple[float, int, Seat]] = []

    async def open(self, source: str) -> None:
        """Publish one more; each has its own moments, which are even all in all."""
        seat = Seat(source, self._film)
        await seat.publish(self._http, self._port)
        self._seats.append(seat)
        turn = len(self._seats) * 0.618 % 1
        for rate in (RATE, SOUNDS):
            heapq.heappush(self._due, (time.monotonic() + turn / rate, id(seat) + rate, seat))

    async def renew(self, count: int) -> None:
        """The oldest ones go without a word, and come again."""
        for seat in [self._seats.popleft() for _ in range(count)]:
            await seat.connection.close()
            await self.open(seat.source)

    async def play(self) -> None:
        """Send what is due, for ever."""
        while True:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                due, number, seat = heapq.heappop(self._due)
                if seat.connection.connectionState != "closed":
                    rate = number - id(seat)
                    (seat.show if rate == RATE else seat.say)()
                    # What a busy machine has missed is not made up for: no camera does that.
                    due = max(due, now - STOOD_STILL)
                    heapq.heappush(self._due, (due + 1 / rate, number, seat))
            await asyncio.sleep(max(0, self._due[0][0] - now) if self._due else 0.01)


async def main(port: int, count: int) -> None:
    async with aiohttp.ClientSession() as http:
        seats = Seats(http, port)
        playing = asyncio.create_task(seats.play())
        for number in range(count):
            await seats.open(f"seat.m{number}.camera")
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            await seats.renew(int(line.split()[1]))
            print("done", flush=True)
        playing.cancel()


if __name__ == "__main__":
    run(main(int(sys.argv[1]), int(sys.argv[2])), "uvloop")
