"""How a browser becomes the browser of a workstation: by a code that is read out, typed once,
and then over.
"""

import secrets

from evalroom.clock import Clock
from evalroom.identity.browser import Browsers, Cookie, Credentials
from evalroom.identity.registry import Author
from evalroom.identity.throttle import Rate, Throttle
from evalroom.identity.tokens import (
    Random,
    code_hash,
    device_name,
    is_secret,
    network,
    new_code,
    new_secret,
)
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import Directory, audit, venues
from evalroom.storage.directory.audit import Trace
from evalroom.storage.directory.venues import Workstation

# Set up the evening before, typed in the morning.
CODE_MS = 24 * 3600 * 1000

# A code has 40 random bits: at this rate one address needs a million years for one workstation.
# Wide enough for a room of seats being set up behind one address, some of them mistyped.
PER_ADDRESS = Rate(burst=30, seconds=10)


class Pairing:
    """Offers codes for workstations, and binds the browsers that bring them."""

    def __init__(
        self,
        directory: Directory,
        browsers: Browsers,
        clock: Clock,
        random: Random = secrets.token_bytes,
    ) -> None:
        self._directory = directory
        self._browsers = browsers
        self._clock = clock
        self._random = random
        self._tries = Throttle(PER_ADDRESS)

    async def offer(self, author: Author, workstation: str) -> tuple[str, int]:
        """A code for a workstation and when it is over; an earlier code is over at once.

        Raises `Refused("unknown_workstation")`.
        """
        now = self._clock.wall()
        code, expires = new_code(self._random), now + CODE_MS
        trace = Trace(now, author.account, "offer_pairing", workstation, address=author.address)
        await self._directory.write(
            audit.recorded, trace, venues.offer_pairing, workstation, code_hash(code), expires
        )
        return code, expires

    async def claim(
        self, code: str, credentials: Credentials, address: str
    ) -> tuple[Workstation, Cookie]:
        """Bind the browser that brings the code, giving it a device cookie if it has none.

        Raises `Refused` with `pairing_code_unknown`, `pairing_throttled`.
        """
        key, now = network(address), self._clock.monotonic()
        wait = self._tries.take(key, now)
        if wait:
            raise Refused("pairing_throttled", retry_ms=int(wait * 1000) + 1)
        secret = credentials.device
        if secret is None or not is_secret(secret):
            secret = new_secret(self._random)
        device, at = device_name(secret), self._clock.wall()
        paired = await self._directory.write(
            venues.pair_recorded, code_hash(code), device, at, address
        )
        self._tries.give_back(key, now)
        return paired, self._browsers.device_cookie(secret)

    async def forget(self, author: Author, workstation: str) -> None:
        """End a workstation's pairing. Raises `Refused("unknown_workstation")`."""
        now = self._clock.wall()
        trace = Trace(now, author.account, "unpair", workstation, address=author.address)
        await self._directory.write(audit.recorded, trace, venues.unpair, workstation, now)
