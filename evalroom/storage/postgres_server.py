"""A PostgreSQL server as an address to connect to, whose password is never told."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from evalroom.storage.ledger import LedgerDamaged, LedgerUnavailable
from evalroom.storage.postgres_faults import damaged, unwilling

CONNECT_SECONDS: Final = 5.0
"""A server in the same region answers within 50 ms; past this it is not there."""

OLDEST_MAJOR: Final = 15
"""The oldest server that still gets its corrections, and the oldest that this is made for."""

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class Server:
    """One database of one server, as one user. `str()` names it, without a password."""

    def __init__(self, url: str) -> None:
        """`url` is what PostgreSQL's own programs take: `postgresql://user:password@host/name`."""
        self.url: Final = url
        self._shown = _without_secrets(url)

    def __str__(self) -> str:
        return self._shown

    async def connect(
        self, settings: Mapping[str, str] | None = None, seconds: float | None = None
    ) -> Connection:
        """A connection of one's own, to a server that writes; nothing on it takes longer than
        `seconds`. Raises what `explained` makes.
        """
        try:
            connection: Connection = await asyncpg.connect(
                self.url,
                timeout=CONNECT_SECONDS,
                command_timeout=seconds,
                # Of several hosts, the one that is not a standby.
                target_session_attrs=SessionAttribute.read_write,
                server_settings={"application_name": "evalroom", **(settings or {})},
            )
        except ValueError:
            # Not its words: they repeat what they could not read, perhaps a password's end.
            reason = "a host, port or option of this address cannot be used"
            raise LedgerUnavailable(f"{self}: {reason}") from None
        except Exception as fault:
            raise self.explained(fault) from None
        found = connection.get_server_version().major
        if found < OLDEST_MAJOR:
            connection.terminate()
            raise LedgerUnavailable(
                f"{self}: PostgreSQL {found}; at least {OLDEST_MAJOR} is needed"
            )
        return connection

    def explained(self, fault: Exception) -> Exception:
        """What a fault means for the ledger; itself when it is a bug of ours."""
        if (reason := unwilling(fault)) is not None:
            return LedgerUnavailable(f"{self}: {reason}")
        if damaged(fault):
            return LedgerDamaged(f"{self}: the database is damaged")
        return fault


def _without_secrets(url: str) -> str:
    # Where a sign is not escaped it is open what is the password: then nothing is shown of it.
    plain = re.fullmatch(r"\w+://(?:([^:/?#@]*)(?::[^/?#@]*)?@)?([^?#@]*)(?:\?[^#@]*)?", url)
    if plain is None:
        return "postgresql://…"
    who, where = plain.groups()
    return f"postgresql://{where}" if who is None else f"postgresql://{who}@{where}"
