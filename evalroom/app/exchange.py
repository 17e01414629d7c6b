"""The exchange: offers from the interface reach the media of this node, and what is to be ended is
ended on whichever node it is.
"""

import logging
import math
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

from evalroom.app.directed import Directed, Ending, What
from evalroom.bus.bus import Bus
from evalroom.clock import Clock
from evalroom.identity.principal import Principal
from evalroom.identity.throttle import Rate, Throttle
from evalroom.monitoring import rtc
from evalroom.monitoring.connections import Answered
from evalroom.monitoring.egress import Subscriptions
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.ingest import Publications
from evalroom.sessions.refusals import Refused

log = logging.getLogger(__name__)

FULL_RETRY_MS: Final = 5_000
"""A port comes free when somebody leaves."""

OFFERS: Final = Rate(burst=60, seconds=1)
"""Of one account: an encoder with all cameras of a centre comes back at once, and each offer costs
keys, a port and, of a source that is there already, a new piece of its recording.
"""

_NAME: Final = re.compile(r"([0-9a-f]{32})\.[\w-]{22}")

Ready = Callable[[str], Awaitable[object]]


def names_at(node: str) -> Callable[[], str]:
    """Names for what this node holds: nobody guesses one, and each says where to ask."""
    return lambda: f"{node}.{secrets.token_urlsafe(16)}"


class Exchange:
    """`ready` opens a session before anything is asked about it."""

    def __init__(
        self,
        node: str,
        bus: Bus,
        ready: Ready,
        hub: Hub,
        publications: Publications,
        subscriptions: Subscriptions,
        random: Callable[[int], bytes],
        clock: Clock,
    ) -> None:
        self._node = node
        self._ready = ready
        self._hub = hub
        self._publications = publications
        self._subscriptions = subscriptions
        self._clock = clock
        self._offers = Throttle(OFFERS)
        self._directed = Directed(node, bus, self._end_here, random)

    async def live(self, session: str) -> tuple[str, ...]:
        """The sources that are shown or heard now, on whichever node. Raises `Refused`."""
        await self._ready(session)
        return tuple(stream.source for stream in self._hub.streams(session) if stream.live)

    async def publish(
        self, principal: Principal, session: str, source: str, offer: str
    ) -> Answered:
        """Begin a publication. Raises `Refused`, `TimeoutError`."""
        self._take_turn(principal)
        await self._ready(session)
        with _in_our_words():
            return await self._publications.publish(principal, session, source, offer)

    async def unpublish(self, principal: Principal, session: str, source: str, name: str) -> None:
        """End a publication of one's own. Raises `Refused("unknown_publication")`."""
        await self._end("publication", principal, session, source, name)

    async def subscribe(
        self, principal: Principal, session: str, source: str, offer: str
    ) -> Answered:
        """Begin to watch or listen. Raises `Refused`, `TimeoutError`."""
        self._take_turn(principal)
        await self._ready(session)
        with _in_our_words():
            return await self._subscriptions.subscribe(principal, session, source, offer)

    async def unsubscribe(self, principal: Principal, session: str, source: str, name: str) -> None:
        """End a subscription of one's own. Raises `Refused("unknown_publication")`."""
        await self._end("subscription", principal, session, source, name)

    async def close(self) -> None:
        """End everything that this node holds."""
        await self._publications.close()
        await self._subscriptions.close()
        await self._directed.close()

    def _take_turn(self, principal: Principal) -> None:
        wait = self._offers.take(principal.id, self._clock.monotonic())
        if wait:
            raise Refused("too_many_joins", retry_ms=math.ceil(wait * 1_000))

    async def _end(
        self, what: What, principal: Principal, session: str, source: str, name: str
    ) -> None:
        found = _NAME.fullmatch(name)
        if found is None:
            raise Refused("unknown_publication")
        ending = Ending(what, name, principal.id, session, source)
        if found[1] == self._node:
            await self._end_here(ending)
        else:
            await self._directed.ask(found[1], ending)

    async def _end_here(self, ending: Ending) -> None:
        whose = ending.name, ending.account, ending.session, ending.source
        if ending.what == "publication":
            await self._publications.end(*whose)
        else:
            await self._subscriptions.end(*whose)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except rtc.BadOffer as bad:
        raise Refused("offer_faulty", fault=bad.code, detail=bad.detail[:200]) from None
    except rtc.NoPort as full:
        # Whoever offers can only wait; whoever runs the node can give it more.
        log.warning("%s of media_ports: an offer was turned away", full)
        raise Refused("busy", retry_ms=FULL_RETRY_MS) from None
