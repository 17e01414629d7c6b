"""A peer connection from its offer to its end, which comes once and has one reason."""

import asyncio
import gc
import logging
from collections.abc import Callable
from itertools import count
from typing import Literal

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidAccessError, InvalidStateError, OperationError

from evalroom.clock import Clock
from evalroom.monitoring.rtc import private
from evalroom.monitoring.rtc.limits import (
    CLOSED_KEPT,
    CONNECT_SECONDS,
    LOOK_SECONDS,
    SILENT_SECONDS,
)
from evalroom.monitoring.rtc.link import Link
from evalroom.monitoring.rtc.offer import BadOffer, Offer

_log = logging.getLogger(__name__)
_closed = count(1)

Reason = Literal["closed", "failed", "silent"]
"""closed: by the peer or by us; failed: never connected, or the way broke; silent: nothing came."""


def new_connection() -> RTCPeerConnection:
    """A connection that asks no server on the internet for its address."""
    made = RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )
    private.welcome_rsa(made)
    return made


class Life:
    """Watches over one connection and closes it, whoever ends it."""

    def __init__(
        self, connection: RTCPeerConnection, on_end: Callable[[Reason], None], clock: Clock
    ) -> None:
        """`on_end` is called once, synchronously, when the connection is over."""
        self._connection = connection
        self._on_end = on_end
        self._clock = clock
        self._link: Link | None = None
        self._since = clock.monotonic()
        self._check: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._speaks = False
        self.ended = False

    async def answer(self, offer: Offer) -> str:
        """The answer's SDP, sockets open. Raises BadOffer, NoPort; then nothing is left open."""
        try:
            remote = RTCSessionDescription(sdp=offer.sdp, type="offer")
            await self._connection.setRemoteDescription(remote)
            await self._connection.setLocalDescription(await self._connection.createAnswer())
            return self._connection.localDescription.sdp
        except (OperationError, InvalidAccessError, InvalidStateError, ValueError) as error:
            await self.abandon()
            code = "unsupported_codec" if isinstance(error, OperationError) else "unacceptable"
            raise BadOffer(code, str(error)[:200]) from error
        except BaseException:
            await self.abandon()
            raise

    def watch(self, link: Link, *, speaks: bool) -> None:
        """From the answer on. `speaks` is whether silence of the peer is a reason to end."""
        self._link, self._speaks = link, speaks
        self._since = self._clock.monotonic()
        self._connection.on("connectionstatechange", self._changed)
        self._look_again()

    def end(self, reason: Reason) -> None:
        """Tell, and close in the background. A second end is none."""
        if self.ended:
            return
        self.ended = True
        if self._check is not None:
            self._check.cancel()
        self._closing = asyncio.get_running_loop().create_task(self._close())
        self._on_end(reason)

    async def close(self) -> None:
        """End, and come back when sockets and tasks are gone."""
        self.end("closed")
        if self._closing is not None:
            await asyncio.shield(self._closing)

    async def abandon(self) -> None:
        """Close without a word: there never was a connection."""
        self.ended = True
        await self._close()

    async def _close(self) -> None:
        try:
            await self._connection.close()
        except Exception:
            _log.exception("a media connection did not close in order")
        if next(_closed) % CLOSED_KEPT == 0:
            # A connection is a cycle of the library's that has grown old: by itself the collector
            # looks at those after a million new objects.
            gc.collect()

    def _changed(self) -> None:
        state = self._connection.connectionState
        if state not in ("closed", "failed"):
            return
        # The library closes, without saying why, what has lost its way: then none is left.
        lost = self._link is not None and not self._link.has_way
        self.end("failed" if state == "failed" or lost else "closed")

    def _look_again(self) -> None:
        loop = asyncio.get_running_loop()
        self._check = loop.call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        assert self._link is not None
        now, heard = self._clock.monotonic(), self._link.heard
        if self._connection.connectionState != "connected":
            if now - self._since >= CONNECT_SECONDS:
                self.end("failed")
                return
        elif self._speaks and now - max(heard or 0.0, self._since) >= SILENT_SECONDS:
            self.end("silent")
            return
        self._look_again()
