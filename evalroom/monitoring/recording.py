"""Recording: every live source of every session that runs, from its first frame on.

A recorder for each picture, with the microphone of the same seat beside it; a microphone without a
picture is recorded alone. One thread writes for all. What has been closed is reported with its
hash, what is missing with the reason; when the disk fails nothing else stops, and whoever has to
know is told before it is full.
"""

import asyncio
import errno
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, Protocol, TypeVar

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.footage.shelf import Repaired, Shelf
from evalroom.monitoring.diagnosis import Alarms
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.keyframes import Use
from evalroom.monitoring.losses import Losses, Register
from evalroom.monitoring.recorder import Desk, Outcome, Recorder
from evalroom.monitoring.recording_disk import USUAL, DiskLimits, RecordingDisk
from evalroom.monitoring.relay import LAPSE_SECONDS, LAPSED
from evalroom.monitoring.stream import Stream

log = logging.getLogger(__name__)

T = TypeVar("T")

WRITE_SECONDS: Final = 1.0
"""Between two visits to the disk; with the container's half second, what a killed node loses."""

LOOK_SECONDS: Final = 10.0
"""Between two looks at the disk's free space, and between two attempts when it failed."""

GAP_MS: Final = 3_000
"""A source that comes back sooner has changed its camera or its network, which no gap is."""


class Missing(Struct, frozen=True):
    """Between these moments a source was not recorded, because of `cause`."""

    session: str
    source: str
    begun: int
    ended: int
    cause: str


class Ledger(Alarms, Register, Protocol):
    """Where it is told, with alarms and losses; nothing here may raise or block."""

    def sealed(self, segment: Repaired) -> None:
        """A segment is closed."""
        ...

    def missing(self, gap: Missing) -> None:
        """A source has a hole."""
        ...


class Recording:
    """All recorders of a node, and the disk they share."""

    def __init__(
        self,
        hub: Hub,
        shelf: Shelf,
        clock: Clock,
        ledger: Ledger,
        limits: DiskLimits = USUAL,
    ) -> None:
        self.disk: Final = RecordingDisk(limits, ledger)
        self._hub = hub
        self._shelf = shelf
        self._clock = clock
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recording")
        self._sessions: dict[str, Callable[[], None]] = {}
        self._recorders: dict[tuple[str, str], Recorder] = {}
        self._ended: dict[tuple[str, str], tuple[int, str]] = {}
        self._known: set[tuple[str, str]] = set()
        self._losses = Losses(ledger)
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def recorders(self) -> int:
        """How many sources are being recorded."""
        return len(self._recorders)

    async def start(self) -> None:
        """Close what an earlier run of this node has left open, and report it."""
        for repaired in await self._in_thread(self._repair):
            footage = repaired.footage
            self._ledger.sealed(repaired)
            self._ended[footage.session, footage.source] = footage.ended, "crash"

    def begin(self, session: str) -> None:
        """Record a session from now on: what it shows already, and what will come."""
        if session not in self._sessions:
            self._sessions[session] = self._hub.watch(session, self._changed)
            for stream in self._hub.streams(session):
                self._changed(stream)

    async def end(self, session: str) -> None:
        """Close a session's segments; it is over."""
        unwatch = self._sessions.pop(session, None)
        if unwatch is None:
            return
        unwatch()
        for key in [key for key in self._recorders if key[0] == session]:
            self._let_go(key, "over")
        await self._closed()
        self._ended = {key: at for key, at in self._ended.items() if key[0] != session}
        self._known = {key for key in self._known if key[0] != session}
        self._losses.over(session)

    def wanted(self, session: str, source: str) -> None:
        """Something has happened before this source: its piece ends at the next key frame, so that
        the moments before can be seen.
        """
        picture = source.removesuffix("microphone") + "camera"
        for name in (source, picture):
            recorder = self._recorders.get((session, name))
            if recorder is not None:
                recorder.desk.wanted = True

    async def run(self) -> None:
        """Write what was taken, and look at the disk, for ever."""
        looked = float("-inf")
        while True:
            now = self._clock.monotonic()
            if now - looked >= LOOK_SECONDS:
                looked = now
                await self._look_at_the_disk()
            await self.write()
            await self._clock.sleep(WRITE_SECONDS)

    async def write(self) -> None:
        """Visit the disk once with what waits."""
        for key, recorder in tuple(self._recorders.items()):
            taken = recorder.handed_over()
            if not taken or self.disk.full:
                continue
            if recorder.hole is not None:
                self._ledger.missing(Missing(*key, *recorder.hole, "overload"))
                recorder.hole = None
            sound = recorder.sound is not None
            outcome = await self._in_thread(partial(recorder.desk.write, taken, sound))
            self._settle(key, outcome)

    async def close(self) -> None:
        """Close every segment and let the thread go."""
        for session in tuple(self._sessions):
            await self.end(session)
        await self._closed()
        self._thread.shutdown()

    def _changed(self, stream: Stream) -> None:
        """A stream has come, gone or been renewed."""
        if stream.session not in self._sessions:
            return
        key = stream.session, stream.source
        kept_here = stream.live and not stream.borrowed
        if kept_here and key not in self._recorders and not self._beside(stream):
            self._record(key, stream)
        elif not kept_here and key in self._recorders:
            self._let_go(key, stream.over or "ended")
        elif stream.borrowed:
            self._kept_elsewhere(key, stream)
        for other in self._hub.streams(stream.session):
            self._pair(other)

    def _kept_elsewhere(self, key: tuple[str, str], stream: Stream) -> None:
        """Another node records it, as long as that one is there."""
        self._known.add(key)
        if stream.live:
            self._ended.pop(key, None)
            return
        # A node that died has recorded nothing since it was heard of last.
        silent_ms = round(LAPSE_SECONDS * 1000) if stream.over == LAPSED else 0
        self._ended.setdefault(key, (self._clock.wall() - silent_ms, _cause(stream.over)))

    def _record(self, key: tuple[str, str], stream: Stream) -> None:
        picture = stream.kind != "microphone"
        desk = Desk(self._shelf, *key, picture=picture, anew=key not in self._known)
        self._known.add(key)
        recorder = Recorder(stream, desk)
        self._recorders[key] = recorder
        stream.attach(recorder, use=Use.RECORDED)

    def _beside(self, stream: Stream) -> bool:
        """Whether this sound goes beside a picture that is being recorded."""
        return stream.kind == "microphone" and self._picture_of(stream) is not None

    def _picture_of(self, sound: Stream) -> Recorder | None:
        source = sound.source.removesuffix("microphone") + "camera"
        return self._recorders.get((sound.session, source))

    def _pair(self, sound: Stream) -> None:
        """Lay a live sound beside its picture."""
        if sound.kind != "microphone" or not sound.live or sound.borrowed:
            return
        beside, key = self._picture_of(sound), (sound.session, sound.source)
        if beside is None and key not in self._recorders:
            self._record(key, sound)
        elif beside is not None and beside.sound is not sound:
            beside.sound = sound
            sound.attach(beside, need_key=False, use=Use.RECORDED)
            beside.main.want_key("joined")
            if key in self._recorders:
                self._let_go(key, "beside")

    def _let_go(self, key: tuple[str, str], code: str) -> None:
        """Take nothing more from now on; the segment is closed when the thread comes to it."""
        recorder = self._recorders.pop(key)
        with_sound = recorder.sound is not None
        self._losses.forget(key)
        for stream in (recorder.main, recorder.sound):
            if stream is not None:
                stream.detach(recorder)
        if code not in ("over", "beside"):
            self._ended.setdefault(key, (self._clock.wall(), _cause(code)))
        task = asyncio.get_running_loop().create_task(self._close(key, recorder, with_sound))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close(self, key: tuple[str, str], recorder: Recorder, with_sound: bool) -> None:
        taken = recorder.handed_over()
        if not self.disk.full:
            write = partial(recorder.desk.write, taken, with_sound)
            self._settle(key, await self._in_thread(write))
        self._settle(key, await self._in_thread(recorder.desk.close))

    async def _closed(self) -> None:
        await asyncio.gather(*self._closing)

    def _settle(self, key: tuple[str, str], outcome: Outcome) -> None:
        for closed in outcome.closed:
            self._ledger.sealed(closed)
        if outcome.until is not None and key in self._ended:
            # Whoever falls silent is let go some seconds after his last picture.
            self._ended[key] = min(self._ended[key], (outcome.until, self._ended[key][1]))
        if outcome.fault is None:
            if key in self._recorders and outcome.begun is not None:
                self._losses.works(key)
                self._told_of_gap(key, outcome.begun, outcome.follows)
            return
        if not outcome.disk:
            if self._losses.unreadable(key):
                log.warning("a source sends no pictures", extra={"source": key[1]})
            self._ended.setdefault(key, (self._clock.wall(), "unreadable"))
            return
        full = isinstance(outcome.fault, OSError) and outcome.fault.errno == errno.ENOSPC
        cause = "disk_full" if full else "write_failed"
        log.error("recording of a source fails: %s", cause, extra={"source": key[1]})
        self._fails(key, cause)

    def _fails(self, key: tuple[str, str], cause: str) -> None:
        self._ended.setdefault(key, (self._clock.wall(), cause))
        self._losses.fails(key, cause, self._recorders)

    def _told_of_gap(self, key: tuple[str, str], begun: int, follows: int | None) -> None:
        ended = self._ended.pop(key, None if follows is None else (follows, "restart"))
        if ended is not None and begun - ended[0] > GAP_MS:
            self._ledger.missing(Missing(*key, ended[0], begun, ended[1]))

    async def _look_at_the_disk(self) -> None:
        try:
            free = await self._in_thread(self._shelf.free_bytes)
        except OSError:
            free = 0
        was_full = self.disk.full
        self.disk.look(free, tuple(self._sessions))
        if self.disk.full:
            await self._stop_writing()
        elif was_full:
            for repaired in await self._in_thread(self._repair):
                self._ledger.sealed(repaired)

    async def _stop_writing(self) -> None:
        """Close what is open while there is still room for its last words."""
        for key, recorder in tuple(self._recorders.items()):
            self._fails(key, "disk_full")
            self._settle(key, await self._in_thread(recorder.desk.close))

    def _repair(self) -> list[Repaired]:
        return list(self._shelf.repair())

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _cause(code: str) -> str:
    """A code as the record takes it: small letters and underscores."""
    return "".join(c if c.isalpha() and c.islower() else "_" for c in code)[:32] or "ended"
