"""Publishers into a node against the library alone and against what cannot be beaten, in one run.

    ./dev bench media_ingest [--seconds N] [--repeats N] [--streams N...]

Each line is CPU of the receiving process, in milliseconds a stream and second, for pictures of
640x360 at 15 a second and 400 kbit/s (VP8), sent by aiortc from another process. `direct` takes
media from the socket at once, `library` by the library's queue, `stock` leaves repair and reports
to the library too, and `decode` is the library as it comes. `janus` is its video room, if it is
installed; it does not say how many frames it had. `limit` receives and unprotects the same packets
from a bare socket. Medians of repeats; compare them within a run only.
"""

import argparse
import multiprocessing
import statistics
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from bench.peers import janus, media, media_servers

_SPAWN = multiprocessing.get_context("spawn")

MODES = (
    ("direct", "uvloop"),
    ("direct", "asyncio"),
    ("library", "uvloop"),
    ("library", "asyncio"),
    ("stock", "asyncio"),
    ("decode", "asyncio"),
    ("janus", "one loop"),
)
STREAMS = (8, 32)
DECODING = 8
"""More that decode do not fit on two cores with their publishers."""


def server(mode: str, loop: str, parent: Connection) -> None:
    if mode == "janus":
        media.run(janus.ingest(parent), loop)
    else:
        media.run(media_servers.ingest(mode, parent), loop)


def publishers(
    port: int, encoded: Sequence[tuple[bytes, bool]], load: media.Load, parent: Connection
) -> None:
    media.run(media.publish(port, encoded, load, parent), "uvloop")


def started(target: Callable[..., None], *args: Any) -> tuple[Connection, Any]:
    there, ours = _SPAWN.Pipe()
    process = _SPAWN.Process(target=target, args=(*args, ours), daemon=True)
    process.start()
    ours.close()
    return there, process


def measured(mode: str, loop: str, encoded: Any, load: media.Load) -> tuple[float, float]:
    """Milliseconds a stream-second, and frames a stream-second."""
    there, serving = started(server, mode, loop)
    port = there.recv()
    away, sending = started(publishers, port, encoded, load)
    figures: tuple[float, float] = away.recv()
    sending.join()
    serving.join()
    return figures


def limit(encoded: Any, load: media.Load) -> tuple[float, float]:
    there, receiving = started(media_servers.bare_receiver)
    port = there.recv()
    _, sending = started(media_servers.bare_sender, port, encoded, load, False)
    spent: float = there.recv()
    sending.join()
    receiving.join()
    return 1_000 * spent / (load.streams * load.seconds), media.RATE


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=8)
    arguments.add_argument("--repeats", type=int, default=1)
    arguments.add_argument("--streams", type=int, nargs="+", default=STREAMS)
    chosen = arguments.parse_args()
    encoded = media.pictures()
    size = sum(len(data) for data, _ in encoded) / media.SECONDS
    print(f"{8 * size / 1_000:.0f} kbit/s a stream")
    print(f"{'':<18}{'streams':>8}{'ms/stream-s':>13}{'frames/s':>10}")
    for streams in chosen.streams:
        load = media.Load(streams, chosen.seconds)
        for mode, loop in MODES:
            if mode == "janus" and not janus.installed():
                print(f"{'janus':<18}{streams:>8}      not run: it is not installed")
            elif mode != "decode" or streams <= DECODING:
                found = [measured(mode, loop, encoded, load) for _ in range(chosen.repeats)]
                show(f"{mode} {loop}", streams, found)
        show("limit", streams, [limit(encoded, load) for _ in range(chosen.repeats)])


def show(name: str, streams: int, found: list[tuple[float, float]]) -> None:
    cost, frames = (statistics.median(one) for one in zip(*found, strict=True))
    print(f"{name:<18}{streams:>8}{cost:>13.2f}{frames:>10.2f}", flush=True)


if __name__ == "__main__":
    main()
