"""A thousand viewers in one process, as lean as they can be: they read WebSocket heads and our
header, count, and acknowledge every so many frames.
"""

import asyncio
import json
import sys
import time
from statistics import quantiles
from typing import Final, cast

import uvloop

UPGRADE: Final = (
    "GET /monitor?session={session} HTTP/1.1\r\nHost: bench\r\nOrigin: https://room.example\r\n"
    "Cookie: who=v{number}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
WISH: Final = b'{"subscribe":[{"stream":1,"layer":2,"width":640}]}'
SAMPLED: Final = 17
AT_ONCE: Final = 50


class Viewer(asyncio.Protocol):
    """One of them. `stale` counts bytes of frames that were sent before `since`."""

    def __init__(self, figures: "Figures", number: int, ack_every: int, *, plain: bool) -> None:
        self.figures = figures
        self._ack_every = ack_every
        self.ready = asyncio.get_running_loop().create_future()
        self.frames = 0
        self.stale = 0
        self.since = 0.0
        self._number = number
        self._plain = plain
        self._upgraded = plain
        self._acked = self._looked = 0
        self._last = b""
        self._held = b""
        self._need = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        if self._plain:
            self.ready.set_result(None)
        else:
            session = "0" * 32
            self.transport.write(UPGRADE.format(session=session, number=self._number).encode())

    def data_received(self, data: bytes) -> None:
        held = self._held + data if self._held else data
        if len(held) < self._need:
            self._held = held
            return
        if not self._upgraded:
            head, end, held = held.partition(b"\r\n\r\n")
            assert end, head
            self._upgraded = True
            self._begin()
        place = 0
        while (taken := self._message(held, place)) > 0:
            place += taken
        self._need, self._held = -taken, held[place:]

    def _message(self, held: bytes, place: int) -> int:
        """Take the message at `place`; its length, or what has to be there before it is whole, with
        a minus.
        """
        if len(held) < place + 2:
            return -2
        length, head = held[place + 1], 2
        if length >= 126:
            head = 4 if length == 126 else 10
            if len(held) < place + head:
                return -head
            length = int.from_bytes(held[place + 2 : place + head], "big")
        if len(held) < place + head + length:
            return -(head + length)
        if held[place] == 0x82:
            self._picture(held, place + head, length)
        elif held[place] == 0x81:
            self._heard(held[place + head : place + head + length])
        elif held[place] == 0x89:
            self.transport.write(masked(0x8A, b""))
        return head + length

    def _begin(self) -> None:
        """The line is open: wish for the one stream there is."""
        self.transport.write(masked(0x81, WISH))
        self.ready.set_result(None)

    def _heard(self, text: bytes) -> None:
        """What is said beside the pictures is of no interest here."""

    def _picture(self, held: bytes, place: int, length: int) -> None:
        self.frames += 1
        figures = self.figures
        figures.frames += 1
        figures.bytes += length
        if self.since or figures.frames % SAMPLED == 0:
            sent = int.from_bytes(held[place + 24 : place + 28], "big")
            late = (int(time.time() * 1000) - sent) & 0xFFFF_FFFF
            if self.since and time.time() - late / 1000 < self.since:
                self.stale += length
            elif not self.since:
                figures.late.append(late)
        self._last = held[place + 12 : place + 16]
        if self.frames % self._ack_every == 0 and not self._plain:
            self._ack()

    def look(self) -> None:
        """Acknowledge what has not been, when nothing more has come for a while."""
        if self._acked < self._looked == self.frames and not self._plain:
            self._ack()
        self._looked = self.frames

    def _ack(self) -> None:
        self._acked = self.frames
        seq = int.from_bytes(self._last, "big")
        self.transport.write(masked(0x81, b'{"ack":{"1":%d}}' % seq))


class Figures:
    """What all of them have seen since somebody last asked."""

    def __init__(self) -> None:
        self.frames = 0
        self.bytes = 0
        self.late: list[int] = []

    def told(self) -> str:
        cuts = quantiles(self.late, n=100) if len(self.late) > 100 else [0.0] * 99
        told = {"frames": self.frames, "bytes": self.bytes, "p50": cuts[49], "p99": cuts[98]}
        self.__init__()  # type: ignore[misc]
        return json.dumps(told)


def masked(first: int, payload: bytes) -> bytes:
    """A frame under the mask of zeros, which leaves the payload as it is."""
    length = len(payload)
    if length < 126:
        return bytes((first, 0x80 | length)) + bytes(4) + payload
    return bytes((first, 0x80 | 126)) + length.to_bytes(2, "big") + bytes(4) + payload


async def main(speaks: str, port: int, count: int, ack_every: int) -> None:
    loop, figures = asyncio.get_running_loop(), Figures()
    viewers: list[Viewer] = []
    for start in range(0, count, AT_ONCE):
        fresh = [
            Viewer(figures, number, ack_every, plain=speaks == "plain")
            for number in range(start, min(start + AT_ONCE, count))
        ]
        for viewer in fresh:
            await loop.create_connection(lambda viewer=viewer: viewer, "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.gather(*(viewer.ready for viewer in fresh))
        viewers += fresh
    looking = asyncio.create_task(look(viewers))
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order, *words = line.split()
        print(obey(figures, viewers[: int(words[0])] if words else [], order), flush=True)
    looking.cancel()


async def look(viewers: list[Viewer]) -> None:
    """The other half of the rule for acknowledgements."""
    while True:
        await asyncio.sleep(0.3)
        for viewer in viewers:
            viewer.look()


def obey(figures: Figures, meant: list[Viewer], order: str) -> str:
    match order:
        case "figures":
            return figures.told()
        case "stall":
            for viewer in meant:
                viewer.transport.pause_reading()
        case "resume":
            for viewer in meant:
                viewer.since = time.time()
                viewer.frames = viewer._acked = viewer._looked = 0
                viewer.transport.resume_reading()
        case "stale":
            return json.dumps([[viewer.stale, viewer.frames] for viewer in meant])
    return "done"


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
