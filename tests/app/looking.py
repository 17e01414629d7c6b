"""What the tests of a whole node look at: views, walls, streams, recordings."""

import asyncio
from typing import Any, Final

from evalroom.rehearsal.client import Client
from evalroom.wire.media_frame import Codec
from tests.app.studio import Studio, until

CAMERA: Final = "seat.m1.camera"
SCREEN: Final = "seat.m1.screen"
SOUND: Final = "seat.m1.microphone"


def alarms(client: Client) -> list[str]:
    return [alarm["kind"] for alarm in client.view["alarms"].values()]


def subsided(client: Client, kind: str) -> bool:
    found = [alarm for alarm in client.view["alarms"].values() if alarm["kind"] == kind]
    return all(alarm["subsided"] is not None for alarm in found)


async def known(here: Studio, key: str) -> list[str]:
    """What is there now, as far as somebody may know it."""
    told = await here.browser(key).get(f"/api/sessions/{here.session}/sources")
    items: list[str] = told["items"]
    return items


async def unknown(here: Studio, key: str) -> bool:
    return await known(here, key) == []


async def listed(wall: Any, source: str) -> int:
    """The handle of a source, once a wall lists it with its codec."""
    while True:
        for stream in await wall.word("streams"):
            if stream["source"] == source and stream["codec"] == Codec.VP8.name.lower():
                return int(stream["stream"])


async def ended(wall: Any, handle: int) -> str:
    while True:
        word = await wall.next()
        if isinstance(word, dict) and word.get("ended") == handle:
            return str(word["code"])


async def seen(here: Studio, source: str) -> None:
    """Come back when a key frame of a source has arrived, and some more."""
    eyes = here.home.node.monitoring
    assert eyes is not None

    def arrived() -> bool:
        stream = eyes.hub.stream(here.session, source)
        return stream is not None and len(stream.gop) > 5

    await until(arrived)


async def until_still(number: Any) -> None:
    """Come back when nothing has been added for half a second."""
    async with asyncio.timeout(15):
        while True:
            before = number()
            await asyncio.sleep(0.5)
            if number() == before:
                return


async def answered(here: Studio, key: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """What somebody is answered when he asks for something of the session that is no JSON."""
    browser = here.browser(key)
    url = f"{browser.url}/api/sessions/{here.session}{path}"
    async with browser.http.get(url) as answer:
        return answer.status, dict(answer.headers), await answer.read()
