"""Rooms for the benches: a tender of any size, brought to the detailed review on a real ledger."""

import secrets
from decimal import Decimal
from typing import Any

from evalroom.clock import SystemClock
from evalroom.identity.keys import KeyRing
from evalroom.room import Answer, Means, Room, Rooms
from evalroom.sessions.tender.model import Criterion, Tender
from evalroom.storage.ledger import Ledger
from evalroom.wire.frames import Frames
from tests.room.parts import NoBus, principal
from tests.sessions.cast import ACCOUNTS, APPOINTMENTS, small_tender


def extreme(bids: int = 119, items: int = 20) -> Tender:
    """Five members fill `bids` × `items` cells each."""
    return small_tender(
        bids=bids,
        criteria=(
            Criterion("q1", "conformity", "报价唯一", "pass_fail"),
            *(
                Criterion(
                    f"t{n}",
                    "technical",
                    f"方案 {n}",
                    "range",
                    points=Decimal(60) / items,
                    interval=Decimal("0.1"),
                )
                for n in range(1, items + 1)
            ),
            Criterion(
                "b1", "business", "业绩", "range", points=Decimal(20), objective="each_then_match"
            ),
        ),
    )


def means_on(ledger: Ledger, keys: KeyRing) -> Means:
    """One node, alone."""
    return Means(
        ledger=ledger,
        keys=keys,
        bus=NoBus(),
        clock=SystemClock(),
        random=secrets.token_bytes,
        frames=Frames(),
        node=secrets.token_bytes(8),
    )


async def act(room: Room, who: str, name: str, **args: Any) -> Answer:
    """A command as the edge would submit it."""
    return await room.submit(principal(who).actor, secrets.token_bytes(16), name, args, None)


def cell(bid: str, criterion: str, value: str, reason: str = "") -> dict[str, str]:
    """One cell of a sheet."""
    return {"bid": bid, "criterion": criterion, "value": value, "reason": reason}


async def reviewed(rooms: Rooms, tender: Tender) -> Room:
    """A new session, in its detailed review."""
    session = secrets.token_hex(16)
    await rooms.create(session, tender, APPOINTMENTS, by="hana")
    room = await rooms.open(session)
    for member in ACCOUNTS:
        await act(room, member, "CheckIn")
    await act(room, "hana", "AnnounceDiscipline")
    for member in ACCOUNTS:
        await act(room, member, "Commit")
    for member in ACCOUNTS:
        await act(room, member, "CastBallot", candidate="m1")
    await act(room, "m1", "RequestStart")
    for member in ACCOUNTS:
        cells = [cell(bid.id, "q1", "pass") for bid in tender.bids]
        await act(room, member, "EnterScores", cells=cells)
        await act(room, member, "ClosePersonally", section="conformity")
    await act(room, "m1", "CloseGroup", section="conformity")
    return room
