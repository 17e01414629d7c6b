"""The cameras of a living session, one at each seat and in each room, and the seats' screens: kept
going, and now and then one that fails, so that whoever watches has something to find.
"""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Final, Literal

from evalroom.clock import Clock
from evalroom.rehearsal.browser import Browser, Unreachable
from evalroom.rehearsal.cameras import Camera, whip
from evalroom.rehearsal.drawing import Sight
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Tender

LOOK_SECONDS: Final = 5.0
"""Between two looks whether a camera is still there."""

FIRST_FAULT: Final = (15.0, 30.0)
FAULT_EVERY: Final = (60.0, 150.0)
"""Seconds: a guest finds a first alarm soon, and has time for each."""

FAULT_LASTS: Final = (20.0, 40.0)
"""Seconds: past the ten after which an alarm is raised."""

VOICE_EVERY: Final = (6.0, 20.0)
VOICE_LASTS: Final = (3.0, 7.0)
"""Seconds between words to the neighbour, and of them."""

A_MICROPHONE_IN: Final = 3
"""Seats: sound is what costs a rehearsal most, because it is encoded as it is sent."""

IN_A_ROOM: Final = 4
"""People that a room's camera sees."""

Fault = Literal["frozen", "black", "covered", "gone"]
FAULTS: Final[tuple[Fault, ...]] = ("frozen", "black", "covered", "gone")
FAULTS_OF_SCREENS: Final[tuple[Fault, ...]] = ("black", "gone")
"""A screen may stand still as long as it likes."""


class Crew:
    """Cameras by source. Only with `faults` they fail by themselves."""

    def __init__(
        self, cameras: Mapping[str, Camera], clock: Clock, chance: Random, *, faults: bool = True
    ) -> None:
        self.cameras: Final = dict(cameras)
        self._clock = clock
        self._chance = chance
        self._faults = faults
        self._gone: set[str] = set()

    async def work(self) -> None:
        """Keep them going until cancelled; nothing is left then."""
        try:
            async with asyncio.TaskGroup() as group:
                for source, camera in self.cameras.items():
                    group.create_task(self._keep(source, camera))
                group.create_task(self._talk())
                if self._faults:
                    group.create_task(self._fail())
        finally:
            await asyncio.gather(*(camera.vanish() for camera in self.cameras.values()))

    async def fail(self, source: str, fault: Fault, seconds: float) -> None:
        """One fault at one camera, from its beginning to its end."""
        camera = self.cameras[source]
        if fault == "gone":
            self._gone.add(source)
            await camera.vanish()
        else:
            camera.show(fault)
        await self._clock.sleep(seconds)
        self._gone.discard(source)
        camera.show("moving")

    async def _keep(self, source: str, camera: Camera) -> None:
        while True:
            if not camera.live and source not in self._gone:
                try:
                    await camera.come_back()
                except (Refused, Unreachable, TimeoutError):
                    # A seat that was freed, a server with enough to do: the next look may be
                    # luckier.
                    pass
            await self._clock.sleep(LOOK_SECONDS)

    async def _fail(self) -> None:
        wait = FIRST_FAULT
        while True:
            await self._clock.sleep(self._chance.uniform(*wait))
            wait = FAULT_EVERY
            live = [source for source, camera in self.cameras.items() if camera.live]
            if live:
                source = self._chance.choice(live)
                screen = source.endswith(".screen")
                fault = self._chance.choice(FAULTS_OF_SCREENS if screen else FAULTS)
                await self.fail(source, fault, self._chance.uniform(*FAULT_LASTS))

    async def _talk(self) -> None:
        speakers = [one for one in self.cameras.values() if one.hears]
        while speakers:
            await self._clock.sleep(self._chance.uniform(*VOICE_EVERY))
            speaker = self._chance.choice(speakers)
            speaker.say("voice")
            await self._clock.sleep(self._chance.uniform(*VOICE_LASTS))
            speaker.say("room")


def cameras_of(
    tender: Tender, session: str, browsers: Mapping[str, Browser], without: str
) -> dict[str, Camera]:
    """A camera at each seat but one, some with a microphone, and one in each venue, which the
    agency's lead looks after.
    """
    cameras = {}
    for place, seat in enumerate(tender.seats):
        if seat.member != without:
            source = f"seat.{seat.member}.camera"
            sight = Sight(seat.workstation, tint=place, seed=place)
            camera = Camera(
                whip(browsers[seat.member], session, source), sight,
                None if place % A_MICROPHONE_IN else "room",
            )  # fmt: skip
            cameras[source] = camera
    for place, venue in enumerate(tender.venues, 1):
        source = f"venue.{venue.id}.camera.1"
        sight = Sight(f"CAM-{place}", IN_A_ROOM, tint=place + 4, seed=place)
        cameras[source] = Camera(whip(browsers["agency_lead"], session, source), sight)
    return cameras


def screens_of(
    tender: Tender, session: str, browsers: Mapping[str, Browser], without: str
) -> dict[str, Camera]:
    """The shared screen of each seat but one."""
    return {
        source: Camera(
            whip(browsers[seat.member], session, source),
            Sight(seat.workstation, people=0, tint=place, seed=place),
        )
        for place, seat in enumerate(tender.seats)
        if seat.member != without
        for source in (f"seat.{seat.member}.screen",)
    }
