"""Durable commands through whole rooms: decide, flush to the disk, tell every socket, answer.

    ./dev bench commands [--sessions N] [--seconds S] [--repeats N] [--folder PATH] [--profile]

84 sessions, each with 12 sockets in three audiences (two members and a supervisor, four windows
each) that another process reads; one command at a time in a session, as its mailbox has it. A score
goes to its author's windows alone, because it is sealed; a pause goes to everybody. The limits are
taken in the same run: what the disk allows to whoever flushes once a command, and what writing the
same bytes to 12 sockets costs with nothing around it. CPU is that of the whole process, its
writing thread included.
"""

import argparse
import asyncio
import cProfile
import gc
import os
import pstats
import secrets
import selectors
import socket
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.rooms import act, cell, extreme, means_on, reviewed
from evalroom.identity.keys import KeyRing
from evalroom.identity.principal import Principal
from evalroom.room import Room, Rooms
from evalroom.room.tokens import Tokens
from evalroom.signaling.writer import DirectWriter, Tick
from evalroom.storage.ledger_sqlite import SqliteLedger

WINDOWS = 4
"""Sockets of each audience."""

AUDIENCES = ("ada", "boris", "vera")

Ask = Callable[[Room, int], Awaitable[object]]


class Figures(NamedTuple):
    """One measurement: commands a second, CPU (us) a command, p50 and p99 (ms) to the answer."""

    rate: float
    cpu: float
    p50: float
    p99: float
    heard: float

    def __str__(self) -> str:
        return (
            f"{self.rate:9,.0f}  {self.cpu:7.1f}  {self.p50:7.2f}  {self.p99:7.2f}"
            f"  {self.heard:6.1f}  {self.rate * self.heard:11,.0f}"
        )


class Window:
    """A sink over a real socket, which counts what it is told."""

    heard = 0

    def __init__(self, transport: asyncio.Transport, tick: Tick) -> None:
        self._writer = DirectWriter(transport, tick)
        self.owed = self._writer.owed

    def write(self, frame: bytes) -> None:
        Window.heard += 1
        self._writer.write(frame)

    def bye(self, code: str, come_back: bool, retry_ms: int | None = None) -> None:
        assert code == "restart", f"a window was told {code}"
        self._writer.abort()


async def score(room: Room, turn: int) -> object:
    """A member changes one cell, to what it has never been."""
    bid, value = f"B{turn % 4 + 1}", f"{turn % 19 / 10:g}"
    reason = f"{room.head.seq}"
    return await act(
        room, "ada", "EnterScores", cells=[cell(bid, f"t{turn % 20 + 1}", value, reason)]
    )


async def pause(room: Room, turn: int) -> object:
    """The agency pauses, and goes on: every audience is told."""
    if turn % 2:
        return await act(room, "hana", "Resume")
    return await act(room, "hana", "PauseTechnically", reason="power")


class Stage:
    """Rooms with windows, and the process that reads them."""

    def __init__(self, sessions: int) -> None:
        self.pairs = [
            [socket.socketpair() for _ in AUDIENCES for _ in range(WINDOWS)]
            for _ in range(sessions)
        ]
        self.reader = os.fork()
        for ours, theirs in (pair for pairs in self.pairs for pair in pairs):
            (theirs if self.reader else ours).close()
        if not self.reader:
            read_everything([theirs for pairs in self.pairs for _, theirs in pairs])

    async def open(self, folder: Path) -> tuple[SqliteLedger, Rooms, list[Room]]:
        keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
        ledger = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
        rooms = Rooms(means_on(ledger, keys))
        loop = asyncio.get_running_loop()
        tick = Tick(lambda flush: loop.call_soon(flush))
        live = await asyncio.gather(*(reviewed(rooms, extreme(bids=4)) for _ in self.pairs))
        for room, pairs in zip(live, self.pairs, strict=True):
            for place, (ours, _) in enumerate(pairs):
                account = AUDIENCES[place // WINDOWS]
                principal = Principal(id=account, device=f"device-{account}")
                transport, _ = await loop.create_unix_connection(asyncio.Protocol, sock=ours)
                tokens = Tokens(keys.cluster, bytes.fromhex(room.id), secrets.token_bytes)
                token = tokens.seal(room.audience(principal), room.head)
                room.join(principal, token, Window(transport, tick))
        return ledger, rooms, live


def read_everything(ends: Sequence[socket.socket]) -> None:
    """The other side: takes whatever comes until all lines are closed."""
    selector = selectors.DefaultSelector()
    for end in ends:
        selector.register(end, selectors.EVENT_READ)
    while selector.get_map():
        for key, _ in selector.select():
            if not os.read(key.fd, 1 << 16):
                selector.unregister(key.fd)
    os._exit(0)


async def drive(live: Sequence[Room], ask: Ask, seconds: float) -> Figures:
    """Every session asks again as soon as it is answered."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def one(room: Room) -> None:
        turn = 0
        while turn % 2 or time.perf_counter() < end:
            began = time.perf_counter()
            await ask(room, turn)
            times.append(time.perf_counter() - began)
            turn += 1

    gc.collect()
    Window.heard = 0
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*map(one, live))
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    quantiles = statistics.quantiles(times, n=100)
    done = len(times)
    return Figures(
        done / took, cpu / done * 1e6, quantiles[49] * 1e3, quantiles[98] * 1e3, Window.heard / done
    )


def flush_limit(folder: Path, rows: int = 2_000) -> float:
    """Rows a second of a loop that appends 600 bytes and flushes them."""
    row = secrets.token_bytes(600)
    file = os.open(folder / "limit", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    began = time.perf_counter()
    for _ in range(rows):
        os.write(file, row)
        os.fdatasync(file)
    took = time.perf_counter() - began
    os.close(file)
    return rows / took


def write_limit(pairs: Sequence[tuple[socket.socket, socket.socket]], rounds: int = 2_000) -> float:
    """CPU (us) of writing a frame of 150 bytes to 12 sockets."""
    frame = secrets.token_bytes(150)
    ends = [ours.fileno() for ours, _ in pairs]
    cpu = time.process_time()
    for _ in range(rounds):
        for end in ends:
            os.write(end, frame)
    return (time.process_time() - cpu) / rounds * 1e6


async def measured(chosen: argparse.Namespace, stage: Stage, folder: Path) -> None:
    ledger, rooms, live = await stage.open(folder)
    kinds: dict[str, Ask] = {"a score": score, "a pause or its end": pause}
    found: dict[str, list[Figures]] = {name: [] for name in kinds}
    for _ in range(chosen.repeats):
        for name, ask in kinds.items():
            found[name].append(await drive(live, ask, chosen.seconds))
    print(f"{'command':22} {'a second':>9}  {'CPU us':>7}  {'p50 ms':>7}  {'p99 ms':>7}"
          f"  {'heard':>6}  {'deliveries/s':>11}")  # fmt: skip
    for name, several in found.items():
        print(f"{name:22} {Figures(*map(statistics.median, zip(*several, strict=True)))}")
    if chosen.profile:
        profile = cProfile.Profile()
        profile.enable()
        await drive(live, score, chosen.seconds)
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
    await rooms.close(spread_ms=0)
    await ledger.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=84)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    parser.add_argument("--profile", action="store_true", help="where the time of a score goes")
    chosen = parser.parse_args()
    stage = Stage(chosen.sessions)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as here:
        print(f"limit, one flush a command: {flush_limit(Path(here)):,.0f} commands/s")
        print(f"limit, 12 writes: {write_limit(stage.pairs[0]):.1f} us CPU a command\n")
        asyncio.run(measured(chosen, stage, Path(here)))
    os.waitpid(stage.reader, 0)


if __name__ == "__main__":
    main()
