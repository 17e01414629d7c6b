"""What lasts longer than the request that began it: publications and subscriptions, and whether
whoever began them is still somebody.

A seat's camera goes on when its owner's log-in has merely come to its end in the night: the
evaluation's recording hangs on it. What has been taken back, by a log-out, a shut account, a
revoked token, takes its publications along; who listens and watches is held to every end.
"""

import logging
from collections.abc import Collection
from typing import Final

from evalroom.clock import Clock
from evalroom.identity.doorkeeper import NOT_YOU
from evalroom.identity.principal import Principal
from evalroom.monitoring.egress import Subscriptions
from evalroom.monitoring.ingest import Publication, Publications
from evalroom.monitoring.subscription import Subscription
from evalroom.sessions.refusals import Refused
from evalroom.signaling.rooms import Again

log = logging.getLogger(__name__)

ENDED_BY_TIME: Final = frozenset({"login_expired", "token_expired"})


class Lasting:
    """An edge for revocations: all media connections of a node."""

    def __init__(
        self, publications: Publications, subscriptions: Subscriptions, again: Again, clock: Clock
    ) -> None:
        self._publications = publications
        self._subscriptions = subscriptions
        self._again = again
        self._clock = clock

    def doubt(self, accounts: Collection[str] | None) -> None:
        """Something of these accounts has ended, or of any (None)."""
        for one in (*self._publications, *self._subscriptions):
            one.doubted = one.doubted or accounts is None or one.principal.id in accounts

    async def look(self) -> None:
        """Ask for all in doubt, and for listeners past their end. Raises `Refused` while nobody can
        be asked.
        """
        for publication in self._publications:
            if publication.doubted:
                found = await self._found(publication)
                if isinstance(found, Principal):
                    publication.principal = found
                elif found not in ENDED_BY_TIME:
                    self._publications.cut(publication, found)
        for subscription in self._subscriptions:
            if subscription.doubted or self._past(subscription.principal):
                found = await self._found(subscription)
                if isinstance(found, Principal):
                    subscription.principal = found
                else:
                    self._subscriptions.cut(subscription, found)

    def _past(self, principal: Principal) -> bool:
        return principal.until is not None and principal.until <= self._clock.wall()

    async def _found(self, one: Publication | Subscription) -> Principal | str:
        """Who it is now; or the code of what has become of him."""
        # Doubts that come while he is asked for are new ones.
        one.doubted = False
        try:
            return await self._again(one.principal, used=False)
        except Refused as refused:
            if refused.code not in NOT_YOU:
                one.doubted = True
                raise
            log.info("what has been taken back takes media along: %s", refused.code)
            return refused.code
