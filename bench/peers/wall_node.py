"""A whole node with a session, for pages of a browser: people to log in as, and as many cameras in
a room as are asked for, whose pictures were encoded before.

    python -m bench.peers.wall_node FOLDER

First says where it is, the session, and the cookies of a member at his seat and of a supervisor.
`show N` has so many cameras in the main room; `cpu` as everywhere.
"""

import asyncio
import json
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from yarl import URL

from bench.peers.media import CLOCK, run
from evalroom.cli.serve import spare_the_collector
from evalroom.monitoring.hub import Hub
from evalroom.wire.media_frame import Codec, EncodedFrame
from tests.app.studio import Studio, studio
from tests.sessions.cast import small_tender

WIDTH, HEIGHT, RATE, KEY_EVERY, FRAMES = 640, 360, 15, 32, 64
LAYERS = (0, 2, 1, 2)
"""Temporal layers of four pictures in a row, as browsers have them (L1T3)."""

PEOPLE = ("m1", "supervisor")

_OPTIONS = {
    "deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0",
    "error-resilient": "default", "keyint_min": str(KEY_EVERY), "minrate": "400000",
    "maxrate": "400000", "bufsize": "400000",
    "ts-parameters": "ts_number_layers=3:ts_target_bitrate=160,252,400:ts_rate_decimator=4,2,1"
    ":ts_periodicity=4:ts_layer_id=0,2,1,2:ts_layering_mode=3",
}  # fmt: skip

Film = list[tuple[bytes, bool]]


def film() -> Film:
    """VP8 in three layers, 400 kbit/s: pictures, and which of them are key frames."""
    encoder: Any = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, RATE), Fraction(RATE)
    encoder.bit_rate, encoder.gop_size, encoder.options = 400_000, KEY_EVERY, _OPTIONS
    chance = np.random.default_rng(1)
    made: Film = []
    for number in range(-KEY_EVERY, FRAMES):
        pixels = chance.integers(40, 70, (HEIGHT, WIDTH, 3), dtype=np.uint8)
        pixels[:, : number * 9 % WIDTH, 1] += 120
        picture = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuv420p")
        picture.pts = number + KEY_EVERY
        made += [(bytes(packet), packet.is_keyframe) for packet in encoder.encode(picture)]
    # An encoder begins with few bits: its first pictures are coarse.
    made = made[KEY_EVERY:]
    assert [number for number, (_, key) in enumerate(made) if key] == [0, KEY_EVERY]
    return made


class Camera:
    """One camera, which shows the film from a moment of its own."""

    def __init__(self, hub: Hub, session: str, number: int, shown: Film) -> None:
        self._film = shown
        self._place = number * 5 % FRAMES
        self._late = number * 0.618 % 1 / RATE
        name = f"venue.main.camera.{number:02d}"
        self._hand = hub.publish(session, name, "camera", self._begin_anew, ports_rtp=False)

    async def play(self) -> None:
        begun, shown = CLOCK.monotonic() + self._late, 0
        while True:
            await asyncio.sleep(max(0.0, begun + shown / RATE - CLOCK.monotonic()))
            data, key = self._film[self._place]
            layer, ticks = LAYERS[self._place % 4], shown * 90_000 // RATE
            # Who takes this picture may ask for another as the next one.
            self._place = (self._place + 1) % FRAMES
            self._hand.push(EncodedFrame(Codec.VP8, data, key, layer, ticks, CLOCK.wall()))
            shown += 1

    def _begin_anew(self) -> None:
        self._place = 0


async def main(folder: Path) -> None:
    shown = film()
    async with studio(folder, small_tender()) as here, here.seated("m1"):
        spare_the_collector()
        print(json.dumps(introduced(here)), flush=True)
        cameras: list[asyncio.Task[None]] = []
        monitoring = here.home.node.monitoring
        assert monitoring is not None
        while line := await asyncio.to_thread(sys.stdin.readline):
            order, *words = line.split()
            for number in range(len(cameras), int(words[0]) if order == "show" else 0):
                camera = Camera(monitoring.hub, here.session, number, shown)
                cameras.append(asyncio.create_task(camera.play()))
            print(time.process_time() if order == "cpu" else "done", flush=True)
        for playing in cameras:
            playing.cancel()


def introduced(here: Studio) -> dict[str, Any]:
    """What a browser has to know."""
    url = here.home.node.url
    cookies = {
        who: [
            {"name": name, "value": one.value, "url": url}
            for name, one in here.browser(who).http.cookie_jar.filter_cookies(URL(url)).items()
        ]
        for who in PEOPLE
    }
    return {"url": url, "session": here.session, "cookies": cookies}


if __name__ == "__main__":
    run(main(Path(sys.argv[1])), "asyncio")
