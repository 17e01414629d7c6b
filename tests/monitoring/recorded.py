"""A hub, a shelf and a recording of one session, with frames that are real and a still clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import av

from evalroom.footage.shelf import Footage, Repaired, Shelf
from evalroom.monitoring.gate import Kind
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.monitoring.recording import Missing, Recording
from evalroom.sessions.alarm_register import RECORDING
from evalroom.wire.media_frame import EncodedFrame
from tests.footage.test_segment_file import KEYS
from tests.identity.parts import StillClock

SESSION = "0" * 32
CAMERA, SCREEN, MICROPHONE = "seat.m1.camera", "seat.m1.screen", "seat.m1.microphone"


class Told:
    """What the record was told."""

    def __init__(self) -> None:
        self.segments: list[Repaired] = []
        self.gaps: list[Missing] = []
        self.losses: list[tuple[str, str]] = []
        self.returns: list[str] = []
        self.alarms: list[tuple[str, str]] = []
        """What was raised and is over again, in its order, with the sessions told."""

    def sealed(self, segment: Repaired) -> None:
        self.segments.append(segment)

    def missing(self, gap: Missing) -> None:
        self.gaps.append(gap)

    def lost(self, session: str, cause: str) -> None:
        self.losses.append((session, cause))

    def back(self, session: str) -> None:
        self.returns.append(session)

    def begun(self, session: str, source: str, condition: str, picture: bytes | None) -> None:
        assert (source, picture) == (RECORDING, None)
        self.alarms.append((session, condition))

    def over(self, session: str, source: str, condition: str) -> None:
        self.alarms.append((session, f"no {condition}"))


class Studio:
    """A hub, a shelf and a recording of one session."""

    def __init__(self, folder: Path) -> None:
        self.clock = StillClock(1_000_000)
        self.hub = Hub(self.clock)
        self.shelf = Shelf(folder / "footage", KEYS)
        self.told = Told()
        self.recording = Recording(self.hub, self.shelf, self.clock, self.told)

    def publish(self, source: str, kind: Kind = "camera") -> Publishing:
        return self.hub.publish(SESSION, source, kind, lambda: None, True)

    async def show(self, publishing: Publishing, shown: list[EncodedFrame]) -> None:
        for frame in shown:
            publishing.push(frame)
        await self.recording.write()

    async def segments(self, source: str = CAMERA) -> tuple[Footage, ...]:
        return await asyncio.to_thread(self.shelf.find, SESSION, source, 0, 2**60)

    async def pictures(self, footage: Footage) -> int:
        return len(await asyncio.to_thread(self.decoded, footage, "video"))

    def decoded(self, footage: Footage, kind: str) -> list[Any]:
        """The pictures or pieces of sound that a player would show."""
        with av.open(BytesIO(b"".join(self.shelf.read(footage))), "r") as file:
            return list(file.decode(**{kind: 0}))


@asynccontextmanager
async def recorded(folder: Path) -> AsyncIterator[Studio]:
    """A session that is being recorded, for the time of the block."""
    studio = Studio(folder)
    await studio.recording.start()
    studio.recording.begin(SESSION)
    yield studio
    await studio.recording.close()
