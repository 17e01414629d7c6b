"""Who comes to an edge, found out at the same door as on any page."""

from collections.abc import Mapping
from dataclasses import dataclass

from evalroom.identity.browser import Browsers, Credentials
from evalroom.identity.doorkeeper import Doorkeeper
from evalroom.identity.principal import Principal


@dataclass(frozen=True)
class Recognition:
    """Who wants to join a session, or to open a wall."""

    browsers: Browsers
    door: Doorkeeper

    async def __call__(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
    ) -> Principal:
        shown = Credentials(bearer=bearer) if bearer else self.browsers.credentials(headers)
        return await self.door.recognise(shown, writing=False)
