"""What it costs to record, and what of it plays when the recorder was killed.

    ./dev bench media_recording [--streams N] [--seconds N] [--kills N]

CPU of one process that records seats with camera and microphone (encrypted, as containers that
players know), less what it takes to pass the same frames on to nobody. Then the process is killed
(SIGKILL) in the middle, and what it left is repaired as the next start of a node does it: how many
seconds before the kill are missing, whether a player (`ffprobe`, if it is installed) finds a fault,
and whether it can be sought in.
"""

import argparse
import asyncio
import io
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av

from bench.peers.eyes import Deaf
from bench.peers.media import CLOCK
from bench.peers.processes import Process, python
from bench.peers.recorder import FOOTAGE
from evalroom.footage.shelf import Footage, Repaired, Shelf
from evalroom.identity.keys import KeyRing
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.recording import Recording

MOST_MISSING = 2.0
"""Seconds before a kill."""

SETTLE_SECONDS = 1.0

LEAST_SECONDS = 5.0
"""What is killed has several key frames by then."""

KEY_SECONDS = 2.1
"""From one key frame to the next, where a player that seeks begins."""


@dataclass(frozen=True)
class Left:
    """Of one killed recording: seconds before the kill that do not play, and what is wrong."""

    missing: float
    faults: tuple[str, ...]


class Kept(Deaf):
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.segments: list[Repaired] = []

    def sealed(self, segment: Repaired) -> None:
        self.segments.append(segment)


@contextmanager
def recorder(streams: int, how: str) -> Iterator[tuple[Process, Path]]:
    with tempfile.TemporaryDirectory() as name:
        process = python("recorder", name, str(streams), how)
        try:
            assert process.told() == "ready"
            yield process, Path(name)
        finally:
            process.kill()


def cost(streams: int, seconds: float, how: str) -> float:
    """Milliseconds of CPU a stream-second."""
    with recorder(streams, how) as (process, _):
        time.sleep(SETTLE_SECONDS)
        began, before = time.monotonic(), process.cpu()
        time.sleep(seconds)
        used, took = process.cpu() - before, time.monotonic() - began
        return 1_000 * used / (streams * took)


def killed(streams: int, seconds: float) -> list[Left]:
    """What is left of each camera after a kill."""
    with recorder(streams, "recorded") as (process, folder):
        time.sleep(SETTLE_SECONDS + max(seconds, LEAST_SECONDS))
        at = int(process.ask("now"))
        process.kill()
        keys = KeyRing.load_or_create(folder)
        shelf = Shelf(folder / FOOTAGE, keys.at_rest)
        repaired = asyncio.run(_repaired(shelf))
        assert len(repaired) == streams, f"{len(repaired)} of {streams} recordings were found"
        return [_left(shelf, one.footage, at) for one in repaired]


async def _repaired(shelf: Shelf) -> list[Repaired]:
    kept = Kept()
    recording = Recording(Hub(CLOCK), shelf, CLOCK, kept)
    await recording.start()
    await recording.close()
    return kept.segments


def _left(shelf: Shelf, footage: Footage, killed_at: int) -> Left:
    whole, length = b"".join(shelf.read(footage)), (killed_at - footage.begun) / 1_000
    try:
        with av.open(io.BytesIO(whole), "r") as file:
            last = [picture.time for picture in file.decode(video=0)][-1]
    except (av.FFmpegError, IndexError):
        return Left(length, ("nothing plays",))
    faults = list(_faults(whole))
    with av.open(io.BytesIO(whole), "r") as file:
        file.seek(int(last / 2 * av.time_base))
        found = next(file.decode(video=0)).time
        if not last / 2 - KEY_SECONDS <= found <= last / 2:
            faults.append(f"sought {last / 2:.1f} s, found {found:.1f} s")
    return Left(length - last, tuple(faults))


def _faults(whole: bytes) -> Iterator[str]:
    if shutil.which("ffprobe"):
        words = ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-"]
        told = subprocess.run(words, input=whole, capture_output=True, check=False)
        yield from told.stderr.decode().splitlines()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--kills", type=int, default=2)
    chosen = parser.parse_args()
    passed_on = cost(chosen.streams, chosen.seconds, "passed_on")
    recorded = cost(chosen.streams, chosen.seconds, "recorded") - passed_on
    print(f"recorded {recorded:.2f} ms/stream-s, passed on {passed_on:.2f}")
    for _ in range(chosen.kills):
        left = killed(chosen.streams, chosen.seconds)
        missing = [one.missing for one in left]
        faults = [fault for one in left for fault in one.faults] or "none"
        print(
            f"killed: {len(left)} play, without their last {statistics.median(missing):.2f} s,"
            f" at most {max(missing):.2f} s; faults: {faults}"
        )


if __name__ == "__main__":
    main()
