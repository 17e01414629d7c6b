"""How a node hears of the others, as configured."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from evalroom.app.folder import CannotStart, Random
from evalroom.bus.bus import Bus
from evalroom.bus.local import LocalBus, LocalHub
from evalroom.bus.sealed import ClusterKeys
from evalroom.clock import Clock

if TYPE_CHECKING:
    from evalroom.bus.redis import RedisBus


async def bus_at(
    stack: AsyncExitStack,
    address: str,
    keys: ClusterKeys,
    clock: Clock,
    random: Random,
    figures: CollectorRegistry,
    carries: str = "bus",
) -> Bus:
    """The bus of this address, until the stack unwinds. A server that is not there keeps no node
    from starting; an address that is none does. `carries` names it among the figures. Raises
    CannotStart.
    """
    if address == "local":
        # Alone on its hub: a node without others.
        local = LocalBus(LocalHub(), keys, random)
        stack.callback(local.close)
        return local
    try:
        # Not every node needs the library.
        from evalroom.bus.redis import Lost, RedisBus, read_address, tls_with
    except ModuleNotFoundError as missing:
        raise _unusable(f"{missing.name} is missing: install evalroom[redis]") from None
    try:
        where = read_address(address)
        # Files that cannot be used would otherwise not be found out before the server is there.
        await asyncio.to_thread(tls_with, where)
    except ValueError as fault:
        raise _unusable(f"its address {fault}") from None
    except Lost as lost:
        raise _unusable(str(lost)) from None
    bus = RedisBus(where, keys, clock, random)
    stack.push_async_callback(bus.close)
    figures.register(_BusFigures(bus, carries))
    return bus


def _unusable(reason: str) -> CannotStart:
    return CannotStart("bus_unusable", "bus", reason=reason)


@dataclass(frozen=True)
class _BusFigures(Collector):
    """Whether other nodes are heard, and what was lost on the way."""

    bus: "RedisBus"
    carries: str

    def collect(self) -> Iterator[Metric]:
        up = "Whether other nodes can be heard"
        yield GaugeMetricFamily(f"evalroom_{self.carries}_up", up, float(self.bus.up))
        dropped = "Messages from the bus that were forged, repeated or damaged"
        yield CounterMetricFamily(f"evalroom_{self.carries}_dropped", dropped, self.bus.dropped)
        unsent = "Messages that could not be given to the bus"
        yield CounterMetricFamily(f"evalroom_{self.carries}_unsent", unsent, self.bus.unsent)
