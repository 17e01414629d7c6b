"""How much memory an idle socket takes, measured on a server in a process of its own."""

import asyncio
import gc
import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
from aiohttp import web

from evalroom.signaling.server import Signaling
from tests.signaling.conftest import ORIGIN, Door
from tests.signaling.counter_room import SESSION, CounterRooms
from tests.signaling.peer import Peer

# Opened first, so that what a server needs once is not counted.
WARMING = 50


async def kilobytes_per_socket(sockets: int) -> float:
    """Seat so many readers who say nothing, and see what the server's memory gains from each."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    connector = aiohttp.TCPConnector(limit=0)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as http:
        url = f"http://127.0.0.1:{port}"
        peers = [Peer(http, url, Cookie=f"who=g{i}", Origin=ORIGIN) for i in range(WARMING)]
        peers += [Peer(http, url, Cookie=f"who=h{i}", Origin=ORIGIN) for i in range(sockets)]
        for peer in peers[:WARMING]:
            await _seat(peer)
        before = _ask(here)
        for peer in peers[WARMING:]:
            await _seat(peer)
        after = _ask(here)
        here.send(False)
        for peer in peers:
            await peer.ws.close()
    server.join(10)
    return (after - before) / sockets


async def _seat(peer: Peer) -> None:
    await peer.__aenter__()
    assert "sid" in (await peer.join())["data"]


def _ask(server: Connection) -> int:
    server.send(True)
    kilobytes: int = server.recv()
    return kilobytes


def _serve(client: Connection) -> None:
    asyncio.run(_answer(client))


async def _answer(client: Connection) -> None:
    rooms = CounterRooms()
    rooms.rooms[SESSION].guests |= {f"g{i}" for i in range(WARMING)}
    rooms.rooms[SESSION].guests |= {f"h{i}" for i in range(20_000)}
    signaling = Signaling(rooms=rooms, identify=Door(), origins={ORIGIN})
    app = web.Application()
    signaling.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client.send(runner.addresses[0][1])
    while await asyncio.to_thread(client.recv):
        gc.collect()
        client.send(_proportional_set_kilobytes())
    await signaling.close()
    await runner.cleanup()


def _proportional_set_kilobytes() -> int:
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise LookupError("this kernel does not tell")
