"""The disk under the recordings: alarms long before it is full, in every session recorded here.

Two thresholds, each an alarm of its own: somebody makes room in good time, or at once. Either is
over when there is a tenth more than it asks for, so that a disk at its threshold does not call
every few seconds. Nodes may record one session on disks of their own: whoever finds too little says
so at each look, which changes nothing while it is known.
"""

import logging
from collections.abc import Collection
from typing import Final, Literal

from msgspec import Struct

from evalroom.monitoring.diagnosis import Alarms
from evalroom.sessions.alarm_register import RECORDING

log = logging.getLogger(__name__)

GIB: Final = 1 << 30

LOW_BYTES: Final = 20 * GIB
"""The early alarm, unless set otherwise: five seats with their screens for fifteen hours, sixty of
them for more than one. Time to bring a disk."""

CRITICAL_BYTES: Final = 5 * GIB
"""The urgent one: sixty seats for twenty minutes. Time to make room."""

FULL_BYTES: Final = 512 << 20
"""Recording stops here: the ledger lies on the same disk and comes first."""

Scarcity = Literal["disk_low", "disk_critical"]


class DiskLimits(Struct, frozen=True):
    """Bytes below which each alarm is raised."""

    low: int = LOW_BYTES
    critical: int = CRITICAL_BYTES


USUAL: Final = DiskLimits()


class RecordingDisk:
    """How much room there is, and who has been told what."""

    def __init__(self, limits: DiskLimits, alarms: Alarms) -> None:
        self.free: int | None = None
        """Bytes left at the last look."""
        self.full = False
        """Whether nothing is to be written any more."""
        self._limits: Final[dict[Scarcity, int]] = {
            "disk_low": limits.low,
            "disk_critical": limits.critical,
        }
        self._holds: set[Scarcity] = set()
        self._alarms = alarms
        self._told: set[str] = set()

    @property
    def level(self) -> int:
        """0 when there is room, 1 when it is low, 2 when it is critical, 3 when recording stops."""
        return 3 if self.full else len(self._holds)

    def look(self, free: int, sessions: Collection[str]) -> None:
        """Take note of what is left, and tell the sessions that are recorded here."""
        self.free = free
        self.full = free < (2 * FULL_BYTES if self.full else FULL_BYTES)
        for scarcity, limit in self._limits.items():
            held = scarcity in self._holds
            if free < (limit + limit // 10 if held else limit):
                self._scarce(scarcity, sessions, known=held)
            else:
                # One that was begun since may have been left alarmed by an earlier run.
                self._plenty(scarcity, sessions if held else set(sessions) - self._told)
        self._told = set(sessions)

    def _scarce(self, scarcity: Scarcity, sessions: Collection[str], *, known: bool) -> None:
        if not known:
            log.warning("%s: the disk for recordings has %d bytes left", scarcity, self.free)
        self._holds.add(scarcity)
        for session in sessions:
            self._alarms.begun(session, RECORDING, scarcity, None)

    def _plenty(self, scarcity: Scarcity, sessions: Collection[str]) -> None:
        self._holds.discard(scarcity)
        for session in sessions:
            self._alarms.over(session, RECORDING, scarcity)
