"""Seats with camera and microphone that are recorded, or only passed on.

    python -m bench.peers.recorder FOLDER SEATS recorded|passed_on

Says `ready` and shows them in real time; killed, it leaves what it had written in FOLDER.
"""

import asyncio
import sys
import time
from pathlib import Path

from bench.peers.eyes import Deaf
from bench.peers.media import CLOCK, RATE, pictures, run
from evalroom.footage.shelf import Shelf
from evalroom.identity.keys import KeyRing
from evalroom.monitoring.hub import Hub, Publishing
from evalroom.monitoring.recording import Recording
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.monitoring.rtc.media import opus

SESSION = "0" * 32
SOUNDS = 50
FOOTAGE = "footage"
TICK = 0.02
"""Seconds: a piece of sound."""


async def main(folder: Path, count: int, how: str) -> None:
    hub = Hub(CLOCK)
    cameras, microphones = published(hub, count)
    playing = asyncio.create_task(play(cameras, microphones))
    working: asyncio.Task[None] | None = None
    if how == "recorded":
        keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
        recording = Recording(hub, Shelf(folder / FOOTAGE, keys.at_rest), CLOCK, Deaf())
        recording.begin(SESSION)
        working = asyncio.create_task(recording.run())
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(time.process_time() if line.split() == ["cpu"] else CLOCK.wall(), flush=True)
    playing.cancel()
    if working is not None:
        working.cancel()


def published(hub: Hub, count: int) -> tuple[list[Publishing], list[Publishing]]:
    """Cameras and microphones of so many seats."""
    cameras = [
        hub.publish(SESSION, f"seat.m{n}.camera", "camera", lambda: None, False)
        for n in range(count)
    ]
    microphones = [
        hub.publish(SESSION, f"seat.m{n}.microphone", "microphone", None, False)
        for n in range(count)
    ]
    return cameras, microphones


async def play(cameras: list[Publishing], microphones: list[Publishing]) -> None:
    """Everybody's pictures and sounds, at their time."""
    film, sounds = pictures(), opus()
    begun, said, shown = CLOCK.monotonic(), 0, 0
    while True:
        now = CLOCK.wall()
        sound = sounds[said % len(sounds)].data
        ticks = said * 48_000 // SOUNDS
        for microphone in microphones:
            microphone.push(EncodedFrame(Codec.OPUS, sound, True, 0, ticks, now))
        if said * RATE >= shown * SOUNDS:
            data, key = film[shown % len(film)]
            for camera in cameras:
                camera.push(EncodedFrame(Codec.VP8, data, key, 0, shown * 90_000 // RATE, now))
            shown += 1
        said += 1
        await asyncio.sleep(max(0.0, begun + said * TICK - CLOCK.monotonic()))


if __name__ == "__main__":
    run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]), "asyncio")
