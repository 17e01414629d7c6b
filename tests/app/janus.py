"""A real Janus of one's own, which plays a film by WebRTC to whoever answers its offer, and an
ffmpeg that brings it the film.
"""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from aiohttp import ClientConnectionError, ClientSession

from tests.valkey import free_port

LIBRARY: Final = Path("/usr/lib/x86_64-linux-gnu/janus")
START_SECONDS: Final = 30.0
FILM: Final = 1

GENERAL: Final = """
general: {{
  plugins_folder = "{library}/plugins"
  transports_folder = "{library}/transports"
  configs_folder = "{folder}"
}}
media: {{ rtp_port_range = "46000-46999" }}
plugins: {{ disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,\
libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_textroom.so,\
libjanus_videocall.so,libjanus_videoroom.so,libjanus_voicemail.so" }}
transports: {{ disable = "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,\
libjanus_rabbitmq.so,libjanus_websockets.so" }}
"""

HTTP: Final = """
general: {{ json = "plain" base_path = "/janus" http = true port = {port} ip = "127.0.0.1" }}
"""

STREAMING: Final = """
film: {{
  type = "rtp"
  id = {film}
  media = ( {{
    type = "video" mid = "v" port = {port} iface = "127.0.0.1" pt = 100 codec = "vp8"
    bufferkf = true
  }} )
}}
"""

FFMPEG: Final = (
    "ffmpeg", "-nostdin", "-v", "error", "-re", "-f", "lavfi",
    "-i", "testsrc2=size=320x180:rate=15", "-c:v", "libvpx", "-b:v", "300k",
    "-g", "30", "-keyint_min", "30", "-deadline", "realtime", "-cpu-used", "8",
    "-auto-alt-ref", "0", "-payload_type", "100", "-f", "rtp",
)  # fmt: skip

Answer = Callable[[str], Awaitable[str]]
"""Takes an SDP offer, gives the answer."""


def installed() -> bool:
    """Whether there is one on this machine, with somebody to bring it a film."""
    return bool(shutil.which("janus") and shutil.which("ffmpeg") and LIBRARY.is_dir())


@asynccontextmanager
async def publishing(folder: Path, answer: Answer) -> AsyncIterator[None]:
    """Let Janus offer its film to `answer`, and send it, for the time of the block."""
    port, film = free_port(), free_port()
    (folder / "janus.jcfg").write_text(GENERAL.format(library=LIBRARY, folder=folder))
    (folder / "janus.transport.http.jcfg").write_text(HTTP.format(port=port))
    (folder / "janus.plugin.streaming.jcfg").write_text(STREAMING.format(film=FILM, port=film))
    with ExitStack() as stack:
        _start(stack, folder, "janus", "-F", str(folder))
        _start(stack, folder, *FFMPEG, f"rtp://127.0.0.1:{film}?pkt_size=1200")
        async with ClientSession() as http:
            url = f"http://127.0.0.1:{port}/janus"
            await _ready(http, url)
            await _offered(http, url, answer)
            yield


def _start(stack: ExitStack, folder: Path, *command: str) -> None:
    log = stack.enter_context((folder / f"{command[0]}.log").open("ab"))
    process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    stack.callback(process.wait)
    stack.callback(process.kill)


async def _ready(http: ClientSession, url: str) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with http.get(f"{url}/info"):
                    return
            except ClientConnectionError:
                await asyncio.sleep(0.05)


async def _offered(http: ClientSession, url: str, answer: Answer) -> None:
    session = f"{url}/{(await _say(http, url, janus='create'))['data']['id']}"
    attached = await _say(http, session, janus="attach", plugin="janus.plugin.streaming")
    handle = f"{session}/{attached['data']['id']}"
    await _say(http, handle, janus="message", body={"request": "watch", "id": FILM})
    offer = await _event(http, session, lambda event: event.get("jsep"))
    taken = {"type": "answer", "sdp": await answer(offer["sdp"])}
    await _say(http, handle, janus="message", body={"request": "start"}, jsep=taken)
    await _event(http, session, lambda event: event["janus"] == "webrtcup")


async def _say(http: ClientSession, where: str, **what: Any) -> Any:
    async with http.post(where, json={"transaction": uuid4().hex, **what}) as answer:
        return await answer.json()


async def _event(http: ClientSession, session: str, wanted: Callable[[Any], Any]) -> Any:
    """The first thing Janus tells that is wanted."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            async with http.get(session, params={"maxev": "1"}) as answer:
                event = await answer.json()
            if found := wanted(event):
                return found
