"""The eyes of a node: what it takes in, shows, records and finds, joined and kept going.

WHIP ─► publications ─► hub ─► walls, subscriptions ◄─ WHEP, /monitor
                         ├───► recording ─┐
                         ├───► diagnosis ─┴─► witness ─► rooms
                         └───► relays ◄──► other nodes
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import web

from evalroom.api import Parts
from evalroom.api.parts import Documents
from evalroom.app.attention import Attention
from evalroom.app.exchange import Exchange, names_at
from evalroom.app.folder import FOOTAGE, CannotStart
from evalroom.app.gate import SessionGate
from evalroom.app.lasting import Lasting
from evalroom.app.looks import LooksOnRecord
from evalroom.app.media_figures import MediaFigures
from evalroom.app.recognition import Recognition
from evalroom.app.venue_cameras import VenueCameras
from evalroom.app.witnessing import Witness
from evalroom.bus.bus import Bus
from evalroom.clock import Clock
from evalroom.config import Config
from evalroom.identity.turn import Turn
from evalroom.monitoring.cameras import Cameras
from evalroom.monitoring.diagnosis import Diagnosis
from evalroom.monitoring.egress import Subscriptions
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.ingest import Publications
from evalroom.monitoring.recording import Recording
from evalroom.monitoring.recording_disk import GIB, DiskLimits
from evalroom.monitoring.rtc import RtcSettings
from evalroom.monitoring.wall_messages import WallClose
from evalroom.monitoring.watching import Looks
from evalroom.room import Rooms
from evalroom.signaling.monitor_socket import Walls

log = logging.getLogger(__name__)

SNAPSHOT_BYTES: Final = 256 << 10
"""Of an alarm's picture; a JPEG of 640 by 360 has a tenth of it."""

LAST_WORDS_SECONDS: Final = 5.0
"""For what a stopping node still has to put on record."""

AGAIN_SECONDS: Final = 1.0
"""After work of the loop has failed, before it is begun anew."""


Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Monitoring:
    """All parts, for the time of a node."""

    clock: Clock
    hub: Hub
    publications: Publications
    subscriptions: Subscriptions
    walls: Walls
    looks: LooksOnRecord
    recording: Recording | None
    diagnosis: Diagnosis
    witness: Witness
    attention: Attention
    exchange: Exchange
    lasting: Lasting
    cameras: Cameras

    def attach(self, app: web.Application) -> None:
        """Answer where walls are opened."""
        self.walls.attach(app)

    def open_now(self) -> dict[str, int]:
        """How many of each kind there are."""
        return {
            "media_streams": len(self.hub),
            "media_publications": len(self.publications),
            "media_subscriptions": len(self.subscriptions),
            "media_sessions": len(self.attention),
            "walls": len(self.walls),
            "media_cameras": len(self.cameras),
            "recorders": 0 if self.recording is None else self.recording.recorders,
            "findings_waiting": len(self.witness),
        }

    async def start(self, stack: AsyncExitStack) -> None:
        """Begin to look, to record, to tell, until the stack unwinds. Raises CannotStart."""
        works: dict[str, Work] = {
            "hub": self.hub.run,
            "walls": self.walls.run,
            "talk": self.subscriptions.run,
            "attention": self.attention.run,
            "cameras": self.attention.run_cameras,
            "diagnosis": self.diagnosis.run,
            "witness": self.witness.run,
        }
        if self.recording is not None:
            try:
                await self.recording.start()
            except OSError as fault:
                raise CannotStart("folder_unusable", FOOTAGE, reason=fault.strerror) from None
            works["recording"] = self.recording.run
        tasks = [asyncio.create_task(self._keep(name, work)) for name, work in works.items()]
        stack.push_async_callback(self._close, tasks)

    async def _keep(self, name: str, work: Work) -> None:
        """One fault must not blind a node for good."""
        while True:
            try:
                await work()
            except Exception:
                log.exception("bug: the work of %s failed, and is begun anew", name)
            await self.clock.sleep(AGAIN_SECONDS)

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        """Send walls away, end what is published, close recordings, put everything on record."""
        await self.walls.drain(0)
        await self.exchange.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.attention.close()
        await self.cameras.close()
        if self.recording is not None:
            await self.recording.close()
        self.diagnosis.close()
        await self.walls.close()
        await self.looks.close()
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self.witness.work_off()
        except TimeoutError:
            log.error("not everything that was found is on record")


def monitoring(
    config: Config,
    node: str,
    parts: Parts,
    rooms: Rooms,
    bus: Bus,
    origins: tuple[str, ...],
) -> Monitoring:
    """Join the parts; nothing runs yet. `node` is this node's name, `bus` the one for media."""
    clock, random, settings = parts.clock, parts.random, settings_of(config)
    hub = Hub(clock)
    gate = SessionGate(rooms, hub, clock)
    on_record = LooksOnRecord(rooms)
    looks = Looks(on_record, clock)
    witness = Witness(rooms, partial(_kept, parts.documents), clock, random)
    publications = Publications(hub, gate, clock, settings, names_at(node))
    subscriptions = Subscriptions(hub, gate, looks, gate.muted, clock, settings, names_at(node))
    diagnosis = Diagnosis(hub, clock, witness)
    recording = _recording(config, parts, hub, witness)
    cameras = Cameras(hub, clock)
    attention = Attention(
        node, rooms, gate, hub, bus, clock, diagnosis, recording,
        _of_venues(parts, cameras), subscriptions.listening,
    )  # fmt: skip
    walls = Walls(
        hub=hub, gate=gate, looks=looks, identify=Recognition(parts.browsers, parts.doorkeeper),
        origins=origins, again=parts.doorkeeper.again, ready=attention.ready, clock=clock,
    )  # fmt: skip
    exchange = Exchange(
        node, bus, attention.ready, hub, publications, subscriptions, random, clock
    )  # fmt: skip
    made = Monitoring(
        clock=clock, hub=hub, publications=publications, subscriptions=subscriptions, walls=walls,
        looks=on_record, recording=recording, diagnosis=diagnosis, witness=witness,
        attention=attention, exchange=exchange, cameras=cameras,
        lasting=Lasting(publications, subscriptions, parts.doorkeeper.again, clock),
    )  # fmt: skip
    parts.metrics.register(MediaFigures(hub, walls.figures, recording, made.open_now))
    return made


def _recording(config: Config, parts: Parts, hub: Hub, witness: Witness) -> Recording | None:
    if config.recordings == "off" or parts.footage is None:
        return None
    return Recording(hub, parts.footage, parts.clock, witness, disk_limits_of(config))


def _of_venues(parts: Parts, cameras: Cameras) -> VenueCameras | None:
    if parts.camera_addresses is None:
        return None
    return VenueCameras(parts.directory, parts.camera_addresses, cameras)


def settings_of(config: Config) -> RtcSettings:
    """Where media live on this node."""
    announced = None if config.media_announced == "no" else config.media_announced
    ports = config.media_ports.first, config.media_ports.last
    return RtcSettings(ports=ports, addresses=config.media_addresses, announced=announced)


def disk_limits_of(config: Config) -> DiskLimits:
    """With how little room for recordings sessions are alarmed."""
    return DiskLimits(config.recordings_low_gib * GIB, config.recordings_critical_gib * GIB)


def turn_of(config: Config) -> Turn | None:
    """The relays that were set up."""
    return Turn(config.turn, config.turn_secret) if config.turn else None


async def no_walls(request: web.Request) -> web.StreamResponse:
    """What a node without media says where walls are opened: a page sees no refused upgrade."""
    websocket = web.WebSocketResponse(compress=False)
    await websocket.prepare(request)
    await websocket.close(code=WallClose.FORBIDDEN, message=b"media_off")
    return websocket


async def _kept(documents: Documents, picture: bytes) -> str:
    """Keep an alarm's picture with the documents, by its hash; what it is called there."""

    async def whole() -> AsyncIterator[bytes]:
        yield picture

    stored = await documents.put(whole(), SNAPSHOT_BYTES)
    return stored.digest
