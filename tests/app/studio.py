"""A whole node with people at their seats, who have cameras, microphones and screens: aiortc peers
that publish and listen over real HTTP and UDP.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from aiortc import MediaStreamTrack

from evalroom.config import Config, Ports
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.client import Client
from evalroom.sessions.tender.model import Tender
from tests.monitoring.rtc.media import Sample, opus, packet_of, vp8
from tests.monitoring.rtc.peers import Publisher, until
from tests.monitoring.rtc.test_outlet import Subscriber
from tests.rehearsal.house import Company, House, company, config, house
from tests.signaling.wall_node import Onlooker

SDP = "application/sdp"


class Problem(Exception):
    """An offer was not taken."""

    def __init__(self, status: int, code: str, params: dict[str, Any]) -> None:
        super().__init__(status, code, params)
        self.status = status
        self.code = code
        self.params = params


class Film(MediaStreamTrack):
    """Samples over and over; `still` shows the first picture and nothing else."""

    def __init__(self, kind: str, samples: Sequence[Sample], rate: int, step: int) -> None:
        super().__init__()
        self.kind = kind
        self.still = False
        self._samples = samples
        self._rate = rate
        self._step = step
        self._numbers = count()

    async def recv(self) -> Any:
        number = next(self._numbers)
        await asyncio.sleep(self._step / self._rate)
        sample = self._samples[0 if self.still else number % len(self._samples)]
        return packet_of(Sample(sample.data, sample.key, number * self._step), self._rate)


def camera() -> Film:
    return Film("video", vp8(), 90_000, 6_000)


def microphone() -> Film:
    return Film("audio", opus(), 48_000, 960)


class Watcher(Onlooker):
    """A viewer who keeps up, and says so."""

    async def next(self) -> Any:
        heard = await super().next()
        if isinstance(heard, tuple):
            await self.say(ack={heard[0].stream: heard[0].seq})
        return heard


class Scene:
    """A company with something to show, wherever its server is."""

    def __init__(self, room: Company) -> None:
        self.room = room
        self.session = room.session

    def browser(self, key: str) -> Browser:
        return self.room.people.browsers[key]

    async def offer(self, key: str, path: str, sdp: str, kind: str = SDP) -> tuple[str, str]:
        """Where what was begun is ended, and the answer. Raises Problem."""
        browser = self.browser(key)
        headers = {"Content-Type": kind, "Origin": browser.url}
        async with browser.http.post(browser.url + path, data=sdp, headers=headers) as answer:
            body = await answer.text()
            if answer.status != 201:
                problem = msgspec.json.decode(body)
                raise Problem(answer.status, problem["code"], problem["params"])
            # Without a parameter, which strict players would not expect.
            assert answer.headers["Content-Type"] == SDP
            return answer.headers["Location"], body

    @asynccontextmanager
    async def published(
        self, key: str, source: str, *films: Film
    ) -> AsyncIterator[tuple[str, Publisher]]:
        """Somebody shows something, for the time of the block."""
        publisher = Publisher()
        for film in films:
            publisher.connection.addTransceiver(film, direction="sendonly")
        try:
            place, answer = await self.offer(
                key, f"/whip/{self.session}/{source}", await publisher.offer()
            )
            await publisher.take(answer)
            yield place, publisher
        finally:
            await publisher.connection.close()

    @asynccontextmanager
    async def listening(self, key: str, source: str, *kinds: str) -> AsyncIterator[Subscriber]:
        """Somebody hears or sees something by WHEP, for the time of the block."""
        subscriber = Subscriber(*kinds)
        try:
            _, answer = await self.offer(
                key, f"/whep/{self.session}/{source}", await subscriber.offer()
            )
            await subscriber.take(answer)
            yield subscriber
        finally:
            await subscriber.connection.close()

    @asynccontextmanager
    async def wall(self, key: str) -> AsyncIterator[Watcher]:
        """Somebody opens a wall."""
        browser = self.browser(key)
        url = f"{browser.url}/monitor?session={self.session}"
        async with browser.http.ws_connect(url, headers={"Origin": browser.url}) as ws:
            yield Watcher(ws)

    @asynccontextmanager
    async def seated(self, *keys: str) -> AsyncIterator[list[Client]]:
        """People in the room; members check in."""
        clients = [self.room.client(key) for key in keys]
        try:
            for key, client in zip(keys, clients, strict=True):
                await client.join()
                if key.startswith("m"):
                    await client.send("CheckIn")
            yield clients
        finally:
            for client in clients:
                await client.leave()

    async def minutes(self, code: str) -> list[dict[str, Any]]:
        """Lines of the minutes with this code, as the supervisor reads them."""
        path = f"/api/sessions/{self.session}/minutes"
        told = await self.browser("supervisor").get(path)
        return [line["params"] for line in told["lines"] if line["code"] == code]


class Studio(Scene):
    """A scene whose node can be looked into."""

    def __init__(self, home: House, room: Company) -> None:
        super().__init__(room)
        self.home = home


def house_with_eyes(
    folder: Path, *, again: bool = False, **changes: Any
) -> AbstractAsyncContextManager[House]:
    """A house that takes in pictures and sound."""
    return house(eyes(folder, **changes), again=again)


@asynccontextmanager
async def studio(folder: Path, tender: Tender, **changes: Any) -> AsyncIterator[Studio]:
    async with house_with_eyes(folder, **changes) as home, company(home, tender) as room:
        yield Studio(home, room)


def eyes(folder: Path, **changes: Any) -> Config:
    wanted = {"media_addresses": ("127.0.0.1",), "media_ports": Ports(42_000, 45_999), **changes}
    return msgspec.structs.replace(config(folder), **wanted)


async def news(client: Client, condition: Callable[[], bool], seconds: float = 15) -> None:
    """Come back when a view shows something."""
    async with asyncio.timeout(seconds):
        while not condition():
            await client.news()


async def until_told(ask: Callable[[], Awaitable[object]], seconds: float = 15) -> None:
    """Come back when what is asked of the node, again and again, is answered."""
    async with asyncio.timeout(seconds):
        # What a node has put on record it tells nobody who does not ask.
        while not await ask():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


__all__ = [
    "Film",
    "Problem",
    "Scene",
    "Studio",
    "Watcher",
    "camera",
    "microphone",
    "news",
    "studio",
    "until",
    "until_told",
]
