"""A node that died comes back no more: others find its people missing, and keep its deadlines."""

import secrets
from collections.abc import Sequence

import pytest

from evalroom.clock import SystemClock
from evalroom.room import Means, Rooms
from evalroom.room.standing import records
from evalroom.sessions.people import Actor
from evalroom.storage.entry import Entry
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.postgres_server import Server
from evalroom.wire.frames import Frames
from tests.faults.author import becomes, until
from tests.faults.town import Open, Town, tender_of_a_town
from tests.room.parts import NoBus

HOUR_MS = 3_600_000
SOON_MS = 6_000


class SlowClock(SystemClock):
    """A clock of an hour ago, so that what takes an hour ends soon."""

    def wall(self) -> int:
        return super().wall() - HOUR_MS + SOON_MS


def events(entries: Sequence[Entry], kind: str) -> int:
    """How many events of a kind there are."""
    read = [event for entry in entries for event in records.read(entry).events]
    return sum(type(event).__name__ == kind for event in read)


async def paused_almost_an_hour_ago(town: Town) -> str:
    """A session whose fault clock of an hour runs out in a moment."""
    session, clock = secrets.token_hex(16), SlowClock()
    ledger = await PostgresLedger.open(Server(town.database.address()), town.keys.at_rest)
    rooms = Rooms(
        Means(
            ledger=ledger,
            keys=town.keys,
            bus=NoBus(),
            clock=clock,
            random=secrets.token_bytes,
            frames=Frames(),
            node=secrets.token_bytes(16),
        )
    )
    lead = town.known["agency"].account
    try:
        tender = tender_of_a_town(technical_pause_hours="1")
        await rooms.create(session, tender, town.appointments, by=lead)
        room = await rooms.open(session)
        actor, command_id = Actor(lead), secrets.token_bytes(16)
        await room.submit(actor, command_id, "PauseTechnically", {"reason": "power"}, None)
    finally:
        await rooms.close(spread_ms=0)
        await ledger.close()
    return session


@pytest.mark.slow(90)
@pytest.mark.rule("R21", "R23")
async def test_who_sat_at_a_dead_node_is_found_missing_and_its_deadlines_are_met(
    open_town: Open,
) -> None:
    town, session = open_town.town, await open_town.session()
    dead, alive = town.nodes
    there = await open_town.author("m1", session, alive.url)
    lost = await open_town.author("m2", session, dead.url)
    await lost.give("CheckIn")
    await there.give("CheckIn")
    await until(there, lambda: there.presence.get("m2") == "online")
    waiting = await paused_almost_an_hour_ago(town)
    # Only this node has ever opened it.
    await open_town.shown("agency_lead", waiting, dead.url)
    dead.kill()
    await until(there, lambda: there.presence["m2"] == "away")
    # It is not on record before it has lasted.
    assert events(await town.ledger(session), "LinkLost") == 0
    await becomes(lambda: _recorded(town, session, "LinkLost"))
    assert there.view == await there.fresh()
    assert events(await town.ledger(waiting), "FaultClockExpired") == 1
    # He comes back, at another node, by the token of the dead one.
    await lost.leave()
    back = await open_town.author("m2", session, alive.url)
    await until(there, lambda: there.presence["m2"] == "online")
    await becomes(lambda: _recorded(town, session, "LinkBack"))
    assert back.view == await back.fresh()
    assert events(await town.ledger(session), "LinkLost") == 1


async def _recorded(town: Town, session: str, kind: str) -> bool:
    return events(await town.ledger(session), kind) == 1
