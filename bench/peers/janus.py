"""Janus, if it is installed, as a server that the ingest bench can offer to: its video room, with
one event loop, its sockets on the loopback.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp

from bench.peers.media_servers import serve

ROOM = 1_234
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
libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,\
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

LIBRARY = "/usr/lib/x86_64-linux-gnu/janus"


def installed() -> bool:
    return bool(shutil.which("janus") and shutil.which("gcc") and Path(LIBRARY).is_dir())


async def ingest(parent: Connection) -> None:
    """Run it, and answer offers in its name; the cost is its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        process = await asyncio.to_thread(_started, Path(name), port)
        try:
            async with aiohttp.ClientSession() as client:
                url = f"http://127.0.0.1:{port}/janus"
                await _ready(client, url)

                async def answer(offer: str) -> str:
                    return await _published(client, url, offer)

                await serve(answer, lambda: 0, parent, lambda: _spent(process.pid), process.kill)
        finally:
            process.kill()


def _started(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    (folder / "shim.c").write_text(_SHIM)
    shim = folder / "shim.so"
    compiler = ["gcc", "-shared", "-fPIC", "-o", str(shim), str(folder / "shim.c"), "-ldl"]
    subprocess.run(compiler, check=True)
    (folder / "janus.jcfg").write_text(_GENERAL.format(library=LIBRARY, folder=folder))
    (folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=port))
    (folder / "janus.plugin.videoroom.jcfg").write_text(_ROOMS)
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


async def _published(client: aiohttp.ClientSession, url: str, offer: str) -> str:
    async def post(where: str, **what: Any) -> Any:
        body = {"transaction": uuid.uuid4().hex, **what}
        async with client.post(where, json=body) as response:
            return await response.json()

    session = f"{url}/{(await post(url, janus='create'))['data']['id']}"
    attached = await post(session, janus="attach", plugin="janus.plugin.videoroom")
    room = {"request": "joinandconfigure", "room": ROOM, "ptype": "publisher", "audio": False}
    jsep = {"type": "offer", "sdp": offer}
    await post(f"{session}/{attached['data']['id']}", janus="message", body=room, jsep=jsep)
    while True:
        async with client.get(session, params={"maxev": "1"}) as response:
            event = await response.json()
        if "jsep" in event:
            return str(event["jsep"]["sdp"])
