"""Everybody at once: a venue whose power comes back, a node whose neighbours have stopped."""

import asyncio
from typing import Any

import pytest

from evalroom.room import room as rooms_own
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import Audience, view
from tests.room.parts import SESSION, Node, Reader, in_virtual_time, token_bytes
from tests.sessions.cast import APPOINTMENTS
from tests.simulator.memory import MemoryLedger

CROWD = 480


@pytest.mark.rule("R43")
@in_virtual_time
async def test_a_crowd_that_comes_in_at_once_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node()
    await node.room()
    await node.to_review()
    cold = Node(ledger=MemoryLedger(node.ledger.store), name="n2", seed=2)
    made = count_views(monkeypatch)

    async def come(who: str) -> Reader:
        room = await cold.rooms.open(SESSION)
        reader = Reader(room, who)
        await asyncio.sleep(0)
        await room.reach(reader.principal, token_bytes(reader.token))
        return reader.join()

    people = sorted(APPOINTMENTS)
    crowd = await asyncio.gather(*(come(people[n % len(people)]) for n in range(CROWD)))
    assert made == len({reader.membership.audience for reader in crowd}) * [None]
    await cold.act("hana", "PauseTechnically", reason="power")
    assert all(reader.goodbye is None and reader.is_up_to_date() for reader in crowd)


@pytest.mark.rule("R43")
@in_virtual_time
async def test_a_view_is_made_anew_when_the_session_has_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node()
    room = await node.room()
    made = count_views(monkeypatch)
    for _ in range(3):
        Reader(room, "m1")
    assert len(made) == 1
    await node.act("m1", "CheckIn")
    assert Reader(room, "m1").view["me"]["seated"]
    # Nothing large is kept for long.
    await asyncio.sleep(1.1)
    assert room._views == {}


def count_views(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    made: list[None] = []

    def counted(session: Session, audience: Audience) -> dict[str, Any]:
        made.append(None)
        return view(session, audience)

    monkeypatch.setattr(rooms_own, "view", counted)
    return made
