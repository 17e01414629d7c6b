"""Our wall as bench/media_wall.py asks it: the real hub, gate, looks and sockets, one camera."""

import asyncio
import itertools
import sys
from collections.abc import Callable, Mapping

from aiohttp import web

from bench.peers import wall_source
from bench.peers.serving import serve
from evalroom.cli.serve import spare_the_collector
from evalroom.clock import SystemClock
from evalroom.identity.principal import Principal
from evalroom.monitoring.gate import Source
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.watching import Looks
from evalroom.signaling.monitor_socket import Walls
from evalroom.wire.media_frame import Codec, EncodedFrame

CAMERA = "venue.main.camera.1"


class OpenGate:
    """Everybody may see the camera."""

    def may_publish(self, principal: Principal, session: str, source: str) -> None:
        pass

    def may_watch(self, principal: Principal, session: str, source: str) -> None:
        pass

    def sources(self, principal: Principal, session: str) -> tuple[Source, ...]:
        return (Source(CAMERA, "camera", "source.camera"),)

    def watch(self, session: str, told: Callable[[], None]) -> Callable[[], None]:
        return lambda: None


async def knows(
    headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
) -> Principal:
    """Anybody, by name."""
    return Principal(cookies["who"])


async def main() -> None:
    spare_the_collector()
    clock, frames = SystemClock(), wall_source.frames()
    hub = Hub(clock)
    publishing = hub.publish("0" * 32, CAMERA, "camera", lambda: None, ports_rtp=False)
    walls = Walls(
        hub=hub, gate=OpenGate(), looks=Looks(lambda session, looks: None, clock),
        identify=knows, origins={"https://room.example"}, clock=clock,
    )  # fmt: skip
    running = [asyncio.create_task(job()) for job in (hub.run, walls.run)]
    turning = itertools.cycle(frames)

    async def obey(words: list[str]) -> str:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        for number in range(int(words[1])):
            key, data = next(turning)
            at = clock.wall()
            publishing.push(EncodedFrame(Codec.VP8, data, key, 0, at * 90, at))
            await asyncio.sleep(begin + (number + 1) / wall_source.RATE - loop.time())
        return f"{walls.figures.wall_drops} drops"

    app = web.Application()
    walls.attach(app)
    await serve(app, obey)
    for job in running:
        job.cancel()


if __name__ == "__main__":
    if sys.argv[1] == "uvloop":
        import uvloop

        uvloop.run(main())
    else:
        asyncio.run(main())
