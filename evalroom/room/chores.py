"""What a room does by itself, one thing after the other and beside everything else.

Findings about attendance and looks at documents go on record as the server's own commands; now and
then the state is saved; the list of sessions is told of each phase and each appointment, once.
Nothing of it is urgent: what fails is done again a second later.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from evalroom.room.bugs import place_of
from evalroom.room.drafts import ENDINGS, Answer, Wish
from evalroom.room.limits import (
    LAST_TRIES,
    LAST_TRY_SECONDS,
    LOOKS_SECONDS,
    SNAPSHOT_BACK,
    SNAPSHOT_ENTRIES,
)
from evalroom.room.loading import save
from evalroom.room.looks import Batch, Looks
from evalroom.room.means import Means
from evalroom.room.moved import Moved
from evalroom.room.recorder import Recorder
from evalroom.sessions.messages import Command
from evalroom.sessions.opening import PhaseOpened
from evalroom.sessions.people import SYSTEM, Actor, Appointment
from evalroom.sessions.refusals import Refused
from evalroom.storage.entry import ID_BYTES
from evalroom.storage.ledger import LedgerUnavailable

log = logging.getLogger(__name__)

_SAVED_AT = (PhaseOpened, *ENDINGS)


class Chores:
    """The chores of one room."""

    def __init__(self, means: Means, recorder: Recorder, saved: int) -> None:
        """`saved` is the seq of the last snapshot, 0 for none."""
        self.looks = Looks(means.random)
        self._means = means
        self._recorder = recorder
        self._saved = saved
        self._save_due = False
        self._listed: tuple[str, Mapping[str, Appointment]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._recording: asyncio.Task[bool] | None = None

    def moved(self, moved: Moved) -> None:
        """See whether the state is to be saved; the node that wrote the entry does it."""
        grown = moved.after.head.seq - self._saved
        ended = any(isinstance(event, _SAVED_AT) for event in moved.events)
        if moved.own and (ended or grown >= SNAPSHOT_BACK + SNAPSHOT_ENTRIES):
            self._save_due = True

    def each_second(self, second: int, findings: Sequence[Command]) -> None:
        """Begin what there is to do, unless the last time is not over yet."""
        looks = bool(self.looks) and second % LOOKS_SECONDS == 0
        if self._task is None and (looks or findings or self._save_due or self._unlisted):
            self._task = asyncio.get_running_loop().create_task(self._do(findings, looks))

    async def submit(self, command: Command) -> Answer:
        """Submit a command of the server's own. Raises `Refused`."""
        return await self._submit(self._means.random(ID_BYTES), command)

    async def record_looks(self) -> None:
        """Put the looks that wait on record; they go on waiting when that cannot be."""
        noted = self.looks.noted
        while self.looks.settled < noted:
            if self._recording is None:
                # One at a time, for all who wait for it: who was refused has no copy on its way.
                self._recording = asyncio.get_running_loop().create_task(self._record_batch())
            if not await asyncio.shield(self._recording):
                break

    async def finish(self) -> None:
        """Finish what is under way, record the last looks, save the state."""
        if self._task is not None:
            await asyncio.wait((self._task,))
        for _ in range(LAST_TRIES):
            await self.record_looks()
            if not self.looks:
                break
            await self._means.clock.sleep(LAST_TRY_SECONDS)
        else:
            log.error(
                "%d looks are not on record: the ledger could not be written", len(self.looks)
            )
        await self._recorder.worked_off()
        await self._save()
        await self._list()

    def stop(self) -> None:
        """Let go of what is under way."""
        if self._task is not None:
            self._task.cancel()

    async def _do(self, findings: Sequence[Command], looks: bool) -> None:
        try:
            for finding in findings:
                await self._report(finding)
            if looks:
                await self.record_looks()
            if self._save_due:
                await self._save()
            await self._list()
        except Exception as bug:
            log.error("bug: a chore of a room failed: %s", place_of(bug))
        finally:
            self._task = None

    async def _record_batch(self) -> bool:
        """Put the oldest looks on record; whether they are."""
        try:
            standing = self._recorder.standing
            now = max(self._means.clock.wall(), standing.at)
            batch = self.looks.batch(standing.session, now)
            if batch is not None:
                await self._record(batch)
        except Refused as refused:
            log.info("looks were not recorded: %s", refused.code)
            return False
        finally:
            self._recording = None
        return True

    async def _record(self, batch: Batch) -> None:
        try:
            await self._submit(batch.command_id, batch.command)
        except Refused as refused:
            # An earlier attempt got there after all, with the times that it had.
            if refused.code != "command_id_reused":
                raise
        self.looks.recorded(batch)

    async def _report(self, finding: Command) -> None:
        try:
            await self.submit(finding)
        except Refused as refused:
            log.info("a finding was refused: %s", refused.code)

    async def _submit(self, command_id: bytes, command: Command) -> Answer:
        wish = Wish(Actor(principal=SYSTEM), command_id, command, None)
        return await self._recorder.submit(wish)

    @property
    def _unlisted(self) -> bool:
        session = self._recorder.standing.session
        stands = session.phase, session.seats.appointments
        return self._means.index is not None and stands != self._listed

    async def _list(self) -> None:
        if self._means.index is None or not self._unlisted:
            return
        session = self._recorder.standing.session
        stands = session.phase, session.seats.appointments
        try:
            await self._means.index.note(session.id, *stands)
            self._listed = stands
        except Refused as refused:
            log.info("the list of sessions could not be told: %s", refused.code)

    async def _save(self) -> None:
        self._save_due = False
        standing = self._recorder.tail.back(SNAPSHOT_BACK)
        if standing.head.seq <= self._saved or self._recorder.ended is not None:
            return
        try:
            await save(self._means.ledger, standing)
            self._saved = standing.head.seq
        except LedgerUnavailable:
            log.warning("a state could not be saved")
