"""What the eyes find out becomes commands of the server itself, one door for everything: alarms,
hashes of recordings, gaps, losses.

Findings come one by one and must not wait; commands go through the room and may have to. Between
them stands a queue for each session, bounded, from which its findings leave in their order: a
session that has to wait, or finds too much, keeps no other one waiting. What a ledger that is away
cannot take waits; hashes of segments gather meanwhile into one command.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.footage.shelf import Repaired
from evalroom.monitoring.findings import Condition
from evalroom.monitoring.recording import Missing
from evalroom.room import Rooms
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.sessions.recordings import SEGMENTS_PER_COMMAND
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.storage.blobs import BlobsUnavailable
from evalroom.storage.entry import ID_BYTES

log = logging.getLogger(__name__)

WAITING: Final = 10_000
"""Findings not on record yet: a node with every source in alarm, many times over. When many
sessions wait, each may have its part of them.
"""

WAITING_OF_SESSION: Final = 1_000
"""Of one session: each of a hundred sources ten times."""

PICTURES_OF_SESSION: Final = 50
"""That wait with them: some megabytes."""

RETRY_SECONDS: Final = 1.0

PASSING: Final = frozenset({"busy", "ledger_unavailable", "restart", "unavailable", "clock_off"})
"""Refusals that are worth another try."""

Keep = Callable[[bytes], Awaitable[str]]
"""Store a picture; gives its SHA-256 (hex)."""


class Finding(Struct):
    """A command to be, under one id until it is known how it went; `picture` is stored first and
    becomes its `snapshot`. One that was `sent` stays as it is: it may be on record already.
    """

    id: bytes
    session: str
    name: str
    args: dict[str, Any]
    picture: bytes | None = None
    sent: bool = False


class Witness:
    """Takes what diagnosis and recording tell, and puts it on record."""

    def __init__(
        self, rooms: Rooms, keep: Keep, clock: Clock, random: Callable[[int], bytes]
    ) -> None:
        self._rooms = rooms
        self._keep = keep
        self._clock = clock
        self._random = random
        self._waiting: dict[str, deque[Finding]] = {}
        self._working: set[str] = set()
        self._losing: set[str] = set()
        self._some = asyncio.Event()

    def __len__(self) -> int:
        """How many findings are not on record yet."""
        return sum(map(len, self._waiting.values()))

    # Alarms

    def begun(self, session: str, source: str, condition: Condition, picture: bytes | None) -> None:
        """A condition holds at a source."""
        args = {"kind": condition, "source": source}
        self._add(session, "RaiseAlarm", args, picture)

    def over(self, session: str, source: str, condition: Condition) -> None:
        """It does not any more."""
        self._add(session, "SubsideAlarm", {"kind": condition, "source": source})

    # Recording

    def sealed(self, segment: Repaired) -> None:
        """A segment is closed."""
        footage, written = segment.footage, segment.written
        sealed = {
            "source": footage.source, "epoch": footage.epoch, "begun": footage.begun,
            "ended": footage.ended, "bytes": written.size, "sha256": written.sha256,
        }  # fmt: skip
        for last in reversed(self._waiting.get(footage.session, ())):
            if last.name == "SealSegments":
                if not last.sent and len(last.args["segments"]) < SEGMENTS_PER_COMMAND:
                    last.args["segments"].append(sealed)
                    return
                break
        self._add(footage.session, "SealSegments", {"segments": [sealed]})

    def missing(self, gap: Missing) -> None:
        """A source has a hole in its recording."""
        args = {"source": gap.source, "begun": gap.begun, "ended": gap.ended, "cause": gap.cause}
        self._add(gap.session, "ReportRecordingGap", args)
        alarm = {"kind": "recording_gap", "source": gap.source}
        self._add(gap.session, "RaiseAlarm", dict(alarm))
        self._add(gap.session, "SubsideAlarm", dict(alarm))

    def lost(self, session: str, cause: str) -> None:
        """Nothing of a session is recorded any more."""
        self._add(session, "ReportRecordingLost", {"cause": cause})

    def back(self, session: str) -> None:
        """A session is recorded again."""
        self._add(session, "ReportRecordingBack", {})

    # The record

    async def run(self) -> None:
        """Put on record what waits, for ever."""
        async with asyncio.TaskGroup() as sessions:
            while True:
                await self._some.wait()
                self._some.clear()
                for session in self._waiting.keys() - self._working:
                    sessions.create_task(self._work_off(session))
                    self._working.add(session)

    async def work_off(self) -> None:
        """Put everything on record that waits now."""
        async with asyncio.TaskGroup() as sessions:
            for session in self._waiting:
                sessions.create_task(self._work_off(session))

    async def _work_off(self, session: str) -> None:
        waiting = self._waiting[session]
        try:
            while waiting:
                finding = waiting.popleft()
                finding.sent = True
                try:
                    recorded = await self._record(finding)
                except asyncio.CancelledError:
                    waiting.appendleft(finding)
                    raise
                if not recorded:
                    waiting.appendleft(finding)
                    await self._clock.sleep(RETRY_SECONDS)
            del self._waiting[session]
            self._losing.discard(session)
        finally:
            self._working.discard(session)

    def _add(
        self, session: str, name: str, args: dict[str, Any], picture: bytes | None = None
    ) -> None:
        waiting = self._waiting.setdefault(session, deque())
        if len(waiting) >= min(WAITING_OF_SESSION, WAITING // len(self._waiting)):
            if session not in self._losing:
                log.error("findings are lost: too many wait", extra={"finding": name})
            self._losing.add(session)
            return
        if picture and sum(one.picture is not None for one in waiting) >= PICTURES_OF_SESSION:
            picture = None
        waiting.append(Finding(self._random(ID_BYTES), session, name, args, picture))
        self._some.set()

    async def _record(self, finding: Finding) -> bool:
        """Submit it; False when it has to be tried again."""
        try:
            await self._keep_picture(finding)
            room = await self._rooms.open(finding.session)
            await room.submit(Actor(SYSTEM), finding.id, finding.name, finding.args, None)
        except Refused as refused:
            if refused.code in PASSING:
                return False
            log.info("a finding is refused: %s %s", finding.name, refused.code)
        except Malformed as malformed:
            log.error("a finding is malformed: %s at %s", finding.name, malformed.path)
        except Exception:
            # The next one may be right, and nobody else puts it on record.
            log.exception("bug: a finding could not be put on record: %s", finding.name)
        return True

    async def _keep_picture(self, finding: Finding) -> None:
        """An alarm without its picture is better than none."""
        picture, finding.picture = finding.picture, None
        if picture is not None:
            try:
                finding.args["snapshot"] = await self._keep(picture)
            except BlobsUnavailable:
                log.warning("an alarm's picture could not be kept")
