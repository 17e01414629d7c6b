"""Diagnosis: looks at each source's key frames, listens to how loud it is, misses it when it stays
away; and says so, once when a condition begins and once when it is over.

Pictures are opened in one thread, the latest of each source and no other: a node that cannot keep
up looks more rarely. What is found becomes a command elsewhere.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, Protocol, TypeVar

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.monitoring.clock_watch import ClockWatch
from evalroom.monitoring.findings import Condition, Found, PictureWatch, SoundWatch, Spell
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.keyframes import Use
from evalroom.monitoring.picture import Unreadable, look_at, snapshot
from evalroom.monitoring.stream import Stream
from evalroom.wire.media_frame import Codec, EncodedFrame

log = logging.getLogger(__name__)

T = TypeVar("T")

LOOK_SECONDS: Final = 1.0
"""Between two rounds: a condition is found at most that much later than its time."""

OPENED_SECONDS: Final = 8.0
"""Without a key frame that opens, of a source that is asked for one each two seconds: whatever else
it sends shows nothing.
"""

CLIPPED_SECONDS: Final = 5.0
"""A cough is over by then."""


class Thresholds(Struct, frozen=True):
    """How long conditions have to hold, in seconds, by the policies of a session; and how far off a
    clock may be.
    """

    after: float = 10.0
    silence: float = 120.0
    clock_ms: int = 1_000
    """By how much a clock may go wrong in a minute."""


class Alarms(Protocol):
    """Where findings go; nothing here may raise or block."""

    def begun(self, session: str, source: str, condition: Condition, picture: bytes | None) -> None:
        """A condition holds. `picture`: a JPEG of it, of a camera only."""
        ...

    def over(self, session: str, source: str, condition: Condition) -> None:
        """It does not any more."""
        ...


class Watched:
    """One source: takes what comes, keeps the latest key frame and the loudness of a second."""

    def __init__(self, stream: Stream, thresholds: Thresholds) -> None:
        self.stream: Final = stream
        lost: Condition = "screen_capture_lost" if stream.kind == "screen" else "no_stream"
        self.absence: Final = Spell(lost, thresholds.after)
        self.sound: Final = SoundWatch(thresholds.silence, CLIPPED_SECONDS)
        screen = stream.kind == "screen"
        self.picture: Final = PictureWatch(thresholds.after, screen=screen)
        self.clock: Final = ClockWatch(thresholds.clock_ms, thresholds.after)
        self.came = False
        self.opened: float | None = None
        """When a key frame opened last, or was first looked for."""
        self.key: EncodedFrame | None = None
        self.levels: list[int] = []

    def shows(self, now: float) -> bool:
        """Whether it has shown a picture lately, as far as it can be asked for one."""
        if self.stream.kind == "microphone" or not self.stream.asks:
            return True
        self.opened = now if self.opened is None else self.opened
        return now - self.opened <= OPENED_SECONDS

    def take(self, stream: Stream, _seq: int, frame: EncodedFrame) -> None:
        """Note that something came; keep a key frame, and its times."""
        self.came = True
        if frame.codec is Codec.OPUS:
            if stream.level is not None:
                self.levels.append(stream.level)
        elif frame.key:
            self.key = frame
            self.clock.came(stream.epoch, frame.media_us // 1_000, frame.arrival)

    def renewed(self, _stream: Stream) -> None:
        """A new epoch is the same source."""

    def ended(self, _stream: Stream, _code: str) -> None:
        """It is missed from now on."""


class Diagnosis:
    """All sources of a node that are looked after."""

    def __init__(self, hub: Hub, clock: Clock, alarms: Alarms) -> None:
        self._hub = hub
        self._clock = clock
        self._alarms = alarms
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="diagnosis")
        self._sessions: dict[str, tuple[Thresholds, Callable[[], None]]] = {}
        self._watched: dict[tuple[str, str], Watched] = {}

    def begin(self, session: str, thresholds: Thresholds) -> None:
        """Look after a session's sources: those there are, and those that come."""
        if session in self._sessions:
            return
        self._sessions[session] = thresholds, self._hub.watch(session, self._changed)
        for stream in self._hub.streams(session):
            self._changed(stream)

    def end(self, session: str) -> None:
        """Look no longer; nothing is missed any more."""
        _, unwatch = self._sessions.pop(session, (None, None))
        if unwatch is None:
            return
        unwatch()
        for key in [key for key in self._watched if key[0] == session]:
            watched = self._watched.pop(key)
            watched.stream.detach(watched)

    async def run(self) -> None:
        """Look at everything once a second, for ever."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One round."""
        for watched in tuple(self._watched.values()):
            await self._look_at(watched)

    def close(self) -> None:
        """End everything."""
        for session in tuple(self._sessions):
            self.end(session)
        self._thread.shutdown()

    def _changed(self, stream: Stream) -> None:
        if stream.session not in self._sessions or not stream.live:
            return
        key = stream.session, stream.source
        if stream.borrowed:
            self._leave_to_another_node(key)
            return
        watched = self._watched.get(key)
        if watched is None:
            thresholds, _ = self._sessions[stream.session]
            watched = self._watched[key] = Watched(stream, thresholds)
        stream.attach(watched, need_key=False, use=Use.DIAGNOSED)

    def _leave_to_another_node(self, key: tuple[str, str]) -> None:
        """The source has moved: it is looked after where it is published, and not missed here."""
        watched = self._watched.pop(key, None)
        if watched is not None:
            watched.stream.detach(watched)
            if watched.absence.found:
                self._alarms.over(*key, watched.absence.condition)

    async def _look_at(self, watched: Watched) -> None:
        now = self._clock.monotonic()
        came, watched.came = watched.came, False
        absence = watched.absence.look(not (came and watched.shows(now)), now)
        if absence is not None:
            self._tell(watched, absence, None)
        if watched.stream.kind == "microphone":
            levels, watched.levels = watched.levels, []
            for found in watched.sound.second(levels, now):
                self._tell(watched, found, None)
        elif watched.key is not None:
            frame, watched.key = watched.key, None
            self._look_at_clock(watched, now)
            await self._look_at_picture(watched, frame, now)

    def _look_at_clock(self, watched: Watched, now: float) -> None:
        # A screen's clock is its workstation's, whose page tells of it.
        found = watched.clock.look(now) if watched.stream.kind == "camera" else None
        if found is not None:
            self._tell(watched, found, None)

    async def _look_at_picture(self, watched: Watched, frame: EncodedFrame, now: float) -> None:
        try:
            look = await self._in_thread(partial(look_at, frame))
        except Unreadable:
            log.info("a key frame does not open", extra={"source": watched.stream.source})
            return
        watched.opened = now
        for found in watched.picture.look(look, now):
            picture = None
            if not found.over and watched.stream.kind == "camera":
                picture = await self._in_thread(partial(snapshot, frame))
            self._tell(watched, found, picture)

    def _tell(self, watched: Watched, found: Found, picture: bytes | None) -> None:
        where = watched.stream.session, watched.stream.source
        if found.over:
            self._alarms.over(*where, found.condition)
        else:
            self._alarms.begun(*where, found.condition, picture)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
