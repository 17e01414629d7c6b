"""A bad network: what comes of a publisher whose packets get lost, with us and with the library.

    ./dev bench media_loss [--loss SHARE...] [--seconds N]

Publishers are aiortc's own; a share of their packets never leaves, of those that are sent again
too. `ours` takes frames encoded, `library` is aiortc as it comes, which decodes them. Told are the
longest time without a picture and how many of those sent came. All publishers run at the same time
in this one process.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from aiortc import MediaStreamTrack, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from bench.peers.media import RATE, peer, pictures, run
from evalroom.monitoring.rtc import receive
from evalroom.wire.media_frame import Codec
from tests.monitoring.rtc.media import Sample
from tests.monitoring.rtc.peers import CLOCK, SETTINGS, Publisher, fates

LOSS = (0.02, 0.05, 0.10)
SEED = 7
SPARE = 10
"""Packets at the beginning: nobody can miss the first one."""

MOST_GAP = 0.3
"""Seconds, at the worst of these losses."""

LATE_SECONDS = 2.0
"""For the last pictures to be repaired in."""


@dataclass(frozen=True)
class Outcome:
    """Of one publisher: the longest time without a picture in seconds, pictures that came and that
    were sent.
    """

    gap: float
    came: int
    sent: int


async def ours(samples: Sequence[Sample], loss: float) -> Outcome:
    publisher, times = Publisher(), list[float]()
    publisher.add(Codec.VP8, samples, 1 / RATE)
    inlet = await receive(
        await publisher.offer(), lambda *_: times.append(time.monotonic()), _over, CLOCK, SETTINGS
    )
    try:
        await publisher.take(inlet.answer)
        await _played(publisher, loss)
        return _outcome(times, len(samples))
    finally:
        await publisher.connection.close()
        await inlet.close()


async def library(samples: Sequence[Sample], loss: float) -> Outcome:
    publisher, taker = Publisher(), peer()
    publisher.add(Codec.VP8, samples, 1 / RATE)
    times: list[float] = []
    draining: list[asyncio.Future[None]] = []
    taker.on("track", lambda track: draining.append(asyncio.ensure_future(_drain(track, times))))
    try:
        offered = RTCSessionDescription(await publisher.offer(), "offer")
        await taker.setRemoteDescription(offered)
        await taker.setLocalDescription(await taker.createAnswer())
        await publisher.take(taker.localDescription.sdp)
        await _played(publisher, loss)
        return _outcome(times, len(samples))
    finally:
        await publisher.connection.close()
        await taker.close()
        await asyncio.gather(*draining)


def _over(reason: str) -> None:
    """The publisher has gone: it was closed."""


async def _drain(track: MediaStreamTrack, times: list[float]) -> None:
    try:
        while True:
            await track.recv()
            times.append(time.monotonic())
    except MediaStreamError:
        return


async def _played(publisher: Publisher, loss: float) -> None:
    publisher.spoil(fates(SEED, loss=loss, spare=SPARE))
    publisher.start()
    await publisher.reels[0].over.wait()
    await asyncio.sleep(LATE_SECONDS)


def _outcome(times: Sequence[float], sent: int) -> Outcome:
    gaps = [after - before for before, after in pairwise(times)]
    return Outcome(max(gaps, default=0.0), len(times), sent)


async def measured(losses: Sequence[float], seconds: float) -> dict[float, tuple[Outcome, Outcome]]:
    """Ours and the library's by share of packets lost."""
    film = pictures()
    samples = [
        Sample(*film[number % len(film)], number * 90_000 // RATE)
        for number in range(round(seconds * RATE))
    ]
    runs = [way(samples, loss) for loss in losses for way in (ours, library)]
    found: Any = iter(await asyncio.gather(*runs))
    return {loss: (next(found), next(found)) for loss in losses}


def outcomes(losses: Sequence[float], seconds: float) -> dict[float, tuple[Outcome, Outcome]]:
    """As `measured`, from outside a loop."""
    found: dict[float, tuple[Outcome, Outcome]] = {}

    async def note() -> None:
        found.update(await measured(losses, seconds))

    run(note(), "asyncio")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loss", type=float, nargs="+", default=LOSS)
    parser.add_argument("--seconds", type=float, default=12)
    chosen = parser.parse_args()
    print(f"{'packets lost':14}{'':10}{'longest gap s':>14}{'pictures came':>16}")
    for loss, both in outcomes(chosen.loss, chosen.seconds).items():
        for name, one in zip(("ours", "library"), both, strict=True):
            print(f"{loss:<14.0%}{name:10}{one.gap:>14.2f}{one.came:>9} of {one.sent}")


if __name__ == "__main__":
    main()
