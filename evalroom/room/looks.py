"""Looks at documents: who opened what when, gathered for a moment and recorded in batches.

A look is noted before the document is shown. When so many wait that no more can be held, nothing is
shown: a look that leaves no record must not happen.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from evalroom.room.limits import BUSY_RETRY_MS, LOOKS_HELD
from evalroom.room.means import Random
from evalroom.sessions.faults import LOOKS_PER_COMMAND, Look, RecordLooks
from evalroom.sessions.refusals import Refused
from evalroom.sessions.seats import ever_appointed
from evalroom.sessions.state import Session
from evalroom.storage.entry import ID_BYTES


class Batch(Struct, frozen=True):
    """Looks on their way into the record."""

    command_id: bytes
    command: RecordLooks


class Looks:
    """The looks of one session that are not on record yet."""

    def __init__(self, random: Random) -> None:
        self.noted = 0
        """How many there have been so far."""
        self._random = random
        self._waiting: deque[Look] = deque()
        # Which of the waiting are on their way, and under which id: the first so many.
        self._sent: tuple[bytes, int] | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def settled(self) -> int:
        """How many of those that were noted wait no more."""
        return self.noted - len(self._waiting)

    def note(self, principal: str, what: str, at: int) -> None:
        """Keep a look for the record. Raises `Refused("busy")` when too many wait."""
        self.note_all((Look(principal=principal, what=what, at=at),))

    def note_all(self, looks: Sequence[Look]) -> None:
        """Keep looks that are over. Raises `Refused("busy")` when too many wait."""
        if len(self._waiting) + len(looks) > LOOKS_HELD:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)
        self._waiting.extend(looks)
        self.noted += len(looks)

    def batch(self, session: Session, now: int) -> Batch | None:
        """The oldest looks as one command: the same looks under the same id until they are on
        record, because an earlier attempt that seemed to fail may still get there.

        None lies in the future, even when a clock was set back, and none belongs to a stranger.
        What was looked at before the end of a session goes on record after it as well, and nothing
        that was looked at later.
        """
        if session.over:
            now = session.phase_since
        if self._sent is None:
            known = (look for look in self._waiting if ever_appointed(session, look.principal))
            self._waiting = deque(known)
            if not self._waiting:
                return None
            count = min(len(self._waiting), LOOKS_PER_COMMAND)
            self._sent = self._random(ID_BYTES), count
        command_id, count = self._sent
        looks = tuple(_not_after(look, now) for look in islice(self._waiting, count))
        return Batch(command_id, RecordLooks(looks=looks))

    def recorded(self, batch: Batch) -> None:
        """The looks of a batch are part of the record."""
        if self._sent is None or self._sent[0] != batch.command_id:
            return
        for _ in batch.command.looks:
            self._waiting.popleft()
        self._sent = None


def _not_after(look: Look, now: int) -> Look:
    if look.until is not None and look.until > now:
        look = replace(look, until=now)
    return look if look.at <= now else replace(look, at=now)
