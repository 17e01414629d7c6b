"""Two nodes with a Redis between them: what a delivery costs, and what an outage does."""

import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from bench.deliveries import Server, measured
from bench.peers.processes import Process, cpu_of, node, python
from bench.state_parts.commanding import rate
from bench.state_parts.houses import Ground, House
from bench.state_parts.rows import Row, ratio
from bench.state_parts.telling import absent
from tests.valkey import Valkey

MOST_OF_NODE = 0.4
AWAY = 4.0
"""Seconds that the Redis is away."""

SESSIONS, PACE = 24, 100.0
REPAIRED_MS = 250.0
NODE, PYTHON = "Node socket.io + redis-adapter", "python-socketio + AsyncRedisManager"


class Relayed(Server):
    """A node that has all readers hears of everything from another one, which has none."""

    def __init__(
        self, name: str, speaks: str, start: Callable[[], Process], valkey: Valkey
    ) -> None:
        super().__init__(name, speaks, lambda: self._start_both(start))
        self._valkey = valkey

    def measure(self, readers: Connection, rounds: int, events: int, sockets: int) -> None:
        """A round at a time: nothing that is told later comes in the same tick."""
        before = self._used()
        for _ in range(rounds):
            readers.send(("drain", self.name, events * sockets))
            self._other.ask(f"go 1 {events}")
            readers.recv()
        self.cpu[events].append((self._used() - before) / rounds / events / sockets * 1e6)

    def close(self) -> None:
        super().close()
        if not self.not_run:
            self._other.kill()

    def _start_both(self, start: Callable[[], Process]) -> Process:
        self._other = start()
        self._other.told()
        return start()

    def _used(self) -> float:
        assert self._valkey._process is not None
        return self.process.cpu() + self._other.cpu() + cpu_of(self._valkey._process.pid)


def rows(ground: Ground, quick: bool) -> list[Row]:
    whole = [] if quick else [_commands(ground)]
    return [_delivery(ground, quick), *whole, _outage(ground, quick)]


def _delivery(ground: Ground, quick: bool) -> Row:
    valkey = ground.valkey()
    port = str(valkey.port)
    ours, *others = everyone = [
        Relayed("ours", "session", lambda: python("rooms_told", "ours", port), valkey),
        Relayed(NODE, "plain", lambda: node("socketio.mjs", port), valkey),
        Relayed(PYTHON, "plain", lambda: python("rooms_told", "stock", port), valkey),
    ]
    measured(everyone, *((20, 2) if quick else (50, 3)))
    run = {other.name: other for other in others if not other.not_run}
    share = {name: ratio(ours.cpu[1], other.cpu[1]) for name, other in run.items()}
    return Row(
        "two nodes over Redis, CPU per delivery, nodes and Redis",
        f"{ours.median(1):.2f} us",
        f"≤ {MOST_OF_NODE} × Node",
        share[NODE] <= MOST_OF_NODE if NODE in share else None,
        {name: f"{other.median(1):.2f} us" for name, other in run.items()} | absent(others),
        "; ".join(f"{times:.2f} × {name}" for name, times in share.items()),
    )


def _commands(ground: Ground) -> Row:
    builders = [
        lambda: ground.ours("ours", on_postgres=True, valkey=ground.valkey()),
        lambda: ground.node_socketio(NODE, valkey=ground.valkey()),
    ]
    with ground.street(builders) as (houses, missing):
        for _ in range(3):
            for house in houses:
                house.hurry(4.0)
    figures = {house.name: rate(house) for house in houses}
    ours = figures.pop("ours", "not run")
    note = f"{ratio(houses[0].cpu, houses[1].cpu):.2f} × Node" if figures else ""
    others = {house.name: f"not run: {house.not_run}" for house in missing}
    what = "durable commands on two nodes, PostgreSQL and Redis; CPU of all"
    return Row(what, ours, "(none set)", None, figures | others, note)


def _outage(ground: Ground, quick: bool) -> Row:
    valkeys = [ground.valkey() for _ in range(3)]
    builders = [
        lambda: ground.ours("ours", on_postgres=True, valkey=valkeys[0], sessions=SESSIONS),
        lambda: ground.node_socketio(NODE, valkey=valkeys[1], sessions=SESSIONS),
        lambda: ground.python_socketio(PYTHON, valkey=valkeys[2], sessions=SESSIONS),
    ]
    found: dict[str, str] = {}
    met: bool | None = None
    for builder, valkey in zip(builders, valkeys, strict=True):
        with ground.street([builder]) as (houses, missing):
            for house in missing:
                found[house.name] = f"not run: {house.not_run}"
            for house in houses:
                lost, told, repaired = _without_redis(house, valkey, 1.5 if quick else 4.0)
                found[house.name] = f"{lost:,} of {told:,} lost"
                if house.name == "ours":
                    found["ours"] += f", {repaired:.0f} ms"
                    met = lost == 0 and repaired <= REPAIRED_MS
    return Row(
        f"Redis killed for {AWAY:g} s under {PACE:.0f} commands/s; repaired after",
        found.pop("ours"),
        f"0 lost, ≤ {REPAIRED_MS:.0f} ms",
        met,
        found,
    )


def _without_redis(house: House, valkey: Valkey, calm: float) -> tuple[int, int, float]:
    """Tellings lost, tellings due, and how many ms after it was back the last command was heard
    that had been given before.
    """
    back = 0.0
    killed = False

    def meanwhile(since: float) -> None:
        nonlocal back, killed
        if not killed and since > calm:
            valkey.kill()
            killed = True
        elif killed and not back and since > calm + AWAY:
            valkey.start()
            back = time.perf_counter()

    callers = house.callers
    callers.paced(PACE, calm + AWAY + 2 * calm, meanwhile)
    callers.settle(5.0)
    waited = [
        at - back
        for at, delay in zip(callers.at, callers.delays, strict=True)
        if at - delay < back < at
    ]
    due = callers.answered * callers.rooms[0].play.hearing
    return callers.missing, due, max(waited, default=0.0) * 1e3
