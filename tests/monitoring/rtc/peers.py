"""Publishers and subscribers that are not ours: aiortc as it is, on the other end of a wire that
may lose, repeat and overtake.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from evalroom.clock import Clock, SystemClock
from evalroom.monitoring.rtc import Inlet, InletTrack, Reason, RtcSettings, receive
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc.media import Sample, packet_of

SETTINGS = RtcSettings(addresses=("127.0.0.1",), ports=(42_000, 45_999))
CLOCK = SystemClock()


class Reel(MediaStreamTrack):
    """Samples one after another, `pace` seconds apart, once `running` is set."""

    def __init__(self, kind: str, samples: Sequence[Sample], rate: int, pace: float) -> None:
        super().__init__()
        self.kind = kind
        self.running = asyncio.Event()
        self.sent = 0
        self.over = asyncio.Event()
        self._samples = samples
        self._rate = rate
        self._pace = pace

    async def recv(self) -> Any:
        await self.running.wait()
        if self.sent == len(self._samples):
            self.over.set()
            # A publisher that is done stays connected: it may be asked to send again.
            await asyncio.Event().wait()
            raise MediaStreamError
        if self.sent:
            await asyncio.sleep(self._pace)
        self.sent += 1
        return packet_of(self._samples[self.sent - 1], self._rate)


class Wire:
    """The sending side of a peer's socket. `fate` says for each RTP packet what becomes of it: how
    often it is sent (0: lost) and whether it lets the next one pass.
    """

    def __init__(self, transport: asyncio.DatagramTransport, fate: Callable[[], tuple[int, bool]]):
        self._transport = transport
        self._fate = fate
        self._kept: tuple[bytes, Any] | None = None
        self.lost = 0
        self.packets = 0

    def sendto(self, data: bytes, addr: Any = None) -> None:
        if not (128 <= data[0] <= 191) or 192 <= data[1] <= 223:
            self._transport.sendto(data, addr)
            return
        self.packets += 1
        times, waits = self._fate()
        self.lost += not times
        kept, self._kept = self._kept, None
        if waits and kept is None and times:
            self._kept = (data, addr)
            return
        for _ in range(times):
            self._transport.sendto(data, addr)
        if kept is not None:
            self._transport.sendto(*kept)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def fates(
    seed: int, *, loss: float = 0, twice: float = 0, overtaken: float = 0, spare: int = 0
) -> Callable[[], tuple[int, bool]]:
    chance = random.Random(seed)
    packets = count()

    def fate() -> tuple[int, bool]:
        if next(packets) < spare:
            return 1, False
        if chance.random() < loss:
            return 0, False
        return 1 + (chance.random() < twice), chance.random() < overtaken

    return fate


class Publisher:
    """An aiortc peer that sends what was encoded before."""

    def __init__(self) -> None:
        self.connection = peer()
        self.reels: list[Reel] = []
        self.key_requests = 0
        self.resent = 0
        self.deaf = False
        """Whether it sends nothing again."""
        self.wire: Wire | None = None

    def add(self, codec: Codec, samples: Sequence[Sample], pace: float = 0.01) -> Reel:
        kind = "audio" if codec is Codec.OPUS else "video"
        reel = Reel(kind, samples, codec.clock_rate, pace)
        transceiver = self.connection.addTransceiver(reel, direction="sendonly")
        wanted = [c for c in RTCRtpSender.getCapabilities(kind).codecs if _is(c.name, codec)]
        transceiver.setCodecPreferences(wanted)
        self._spy(transceiver.sender)
        self.reels.append(reel)
        return reel

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await until(lambda: self.connection.connectionState in ("connected", "failed"))

    def spoil(self, fate: Callable[[], tuple[int, bool]]) -> None:
        """From now on the wire is not perfect."""
        ice: Any = self.connection.getTransceivers()[0].sender.transport.transport
        socket = ice._connection._nominated[1].protocol
        self.wire = Wire(socket.transport, fate)
        socket.transport = self.wire

    def start(self) -> None:
        for reel in self.reels:
            reel.running.set()

    def _spy(self, sender: Any) -> None:
        again = sender._retransmit

        def asked() -> None:
            self.key_requests += 1

        async def resend(sequence: int) -> None:
            if not self.deaf:
                self.resent += 1
                await again(sequence)

        sender._send_keyframe = asked
        sender._retransmit = resend


class Seen:
    """What came out of an inlet."""

    def __init__(self) -> None:
        self.frames: dict[str, list[EncodedFrame]] = {"video": [], "audio": []}
        self.levels: list[int | None] = []
        self.ends: list[Reason] = []
        self.after_end = 0

    def frame(self, track: InletTrack, frame: EncodedFrame) -> None:
        self.after_end += bool(self.ends)
        self.frames[track.kind].append(frame)
        self.levels.append(track.level)

    @property
    def video(self) -> list[EncodedFrame]:
        return self.frames["video"]

    @property
    def audio(self) -> list[EncodedFrame]:
        return self.frames["audio"]


def peer() -> RTCPeerConnection:
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )


@asynccontextmanager
async def published(
    publisher: Publisher, settings: RtcSettings = SETTINGS, clock: Clock = CLOCK
) -> AsyncIterator[tuple[Inlet, Seen]]:
    """A publisher connected to an inlet of ours; both are closed in the end."""
    seen = Seen()
    try:
        inlet = await receive(
            await publisher.offer(), seen.frame, seen.ends.append, clock, settings
        )
        try:
            await publisher.take(inlet.answer)
            # The handshake is over there; here it may be a moment later.
            ours = inlet._connection
            await until(lambda: ours.connectionState in ("connected", "failed"))
            yield inlet, seen
        finally:
            await inlet.close()
    finally:
        await publisher.connection.close()
        await settled()


async def until(condition: Callable[[], bool], seconds: float = 40) -> None:
    """Come back when it is so; fail when it never is."""
    async with asyncio.timeout(seconds):
        # It happens in a socket, in a browser, in the library: no event tells of it.
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def settled() -> None:
    """Come back when nothing but the caller runs."""
    await until(lambda: len(asyncio.all_tasks()) == 1)


def _is(name: str, codec: Codec) -> bool:
    return name.lower() in ({"opus"} if codec is Codec.OPUS else {codec.name.lower(), "rtx"})
