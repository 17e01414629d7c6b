"""Tokens: where a reader stood, sealed, so that any node can say what he has missed."""

import msgspec

from evalroom.identity.tokens import ClusterKeys, Position, open_position, seal_position
from evalroom.room.means import Random
from evalroom.sessions.refusals import Refused
from evalroom.sessions.visibility import Audience
from evalroom.storage.entry import Head

_REFUSALS = {
    "position_forged": "token_invalid",
    "position_of_other_session": "token_invalid",
    "position_of_other_audience": "stale_token",
}


class Tokens:
    """Seals and opens the tokens of one session; all of them are of one length."""

    def __init__(self, keys: ClusterKeys, session: bytes, random: Random) -> None:
        self._keys = keys
        self._session = session
        self._random = random

    def seal(self, audience: Audience, head: Head) -> bytes:
        """A token for somebody of this audience who has been told everything up to `head`."""
        position = Position(head.seq, head.digest)
        return seal_position(self._keys, self._session, name_of(audience), position, self._random)

    def open(self, audience: Audience, token: bytes) -> Head:
        """Where the holder stood.

        Raises `Refused("token_invalid")` for what this cluster did not seal for this session,
        `Refused("stale_token")` for a token from before his appointment changed.
        """
        try:
            position = open_position(self._keys, self._session, name_of(audience), token)
        except Refused as refused:
            raise Refused(_REFUSALS[refused.code]) from None
        return Head(position.seq, position.head)


def name_of(audience: Audience) -> bytes:
    """An audience in bytes, the same on every node."""
    return msgspec.json.encode([audience.member, audience.roles, audience.venue])
