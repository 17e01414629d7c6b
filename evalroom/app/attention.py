"""The sessions that this node has media of: each with its relay, recorded, and looked after.

That begins when somebody comes with a publication, a wall or a subscription, and ends when the
session is over, or when nobody has been here for so long that its room is let go.
"""

import logging
from collections.abc import Callable
from typing import Final

from evalroom.app.gate import SessionGate
from evalroom.bus.bus import Bus
from evalroom.clock import Clock
from evalroom.monitoring.diagnosis import Diagnosis, Thresholds
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.recording import Recording
from evalroom.monitoring.relay import LEVEL_SECONDS, Relay
from evalroom.room import Rooms
from evalroom.sessions.state import Session
from evalroom.sessions.tender.policies import policy

log: Final = logging.getLogger(__name__)


class Attention:
    """`node` is this node's name for the others; `listening` tells whether anybody here hears the
    talk of a session. Without `recording` nothing is recorded.
    """

    def __init__(
        self,
        node: str,
        rooms: Rooms,
        gate: SessionGate,
        hub: Hub,
        bus: Bus,
        clock: Clock,
        diagnosis: Diagnosis,
        recording: Recording | None,
        listening: Callable[[str], bool],
    ) -> None:
        self._node = node
        self._rooms = rooms
        self._gate = gate
        self._hub = hub
        self._bus = bus
        self._clock = clock
        self._diagnosis = diagnosis
        self._recording = recording
        self._listening = listening
        self._relays: dict[str, Relay] = {}

    def __len__(self) -> int:
        return len(self._relays)

    async def ready(self, session: str) -> None:
        """Open a session, and give it attention. Raises `Refused`."""
        room = await self._gate.ready(session)
        if session in self._relays or room.session.over:
            return
        self._relays[session] = Relay(session, self._node, self._hub, self._bus, self._clock)
        self._diagnosis.begin(session, thresholds_of(room.session))
        if self._recording is not None:
            self._recording.begin(session)

    async def run(self) -> None:
        """Keep the relays going, for ever."""
        while True:
            await self._clock.sleep(LEVEL_SECONDS)
            await self.beat()

    async def beat(self) -> None:
        """A fifth of a second has passed."""
        for session, relay in tuple(self._relays.items()):
            room = self._rooms.find(session)
            if room is None or room.session.over:
                await self._end(session)
            else:
                relay.listen(self._listening(session))
                relay.beat()

    async def close(self) -> None:
        """Give no more attention to anything."""
        for session in tuple(self._relays):
            await self._end(session)

    async def _end(self, session: str) -> None:
        self._relays.pop(session).close()
        self._diagnosis.end(session)
        self._gate.forget(session)
        if self._recording is not None:
            await self._recording.end(session)
        if session not in self._relays:
            self._hub.let_go(session)


def thresholds_of(session: Session) -> Thresholds:
    """How long a condition has to hold in this session, by its policies."""
    return Thresholds(
        after=float(policy(session.tender, "alarm_after_seconds")),
        silence=float(policy(session.tender, "alarm_silence_seconds")),
    )
