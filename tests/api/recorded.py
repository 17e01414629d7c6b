"""A session with recordings: opened, recorded, ended, and what the audit log says of it."""

import asyncio
import os

from evalroom.footage.shelf import Repaired, Shelf
from evalroom.sessions.people import Actor
from evalroom.wire.media_frame import Codec
from tests.api.node import Browser, Node
from tests.api.test_sessions import at, check_everyone_in, enter_tender, people
from tests.footage.test_cutting import container

CAMERA = "seat.m1.camera"


async def opened(site: Node, sysadm: Browser) -> str:
    """The whole cast in the declaration, with an auditor."""
    appointed = await people(site)
    appointed[await site.person("audrey")] = {"roles": ["auditor"]}
    form = {"tender": await enter_tender(sysadm), "appointments": appointed}
    key: str = (await sysadm.post("/api/sessions", json=form)).value["id"]
    await check_everyone_in(site, key)
    return key


def shelf(site: Node) -> Shelf:
    assert site.parts.footage is not None
    return site.parts.footage


async def record(
    site: Node, session: str, source: str, begun: int, codec: Codec = Codec.VP8
) -> Repaired:
    """Six seconds of a source, closed."""

    def written() -> Repaired:
        kind = "webm" if codec is Codec.VP8 else "mp4"
        segment = shelf(site).begin(session, source, 1, begun, kind)  # type: ignore[arg-type]
        segment.write(container(codec))
        return segment.close(begun + 6_000)

    return await asyncio.to_thread(written)


async def ended(site: Node, session: str) -> None:
    room = await site.rooms.open(session)
    hana = (await (await at(site, "hana")).get("/api/me")).value["account"]
    why = {"reason": "项目终止"}
    await room.submit(Actor(hana), os.urandom(16), "AbortSession", why, None)


async def acts(auditor: Browser) -> list[str]:
    lines = (await auditor.get("/api/audit?limit=200")).value["items"]
    return [line["act"] for line in lines]
