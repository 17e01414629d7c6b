"""The sessions that this node has media of: each with its relay, recorded, and looked after.

That begins when somebody comes with a publication, a wall or a subscription, and ends when the
session is over, or when nobody has been here for so long that its room is let go.
"""

import logging
from collections.abc import Callable
from typing import Final

from evalroom.app.gate import SessionGate
from evalroom.app.venue_cameras import VenueCameras
from evalroom.bus.bus import Bus
from evalroom.clock import Clock
from evalroom.monitoring.diagnosis import Diagnosis, Thresholds
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.recording import Recording
from evalroom.monitoring.relay import LEVEL_SECONDS, TELL_SECONDS, Relay
from evalroom.room import Rooms
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session
from evalroom.sessions.tender.policies import policy

log: Final = logging.getLogger(__name__)

CAMERAS_SECONDS: Final = 5.0
"""Between two looks at which cameras hang where: somebody who enters one waits for its picture."""


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
        cameras: VenueCameras | None,
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
        self._cameras = cameras
        self._listening = listening
        self._relays: dict[str, Relay] = {}
        self._alarms: dict[str, int] = {}
        """The newest alarm of a session that has been seen to."""
        self._due: dict[str, float] = {}
        """When to look for a session's cameras again."""

    def __len__(self) -> int:
        return len(self._relays)

    async def ready(self, session: str) -> None:
        """Open a session, and give it attention. Raises `Refused`."""
        room = await self._gate.ready(session)
        if session in self._relays or room.session.over:
            return
        self._relays[session] = Relay(session, self._node, self._hub, self._bus, self._clock)
        self._alarms[session] = max(room.session.alarms.raised, default=0)
        # By then the other nodes have told which of them they show.
        self._due[session] = self._clock.monotonic() + TELL_SECONDS + 2 * LEVEL_SECONDS
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
                self._gate.look(session)
                self._see_to_alarms(room.session)

    async def run_cameras(self) -> None:
        """Keep the cameras of the venues connected, for ever."""
        while True:
            await self._clock.sleep(LEVEL_SECONDS)
            await self.look_for_cameras()

    async def look_for_cameras(self) -> None:
        """Connect what hangs in the venues of each session where it is time; what another node
        shows already is not connected a second time.
        """
        now = self._clock.monotonic()
        for session in [session for session, due in self._due.items() if due <= now]:
            self._due[session] = now + CAMERAS_SECONDS
            room = self._rooms.find(session)
            if self._cameras is None or room is None:
                continue
            venues = [venue.id for venue in room.session.tender.venues]
            try:
                await self._cameras.look(session, venues, self._relays[session].elsewhere)
            except Refused as refused:
                log.warning("cameras stay as they are: %s", refused.code)
            if session not in self._relays:
                # It ended while the directory was being read.
                self._cameras.end(session)

    async def close(self) -> None:
        """Give no more attention to anything."""
        for session in tuple(self._relays):
            await self._end(session)

    def _see_to_alarms(self, session: Session) -> None:
        """What led to a new alarm can be seen soon."""
        raised = session.alarms.raised
        if self._recording is not None:
            for number in raised:
                if number > self._alarms[session.id]:
                    self._recording.wanted(session.id, raised[number].source)
        self._alarms[session.id] = max(raised, default=0)

    async def _end(self, session: str) -> None:
        self._relays.pop(session).close()
        del self._alarms[session], self._due[session]
        if self._cameras is not None:
            self._cameras.end(session)
        self._diagnosis.end(session)
        self._gate.forget(session)
        if self._recording is not None:
            await self._recording.end(session)
        if session not in self._relays:
            self._hub.let_go(session)


def thresholds_of(session: Session) -> Thresholds:
    """What is an alarm in this session, by its policies."""
    return Thresholds(
        after=float(policy(session.tender, "alarm_after_seconds")),
        silence=float(policy(session.tender, "alarm_silence_seconds")),
        clock_ms=int(policy(session.tender, "alarm_clock_ms")),
    )
