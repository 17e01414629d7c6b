"""A few people who each look at everything: walls of many pictures in one process, acknowledged as
the page does it.

    python -m bench.peers.eyes_viewers PORT WALLS STREAMS STAMPS

Says `ready` when all walls are open and see so many streams. `figures`: frames since the last time,
and how late they were after they were whole at the server, in ms. `renew N`: the oldest walls are
closed and others opened.
"""

import asyncio
import itertools
import json
import sys
from collections import deque
from pathlib import Path
from statistics import quantiles

import msgspec
import uvloop

from bench.peers.stamps import Stamps
from bench.peers.wall_viewers import Figures, Viewer, masked

ACK_SECONDS = 0.2
PATIENCE_SECONDS = 30.0
"""Until all walls are full."""
SAMPLED = 3
WIDTH = 320
"""Of a tile in pixels: all layers are sent."""


class Wall(Viewer):
    """One wall with all pictures."""

    def __init__(self, figures: Figures, number: int, stamps: Stamps) -> None:
        super().__init__(figures, number, 0, plain=False)
        self.seen: dict[bytes, bytes] = {}
        """Of each stream the last frame, by their numbers as they travel."""
        self._stamps = stamps

    def _begin(self) -> None:
        self.ready.set_result(None)

    def _heard(self, text: bytes) -> None:
        listed = msgspec.json.decode(text).get("streams", ())
        wished = [{"stream": one["stream"], "layer": 2, "width": WIDTH} for one in listed]
        if wished:
            self.transport.write(masked(0x81, msgspec.json.encode({"subscribe": wished})))

    def _picture(self, held: bytes, place: int, length: int) -> None:
        stream, seq = held[place + 4 : place + 8], held[place + 12 : place + 16]
        self.seen[stream] = seq
        figures = self.figures
        figures.frames += 1
        if figures.frames % SAMPLED == 0:
            late = self._stamps.since(int.from_bytes(stream, "big"), int.from_bytes(seq, "big"))
            figures.late.append(late * 1_000)

    def acknowledge(self) -> None:
        """Everything up to the last frames has been taken."""
        acks = {
            str(int.from_bytes(stream, "big")): int.from_bytes(seq, "big")
            for stream, seq in self.seen.items()
        }
        if acks and not self.transport.is_closing():
            self.transport.write(masked(0x81, msgspec.json.encode({"ack": acks})))


class Walls:
    """All of them."""

    def __init__(self, port: int, streams: int, stamps: Stamps) -> None:
        self.figures = Figures()
        self._port = port
        self._streams = streams
        self._stamps = stamps
        self._walls: deque[Wall] = deque()
        self._numbers = itertools.count()

    async def open(self) -> None:
        wall = Wall(self.figures, next(self._numbers), self._stamps)
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: wall, "127.0.0.1", self._port)
        await wall.ready
        self._walls.append(wall)

    async def renew(self, count: int) -> None:
        for _ in range(count):
            self._walls.popleft().transport.close()
            await self.open()

    async def everything_seen(self) -> None:
        """Come back when all walls have shown all streams."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                # No event tells of it, and the bench is over soon.
                while any(len(wall.seen) < self._streams for wall in self._walls):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise SystemExit("not all pictures come: this machine has too much to do") from None

    async def acknowledge(self) -> None:
        """Each wall five times a second, one after the other, for ever."""
        while True:
            for wall in tuple(self._walls):
                wall.acknowledge()
                await asyncio.sleep(ACK_SECONDS / len(self._walls))
            await asyncio.sleep(0)

    def told(self) -> str:
        """What all of them have seen since somebody last asked."""
        figures = self.figures
        cuts = quantiles(figures.late, n=100) if len(figures.late) > 1 else [0.0] * 99
        told = {"frames": figures.frames, "p50": cuts[49], "p99": cuts[98]}
        figures.frames, figures.late = 0, []
        return json.dumps(told)


async def main(port: int, count: int, streams: int, stamps: Path) -> None:
    walls = Walls(port, streams, Stamps(stamps))
    for _ in range(count):
        await walls.open()
    acknowledging = asyncio.create_task(walls.acknowledge())
    await walls.everything_seen()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order, *words = line.split()
        if order == "renew":
            await walls.renew(int(words[0]))
        print(walls.told() if order == "figures" else "done", flush=True)
    acknowledging.cancel()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
