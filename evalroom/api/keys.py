"""The public halves of the signing keys, for whoever checks a receipt, a checkpoint, a report."""

from msgspec import Struct

from evalroom.api.call import Call
from evalroom.api.routes import route


class PublicKey(Struct, frozen=True):
    """One Ed25519 key: `id` and `public` in hex, `since` the server time (ms) it signs from."""

    id: str
    public: str
    since: int
    algorithm: str = "Ed25519"


class PublicKeys(Struct, frozen=True):
    """All of them, the newest last."""

    items: tuple[PublicKey, ...]


@route("GET", "/api/keys", "anyone")
async def list_public_keys(call: Call) -> PublicKeys:
    """The keys that receipts and checkpoints are signed with, to be compared with your own.

    A key that comes from the server proves nothing about the server.
    """
    return PublicKeys(
        tuple(
            PublicKey(key.key_id.hex(), key.public.hex(), key.since)
            for key in call.parts.signing.all
        )
    )
