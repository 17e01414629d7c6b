"""Findings on their way to the record, of several sessions at once."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from evalroom.app.witnessing import (
    PICTURES_OF_SESSION,
    WAITING,
    WAITING_OF_SESSION,
    Witness,
)
from evalroom.footage.segment_file import Written
from evalroom.footage.shelf import Footage, Repaired
from evalroom.sessions.people import Actor
from evalroom.sessions.recordings import SEGMENTS_PER_COMMAND
from evalroom.sessions.refusals import Refused
from tests.identity.parts import StillClock

if TYPE_CHECKING:
    from evalroom.room import Rooms

SOURCE = "seat.m1.camera"


class House:
    """Rooms of which some answer and some are busy, and what they were told."""

    def __init__(self) -> None:
        self.busy: set[str] = set()
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.ids: dict[bytes, str] = {}
        self.kept: list[bytes] = []
        self.tried: Counter[str] = Counter()
        self.moved = asyncio.Event()

    async def open(self, session: str) -> "Room":
        return Room(self, session)

    async def keep(self, picture: bytes) -> str:
        self.kept.append(picture)
        return "f" * 64

    async def until(self, *sessions: str) -> None:
        """Until each of these has been told something or tried."""
        while not all(self.tried[session] for session in sessions):
            self.moved.clear()
            await self.moved.wait()


class Room:
    def __init__(self, house: House, session: str) -> None:
        self._house, self._session = house, session

    async def submit(
        self, _actor: Actor, identity: bytes, name: str, args: dict[str, Any], _seen: None
    ) -> None:
        await asyncio.sleep(0)
        self._house.tried[self._session] += 1
        self._house.moved.set()
        said = repr(args)
        if self._house.ids.setdefault(identity, said) != said:
            raise Refused("command_id_reused")
        if self._session in self._house.busy:
            raise Refused("busy")
        self._house.told.append((self._session, name, args))


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def witness(house: House) -> Witness:
    numbers = iter(range(1_000_000))
    return Witness(
        cast("Rooms", house), house.keep, StillClock(1_000_000),
        lambda length: next(numbers).to_bytes(length, "big"),
    )  # fmt: skip


def segment(session: str, begun: int) -> Repaired:
    footage = Footage(session, SOURCE, 1, begun, begun + 1, "webm", Path("x"))
    return Repaired(footage, Written(10, "0" * 64))


@pytest.mark.rule("M156")
async def test_a_session_that_floods_a_busy_room_keeps_no_other_one_waiting(
    house: House, witness: Witness
) -> None:
    house.busy.add("loud")
    for _ in range(5 * WAITING_OF_SESSION):
        witness.begun("loud", SOURCE, "frozen", None)
    assert len(witness) == WAITING_OF_SESSION
    working = asyncio.create_task(witness.run())
    await house.until("loud")
    for quiet in range(20):
        witness.sealed(segment(f"quiet{quiet}", 1))
    await house.until(*(f"quiet{quiet}" for quiet in range(20)))
    assert {session for session, _, _ in house.told} == {f"quiet{quiet}" for quiet in range(20)}
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert len(witness) == WAITING_OF_SESSION, "nothing of the flood is on record or lost"
    house.busy.clear()
    await witness.work_off()
    assert len(witness) == 0
    assert len(house.told) == 20 + WAITING_OF_SESSION


@pytest.mark.rule("M156")
async def test_many_sessions_that_flood_leave_room_for_one_more(witness: Witness) -> None:
    sessions = 3 * WAITING // WAITING_OF_SESSION
    for session in range(sessions):
        for _ in range(WAITING_OF_SESSION + 1):
            witness.over(f"s{session}", SOURCE, "frozen")
    flooded = len(witness)
    assert flooded <= 3 * WAITING
    witness.sealed(segment("another", 1))
    assert len(witness) == flooded + 1


@pytest.mark.rule("M156")
async def test_findings_of_a_session_are_told_in_their_order_and_hashes_gather(
    house: House, witness: Witness
) -> None:
    for number in range(SEGMENTS_PER_COMMAND + 2):
        witness.sealed(segment("one", number))
        witness.begun("one", SOURCE, "frozen", None)
    await witness.work_off()
    seals = [args["segments"] for _, name, args in house.told if name == "SealSegments"]
    assert [len(seal) for seal in seals] == [SEGMENTS_PER_COMMAND, 2]
    begun = [sealed["begun"] for seal in seals for sealed in seal]
    assert begun == sorted(begun)


@pytest.mark.rule("M156")
async def test_a_hash_is_not_added_to_what_may_be_on_record_already(
    house: House, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.busy.add("one")
    witness.sealed(segment("one", 1))
    again = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        witness.sealed(segment("one", 2))
        house.busy.clear()
        again.set()

    monkeypatch.setattr(witness, "_clock", _Clock(sleep))
    await witness.work_off()
    assert again.is_set()
    seals = [args["segments"] for _, name, args in house.told if name == "SealSegments"]
    assert [[sealed["begun"] for sealed in seal] for seal in seals] == [[1], [2]]


class _Clock:
    def __init__(self, sleep: Any) -> None:
        self.sleep = sleep


@pytest.mark.rule("M156")
async def test_of_a_flood_of_pictures_a_few_wait_and_the_alarms_all(
    house: House, witness: Witness
) -> None:
    for _ in range(2 * PICTURES_OF_SESSION):
        witness.begun("one", SOURCE, "frozen", b"\xff\xd8")
    await witness.work_off()
    assert len(house.kept) == PICTURES_OF_SESSION
    assert len(house.told) == 2 * PICTURES_OF_SESSION
