"""Who looked at which source, from when to when: gathered for a moment, recorded in batches.

A look is taken up before the first picture is sent. When so many wait that no more can be held,
nothing is shown: a look that leaves no record must not happen. A long look is recorded in pieces
that meet each other.
"""

import logging
from collections import deque
from collections.abc import Callable
from itertools import groupby

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.monitoring.limits import LOOK_PIECE_SECONDS, LOOKS_PER_BATCH, LOOKS_WAITING
from evalroom.sessions.refusals import Refused

log = logging.getLogger(__name__)

BUSY_RETRY_MS = 1_000


class Look(Struct, frozen=True):
    """`principal` had the source before him from `since` to `until` (server time, milliseconds)."""

    principal: str
    source: str
    since: int
    until: int


Record = Callable[[str, tuple[Look, ...]], None]
"""Takes a batch of looks at one session for the record. What it raises, Refused or otherwise,
means that the batch is not on record: it is offered again.
"""


class Looking:
    """A look that goes on."""

    __slots__ = ("principal", "session", "since", "source")

    def __init__(self, principal: str, session: str, source: str, since: int) -> None:
        self.principal = principal
        self.session = session
        self.source = source
        self.since = since


class Looks:
    """The looks of one node that are not on record yet, and those that go on."""

    def __init__(self, record: Record, clock: Clock) -> None:
        self._record = record
        self._clock = clock
        self._open: set[Looking] = set()
        self._waiting: deque[tuple[str, Look]] = deque()

    def __len__(self) -> int:
        return len(self._open) + len(self._waiting)

    def begin(self, principal: str, session: str, source: str) -> Looking:
        """Take up a look. Raises Refused("busy") when no more can be held."""
        if len(self) >= LOOKS_WAITING:
            raise Refused("busy", retry_ms=BUSY_RETRY_MS)
        looking = Looking(principal, session, source, self._clock.wall())
        self._open.add(looking)
        return looking

    def end(self, looking: Looking) -> None:
        """It is over; safe to repeat."""
        if looking in self._open:
            self._open.discard(looking)
            self._note(looking, self._clock.wall())

    def flush(self, *, all_pieces: bool = False) -> None:
        """Hand over what waits; of looks that go on, those that have lasted a piece, or all."""
        now = self._clock.wall()
        for looking in self._open:
            if all_pieces or now - looking.since >= LOOK_PIECE_SECONDS * 1000:
                self._note(looking, now)
        waiting, self._waiting = sorted(self._waiting, key=lambda held: held[0]), deque()
        for session, held in groupby(waiting, key=lambda held: held[0]):
            looks = [look for _, look in held]
            for start in range(0, len(looks), LOOKS_PER_BATCH):
                self._hand_over(session, tuple(looks[start : start + LOOKS_PER_BATCH]))

    def _note(self, looking: Looking, until: int) -> None:
        # A clock that was set back makes no look end before it began.
        until = max(until, looking.since)
        look = Look(looking.principal, looking.source, looking.since, until)
        self._waiting.append((looking.session, look))
        looking.since = until

    def _hand_over(self, session: str, looks: tuple[Look, ...]) -> None:
        try:
            self._record(session, looks)
        except Exception as error:
            self._waiting.extend((session, look) for look in looks)
            log.warning("%d looks are not on record yet: %s", len(looks), type(error).__name__)
