"""The library's own receiving and sending, for the day an own path is at fault: nothing is decoded
here either, but a picture comes one later and without its temporal layer, each track has an idle
thread, a sent picture is cut anew for each who watches, and only one codec is sent.
"""

import asyncio
import queue
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from aiortc import MediaStreamTrack, RTCRtpReceiver, RTCRtpSender
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from av import Packet

from evalroom.clock import Clock
from evalroom.monitoring.rtc import feedback, h264, limits, private, vp8
from evalroom.monitoring.rtc.assembly import Ticks
from evalroom.monitoring.rtc.offer import Kind, codec_of
from evalroom.monitoring.rtc.relabel import Timeline
from evalroom.monitoring.rtc.stats import InletStats, OutletStats
from evalroom.wire.media_frame import Codec, EncodedFrame

if TYPE_CHECKING:
    from av.stream import Stream

    from evalroom.monitoring.rtc.receiver import Feedback
    from evalroom.monitoring.rtc.sender import Line

QUEUED_FRAMES: Final = 64
"""Frames that wait for the library to send them: two seconds of a camera."""


class StockReceiver:
    """Takes frames where the library's receiver would put them for decoding."""

    level: Final = None

    def __init__(
        self,
        kind: Kind,
        receiver: RTCRtpReceiver,
        ssrcs: tuple[int, int | None],
        on_frame: Callable[[EncodedFrame], None],
        clock: Clock,
    ) -> None:
        """`ssrcs` are our own, and the publisher's if its offer told it."""
        self.kind = kind
        self.codec: Codec | None = None
        self.link: Feedback | None = None
        self._own, self._about = ssrcs
        self._on_frame = on_frame
        self._clock = clock
        self._key_asked = float("-inf")
        self._ticks = Ticks(90_000)
        self._needs_key = kind == "video"
        self._ended = False
        self._thread: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._frames = self._keys = self._bytes = self._dropped = self._key_requests = 0
        private.put_decoder(receiver, self)

    def put(self, task: tuple[RTCRtpCodecParameters, JitterFrame] | None) -> None:
        """What the library would decode; nothing means that its thread may end."""
        if task is None:
            self._thread.put(None)
            return
        codec = codec_of(task[0])
        if codec is None or self._ended or not task[1].data:
            return
        if codec is not self.codec:
            self.codec, self._ticks = codec, Ticks(codec.clock_rate)
        self._bytes += len(task[1].data)
        frame = self._frame(codec, task[1])
        if self._needs_key and not frame.key:
            self._dropped += 1
            self.request_key()
            return
        self._needs_key = False
        self._frames += 1
        self._keys += frame.key
        self._on_frame(frame)

    def get(self) -> None:
        """Where the thread that has nothing to decode waits."""
        return self._thread.get()

    def end(self) -> None:
        self._ended = True

    def hears(self, ssrc: int) -> bool:
        return False

    def told(self, ntp: int, timestamp: int, now: float) -> None:
        """Reports go to the library."""

    def wall_of(self, ticks: int) -> int | None:
        return None

    def request_key(self) -> None:
        now = self._clock.monotonic()
        if self.link is None or self._about is None or now - self._key_asked < limits.KEY_SECONDS:
            return
        self._key_asked = now
        self._key_requests += 1
        self.link.send_rtcp(feedback.picture_lost(self._own, self._about))

    @property
    def stats(self) -> InletStats:
        """Packets are counted by the library alone."""
        return InletStats(
            packets=0,
            bytes=self._bytes,
            frames=self._frames,
            keys=self._keys,
            dropped=self._dropped,
            lost=0,
            recovered=0,
            duplicates=0,
            nacked=0,
            key_requests=self._key_requests,
        )

    def _frame(self, codec: Codec, found: JitterFrame) -> EncodedFrame:
        data = found.data
        key = True
        if codec is Codec.VP8:
            key = vp8.is_key(data)
        elif codec is Codec.H264:
            key = any(h264.kind(unit) == h264.IDR for unit in h264.units_of(data))
        ticks = self._ticks.of(found.timestamp & 0xFFFF_FFFF)
        return EncodedFrame(codec, data, key, 0, ticks, self._clock.wall())


class StockTrack(MediaStreamTrack):
    """What the library's sender takes frames from."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind
        self._frames: asyncio.Queue[Packet[Stream] | None] = asyncio.Queue(QUEUED_FRAMES + 1)

    def put(self, packet: "Packet[Stream]") -> bool:
        """False if the library is so far behind that the frame is dropped."""
        if self._frames.qsize() >= QUEUED_FRAMES:
            return False
        self._frames.put_nowait(packet)
        return True

    def end(self) -> None:
        if not self._frames.full():
            self._frames.put_nowait(None)

    async def recv(self) -> "Packet[Stream]":
        packet = await self._frames.get()
        if packet is None:
            raise MediaStreamError
        return packet


class StockSender:
    """Gives frames to the library's sender."""

    def __init__(self, kind: Kind, codec: Codec, track: StockTrack, sender: RTCRtpSender) -> None:
        self.kind = kind
        self.link: Line | None = None
        self.on_key_request: Callable[[], None] | None = None
        self._codec = codec
        self._track = track
        self._timeline = Timeline(0)
        self._turns = 0
        self._last = 0
        self._needs_key = kind == "video"
        self._frames = self._bytes = self._key_requests = 0
        private.put_key_request(sender, self.want_key)

    def switch(self) -> None:
        self._timeline.switch()
        self._needs_key = self.kind == "video"
        self.want_key()

    def forward(self, frame: EncodedFrame) -> None:
        if frame.codec is not self._codec:
            return
        if self._needs_key and not frame.key:
            self.want_key()
            return
        packet = Packet(frame.data)
        timestamp = self._timeline.of(frame)
        self._turns += timestamp < self._last
        self._last = timestamp
        packet.pts = timestamp + (self._turns << 32)
        packet.time_base = Fraction(1, frame.codec.clock_rate)
        taken = self._track.put(packet)
        self._needs_key = self.kind == "video" and not taken
        self._frames += taken
        self._bytes += len(frame.data)

    def want_key(self) -> None:
        self._key_requests += 1
        if self.on_key_request is not None:
            self.on_key_request()

    def heard(self, packet: object, now: float) -> None:
        """Feedback goes to the library."""

    def end(self) -> None:
        self._track.end()

    @property
    def stats(self) -> OutletStats:
        """Packets are counted by the library alone."""
        return OutletStats(
            packets=0,
            bytes=self._bytes,
            frames=self._frames,
            resent=0,
            key_requests=self._key_requests,
            lost=0,
            rtt_ms=None,
        )
