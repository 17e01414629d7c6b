"""Simulated cameras and microphones: real publications by WebRTC, of pictures that were encoded
before, so that one process carries a whole committee. They freeze, go black, vanish and come back
on order.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any, Final, Literal
from urllib.parse import quote

import av
import msgspec
from aiohttp import ClientError
from aiortc import (
    InvalidStateError,
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)

from evalroom.rehearsal.browser import Browser, Unreachable, reason_of
from evalroom.rehearsal.drawing import Sight
from evalroom.rehearsal.films import (
    MINUTE,
    PICTURES_PER_SECOND,
    Scene,
    minute,
    still,
)
from evalroom.rehearsal.noises import SAMPLES, SOUND_RATE, Sound, noise
from evalroom.sessions.refusals import Refused

Publish = Callable[[str], Awaitable[str]]
"""Hands an SDP offer over and gives the answer. Raises `Refused`, `Unreachable`."""

VIDEO_RATE: Final = 90_000

STOOD_STILL: Final = 1.0
"""Seconds behind its time after which a source goes on from now."""

CONNECT_SECONDS: Final = 20.0
"""From the offer to the first picture, on a machine that carries the whole rehearsal."""


class Camera:
    """Looks at a `sight`, and hears a `sound` if it has a microphone. Nothing is sent before
    `come_back`.
    """

    def __init__(self, publish: Publish, sight: Sight, sound: Sound | None = None) -> None:
        self._publish = publish
        self._pictures = Pictures(sight)
        self._sounds = None if sound is None else Sounds(sound)
        self._connection: RTCPeerConnection | None = None

    @property
    def live(self) -> bool:
        """Whether what it shows arrives."""
        connection = self._connection
        return connection is not None and connection.connectionState == "connected"

    @property
    def hears(self) -> bool:
        """Whether it has a microphone."""
        return self._sounds is not None

    @property
    def sent(self) -> int:
        """How many pictures it has sent."""
        return self._pictures.sent

    def show(self, scene: Scene) -> None:
        """From the next picture on."""
        self._pictures.scene = scene

    def say(self, sound: Sound) -> None:
        """From the next moment on; nothing changes without a microphone."""
        if self._sounds is not None:
            self._sounds.sound = sound

    async def come_back(self) -> None:
        """Publish, instead of whatever it published before.

        Raises `Refused`, `Unreachable`, TimeoutError.
        """
        await self.vanish()
        connection = self._connection = _connection()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._connect(connection)
        except InvalidStateError:
            # Somebody has made it vanish meanwhile.
            raise Refused("connection_lost") from None
        except BaseException:
            await self.vanish()
            raise

    async def vanish(self) -> None:
        """Be gone in the middle of a picture, without a word to the server's interface."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connect(self, connection: RTCPeerConnection) -> None:
        connected = asyncio.Event()
        connection.on("connectionstatechange", connected.set)
        # Drawn and encoded once, beside the loop.
        await asyncio.to_thread(minute, self._pictures.sight)
        self._pictures = self._pictures.again()
        video = connection.addTransceiver(self._pictures, direction="sendonly")
        video.setCodecPreferences(_VP8)
        if self._sounds is not None:
            self._sounds = Sounds(self._sounds.sound)
            connection.addTransceiver(self._sounds, direction="sendonly")
        await connection.setLocalDescription(await connection.createOffer())
        answer = await self._publish(connection.localDescription.sdp)
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        while connection.connectionState != "connected":
            if connection.connectionState in ("failed", "closed"):
                raise Refused("connection_lost")
            connected.clear()
            await connected.wait()


def whip(browser: Browser, session: str, source: str) -> Publish:
    """Publish at a server (WHIP, RFC 9725), as whoever is logged in at `browser`.

    Raises `Refused`, `Unreachable`.
    """

    async def publish(offer: str) -> str:
        url = f"{browser.url}/whip/{session}/{quote(source, safe='')}"
        headers = {"Content-Type": "application/sdp", "Origin": browser.url}
        try:
            async with browser.http.post(url, data=offer, headers=headers) as reply:
                said, status = await reply.text(), reply.status
        except (ClientError, OSError) as error:
            raise Unreachable(browser.url, reason_of(error)) from None
        if status != 201:
            problem = msgspec.json.decode(said)
            raise Refused(problem["code"], **problem["params"])
        return said

    return publish


class _Paced(MediaStreamTrack):
    """Sends something `rate` times a second, by a clock that does not drift."""

    def __init__(self, kind: Literal["audio", "video"], rate: int) -> None:
        super().__init__()
        self.kind = kind
        self.sent = 0
        self._rate = rate
        self._first = self._due = time.monotonic()

    async def _next(self) -> float:
        """Wait until the next one is due; seconds since the first."""
        now = time.monotonic()
        if not self.sent:
            self._first = self._due = now
        elif now < self._due:
            await asyncio.sleep(self._due - now)
        elif now - self._due > STOOD_STILL:
            # What was missed is not made up for.
            self._due = now
            self._missed()
        self.sent += 1
        self._due += 1 / self._rate
        return self._due - 1 / self._rate - self._first

    def _missed(self) -> None:
        """The machine stood still."""


class Pictures(_Paced):
    """A camera's pictures; each scene begins with a key frame, a moving one on the full second,
    so that the second it shows is the true one.
    """

    def __init__(self, sight: Sight, scene: Scene = "moving") -> None:
        super().__init__("video", PICTURES_PER_SECOND)
        self.sight = sight
        self.scene: Scene = scene
        self._shown: Scene | None = None
        self._film: tuple[bytes, ...] = ()
        self._place = 0

    def again(self) -> "Pictures":
        """The same camera for another publication."""
        return Pictures(self.sight, self.scene)

    async def recv(self) -> Any:
        if self.scene != self._shown:
            await self._change()
        seconds = await self._next()
        packet = av.Packet(self._film[self._place % len(self._film)])
        self._place += 1
        packet.pts = round(seconds * VIDEO_RATE)
        packet.time_base = Fraction(1, VIDEO_RATE)
        return packet

    async def _change(self) -> None:
        self._shown = scene = self.scene
        if scene != "moving":
            second = int(time.time()) % MINUTE
            self._film = await asyncio.to_thread(still, self.sight, scene, second)
            self._place = 0
            return
        await asyncio.sleep(-time.time() % 1)
        self._film = minute(self.sight)
        self._place = round(time.time()) % MINUTE * PICTURES_PER_SECOND
        self._due = time.monotonic()

    def _missed(self) -> None:
        # It goes on with the second that it is by then.
        self._shown = None


class Sounds(_Paced):
    """A microphone. Its sound is encoded as it is sent, because only then its loudness is told."""

    def __init__(self, sound: Sound) -> None:
        super().__init__("audio", SOUND_RATE // SAMPLES)
        self.sound: Sound = sound
        self._place = 0

    async def recv(self) -> Any:
        seconds = await self._next()
        rows = noise(self.sound)
        row = rows[self._place % len(rows)]
        self._place += 1
        frame = av.AudioFrame.from_ndarray(row, format="s16", layout="mono")
        frame.sample_rate, frame.pts = SOUND_RATE, round(seconds * SOUND_RATE / SAMPLES) * SAMPLES
        frame.time_base = Fraction(1, SOUND_RATE)
        return frame


def _connection() -> RTCPeerConnection:
    # Without a configuration the library would ask a server outside for its address.
    return RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )


_VP8: Final = [
    codec
    for codec in RTCRtpSender.getCapabilities("video").codecs
    if codec.name.lower() in ("vp8", "rtx")
]
