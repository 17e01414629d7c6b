"""A second device at a taken seat is refused; here it also becomes known to those who watch."""

import asyncio
import logging
import secrets
from typing import Final

from evalroom.clock import Clock
from evalroom.identity.throttle import Rate, Throttle
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.sessions.refusals import Refused
from evalroom.signaling.rooms import Room
from evalroom.wire.limits import COMMAND_ID_BYTES

log = logging.getLogger(__name__)

PER_MEMBER: Final = Rate(burst=1, seconds=60)
"""How often a second device at one seat is reported. A browser that is refused tries again and
again, and each report is an entry of the ledger."""


class Intrusions:
    """Reports second devices to their rooms, in the server's own name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reported = Throttle(PER_MEMBER)
        self._under_way: set[asyncio.Task[None]] = set()

    def refused(self, room: Room, session: str, member: str) -> None:
        """Another device than the one that holds this member's seat has been refused just now."""
        if self._reported.take(f"{session}\0{member}", self._clock.monotonic()):
            return
        reporting = asyncio.get_running_loop().create_task(self._report(room, member))
        self._under_way.add(reporting)
        reporting.add_done_callback(self._under_way.discard)

    async def _report(self, room: Room, member: str) -> None:
        command_id = secrets.token_bytes(COMMAND_ID_BYTES)
        wish = {"member": member}
        try:
            await room.submit(Actor(SYSTEM), command_id, "ReportSecondDevice", wish, None)
        except Refused as refused:
            log.warning("a second device at a seat is not on record: %s", refused.code)
