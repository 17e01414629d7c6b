"""Short-lived names and passwords for a TURN server, made from a secret that it shares: the scheme
of draft-uberti-behave-turn-rest-00, which coturn knows as `use-auth-secret`.
"""

import base64
import hmac
from typing import Final

from msgspec import Struct

LIFE_SECONDS: Final = 600
"""Asked for before each offer; a relay that is in use goes on past it."""


class Turn(Struct, frozen=True):
    """The relays of this installation: their addresses, and the secret they share. Not printed."""

    urls: tuple[str, ...]
    secret: str

    def __repr__(self) -> str:
        return f"Turn(urls={self.urls!r})"

    def credentials(self, account: str, now: int) -> tuple[str, str, int]:
        """A name and a password for this account, and until when (server ms) they open a relay."""
        until = now // 1_000 + LIFE_SECONDS
        name = f"{until}:{account}"
        made = hmac.digest(self.secret.encode(), name.encode(), "sha1")
        return name, base64.b64encode(made).decode(), until * 1_000
