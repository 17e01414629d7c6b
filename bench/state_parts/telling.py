"""What it costs to tell a room that is there, and to keep a socket that is silent."""

from collections.abc import Sequence

from bench.deliveries import EVENTS, MOST_CPU, MOST_OF_NODE, Server, measured, servers
from bench.state_parts.houses import Ground
from bench.state_parts.rows import Row, ratio

IDLE_KILOBYTES = 32


def rows(ground: Ground, quick: bool) -> list[Row]:
    everyone = servers()
    measured(everyone, *((25, 2) if quick else (40, 3)))
    return [*(_told(everyone, events) for events in EVENTS), _idle(everyone)]


def _told(everyone: Sequence[Server], events: int) -> Row:
    ours, *others = everyone
    run = {other.name: other for other in others if not other.not_run}
    node = run.get("Node socket.io")
    share = ratio(ours.cpu[events], node.cpu[events]) if node else 0.0
    met = ours.median(events) <= MOST_CPU[events] and (events > 1 or share <= MOST_OF_NODE)
    bound = f"≤ {MOST_CPU[events]:g} us" + (f", ≤ {MOST_OF_NODE} × Node" if events == 1 else "")
    return Row(
        f"CPU per delivery, {'one event' if events == 1 else f'{events} events'} a tick",
        f"{ours.median(events):.2f} us",
        bound,
        met if node else None,
        {name: f"{other.median(events):.2f} us" for name, other in run.items()} | absent(others),
        "; ".join(
            f"{ratio(ours.cpu[events], other.cpu[events]):.2f} × {name}"
            for name, other in run.items()
        ),
    )


def _idle(everyone: Sequence[Server]) -> Row:
    ours, *others = everyone
    return Row(
        "memory of an idle socket",
        f"{ours.kilobytes:.1f} KB",
        f"≤ {IDLE_KILOBYTES} KB",
        ours.kilobytes <= IDLE_KILOBYTES,
        {
            other.name: f"{other.kilobytes:.1f} KB"
            for other in others
            if not other.not_run and other.speaks != "bytes"
        },
    )


def absent(servers: Sequence[Server]) -> dict[str, str]:
    """Those that are not here, and why."""
    return {server.name: f"not run: {server.not_run}" for server in servers if server.not_run}
