"""The register of alarms: their kinds, how grave each is, and each alarm as it stands.

There is at most one open alarm of a kind at a source, which bounds how many there can be: what
comes again while the last one is still open, is the same alarm again.
"""

from typing import Final, Literal

from msgspec import Struct, field

from evalroom.sessions.people import Role

Found = Literal[
    "no_stream", "black", "frozen", "occluded", "blurred", "dark", "overexposed", "scene_moved",
    "audio_silent", "audio_clipped", "clock_drift", "recording_gap", "screen_capture_lost",
    "disk_low", "disk_critical",
]  # fmt: skip
"""What the server finds out by itself."""
Reported = Literal["page_left", "second_screen", "device_unplugged", "poor_network"]
"""What a workstation's page reports of itself."""
Level = Literal["info", "warning", "critical"]
Stage = Literal["raised", "acknowledged", "handled", "closed", "false"]

LEVELS: Final[dict[str, Level]] = {
    "no_stream": "critical", "recording_gap": "critical", "screen_capture_lost": "critical",
    "clock_drift": "critical", "black": "warning", "frozen": "warning", "occluded": "warning",
    "blurred": "warning", "dark": "info", "overexposed": "info", "scene_moved": "warning",
    "audio_silent": "info", "audio_clipped": "info", "page_left": "warning",
    "second_screen": "critical", "device_unplugged": "warning", "poor_network": "info",
    "disk_low": "warning", "disk_critical": "critical",
}  # fmt: skip

RECORDING: Final = "recording"
"""The source of what concerns all recordings of a session and no seat or venue."""
OF_RECORDING: Final = frozenset({"disk_low", "disk_critical"})
"""What is raised there and nowhere else; a witness can do nothing about it."""

LADDER: Final[tuple[Role, ...]] = ("witness", "agency_lead", "supervisor")
"""Whose attention an unacknowledged alarm asks for, step by step."""

CLOSED_KEPT: Final = 100
"""Finished alarms that a wall still lists; the minutes keep all."""


class Alarm(Struct, frozen=True):
    """An alarm as it stands. `asks` is a step of the ladder, `since` when that step began."""

    kind: str
    level: Level
    source: str
    member: str | None
    venue: str | None
    at: int
    snapshot: str | None
    since: int
    stage: Stage = "raised"
    asks: int = 0
    subsided: int | None = None
    times: int = 1
    by: str | None = None
    how: str | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.stage not in ("closed", "false")

    @property
    def lasts(self) -> bool:
        """Whether somebody still has to do something, or there is still something to see."""
        return self.open or self.subsided is None


class Alarms(Struct, frozen=True):
    """Slice of the state: alarms by number, the oldest finished ones forgotten; how many there
    were.
    """

    raised: dict[int, Alarm] = field(default_factory=dict)
    count: int = 0

    def last(self, kind: str, source: str) -> tuple[int, Alarm] | None:
        """The alarm of this kind at this source that is still open, or whose condition still holds,
        with its number.
        """
        for number, alarm in self.raised.items():
            if (alarm.kind, alarm.source) == (kind, source) and alarm.lasts:
                return number, alarm
        return None


def shown_to(alarm: Alarm, roles: tuple[Role, ...], venue: str | None) -> bool:
    """Whether an office is concerned: those who follow the whole with all, the others with their
    venue.
    """
    if any(role in roles for role in ("supervisor", "agency_lead", "auditor")):
        return True
    around = ("witness", "center_staff", "sub_venue_contact")
    return any(role in roles for role in around) and venue in (None, alarm.venue)
