"""Who sees and hears what, tried for every office and every kind of source at each step of a whole
evaluation on a real node, also when two persons have opened a screen early.
"""

from collections import defaultdict
from itertools import product
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

import pytest
from msgspec.structs import replace

from evalroom.clock import SystemClock
from evalroom.identity.principal import Principal
from evalroom.monitoring.gate import Kind
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.bearers import Scope, Verb
from tests.app.studio import Studio, studio
from tests.sessions.cast import small_tender

KINDS: Final[tuple[Kind, ...]] = ("screen", "camera", "microphone")
SEATS: Final = ("m1", "m5")
"""One at each venue."""
ROOMS: Final = ("main", "east")
SPEAKERS: Final = ("agency_lead", "supervisor")

ERAS: Final = (
    ("check_in", "declaration", "lead"),
    ("preliminary", "detailed"),
    ("price", "summary", "signing"),
)
"""Before, during and after the individual review."""

Said = tuple[str, str, str]
SEEN: Final[Said] = ("seen",) * 3
NEVER: Final[Said] = ("wrong_role",) * 3
OWN: Final[Said] = ("own_voice",) * 3
SEALED: Final[Said] = ("screen_sealed", "screen_sealed", "seen")
TALK: Final[Said] = ("seen", "talk_closed", "seen")
STRANGE: Final[Said] = ("not_invited",) * 3

ENDLESS: Final = {"own_voice", "not_invited"}
"""What is said in the same words when the session is over."""

MORE: Final[dict[str, tuple[str, str | None]]] = {
    "staff": ("center_staff", "main"),
    "staff_everywhere": ("center_staff", None),
    "contact": ("sub_venue_contact", "east"),
    "witness_east": ("witness", "east"),
    "auditor": ("auditor", None),
}
"""Who is appointed besides those of an ordinary evaluation, and where."""

OFFICERS: Final[dict[str, tuple[Said, Said, Said, Said]]] = {
    "agency_lead": (NEVER, NEVER, TALK, SEEN),
    "supervisor": (SEALED, SEEN, SEEN, SEEN),
    "auditor": (NEVER, NEVER, NEVER, NEVER),
    "staff_everywhere": (NEVER, NEVER, NEVER, SEEN),
}
"""What the offices of no one venue see of any seat's screen and camera, hear of its voice, and see
of any room."""

OF_A_VENUE: Final[dict[str, tuple[str, Said, Said, Said]]] = {
    "witness": ("main", SEEN, SEEN, SEEN),
    "witness_east": ("east", SEEN, SEEN, SEEN),
    "staff": ("main", NEVER, NEVER, SEEN),
    "contact": ("east", NEVER, NEVER, SEEN),
}
"""Which venue, and what is seen there of seats, heard of them, and seen of the room."""


def expected(key: str) -> dict[str, Said]:
    """What the rules say to somebody, by source."""
    if key == "stranger":
        return dict.fromkeys(SOURCES, STRANGE)
    if key in OFFICERS:
        *seat, room = OFFICERS[key]
        of_seats = product(SEATS, zip(KINDS, seat, strict=True))
        said = {f"seat.{member}.{kind}": one for member, (kind, one) in of_seats}
        said |= {f"venue.{venue}.camera.1": room for venue in ROOMS}
        return said | {f"{s}.microphone": OWN if s == key else seat[-1] for s in SPEAKERS}
    if key in OF_A_VENUE:
        venue, *there = OF_A_VENUE[key]
        said = dict.fromkeys(SOURCES, NEVER)
        member = SEATS[ROOMS.index(venue)]
        names = (f"seat.{member}.camera", f"seat.{member}.microphone", f"venue.{venue}.camera.1")
        return said | dict(zip(names, there, strict=True))
    said = dict.fromkeys(SOURCES, NEVER)
    said |= {source: TALK for source, kind in SOURCES.items() if kind == "microphone"}
    if key in SEATS:
        own = zip(KINDS, (SEEN, SEEN, OWN), strict=True)
        said |= {f"seat.{key}.{kind}": one for kind, one in own}
    return said


SOURCES: Final[dict[str, Kind]] = (
    {f"seat.{seat}.{kind}": kind for seat, kind in product(SEATS, KINDS)}
    | {f"venue.{room}.camera.1": "camera" for room in ROOMS}
    | {f"{speaker}.microphone": "microphone" for speaker in SPEAKERS}
)
"""By the names they have here: an officer's microphone is named after his account."""


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
        self.people |= {key: Principal(f"a00000000000{n}") for n, key in enumerate(MORE, 1)}
        self.found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self.wrong: list[tuple[str, str]] = []
        """Who was listed something else than he may see, and when."""
        self.names = {
            source: f"officer.{self.people[source.removesuffix('.microphone')].id}.microphone"
            if source.removesuffix(".microphone") in SPEAKERS
            else source
            for source in SOURCES
        }
        for source, kind in SOURCES.items():
            eyes.hub.publish(here.session, self.names[source], kind, None, True)

    async def appoint(self) -> None:
        """Fill the offices that an ordinary evaluation leaves empty."""
        for key, (role, venue) in MORE.items():
            office = {"principal": self.people[key].id, "roles": [role], "venue": venue}
            await self.act(SYSTEM, "Appoint", **office)

    async def act(self, who: str, command: str, **args: Any) -> None:
        await self.room.submit(Actor(who), token_bytes(16), command, args, None)

    def look(self) -> None:
        phase, seats = self.room.session.phase, self.room.session.seats.bound
        for key, principal in self.people.items():
            if key in seats:
                # From his seat; before he sits there, from anywhere.
                principal = replace(principal, device=seats[key].device)
            told = {source: self.ask(principal, name) for source, name in self.names.items()}
            for source, said in told.items():
                self.found[key, source, phase].add(said)
            seen = {self.names[source] for source, said in told.items() if said == "seen"}
            if self.listed(principal) & set(self.names.values()) != seen:
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


@pytest.mark.slow(90)
@pytest.mark.rule("E2", "E3", "E4", "E43", "M133")
@pytest.mark.parametrize("early", [False, True])
async def test_everybody_sees_and_hears_what_is_his_at_each_step_and_nothing_else(
    tmp_path: Path, early: bool
) -> None:
    async with studio(tmp_path, small_tender()) as here:
        await here.home.node.rooms.open(here.session)
        trial = Trial(here)
        await trial.appoint()
        if early:
            member, clause = "m1", "监督办法第9条"
            asked, agreed = trial.people["supervisor"].id, trial.people["witness"].id
            await trial.act(asked, "RequestScreen", member=member, clause=clause)
            assert trial.ask(trial.people["supervisor"], "seat.m1.screen") == "screen_sealed"
            await trial.act(agreed, "GrantScreen", member=member)
        trial.look()
        unwatch = trial.room.watch(trial.look)
        assert (await here.room.play()).right
        unwatch()
        trial.look()
        tried = {key for key in trial.people if key != "stranger"}
        assert tried == {*MORE, *OFFICERS, *OF_A_VENUE, "m1", "m2", "m3", "m4", "m5"}
        wanted: dict[tuple[str, str, str], set[str]] = {}
        for key in trial.people:
            row = expected(key)
            if early and key == "supervisor":
                row["seat.m1.screen"] = SEEN
            for source, said in row.items():
                for phases, one in zip(ERAS, said, strict=True):
                    wanted |= {(key, source, phase): {one} for phase in phases}
                over = said[0] if said[0] in ENDLESS else "session_over"
                wanted[key, source, "closed"] = {over}
        assert trial.found == wanted
        assert trial.wrong == []


@pytest.mark.rule("S56")
async def test_a_member_sees_and_hears_from_his_seat_alone(here: Studio) -> None:
    async with here.seated("m1", "m2"):
        trial = Trial(here)
        elsewhere = trial.people["m1"]
        for source in ("seat.m1.screen", "seat.m1.camera", "seat.m2.microphone"):
            assert trial.ask(elsewhere, source) == "other_device"
        with pytest.raises(Refused, match="other_device"):
            trial.gate.sources(elsewhere, here.session)


@pytest.mark.rule("A10")
async def test_a_program_that_may_only_publish_or_read_has_nothing_to_watch(here: Studio) -> None:
    async with here.seated("m1"):
        trial = Trial(here)
        verbs: tuple[Verb, ...] = ("publish", "read", "watch")
        supervisor = trial.people["supervisor"]
        for scope in (Scope(here.session, verb) for verb in verbs):
            program = replace(supervisor, device=None, scopes=(scope,))
            if scope.verb == "watch":
                assert trial.listed(program) == trial.listed(supervisor)
                continue
            with pytest.raises(Refused, match="outside_scope"):
                trial.gate.sources(program, here.session)


@pytest.mark.slow(60)
@pytest.mark.rule("M41")
async def test_a_screen_that_opens_shows_nothing_of_before(tmp_path: Path) -> None:
    async with studio(tmp_path, small_tender()) as here:
        await here.home.node.rooms.open(here.session)
        trial = Trial(here)
        supervisor = trial.people["supervisor"]
        opened: list[tuple[int, int, int]] = []

        def look() -> None:
            trial.gate.look(here.session)
            before = SystemClock().wall()
            shown = trial.gate.sources(supervisor, here.session)
            after = SystemClock().wall()
            since = [source.since for source in shown if source.name == "seat.m1.screen"]
            opened.extend((before, one, after) for one in since)

        unwatch = trial.room.watch(look)
        # As if it had been open before, and was sealed again.
        trial.gate._unsealed[here.session, "m1"] = (), 1
        trial.gate.look(here.session)
        assert not trial.gate._unsealed
        assert (await here.room.play()).right
        unwatch()
        before, first, after = opened[0]
        # Nobody else has asked: it counts from the look that found it open.
        assert before <= first <= after
        # From then on it stays the same, for whoever comes later as well.
        assert {since for _, since, _ in opened} == {first}
