"""Janus, if it is installed, as a server that the benches of media can talk to: its video room
takes in, its streaming sends out, with one event loop and its sockets on the loopback.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from struct import Struct
from typing import Any

import aiohttp

from bench.peers.media import RATE
from bench.peers.media_servers import serve
from evalroom.monitoring.rtc import vp8

ROOM = 1_234
FILM = 1
PAYLOAD_TYPE = 100
_TICKS = os.sysconf("SC_CLK_TCK")

# Its ICE library leaves the loopback out: here every other interface is, and this one looks like
# a network.
_SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

int getifaddrs(struct ifaddrs **found) {
  int (*real)(struct ifaddrs **) = dlsym(RTLD_NEXT, "getifaddrs");
  int result = real(found);
  struct ifaddrs **at = found;
  while (result == 0 && *at) {
    if (strcmp((*at)->ifa_name, "lo")) { *at = (*at)->ifa_next; continue; }
    (*at)->ifa_flags &= ~IFF_LOOPBACK;
    at = &(*at)->ifa_next;
  }
  return result;
}
"""

_GENERAL = """
general: {{
  plugins_folder = "{library}/plugins"
  transports_folder = "{library}/transports"
  configs_folder = "{folder}"
  event_loops = 1
  debug_level = 2
  interface = "127.0.0.1"
}}
media: {{ rtp_port_range = "20000-29999" }}
nat: {{ nice_debug = false }}
plugins: {{ disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,\
libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,\
libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }}
transports: {{ disable = "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,\
libjanus_rabbitmq.so,libjanus_websockets.so" }}
"""

_HTTP = """
general: {{
  json = "plain"
  base_path = "/janus"
  http = true
  port = {port}
  ip = "127.0.0.1"
  https = false
}}
"""

_ROOMS = f"""
room-{ROOM}: {{
  description = "bench"
  publishers = 200
  bitrate = 600000
  videocodec = "vp8"
  record = false
}}
"""

_FILMS = f"""
film: {{{{
  type = "rtp"
  id = {FILM}
  media = ( {{{{
    type = "video"
    mid = "v"
    port = {{port}}
    pt = {PAYLOAD_TYPE}
    codec = "vp8"
    bufferkf = true
  }}}} )
}}}}
"""

LIBRARY = "/usr/lib/x86_64-linux-gnu/janus"


def installed() -> bool:
    return bool(shutil.which("janus") and shutil.which("gcc") and Path(LIBRARY).is_dir())


async def ingest(parent: Connection) -> None:
    """Run it, and answer publishers in its name; the cost is its own."""
    async with _running() as (process, client, url, _):

        async def answer(offer: str) -> str:
            handle = await Handle.attached(client, url, "videoroom")
            body = {"request": "joinandconfigure", "room": ROOM, "ptype": "publisher"}
            return await handle.told(body | {"audio": False}, {"type": "offer", "sdp": offer})

        await serve(answer, lambda: 0, parent, lambda: _spent(process.pid), process.kill)


async def egress(encoded: Sequence[tuple[bytes, bool]], parent: Connection) -> None:
    """Run it, feed it one film, and invite subscribers in its name; the cost is its own."""
    async with _running() as (process, client, url, film_port):
        watching: list[Handle] = []

        async def answer(said: Any) -> Any:
            """A number and an offer for whoever asks to be invited; then takes the answer."""
            if said == "invite":
                watching.append(await Handle.attached(client, url, "streaming"))
                offer = await watching[-1].told({"request": "watch", "id": FILM})
                return [len(watching) - 1, offer]
            number, sdp = said
            await watching[number].say({"request": "start"}, {"type": "answer", "sdp": sdp})
            return None

        showing = asyncio.create_task(_show(encoded, film_port))
        await serve(answer, lambda: 0, parent, lambda: _spent(process.pid), process.kill)
        showing.cancel()


class Handle:
    """A session of its own with one of the plugins."""

    def __init__(self, client: aiohttp.ClientSession, session: str, place: str) -> None:
        self._client = client
        self._session = session
        self._place = place

    @classmethod
    async def attached(cls, client: aiohttp.ClientSession, url: str, plugin: str) -> "Handle":
        session = f"{url}/{(await _post(client, url, janus='create'))['data']['id']}"
        attached = await _post(client, session, janus="attach", plugin=f"janus.plugin.{plugin}")
        return cls(client, session, f"{session}/{attached['data']['id']}")

    async def say(self, body: dict[str, Any], jsep: dict[str, str] | None = None) -> None:
        described = {} if jsep is None else {"jsep": jsep}
        await _post(self._client, self._place, janus="message", body=body, **described)

    async def told(self, body: dict[str, Any], jsep: dict[str, str] | None = None) -> str:
        """Say it, and wait for the description that comes of it."""
        await self.say(body, jsep)
        while True:
            async with self._client.get(self._session, params={"maxev": "1"}) as response:
                event = await response.json()
            if "jsep" in event:
                return str(event["jsep"]["sdp"])


async def _post(client: aiohttp.ClientSession, where: str, **what: Any) -> Any:
    body = {"transaction": uuid.uuid4().hex, **what}
    async with client.post(where, json=body) as response:
        return await response.json()


@asynccontextmanager
async def _running() -> AsyncIterator[
    tuple["subprocess.Popen[bytes]", aiohttp.ClientSession, str, int]
]:
    """The process, who talks to it, where, and the port at which it takes a film."""
    port, film_port = _free(socket.SOCK_STREAM), _free(socket.SOCK_DGRAM)
    with tempfile.TemporaryDirectory() as name:
        process = await asyncio.to_thread(_started, Path(name), port, film_port)
        try:
            async with aiohttp.ClientSession() as client:
                url = f"http://127.0.0.1:{port}/janus"
                await _ready(client, url)
                yield process, client, url, film_port
        finally:
            process.kill()


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _started(folder: Path, port: int, film_port: int) -> "subprocess.Popen[bytes]":
    (folder / "shim.c").write_text(_SHIM)
    shim = folder / "shim.so"
    compiler = ["gcc", "-shared", "-fPIC", "-o", str(shim), str(folder / "shim.c"), "-ldl"]
    subprocess.run(compiler, check=True)
    (folder / "janus.jcfg").write_text(_GENERAL.format(library=LIBRARY, folder=folder))
    (folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=port))
    (folder / "janus.plugin.videoroom.jcfg").write_text(_ROOMS)
    (folder / "janus.plugin.streaming.jcfg").write_text(_FILMS.format(port=film_port))
    return subprocess.Popen(
        ["janus", "-F", str(folder)],
        env=os.environ | {"LD_PRELOAD": str(shim)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _spent(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def _ready(client: aiohttp.ClientSession, url: str) -> None:
    for _ in range(300):
        try:
            async with client.get(f"{url}/info"):
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
    raise SystemExit("janus did not start")


async def _show(encoded: Sequence[tuple[bytes, bool]], port: int) -> None:
    """The film in real time, as RTP."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.connect(("127.0.0.1", port))
    begun, index, number = time.monotonic(), 0, 0
    while True:
        payloads = vp8.packetise(encoded[index % len(encoded)][0], index)
        for place, payload in enumerate(payloads):
            mark = 0x80 if place == len(payloads) - 1 else 0
            ticks = index * 90_000 // RATE
            line.send(_HEAD.pack(0x80, mark | PAYLOAD_TYPE, number & 0xFFFF, ticks, 1) + payload)
            number += 1
        index += 1
        await asyncio.sleep(begun + index / RATE - time.monotonic())


_HEAD = Struct("!BBHII")
