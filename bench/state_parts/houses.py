"""Servers of durable commands with all that stands behind them, and the people around them."""

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.peers.processes import NotRun, Process, cpu_of, node, python
from bench.state_parts.callers import Callers
from bench.state_parts.plays import PLAYS, Meeting, Play
from tests.postgres import Database, PostgresServer, postgres_server
from tests.valkey import Valkey

SESSIONS = 84

Start = Callable[[bool], Process]
"""Starts one node; True for one that comes second and finds everything made."""


@dataclass
class House:
    """One or two nodes under load. Figures are of the whole: nodes, database, bus."""

    name: str
    nodes: list[Process] = field(default_factory=list)
    behind: list[int] = field(default_factory=list)
    """Process ids of what stands behind the nodes."""
    ports: list[int] = field(default_factory=list)
    not_run: str = ""
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """CPU us a command: nodes, database and bus."""
    own_cpu: list[float] = field(default_factory=list)
    """CPU us a command: the nodes alone."""
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def seat(self, callers: Callers) -> None:
        self.callers = callers

    def hurry(self, seconds: float) -> None:
        """As many commands as it can take."""
        before, behind, done = self._own(), self._behind(), self.callers.answered
        self.rates.append(self.callers.at_once(seconds))
        each = 1e6 / (self.callers.answered - done)
        own = self._own() - before
        self.own_cpu.append(own * each)
        self.cpu.append((own + self._behind() - behind) * each)

    def stroll(self, rate: float, seconds: float) -> None:
        """So many commands a second, whatever it could take; ms until the last one has heard."""
        self.callers.paced(rate, seconds)
        self.callers.settle()
        quantiles = statistics.quantiles(self.callers.delays, n=100)
        self.p50.append(quantiles[49] * 1e3)
        self.p99.append(quantiles[98] * 1e3)

    def _own(self) -> float:
        return sum(node.cpu() for node in self.nodes)

    def _behind(self) -> float:
        return sum(map(cpu_of, self.behind))


class Ground:
    """Where houses are built: a disk, a PostgreSQL, Valkeys; all of it goes with the block."""

    def __init__(self, stack: ExitStack, below: Path) -> None:
        self._stack = stack
        self._below = below
        self._postgres: PostgresServer | None = None

    @property
    def postgres(self) -> PostgresServer:
        """Flushes each commit; started for the first who asks."""
        if self._postgres is None:
            server = postgres_server(durable=True, below=self._below)
            self._postgres = self._stack.enter_context(server)
        return self._postgres

    def folder(self) -> Path:
        return Path(self._stack.enter_context(tempfile.TemporaryDirectory(dir=self._below)))

    def valkey(self) -> Valkey:
        server = Valkey(self.folder())
        server.start()
        self._stack.callback(server.stop)
        return server

    @contextmanager
    def street(
        self, builders: Sequence[Callable[[], House]]
    ) -> Iterator[tuple[list[House], list[House]]]:
        """Houses that stand at the same time, those that are not run apart."""
        houses: list[House] = []
        try:
            houses.extend(build() for build in builders)
            yield [one for one in houses if not one.not_run], [one for one in houses if one.not_run]
        finally:
            for house in houses:
                if not house.not_run:
                    house.callers.close()
                for process in house.nodes:
                    process.kill()

    def ours(
        self, name: str, *, on_postgres: bool = False, valkey: Valkey | None = None,
        play: Play = PLAYS["pauses"], sessions: int = SESSIONS,
    ) -> House:  # fmt: skip
        folder = self.folder()
        words = [folder, "--sessions", str(sessions), "--play", play.name]
        house = self._python(name, "ours", words, on_postgres, valkey, play)
        if house.not_run:
            raise SystemExit(f"our own server: {house.not_run}")
        return house

    def python_socketio(
        self, name: str, *, valkey: Valkey | None = None, sessions: int = SESSIONS
    ) -> House:
        words = [self.folder(), "--sessions", str(sessions)]
        return self._python(name, "stock", words, True, valkey, PLAYS["pauses"])

    def node_socketio(
        self, name: str, *, valkey: Valkey | None = None, sessions: int = SESSIONS
    ) -> House:
        database = self.postgres.create_database()
        play = PLAYS["pauses"]
        told = {"database": database.address(), "sessions": sessions,
                "audiences": play.audiences, "redis": valkey.port if valkey else 0}  # fmt: skip

        def start(second: bool) -> Process:
            return node("commands_held.mjs", json.dumps({**told, "second": second}))

        return self._opened(name, start, valkey, database, play)

    def _python(
        self, name: str, kind: str, words: Sequence[str | Path], on_postgres: bool,
        valkey: Valkey | None, play: Play,
    ) -> House:  # fmt: skip
        database = self.postgres.create_database() if on_postgres else None
        words = [
            *words,
            *(("--database", database.address()) if database else ()),
            *(("--redis", str(valkey.port)) if valkey else ()),
        ]

        def start(second: bool) -> Process:
            return python("commands_held", kind, *words, *(("--second",) if second else ()))

        return self._opened(name, start, valkey, database, play)

    def _opened(
        self, name: str, start: Start, valkey: Valkey | None, database: Database | None, play: Play
    ) -> House:
        """Two nodes if there is a bus, everybody seated."""
        house = House(name)
        try:
            meetings = self._started(house, start, 2 if valkey else 1)
            house.seat(Callers(house.ports, meetings, play))
        except (NotRun, OSError) as why:
            house.not_run = str(why)
            while house.nodes:
                house.nodes.pop().kill()
            return house
        if database:
            words = (database.server._data / "postmaster.pid").read_text().split()
            house.behind.append(int(words[0]))
        if valkey and valkey._process:
            house.behind.append(valkey._process.pid)
        return house

    def _started(self, house: House, start: Start, nodes: int) -> list[Meeting]:
        meetings: list[Meeting] = []
        for number in range(nodes):
            process = start(number > 0)
            house.nodes.append(process)
            port, made = msgspec.json.decode(process.told(), type=tuple[int, list[Meeting]])
            house.ports.append(port)
            meetings += made
        return meetings


@contextmanager
def ground(below: Path) -> Iterator[Ground]:
    with ExitStack() as stack:
        yield Ground(stack, below)
