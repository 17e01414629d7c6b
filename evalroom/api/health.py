"""Whether this node lives, whether it can serve, and what time it is."""

from msgspec import Struct

from evalroom.api.call import Call
from evalroom.api.routes import route
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import accounts


class Alive(Struct, frozen=True):
    """The process answers."""

    alive: bool = True


class Ready(Struct, frozen=True):
    """All that a node needs is there; each by its name."""

    needs: dict[str, bool]


class ServerTime(Struct, frozen=True):
    """Server time, milliseconds since 1970 UTC."""

    now: int


@route("GET", "/healthz", "anyone")
async def is_alive(_call: Call) -> Alive:
    """The process answers. For a supervisor that restarts what does not."""
    return Alive()


@route("GET", "/readyz", "anyone", statuses=(503,))
async def is_ready(call: Call) -> Ready:
    """Whether the node can serve; 503 with what is missing while it cannot. For a load balancer."""
    needs = dict(await call.parts.ready())
    try:
        await call.parts.directory.read(accounts.count)
        needs["directory"] = True
    except Refused:
        needs["directory"] = False
    missing = sorted(name for name, there in needs.items() if not there)
    if missing:
        raise Refused("not_ready", missing=missing)
    return Ready(needs)


@route("GET", "/api/time", "anyone")
async def server_time(call: Call) -> ServerTime:
    """What time it is here. Screens show this one."""
    return ServerTime(call.parts.clock.wall())
