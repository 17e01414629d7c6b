"""Nobody acts through a socket, or goes on listening at one, after his log-in or token has ended.

Each act compares the end as it was known with the clock. Who is past it, and who has come under
doubt because something of his account has ended, is asked for again at the door, which knows: a
log-in in use has a later end by now, a revoked one has none. While the door cannot answer, whoever
is in doubt cannot act. A person's act is a use of his log-in; an open socket is none.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import Final

from evalroom.clock import Clock
from evalroom.identity.doorkeeper import NOT_YOU
from evalroom.identity.principal import Principal
from evalroom.sessions.refusals import Refused
from evalroom.signaling.rooms import Again
from evalroom.signaling.session_socket import SessionSocket
from evalroom.signaling.sockets import Sockets

log = logging.getLogger(__name__)

LOGGED_OUT: Final = "logged_out"

USE_NOTED_MS: Final = 5 * 60 * 1000
"""How often acts are told to the door as a use. A log-in lasts hours unused, and to tell is to
write."""

RETRY_MS: Final = 1_000
"""When to send again what was refused because its author has just become another."""


class Standing:
    """Who may still act, of those who were let in."""

    def __init__(self, sockets: Sockets, again: Again, clock: Clock) -> None:
        self.doubts = 0
        """How many times somebody has come under doubt. Whoever is let in while this grows has
        been recognised too early."""
        self._sockets = sockets
        self._again = again
        self._clock = clock
        self._noting: set[asyncio.Task[None]] = set()

    async def speaker(self, socket: SessionSocket) -> Principal:
        """Who acts through this socket now. Raises `Refused`; then he does not."""
        if socket.is_gone:
            raise Refused("not_logged_in")
        if self.must_be_asked(socket):
            return await self._asked(socket, used=True)
        now = self._clock.wall()
        if socket.principal.login is not None and now - socket.used >= USE_NOTED_MS:
            socket.used = now
            noting = asyncio.get_running_loop().create_task(self._note_use(socket))
            self._noting.add(noting)
            noting.add_done_callback(self._noting.discard)
        return socket.principal

    def doubt(self, accounts: Collection[str] | None) -> None:
        """Something of these accounts has ended or changed, or nobody knows of which (None): they
        do not act before `look` has asked.
        """
        self.doubts += 1
        for socket in self._sockets:
            if accounts is None or socket.principal.id in accounts:
                socket.doubted = True

    def must_be_asked(self, socket: SessionSocket) -> bool:
        """Whether its owner is in doubt, or past the end of his log-in as it was known."""
        until = socket.principal.until
        return socket.doubted or (until is not None and until <= self._clock.wall())

    async def look(self) -> None:
        """Ask for all in doubt and all past their end, and send away whoever is nobody any more.

        Raises `Refused` while nobody can be asked; those in doubt stay so.
        """
        for socket in self._sockets:
            if self.must_be_asked(socket):
                try:
                    await self._asked(socket, used=False)
                except Refused:
                    if not socket.is_gone:
                        raise

    async def _asked(self, socket: SessionSocket, *, used: bool) -> Principal:
        was = socket.principal
        try:
            found = await self._again(was, used=used)
        except Refused as refused:
            if refused.code in NOT_YOU:
                log.info("an ended log-in takes its socket along: %s", refused.code)
                socket.bye(LOGGED_OUT, come_back=False)
            raise
        if (found.actor, found.office, found.scopes) != (was.actor, was.office, was.scopes):
            # Somebody else by now, as far as rules go: he is let in anew as what he is.
            socket.bye("audience_changed", come_back=True)
            raise Refused("unavailable", retry_ms=RETRY_MS)
        socket.principal = found
        socket.doubted = False
        return found

    async def _note_use(self, socket: SessionSocket) -> None:
        try:
            await self._asked(socket, used=True)
        except Refused as refused:
            log.info("a use was not noted: %s", refused.code)


class OwnWord:
    """In place of a door that can be asked again: each stays until the end he came with."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, principal: Principal, *, used: bool) -> Principal:
        """The same, until the end he came with. Raises `Refused("login_expired")`."""
        if principal.until is not None and principal.until <= self._clock.wall():
            raise Refused("login_expired")
        return principal
