"""All eyes of a node in one process, with its doors open: whoever publishes is let in, recorded and
looked after, and shown on walls; beside them rooms in which commands are given.

    python -m bench.peers.eyes FOLDER [--loop NAME] [--sessions N]

First says where to connect: the port, and each room with a token for each seat. Publishers offer at
`/offer/{source}`. In `FOLDER/stamps` it notes when each picture was whole.
"""

import argparse
import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from aiohttp import web

from bench.peers.commands_held import UNBOUNDED, known, meeting_in, prepared, told
from bench.peers.media import CLOCK, run
from bench.peers.readers import ORIGIN
from bench.peers.serving import NEVER, serve
from bench.peers.stamps import Stamps
from bench.peers.wall_ours import OpenGate, knows
from bench.rooms import means_on
from bench.state_parts.plays import PLAYS
from evalroom.cli.serve import spare_the_collector
from evalroom.footage.shelf import Repaired, Shelf
from evalroom.identity.keys import KeyRing
from evalroom.identity.principal import Principal
from evalroom.monitoring.diagnosis import Diagnosis, Thresholds
from evalroom.monitoring.findings import Condition
from evalroom.monitoring.gate import Source
from evalroom.monitoring.hub import Hub
from evalroom.monitoring.ingest import Publications
from evalroom.monitoring.recording import Missing, Recording
from evalroom.monitoring.rtc import RtcSettings
from evalroom.monitoring.stream import Stream
from evalroom.monitoring.watching import Looks
from evalroom.room import Rooms
from evalroom.signaling.fast_path import Timings
from evalroom.signaling.monitor_socket import Walls
from evalroom.signaling.server import Signaling
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.wire.media_frame import EncodedFrame

SESSION = "0" * 32
PORTS = (30_000, 33_999)

Work = Callable[[], Coroutine[Any, Any, None]]


class LiveGate(OpenGate):
    """Everybody may see every camera there is."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def sources(self, principal: Principal, session: str) -> tuple[Source, ...]:
        return tuple(
            Source(stream.source, stream.kind, "source.camera")
            for stream in self._hub.streams(session)
            if stream.live and stream.kind == "camera"
        )


class Noted:
    """Takes every picture first, and notes when that was."""

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps

    def changed(self, stream: Stream) -> None:
        if stream.live and stream.kind == "camera":
            stream.attach(self, need_key=False)

    def take(self, stream: Stream, seq: int, frame: EncodedFrame) -> None:
        self._stamps.note(stream.handle, seq)

    def renewed(self, stream: Stream) -> None:
        pass

    def ended(self, stream: Stream, code: str) -> None:
        pass


class Deaf:
    """Where findings and segments go; nobody asks for them here."""

    def sealed(self, segment: Repaired) -> None:
        pass

    def missing(self, gap: Missing) -> None:
        pass

    def lost(self, session: str, cause: str) -> None:
        raise SystemExit(f"nothing is recorded any more: {cause}")

    def back(self, session: str) -> None:
        pass

    def begun(self, session: str, source: str, condition: Condition, picture: bytes | None) -> None:
        pass

    def over(self, session: str, source: str, condition: Condition) -> None:
        pass


async def main(folder: Path, sessions: int) -> None:
    logging.getLogger("evalroom").setLevel(logging.ERROR)
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    app = web.Application()
    hub = Hub(CLOCK)
    hub.watch(SESSION, Noted(Stamps(folder / "stamps")).changed)
    working = [asyncio.ensure_future(work()) for work in opened(app, hub, keys, folder)]
    ledger = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
    rooms = Rooms(means_on(ledger, keys))
    rooms.start()
    play = PLAYS["scores"]
    live = await prepared(rooms, sessions, play.scored)
    signaling = Signaling(
        rooms=rooms, identify=known, origins={ORIGIN}, rates=UNBOUNDED,
        timings=Timings(ping=NEVER, pong=NEVER),
    )  # fmt: skip
    signaling.attach(app)
    meetings = [meeting_in(room, keys, play) for room in live]
    spare_the_collector()

    async def obey(words: list[str]) -> str:
        return str(sum(stream.live for stream in hub.streams(SESSION)))

    await serve(app, obey, lambda port: told(port, meetings))
    for work in working:
        work.cancel()


def opened(app: web.Application, hub: Hub, keys: KeyRing, folder: Path) -> list[Work]:
    """Whatever takes pictures, joined; gives what has to run."""
    gate = LiveGate(hub)
    settings = RtcSettings(addresses=("127.0.0.1",), ports=PORTS)
    publications = Publications(hub, gate, CLOCK, settings, lambda: secrets.token_hex(8))
    recording = Recording(hub, Shelf(folder / "footage", keys.at_rest), CLOCK, Deaf())
    recording.begin(SESSION)
    diagnosis = Diagnosis(hub, CLOCK, Deaf())
    diagnosis.begin(SESSION, Thresholds())
    walls = Walls(
        hub=hub, gate=gate, looks=Looks(lambda session, looks: None, CLOCK), identify=knows,
        origins={ORIGIN}, clock=CLOCK,
    )  # fmt: skip
    walls.attach(app)

    async def answer(request: web.Request) -> web.Response:
        source, offer = request.match_info["source"], await request.text()
        published = await publications.publish(Principal(source), SESSION, source, offer)
        return web.Response(text=published.answer)

    app.router.add_post("/offer/{source}", answer)
    return [hub.run, walls.run, recording.run, diagnosis.run]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--loop", default="asyncio")
    parser.add_argument("--sessions", type=int, default=0)
    chosen = parser.parse_args()
    run(main(chosen.folder, chosen.sessions), chosen.loop)
