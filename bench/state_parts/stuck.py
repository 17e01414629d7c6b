"""A client that stops reading: what it costs the server, and whether it can come back."""

import socket
import time
from contextlib import suppress

from bench.deliveries import Server, servers
from bench.peers.processes import NotRun
from bench.peers.readers import connected, join
from bench.state_parts.callers import CHANGES, PATIENCE
from bench.state_parts.houses import Ground, House
from bench.state_parts.plays import PLAYS
from bench.state_parts.rows import Row
from bench.state_parts.telling import absent

MOST_MEGABYTES = 1.0
WINDOW = 4_096
"""Bytes that the system takes for a client who does not: what is more, the server has to keep."""

KEPT = 1_500
"""Commands of many words after which a room lets go of its oldest."""

BATCH = 50

EVENTS = 100_000
"""Events told to a peer's stuck client, of 170 bytes each."""


def rows(ground: Ground, quick: bool) -> list[Row]:
    """Ours in a whole session; the peers by telling a room, because nothing stops them."""
    ours = stuck(ground)
    _, *others = [server for server in servers() if server.speaks != "bytes"]
    events = EVENTS // (2 if quick else 1)
    grown = {other.name: _grown(other, events) for other in others}
    return [
        Row(
            "a client that stops reading",
            ours.told,
            f"≤ {MOST_MEGABYTES:g} MB, dropped, resumes",
            ours.met,
            {name: told for name, told in grown.items() if told} | absent(others),
        )
    ]


class Stuck:
    """What became of a client that stopped reading in a session of ours."""

    def __init__(self, house: House) -> None:
        self._process = house.nodes[0]
        self._callers = house.callers
        self._room = house.callers.rooms[0]
        self._port, self._auth = house.ports[0], self._room.auth("wang")
        self.megabytes = 0.0
        self.dropped = False
        self.resumed = ""

    @property
    def met(self) -> bool:
        return self.dropped and bool(self.resumed) and self.megabytes <= MOST_MEGABYTES

    @property
    def told(self) -> str:
        end = f"dropped, {self.resumed or 'not back'}" if self.dropped else "still there"
        return f"{self.megabytes:.2f} MB, {end}"

    def watch(self) -> None:
        """Give commands until the client is dropped, then come back with its last token."""
        line = _deaf(self._port, self._auth)
        # What the room keeps of its last commands is nobody's debt: it fills up before.
        for _ in range(KEPT // BATCH):
            self._give(BATCH)
            self._auth["token"] = _last_token(line) or self._auth["token"]
        before, most, lines = self._memory(), 0.0, self._process.files()
        end = time.monotonic() + 2 * PATIENCE
        while not self.dropped and time.monotonic() < end:
            self._give(BATCH)
            most = max(most, self._memory() - before)
            self.dropped = self._process.files() < lines
        self.megabytes = most / 1024
        line.close()
        self.resumed = self._come_back()

    def _memory(self) -> float:
        """Without what waits for the collector: that is nobody's debt either."""
        self._process.ask("collect")
        return self._process.memory()

    def _give(self, commands: int) -> None:
        for _ in range(commands):
            self._room.ask(time.perf_counter())
            self._callers.settle()

    def _come_back(self) -> str:
        try:
            line = connected(self._port, self._auth)
        except ConnectionError as refused:
            return "back by a fresh view" if "stale_token" in str(refused) else ""
        line.settimeout(PATIENCE)
        heard = b""
        while CHANGES not in heard:
            heard += line.recv(1 << 16)
        line.close()
        return "back by a fresh view" if b"\xa7refetch" in heard else "back"


def stuck(ground: Ground) -> Stuck:
    with ground.street([lambda: ground.ours("ours", sessions=1, play=PLAYS["words"])]) as (
        houses,
        _,
    ):
        client = Stuck(houses[0])
        client.watch()
        return client


def _grown(server: Server, events: int) -> str:
    """How a peer's memory grows by one who does not read."""
    try:
        server.process = server.start()
        port = int(server.process.told())
    except (NotRun, OSError, ValueError) as why:
        server.not_run = str(why)
        return ""
    line = _deaf(port, {"room": "r0"})
    before, lines = server.process.memory(), server.process.files()
    for _ in range(10):
        server.process.ask(f"go {events // 10} 1 1")
    grown = (server.process.memory() - before) / 1024
    cut = server.process.files() < lines
    line.close()
    server.close()
    return f"{grown:.0f} MB after {events:,}" + (", dropped" if cut else ", still there")


def _deaf(port: int, auth: object) -> socket.socket:
    """A client that joins, and never reads again."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    line.connect(("127.0.0.1", port))
    join(line, auth)
    return line


def _last_token(line: socket.socket) -> bytes | None:
    """Read all there is; the token of the last mark."""
    heard = b""
    with suppress(BlockingIOError):
        while data := line.recv(1 << 20, socket.MSG_DONTWAIT):
            heard += data
    before, _, after = heard.rpartition(b"\xa5token\xc4")
    return after[1 : 1 + after[0]] if before else None
