"""The edge of a node: its ports, and what answers at them."""

import asyncio
import errno
import socket
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from evalroom.api import Parts, api_app, metrics_app
from evalroom.app.connections import IDLE_SECONDS, Limits, Lines, heads_noted
from evalroom.app.disk import Disk
from evalroom.app.folder import CannotStart
from evalroom.app.monitoring import Monitoring, no_walls
from evalroom.app.recognition import Recognition
from evalroom.app.timekeeping import Timekeeper
from evalroom.config import Address, Config
from evalroom.room import Rooms
from evalroom.signaling.monitor_socket import PATH
from evalroom.signaling.server import Signaling
from evalroom.storage.ledger import Ledger, LedgerUnavailable

SPREAD_MS: Final = 2_000
"""Over how long the clients of a stopping node are asked to come back: a restart takes as long."""

CLOSING_SECONDS: Final = 5.0
"""What requests under way get to finish in; service managers wait ten seconds and more."""

BACKLOG: Final = 1_024
"""Connections that wait while the loop is busy: a whole node's clients come back at once."""


class Port:
    """An address that is taken, and where the system has really put it."""

    def __init__(self, wanted: Address, listener: socket.socket) -> None:
        self.listener = listener
        self.address = Address(wanted.host, listener.getsockname()[1])


@dataclass(frozen=True)
class Ready:
    """Whether ledger, clock and disk can be relied on; the interface asks the directory itself."""

    ledger: Ledger
    timekeeper: Timekeeper | None
    disk: Disk

    async def __call__(self) -> Mapping[str, bool]:
        needs = dict(await self.disk.needs())
        if self.timekeeper is not None:
            needs["clock"] = self.timekeeper.right
        try:
            await self.ledger.head(bytes(16))
            needs["ledger"] = True
        except LedgerUnavailable:
            needs["ledger"] = False
        return needs


async def port_at(stack: AsyncExitStack, wanted: Address) -> Port:
    """Take an address; nobody is answered yet. Raises CannotStart."""
    family = socket.AF_INET6 if ":" in wanted.host else socket.AF_INET
    place = wanted.host, wanted.port
    try:
        listener = await asyncio.to_thread(
            socket.create_server, place, family=family, backlog=BACKLOG
        )
    except OSError as fault:
        code = "port_in_use" if fault.errno == errno.EADDRINUSE else "address_unusable"
        raise CannotStart(code, wanted, reason=fault.strerror) from None
    stack.callback(listener.close)
    return Port(wanted, listener)


def try_media_addresses(config: Config) -> None:
    """Find out now what no offer could be taken for later: an address of another machine.

    Raises CannotStart.
    """
    for address in config.media_addresses if config.media == "on" else ():
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            try:
                trial.bind((address, 0))
            except OSError as fault:
                where = f"media_addresses ({address})"
                raise CannotStart("media_unusable", where, reason=fault.strerror) from None


def control_plane(parts: Parts, rooms: Rooms, origins: tuple[str, ...]) -> Signaling:
    """The sockets of all sessions, with the same door as the pages and the same clock."""
    signaling = Signaling(
        rooms=rooms,
        identify=Recognition(parts.browsers, parts.doorkeeper),
        again=parts.doorkeeper.again,
        origins=origins,
        clock=parts.clock,
    )
    parts.metrics.register(_ControlFigures(signaling))
    return signaling


async def serve(
    stack: AsyncExitStack,
    parts: Parts,
    rooms: Rooms,
    signaling: Signaling,
    ready: Ready,
    port: Port,
    monitoring: Monitoring | None,
) -> None:
    """Answer at the port: pages, interface, sockets; and stop in order when the stack unwinds.

    First the port, so that nobody comes any more; then media end, and what they leave goes on
    record; then every room answers what it was given, records what waits and sends its readers
    away; then the lines, the requests under way.
    """
    app = api_app(replace(parts, ready=ready))
    signaling.attach(app)
    if monitoring is None:
        app.router.add_get(PATH, no_walls)
    else:
        monitoring.attach(app)
    app.middlewares.insert(0, heads_noted)
    lines = Lines(Limits(), parts.trusted_proxies)
    parts.metrics.register(_LineFigures(lines))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(signaling.close)
    stack.push_async_callback(signaling.drain, 0)
    rooms.start()
    stack.push_async_callback(rooms.close, spread_ms=SPREAD_MS)
    if monitoring is not None:
        await monitoring.start(stack)
    listening = await lines.listen(port.listener, runner, BACKLOG)
    stack.callback(listening.close)


async def serve_figures(stack: AsyncExitStack, figures: CollectorRegistry, port: Port) -> None:
    """Answer `/metrics`, and nothing else, at a port of its own."""
    runner = web.AppRunner(metrics_app(figures), access_log=None, keepalive_timeout=IDLE_SECONDS)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, port.listener).start()


@dataclass(frozen=True)
class _ControlFigures(Collector):
    """What the control plane counts, without a label for a session."""

    signaling: Signaling

    def collect(self) -> Iterator[Metric]:
        for name in ("sockets", "connections"):
            value = getattr(self.signaling, name)
            yield GaugeMetricFamily(f"evalroom_{name}", f"Open {name}", value)
        for name, value in msgspec.structs.asdict(self.signaling.figures).items():
            yield CounterMetricFamily(f"evalroom_{name}", name.replace("_", " "), value)


@dataclass(frozen=True)
class _LineFigures(Collector):
    """How many lines there are, and what became of the others."""

    lines: Lines

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("evalroom_http_lines", "Open lines of any kind", len(self.lines))
        cut = "Lines ended because their request never came to its point"
        yield CounterMetricFamily("evalroom_http_lines_cut", cut, self.lines.cut)
        away = "Lines there was no place for"
        yield CounterMetricFamily("evalroom_http_lines_refused", away, self.lines.turned_away)
