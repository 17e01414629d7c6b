"""One node: its parts, built from the configuration, joined, started and stopped in order.

    ports     data folder ─ lock ─ keys ─ documents      ledger ─ directory: files, or a database
              bus ─ rooms ┬ control plane ┐
                          ├ media ────────┤
                    accounts ─ interface ─┴ one web server     figures on a port of their own

What is built first is let go of last. A node that cannot start says why (`CannotStart`).
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from evalroom.api import LogFigures, Parts
from evalroom.app.bus import bus_at
from evalroom.app.database import Database
from evalroom.app.disk import Disk
from evalroom.app.edge import (
    Ready,
    control_plane,
    port_at,
    serve,
    serve_figures,
    try_media_addresses,
)
from evalroom.app.folder import FOOTAGE, CannotStart, Folder, Random
from evalroom.app.listing import Listing
from evalroom.app.monitoring import Monitoring, monitoring, turn_of
from evalroom.app.revocations import Edge, Revocations
from evalroom.app.timekeeping import Shared, Timekeeper
from evalroom.bus.bus import Bus
from evalroom.clock import Clock, SystemClock
from evalroom.config import Address, Config
from evalroom.footage.shelf import Shelf
from evalroom.identity.browser import Browsers
from evalroom.identity.doorkeeper import Doorkeeper
from evalroom.identity.keys import KeyRing
from evalroom.identity.pairing import Pairing
from evalroom.identity.passwords import Passwords
from evalroom.identity.registry import Registry
from evalroom.room import Means, Rooms
from evalroom.signaling.server import Signaling
from evalroom.storage.camera_addresses import CameraAddresses
from evalroom.storage.directory import Directory
from evalroom.storage.ledger import Ledger
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.wire.frames import Frames

if TYPE_CHECKING:
    from evalroom.storage.ledger_postgres import PostgresLedger

__all__ = ["CannotStart", "Node", "accounts", "node"]


@dataclass(frozen=True)
class Node:
    """A node that is up. `trusted` are its public signing keys by id, to be published outside;
    `monitoring` is None where media are switched off.
    """

    address: Address
    metrics: Address | None
    trusted: Mapping[bytes, bytes]
    rooms: Rooms
    signaling: Signaling
    registry: Registry
    monitoring: Monitoring | None
    warnings: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where browsers find it."""
        return f"http://{self.address}"


@asynccontextmanager
async def node(
    config: Config,
    *,
    clock: Clock | None = None,
    passwords: Passwords | None = None,
) -> AsyncIterator[Node]:
    """A node for the time of the block; it drains and stops when the block is left.

    `passwords` takes the place of the usual hashing, and stays its owner's. Raises CannotStart.
    """
    async with AsyncExitStack() as stack:
        builder = _Builder(stack, config, clock or SystemClock())
        yield await builder.node(passwords or builder.passwords())


@asynccontextmanager
async def accounts(config: Config) -> AsyncIterator[tuple[Registry, Directory]]:
    """Accounts alone, for the command line, beside a running node or without one.

    Raises CannotStart.
    """
    async with AsyncExitStack() as stack:
        builder = _Builder(stack, config, SystemClock())
        directory = await builder.accounts()
        yield Registry(directory, builder.passwords(), SystemClock()), directory


class _Builder:
    """Builds and joins; `stack` lets go of everything in reverse."""

    def __init__(self, stack: AsyncExitStack, config: Config, clock: Clock) -> None:
        self._stack = stack
        self._config = config
        self._clock = clock
        self._random: Random = secrets.token_bytes
        self._folder = Folder(stack, config.data, self._random)
        # Where ledger and directory are kept.
        self._kept = (
            self._folder
            if config.database == "files"
            else Database(stack, config.database, config.migrate, self._random)
        )

    async def node(self, passwords: Passwords) -> Node:
        stack, config, folder = self._stack, self._config, self._folder
        await folder.make()
        if self._kept is folder:
            # Keys and documents may be shared by several nodes; ledger and directory may not.
            await folder.lock()
        # Before anything large is opened: a port is what most often is not free.
        port = await port_at(stack, config.listen)
        try_media_addresses(config)
        figures = CollectorRegistry()
        metrics = await self._serve_figures(figures)
        keys = await folder.keys(await self._kept.sealed_under())
        await self._kept.make_tables()
        ledger = await self._kept.ledger(keys)
        bus = await bus_at(stack, config.bus, keys.cluster, self._clock, self._random, figures)
        directory = await self._kept.directory()
        means = self._means(keys, ledger, bus, Listing(directory))
        rooms = Rooms(means)
        origins = config.origins_at(port.address.port)
        ready = await self._ready(ledger, figures)
        parts = self._parts(keys, directory, passwords, rooms, Browsers(origins), figures)
        signaling = control_plane(parts, rooms, origins)
        eyes = await self._monitoring(keys, parts, rooms, means, bus, origins)
        edges: tuple[Edge, ...] = (signaling,)
        if eyes is not None:
            edges += (eyes.walls, eyes.lasting)
            parts = replace(parts, media=eyes.exchange)
        parts = replace(parts, revoked=await self._revocations(directory, edges, bus))
        await serve(stack, parts, rooms, signaling, ready, port, eyes)
        return Node(
            address=port.address,
            metrics=metrics,
            trusted=keys.signing.public,
            rooms=rooms,
            signaling=signaling,
            registry=parts.registry,
            monitoring=eyes,
            warnings=ledger.warnings,
        )

    async def accounts(self) -> Directory:
        """The directory alone."""
        await self._folder.make()
        if self._kept is self._folder:
            # First of all, as at the start of a node: what lies beside a key file was made with it.
            await self._folder.keys()
        await self._kept.make_tables()
        return await self._kept.directory()

    def passwords(self) -> Passwords:
        """The usual hashing."""
        made = Passwords()
        self._stack.callback(made.close)
        return made

    async def _serve_figures(self, figures: CollectorRegistry) -> Address | None:
        if self._config.metrics is None:
            return None
        port = await port_at(self._stack, self._config.metrics)
        await serve_figures(self._stack, figures, port)
        return port.address

    async def _ready(
        self, ledger: "SqliteLedger | PostgresLedger", figures: CollectorRegistry
    ) -> Ready:
        """What tells whether the node can be relied on, and shows it among the figures."""
        disk = Disk(self._config.data, self._clock)
        figures.register(disk)
        figures.register(LogFigures())
        if isinstance(ledger, SqliteLedger):
            return Ready(ledger, None, disk)
        return Ready(ledger, await self._timekeeper(ledger, figures), disk)

    async def _timekeeper(self, ledger: Shared, figures: CollectorRegistry) -> Timekeeper:
        timekeeper = Timekeeper(ledger, self._clock)
        figures.register(timekeeper)
        await timekeeper.look()
        looking = asyncio.create_task(timekeeper.run())
        self._stack.callback(looking.cancel)
        return timekeeper

    async def _revocations(
        self, directory: Directory, edges: Sequence[Edge], bus: Bus
    ) -> Revocations:
        revocations = Revocations(directory, edges, bus, self._clock)
        self._stack.callback(revocations.close)
        await revocations.begin()
        looking = asyncio.create_task(revocations.run())
        self._stack.callback(looking.cancel)
        return revocations

    async def _monitoring(
        self,
        keys: KeyRing,
        parts: Parts,
        rooms: Rooms,
        means: Means,
        bus: Bus,
        origins: tuple[str, ...],
    ) -> Monitoring | None:
        if self._config.media == "off":
            return None
        if self._config.bus != "local":
            # Pictures must not stand in the way of words.
            bus = await bus_at(
                self._stack, self._config.bus, keys.cluster, self._clock, self._random,
                parts.metrics, "media_bus",
            )  # fmt: skip
        return monitoring(self._config, means.node.hex(), parts, rooms, bus, origins)

    def _means(self, keys: KeyRing, ledger: Ledger, bus: Bus, index: Listing) -> Means:
        return Means(
            ledger=ledger,
            keys=keys,
            bus=bus,
            clock=self._clock,
            random=self._random,
            frames=Frames(),
            node=self._random(16),
            index=index,
        )

    def _parts(
        self,
        keys: KeyRing,
        directory: Directory,
        passwords: Passwords,
        rooms: Rooms,
        browsers: Browsers,
        figures: CollectorRegistry,
    ) -> Parts:
        parts = Parts(
            directory=directory,
            doorkeeper=Doorkeeper(directory, passwords, browsers, self._clock, self._random),
            registry=Registry(directory, passwords, self._clock, self._random),
            pairing=Pairing(directory, browsers, self._clock, self._random),
            browsers=browsers,
            rooms=rooms,
            documents=self._folder.documents(keys, self._clock),
            signing=keys.signing,
            clock=self._clock,
            random=self._random,
            metrics=figures,
            trusted_proxies=self._config.trusted_proxies,
            footage=Shelf(self._config.data / FOOTAGE, keys.at_rest, self._random),
            footage_days=self._config.footage_days,
            records=self._config.media == "on" and self._config.recordings == "on",
            camera_addresses=CameraAddresses(keys.at_rest, self._random),
            turn=turn_of(self._config),
        )
        self._stack.callback(parts.cutting.shutdown, wait=False)
        self._stack.callback(parts.reading.shutdown, wait=False)
        return parts
