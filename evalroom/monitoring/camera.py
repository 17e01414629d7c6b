"""One network camera: connected, published, and connected again when it is lost."""

import asyncio
import logging
import threading
from collections.abc import Callable
from functools import partial
from random import random
from typing import Final, Literal

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.monitoring import rtsp
from evalroom.monitoring.camera_address import CameraAddress
from evalroom.monitoring.camera_queue import CameraQueue
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.monitoring.limits import GOP_MS
from evalroom.sessions.refusals import Refused
from evalroom.wire.media_frame import EncodedFrame

log = logging.getLogger(__name__)

FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 30.0
"""Seconds before a lost camera is tried again: twice as long each time, up to half a minute."""

LOCKED_OUT: Final = 300.0
"""Seconds after a wrong password: cameras lock their doors for half an hour after five or seven."""

STEADY_SECONDS: Final = 10.0
"""Who has shown something for so long has come back: the next loss is tried again at once."""

JITTER: Final = 0.25
"""A part of each wait that is left to chance: a venue that gets its power back has many cameras."""

LAST_SECONDS: Final = rtsp.OPEN_SECONDS + rtsp.READ_SECONDS + 1
"""For a thread to end: as long as anything it waits for may take."""

State = Literal["connecting", "live", "lost"]


class CameraStatus(Struct, frozen=True):
    """How a camera does: `fault` says why it was lost last, `gop_ms` how far its last two key
    frames lay apart, or how long the next is overdue; `coarse` that this is too far.
    """

    session: str
    source: str
    address: str
    state: State
    fault: str
    connections: int
    dropped: int
    gop_ms: int
    coarse: bool


def wait_before(fault: str, failures: int, chance: float) -> float:
    """Seconds before a camera that was lost by `fault` is tried again, after so many failures;
    `chance` is a number from 0 up to 1.
    """
    wait = min(FIRST_WAIT * float(1 << min(failures, 10)), LONGEST_WAIT)
    if fault == "wrong_credentials":
        wait = LOCKED_OUT
    return wait * (1 - JITTER + 2 * JITTER * chance)


class Camera:
    """Runs until it is stopped. `gone` is called when the hub gave its source to somebody else or
    let its session go.
    """

    def __init__(
        self,
        hub: Hub,
        clock: Clock,
        session: str,
        source: str,
        address: CameraAddress,
        gone: Callable[["Camera"], None],
    ) -> None:
        self.session: Final = session
        self.source: Final = source
        self.address: Final = address
        self._hub = hub
        self._clock = clock
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._stopped = threading.Event()
        self._publishing: Publishing | None = None
        self._connection: CameraQueue | None = None
        self._state: State = "connecting"
        self._fault = ""
        self._connections = 0
        self._dropped = 0
        self._key_at = 0
        self._gop_ms = 0
        self._coarse = False
        self._showed = False
        self._thread: asyncio.Future[str] | None = None
        self._task = self._loop.create_task(self._run())

    @property
    def status(self) -> CameraStatus:
        """How it does now."""
        waiting = self._connection.dropped if self._connection is not None else 0
        return CameraStatus(
            session=self.session,
            source=self.source,
            address=self.address.shown,
            state=self._state,
            fault=self._fault,
            connections=self._connections,
            dropped=self._dropped + waiting,
            gop_ms=self._gop_ms,
            coarse=self._coarse,
        )

    def stop(self) -> None:
        """Show nothing more from now on."""
        self._stopped.set()
        self._end("stopped")
        self._task.cancel()

    async def ended(self) -> None:
        """Come back when nothing of it runs: a thread ends with the next picture, or when the
        camera has been silent for too long. One that hangs where nobody can wake it, in a look-up
        of the host's name, is left behind.
        """
        await asyncio.wait([self._task])
        if self._thread is not None:
            await asyncio.wait([self._thread], timeout=LAST_SECONDS)

    async def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            self._state, self._showed = "connecting", False
            began = self._clock.monotonic()
            fault = await self._connected()
            if self._showed and self._clock.monotonic() - began >= STEADY_SECONDS:
                failures = 0
            self._lost(fault)
            await self._clock.sleep(wait_before(fault, failures, random()))
            failures += 1

    async def _connected(self) -> str:
        """One connection from its beginning to its end; gives the reason of the end."""
        queue = self._connection = CameraQueue()
        ended: asyncio.Future[str] = self._loop.create_future()
        self._thread = ended
        name = f"camera {self.source}"
        threading.Thread(target=self._demux, args=(queue, ended), name=name, daemon=True).start()
        fault = await asyncio.shield(ended)
        self._dropped += queue.dropped
        self._connection = None
        return fault

    def _demux(self, queue: CameraQueue, ended: "asyncio.Future[str]") -> None:
        fault = "stopped"
        try:
            for frame in rtsp.frames(self.address, self._clock.wall, self._wanted):
                if queue.put(frame):
                    self._call(partial(self._came, queue))
        except rtsp.CameraFault as found:
            fault = found.code
        except Exception as bug:
            # Its words may repeat the address.
            log.error("bug: a camera's thread failed: %s", type(bug).__name__)
            fault = "failed"
        self._call(partial(_told, ended, fault))

    def _wanted(self) -> bool:
        return not self._stopped.is_set()

    def _call(self, work: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(work)
        except RuntimeError:
            # The loop is closed: nobody is there to be told.
            self._stopped.set()

    def _came(self, queue: CameraQueue) -> None:
        if self._stopped.is_set() or queue is not self._connection:
            return
        for frame in queue.take():
            if self._publishing is None:
                self._begin(frame)
            if self._publishing is not None:
                self._note(frame)
                self._publishing.push(frame)

    def _begin(self, first: EncodedFrame) -> None:
        if not first.key:
            return
        try:
            self._publishing = self._hub.publish(
                self.session, self.source, "camera", None, False, on_end=self._taken_away
            )
        except Refused as refused:
            self._fault = refused.code
            return
        self._state, self._fault, self._showed = "live", "", True
        self._connections += 1
        self._key_at, self._gop_ms, self._coarse = first.arrival, 0, False
        log.info("a camera shows something", extra={"source": self.source})

    def _note(self, frame: EncodedFrame) -> None:
        """See how far its key frames lie apart: nobody can ask it for one."""
        passed = frame.arrival - self._key_at
        if frame.key:
            self._gop_ms, self._key_at = passed, frame.arrival
        else:
            self._gop_ms = max(self._gop_ms, passed)
        coarse = self._gop_ms > GOP_MS
        if coarse and not self._coarse:
            words = "a camera's key frames are more than %d ms apart"
            log.warning(words, GOP_MS, extra={"source": self.source})
        self._coarse = coarse

    def _lost(self, fault: str) -> None:
        if fault != self._fault:
            log.warning("a camera is lost: %s", fault, extra={"source": self.source})
        self._state, self._fault = "lost", fault
        self._end(fault)

    def _end(self, code: str) -> None:
        publishing, self._publishing = self._publishing, None
        if publishing is not None:
            publishing.end(code)

    def _taken_away(self, _code: str) -> None:
        self._publishing = None
        self._gone(self)


def _told(ended: "asyncio.Future[str]", fault: str) -> None:
    if not ended.done():
        ended.set_result(fault)
