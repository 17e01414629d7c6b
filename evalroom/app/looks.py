"""Looks at pictures and sound go on the record of their session."""

import asyncio
import logging
from typing import Final

from evalroom.monitoring.watching import Look
from evalroom.room import Rooms
from evalroom.sessions import faults
from evalroom.sessions.refusals import Refused

log: Final = logging.getLogger(__name__)


class LooksOnRecord:
    """Hands looks over to the rooms. A room that has been let go is opened again for them."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._opening: dict[str, asyncio.Task[None]] = {}

    def __call__(self, session: str, looks: tuple[Look, ...]) -> None:
        """Keep a batch for the record. Raises `Refused`, and then it is to be offered again."""
        room = self._rooms.find(session)
        if room is None:
            if session not in self._opening:
                task = asyncio.get_running_loop().create_task(self._open(session))
                self._opening[session] = task
            raise Refused("unavailable", retry_ms=1_000)
        room.watched(
            tuple(
                faults.Look(
                    principal=look.principal, what=look.source, at=look.since, until=look.until
                )
                for look in looks
            )
        )

    async def close(self) -> None:
        """Let go of what is being opened."""
        for task in tuple(self._opening.values()):
            task.cancel()
        await asyncio.gather(*self._opening.values(), return_exceptions=True)

    async def _open(self, session: str) -> None:
        try:
            await self._rooms.open(session)
        except Refused as refused:
            log.info("looks wait for their session: %s", refused.code)
        finally:
            del self._opening[session]
