"""What the eyes find out becomes commands of the server itself, one door for everything: alarms,
hashes of recordings, gaps, losses.

Findings come one by one and must not wait; commands go through the room and may have to. Between
them stands a queue, bounded, from which a session's findings leave in their order. What a ledger
that is away cannot take waits; hashes of segments gather meanwhile into one command.
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
"""Findings not on record yet: a node with every source in alarm, many times over."""

RETRY_SECONDS: Final = 1.0

PASSING: Final = frozenset({"busy", "ledger_unavailable", "restart", "unavailable", "clock_off"})
"""Refusals that are worth another try."""

Keep = Callable[[bytes], Awaitable[str]]
"""Store a picture; gives its SHA-256 (hex)."""


class Finding(Struct):
    """A command to be, under one id until it is known how it went; `picture` is stored first and
    becomes its `snapshot`.
    """

    id: bytes
    session: str
    name: str
    args: dict[str, Any]
    picture: bytes | None = None


class Witness:
    """Takes what diagnosis and recording tell, and puts it on record."""

    def __init__(
        self, rooms: Rooms, keep: Keep, clock: Clock, random: Callable[[int], bytes]
    ) -> None:
        self._rooms = rooms
        self._keep = keep
        self._clock = clock
        self._random = random
        self._waiting: deque[Finding] = deque()
        self._some = asyncio.Event()

    def __len__(self) -> int:
        """How many findings are not on record yet."""
        return len(self._waiting)

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
        last = self._waiting[-1] if self._waiting else None
        if last is not None and (last.session, last.name) == (footage.session, "SealSegments"):
            if len(last.args["segments"]) < SEGMENTS_PER_COMMAND:
                last.args["segments"].append(sealed)
                return
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
        while True:
            await self._some.wait()
            await self.work_off()
            self._some.clear()

    async def work_off(self) -> None:
        """Put everything on record that waits now."""
        while self._waiting:
            # Taken out first: nothing is added to a command that is on its way.
            finding = self._waiting.popleft()
            try:
                recorded = await self._record(finding)
            except asyncio.CancelledError:
                self._waiting.appendleft(finding)
                raise
            if not recorded:
                self._waiting.appendleft(finding)
                await self._clock.sleep(RETRY_SECONDS)

    def _add(
        self, session: str, name: str, args: dict[str, Any], picture: bytes | None = None
    ) -> None:
        if len(self._waiting) >= WAITING:
            log.error("a finding is lost: too many wait", extra={"finding": name})
            return
        self._waiting.append(Finding(self._random(ID_BYTES), session, name, args, picture))
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
