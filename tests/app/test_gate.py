"""Who sees and hears what, tried for everybody and every kind of source at each step of a whole
evaluation on a real node.
"""

from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from evalroom.clock import SystemClock
from evalroom.identity.principal import Principal
from evalroom.monitoring.gate import Kind
from evalroom.sessions.refusals import Refused
from tests.app.studio import Studio, studio
from tests.sessions.cast import small_tender

SCREEN, CAMERA, SOUND = "seat.m1.screen", "seat.m1.camera", "seat.m1.microphone"
ROOM = "venue.main.camera.1"
SOURCES: Final[dict[str, Kind]] = {
    SCREEN: "screen", CAMERA: "camera", SOUND: "microphone", ROOM: "camera",
}  # fmt: skip

BEFORE, REVIEW, AFTER = (
    ("check_in", "declaration", "lead"),
    ("preliminary", "detailed"),
    ("price", "summary", "signing"),
)

SEEN, NEVER, SEALED = ("seen",) * 3, ("wrong_role",) * 3, ("screen_sealed", "screen_sealed", "seen")
TALK = ("seen", "talk_closed", "seen")
COLLEAGUE: Final[dict[str, tuple[str, ...]]] = {
    SCREEN: NEVER,
    CAMERA: NEVER,
    SOUND: TALK,
    ROOM: NEVER,
}

# Before, during and after the individual review.
TABLE: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "m1": {SCREEN: SEEN, CAMERA: SEEN, SOUND: ("own_voice",) * 3, ROOM: NEVER},
    "m2": COLLEAGUE,
    "m3": COLLEAGUE,
    "m4": COLLEAGUE,
    "m5": COLLEAGUE,
    "agency_lead": {SCREEN: NEVER, CAMERA: NEVER, SOUND: TALK, ROOM: SEEN},
    "supervisor": {SCREEN: SEALED, CAMERA: SEEN, SOUND: SEEN, ROOM: SEEN},
    "witness": {SCREEN: NEVER, CAMERA: SEEN, SOUND: SEEN, ROOM: SEEN},
    "stranger": dict.fromkeys(SOURCES, ("not_invited",) * 3),
}

ENDLESS = {"own_voice", "not_invited"}
"""What is said in the same words when the session is over."""


class Trial:
    """Asks the gate about everything whenever the session has changed."""

    def __init__(self, here: Studio) -> None:
        eyes = here.home.node.monitoring
        room = here.home.node.rooms.find(here.session)
        assert eyes is not None
        assert room is not None
        self.gate = eyes.attention._gate
        self.room = room
        self.people = {
            part.key: Principal(here.room.people.accounts[part.login])
            for part in here.room.people.cast.everyone
        }
        self.people["stranger"] = Principal("a000000000000")
        self.found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self.wrong: list[tuple[str, str]] = []
        """Who was listed something else than he may see, and when."""
        for source, kind in SOURCES.items():
            eyes.hub.publish(here.session, source, kind, None, True)

    def look(self) -> None:
        phase = self.room.session.phase
        for key, principal in self.people.items():
            told = {source: self.ask(principal, source) for source in SOURCES}
            for source, said in told.items():
                self.found[key, source, phase].add(said)
            seen = {source for source, said in told.items() if said == "seen"}
            if self.listed(principal) & SOURCES.keys() != seen:
                self.wrong.append((key, phase))

    def ask(self, principal: Principal, source: str) -> str:
        try:
            self.gate.may_watch(principal, self.room.id, source)
        except Refused as refused:
            return refused.code
        return "seen"

    def listed(self, principal: Principal) -> set[str]:
        """What a wall would list."""
        try:
            return {source.name for source in self.gate.sources(principal, self.room.id)}
        except Refused:
            return set()


@pytest.mark.slow(60)
@pytest.mark.rule("E2", "M133")
async def test_everybody_sees_and_hears_what_is_his_at_each_step_and_nothing_else(
    tmp_path: Path,
) -> None:
    async with studio(tmp_path, small_tender()) as here:
        await here.home.node.rooms.open(here.session)
        trial = Trial(here)
        trial.look()
        unwatch = trial.room.watch(trial.look)
        assert (await here.room.play()).right
        unwatch()
        trial.look()
        assert trial.people.keys() == TABLE.keys()
        expected: dict[tuple[str, str, str], set[str]] = {}
        for key, row in TABLE.items():
            for source, said in row.items():
                for phases, one in zip((BEFORE, REVIEW, AFTER), said, strict=True):
                    expected |= {(key, source, phase): {one} for phase in phases}
                over = said[0] if said[0] in ENDLESS else "session_over"
                expected[key, source, "closed"] = {over}
        assert trial.found == expected
        assert trial.wrong == []


@pytest.mark.slow(60)
@pytest.mark.rule("M41")
async def test_a_screen_that_opens_shows_nothing_of_before(tmp_path: Path) -> None:
    async with studio(tmp_path, small_tender()) as here:
        await here.home.node.rooms.open(here.session)
        trial = Trial(here)
        supervisor = trial.people["supervisor"]
        opened: list[tuple[int, int]] = []

        def look() -> None:
            trial.gate.look(here.session)
            now = SystemClock().wall()
            shown = trial.gate.sources(supervisor, here.session)
            opened.extend((source.since, now) for source in shown if source.name == SCREEN)

        unwatch = trial.room.watch(look)
        # As if it had been open before, and was sealed again.
        trial.gate._unsealed[here.session, "m1"] = (), 1
        trial.gate.look(here.session)
        assert not trial.gate._unsealed
        assert (await here.room.play()).right
        unwatch()
        first, now = opened[0]
        assert now - 50 <= first <= now
        # From then on it stays the same, for whoever comes later as well.
        assert {since for since, _ in opened} == {first}
