"""Who is not ours: GStreamer publishes and plays, ffprobe reads what was recorded."""

import asyncio
import json
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from evalroom.app.folder import FOOTAGE
from evalroom.footage.shelf import Footage, Shelf
from evalroom.identity.keys import KeyRing
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.stream import Stream
from evalroom.wire.media_frame import EncodedFrame
from tests.app.studio import Studio, studio, until_told
from tests.monitoring.test_cameras import camera as rtsp_camera
from tests.sessions.cast import small_tender
from tests.valkey import free_port

PEER: Final = Path(__file__).with_name("gst_peer.py")
PYTHON: Final = "/usr/bin/python3"
SOURCE: Final = "venue.main.camera.7"


def gstreamer() -> bool:
    """Whether the system has GStreamer with WebRTC, and Python's bindings to it."""
    if sys.platform != "linux" or not Path(PYTHON).exists():
        return False
    asked = "import gi; gi.require_version('GstWebRTC', '1.0'); gi.require_version('GstSdp', '1.0')"
    return subprocess.run([PYTHON, "-c", asked], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.interop,
    pytest.mark.slow(120),
    pytest.mark.skipif(not gstreamer(), reason="no GStreamer with WebRTC on this machine"),
]


@asynccontextmanager
async def peer(
    act: str, here: Studio, token: str, codec: str
) -> AsyncIterator[asyncio.StreamReader]:
    """A GStreamer at work; gives what it says."""
    kind = "whip" if act == "publish" else "whep"
    url = f"{here.home.node.url}/{kind}/{here.session}/{SOURCE}"
    process = await asyncio.create_subprocess_exec(
        PYTHON, str(PEER), act, url, token, codec, stdout=PIPE
    )
    try:
        assert process.stdout is not None
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


async def token_of(here: Studio, key: str, verb: str) -> str:
    """A token that lets a program do this for somebody."""
    [part] = [part for part in here.room.people.cast.everyone if part.key == key]
    form = {
        "account": here.room.people.accounts[part.login],
        "label": verb,
        "scopes": [{"session": here.session, "verb": verb, "source": SOURCE}],
        "expires": here.home.node.rooms._means.clock.wall() + 3_600_000,
    }
    told = await here.home.desk._security.post("/api/tokens", form)
    return str(told["text"])


async def said(lines: asyncio.StreamReader, wanted: str) -> None:
    async with asyncio.timeout(40):
        heard = [""]
        while heard[-1] != wanted:
            line = (await lines.readline()).decode().strip()
            assert line, heard
            heard.append(line)


class Noted:
    """Takes what a source shows beside its recorder, from its first key frame on."""

    def __init__(self, hub: Hub, session: str) -> None:
        self.frames: list[EncodedFrame] = []
        self._unwatch = hub.watch(session, self._changed)

    def _changed(self, stream: Stream) -> None:
        if stream.live:
            stream.attach(self, need_key=False)

    def pieces(self, begun: list[int]) -> list[list[EncodedFrame]]:
        """What came, piece by piece, each from the key frame on that came at one of these times: a
        clock that goes wrong begins a new one, as that of an encoder that was late to start.
        """
        starts = [
            next(n for n, frame in enumerate(self.frames) if frame.key and frame.arrival == at)
            for at in begun
        ]
        assert starts[0] == 0
        return [self.frames[a:b] for a, b in pairwise([*starts, len(self.frames)])]

    def take(self, _stream: Stream, _seq: int, frame: EncodedFrame) -> None:
        if self.frames or frame.key:
            self.frames.append(frame)

    def renewed(self, _stream: Stream) -> None:
        raise AssertionError("it was published once")

    def ended(self, _stream: Stream, _code: str) -> None:
        self._unwatch()


def probed(shelf: Shelf, footage: Footage, folder: Path) -> dict[str, Any]:
    """What ffprobe finds in a piece of a recording."""
    file = folder / f"piece.{footage.container}"
    file.write_bytes(b"".join(shelf.read(footage)))
    told = subprocess.run(
        [
            "ffprobe", "-v", "error", "-count_packets", "-show_packets", "-show_streams", "-of",
            "json", str(file),
        ],
        capture_output=True,
        check=True,
    )  # fmt: skip
    assert not told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@pytest.mark.rule("M145", "M39")
async def test_a_network_camera_of_a_venue_is_on_the_wall_and_goes_when_it_is_taken_down(
    tmp_path: Path,
) -> None:
    port = free_port()
    async with (
        studio(tmp_path, small_tender()) as here,
        rtsp_camera(port),
        here.wall("supervisor") as wall,
    ):
        system = here.home.desk._system
        await system.put("/api/centers/hall", {"title": "hall"})
        await system.put("/api/venues/main", {"center": "hall", "title": "main"})
        entered = {"venue": "main", "title": "door", "address": f"rtsp://127.0.0.1:{port}/cam"}
        await system.put("/api/cameras/7", entered)
        shown: list[dict[str, Any]] = []
        async with asyncio.timeout(40):
            while not shown or shown[0]["codec"] is None:
                shown = await wall.word("streams")
            assert [(one["source"], one["codec"]) for one in shown] == [(SOURCE, "h264")]
            await wall.subscribe(shown[0]["stream"])
            for _ in range(20):
                await wall.picture()
            await system.delete("/api/cameras/7")
            assert await wall.word("ended") == shown[0]["stream"]
        eyes = here.home.node.monitoring
        assert eyes is not None
        assert eyes.open_now()["media_cameras"] == 0


@pytest.mark.rule("M128")
@pytest.mark.parametrize("codec", ["vp8", "h264"])
async def test_gstreamer_publishes_and_plays_and_ffprobe_reads_what_was_recorded(
    tmp_path: Path, codec: str
) -> None:
    async with studio(tmp_path, small_tender()) as here:
        publish = await token_of(here, "agency_lead", "publish")
        watch = await token_of(here, "supervisor", "watch")
        eyes = here.home.node.monitoring
        assert eyes is not None
        noted = Noted(eyes.hub, here.session)
        async with peer("publish", here, publish, codec) as publisher:
            await said(publisher, "connected")

            async def come() -> bool:
                stream = eyes.hub.stream(here.session, SOURCE)
                return stream is not None and stream.codec is not None

            await until_told(come)
            async with peer("play", here, watch, codec) as player:
                await said(player, "30")
        await until_told(lambda: closed(here, noted.frames[-1]), 30)
        keys = await asyncio.to_thread(KeyRing.load_or_create, tmp_path)
        shelf = Shelf(tmp_path / FOOTAGE, keys.at_rest)
        found = await asyncio.to_thread(shelf.find, here.session, SOURCE, 0, 1 << 60)
        pieces = noted.pieces([footage.begun for footage in found])
        for footage, frames in zip(found, pieces, strict=True):
            assert footage.ended == max(frame.arrival for frame in frames)
            if shutil.which("ffprobe"):
                told = await asyncio.to_thread(probed, shelf, footage, tmp_path)
                [stream] = told["streams"]
                size = stream["width"], stream["height"]
                assert (stream["codec_name"], size) == (codec, (320, 180))
                check_whole(told["packets"], frames, codec)


async def closed(here: Studio, last: EncodedFrame) -> bool:
    """Whether all that came is recorded and on record."""
    lines = await here.minutes("SegmentsSealed")
    return any(one["ended"] >= last.arrival for line in lines for one in line["segments"])


def check_whole(packets: list[dict[str, Any]], frames: list[EncodedFrame], codec: str) -> None:
    """Each frame that came is in the file, at its time, and nothing else is."""
    assert len(packets) == len(frames)
    for packet, frame in zip(packets, frames, strict=True):
        since_ms = (frame.media_us - frames[0].media_us) / 1_000
        # A tick of the container is a millisecond.
        assert abs(float(packet["pts_time"]) * 1_000 - since_ms) <= 1
        assert packet["flags"].startswith("K") == frame.key
        # H.264 has other start codes in a file.
        assert codec == "h264" or int(packet["size"]) == len(frame.data)
