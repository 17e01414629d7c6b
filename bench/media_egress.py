"""One stream to many subscribers against the library alone and against what cannot be beaten.

    ./dev bench media_egress [--seconds N] [--repeats N]

Each line is CPU of the sending process, in milliseconds a subscriber and second, for pictures of
640x360 at 15 a second and 400 kbit/s (VP8). `ours` sends the publisher's payloads on, `stock` gives
frames to the library's sender, `janus` is its streaming, tuned to one event loop, if it is
installed. `limit` protects and sends the same packets on a bare socket. Medians of repeats; compare
them within a run only.
"""

import argparse
from multiprocessing.connection import Connection
from typing import Any

from bench.media_ingest import show, started
from bench.peers import janus, media, media_servers

MODES = (("ours", "uvloop"), ("ours", "asyncio"), ("stock", "asyncio"), ("janus", "one loop"))
SUBSCRIBERS = (40, 80)


def server(mode: str, loop: str, encoded: Any, parent: Connection) -> None:
    if mode == "janus":
        media.run(janus.egress(encoded, parent), loop)
    else:
        media.run(media_servers.egress(mode, encoded, parent), loop)


def subscribers(port: int, load: media.Load, invited: bool, parent: Connection) -> None:
    media.run(media.subscribe(port, load, parent, invited=invited), "uvloop")


def measured(mode: str, loop: str, encoded: Any, load: media.Load) -> tuple[float, float]:
    """Milliseconds a subscriber-second, and frames that came, a subscriber-second."""
    there, serving = started(server, mode, loop, encoded)
    port = there.recv()
    away, taking = started(subscribers, port, load, mode == "janus")
    figures: tuple[float, float] = away.recv()
    taking.join()
    serving.join()
    return figures


def limit(encoded: Any, load: media.Load) -> tuple[float, float]:
    there, receiving = started(media_servers.bare_receiver)
    port = there.recv()
    away, sending = started(media_servers.bare_sender, port, encoded, load, True)
    spent: float = away.recv()
    sending.join()
    receiving.join()
    return 1_000 * spent / (load.streams * load.seconds), media.RATE


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=float, default=8)
    arguments.add_argument("--repeats", type=int, default=1)
    chosen = arguments.parse_args()
    encoded = media.pictures()
    print(f"{'':<18}{'subs':>8}{'ms/sub-s':>13}{'frames/s':>10}")
    for number in SUBSCRIBERS:
        load = media.Load(number, chosen.seconds)
        for mode, loop in MODES:
            if mode == "janus" and not janus.installed():
                print(f"{'janus':<18}{number:>8}      not run: it is not installed")
                continue
            found = [measured(mode, loop, encoded, load) for _ in range(chosen.repeats)]
            show(f"{mode} {loop}", number, found)
        show("limit", number, [limit(encoded, load) for _ in range(chosen.repeats)])


if __name__ == "__main__":
    main()
