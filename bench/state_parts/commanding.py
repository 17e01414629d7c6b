"""Durable commands on one node, as fast as they go and at an even pace."""

import statistics

from bench.commands import flush_limit
from bench.state_parts.houses import Ground, House
from bench.state_parts.plays import PLAYS
from bench.state_parts.rows import Row, ratio

PACE = 500.0
NODE, PYTHON = "Node socket.io + pg", "python-socketio + SQLAlchemy"
LEAST = {NODE: 2.0, PYTHON: 8.0}
"""How many times as many commands as theirs."""

OURS = ("SQLite", "PostgreSQL")
SCORE = "ours, SQLite: a member's sealed score, told to him alone"


def rows(ground: Ground, quick: bool) -> list[Row]:
    seconds, repeats = (1.5, 3) if quick else (3.0, 5)
    builders = [
        lambda: ground.ours(OURS[0]),
        lambda: ground.ours(OURS[1], on_postgres=True),
        lambda: ground.ours(SCORE, play=PLAYS["scores"]),
        lambda: ground.node_socketio(NODE),
        lambda: ground.python_socketio(PYTHON),
    ]
    with ground.street(builders) as (houses, missing):
        for _ in range(repeats):
            for house in houses:
                house.hurry(seconds)
            for house in houses:
                if house.name in (*OURS, NODE):
                    house.stroll(PACE, seconds)
        found = {house.name: house for house in houses}
        absent = {house.name: f"not run: {house.not_run}" for house in missing}
    flushes = flush_limit(ground.folder(), 300)
    limit = {"limit: one flush a command": f"{flushes:,.0f} /s"}
    least = {"limit: one flush": f"{1e3 / flushes:.2f} ms"}
    score = {SCORE: rate(found[SCORE])}
    return [
        *(_hurried(found, own, absent | score | limit) for own in OURS),
        *(_strolled(found, own, least) for own in OURS),
    ]


def _hurried(found: dict[str, House], own: str, others: dict[str, str]) -> Row:
    """Judged by CPU time, which a busy machine leaves as it is; what the clock says is told too."""
    ours = found[own]
    least = {name: times for name, times in LEAST.items() if name in found}
    by_cpu = {name: ratio(found[name].cpu, ours.cpu) for name in least}
    by_clock = {name: ratio(ours.rates, found[name].rates) for name in least}
    return Row(
        f"durable commands, 12 sockets, 3 audiences, one process, {own}",
        rate(ours),
        "≥ 2 × Node, ≥ 8 × Python",
        all(by_cpu[name] >= times for name, times in least.items()) if least else None,
        {name: rate(found[name]) for name in least} | others,
        "; ".join(
            f"{by_cpu[name]:.2f} × {name} by CPU time, {by_clock[name]:.2f} × by the clock"
            for name in least
        ),
    )


def rate(house: House) -> str:
    """Commands a second, and CPU a command: nodes + what stands behind them."""
    rate, cpu, own = map(statistics.median, (house.rates, house.cpu, house.own_cpu))
    return f"{rate:,.0f} /s, {own:.0f}+{cpu - own:.0f} us"


def _strolled(found: dict[str, House], own: str, others: dict[str, str]) -> Row:
    ours, node = found[own], found.get(NODE)
    met = None if node is None else (
        ratio(ours.p50, node.p50) <= 1 and ratio(ours.p99, node.p99) <= 1
    )  # fmt: skip
    return Row(
        f"command → last of 12 sockets at {PACE:.0f} commands/s, {own}",
        _delay(ours),
        "p50 and p99 ≤ Node's",
        met,
        ({NODE: _delay(node)} if node else {}) | others,
    )


def _delay(house: House) -> str:
    return f"{statistics.median(house.p50):.2f} / {statistics.median(house.p99):.2f} ms"
