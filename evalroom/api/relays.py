"""Where a browser finds a relay for its media, when its network lets no UDP through."""

from msgspec import Struct

from evalroom.api.call import Call
from evalroom.api.routes import route


class IceServer(Struct, frozen=True):
    """As `RTCPeerConnection` takes it."""

    urls: tuple[str, ...]
    username: str
    credential: str


class Relays(Struct, frozen=True):
    """All relays there are; until when (server ms) they let one begin."""

    ice_servers: tuple[IceServer, ...]
    until: int


@route("GET", "/api/ice", "speaker")
async def list_relays(call: Call) -> Relays:
    """The TURN servers for the next offer, with a name and a password that hold for ten minutes.

    No other server is needed: leave STUN out, the node's addresses stand in its answer.
    """
    turn, now = call.parts.turn, call.parts.clock.wall()
    if turn is None:
        return Relays((), now)
    name, password, until = turn.credentials(call.principal.id, now)
    return Relays((IceServer(turn.urls, name, password),), until)
