"""Polling, for networks that let no WebSocket through: the same limits by another way."""

import asyncio
import base64
from typing import Any

import aiohttp
import msgspec
import pytest

from evalroom.signaling.fast_path import Timings
from evalroom.wire import limits
from evalroom.wire.messages import NAMESPACE
from tests.signaling.conftest import ORIGIN, Node, Start
from tests.signaling.counter_room import COLD_SESSION, SESSION
from tests.signaling.peer import CONNECT, EVENT, pack

HEADERS = {"Cookie": "who=ada", "Origin": ORIGIN}
AUTH = {"protocol": 1, "session": SESSION, "token": b"at 0"}


class Poller:
    """A peer without a WebSocket."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.sid = ""

    async def open(self) -> None:
        status, packets = await self.get()
        assert status == 200
        self.sid = msgspec.json.decode(packets[0][1:])["sid"]

    async def get(self) -> tuple[int, list[str]]:
        async with self._node.http.get(self._url, headers=HEADERS) as answer:
            return answer.status, (await answer.text()).split("\x1e")

    async def post(self, body: str | bytes) -> int:
        async with self._node.http.post(self._url, headers=HEADERS, data=body) as answer:
            return answer.status

    async def send(self, packet: dict[str, object]) -> int:
        return await self.post("b" + base64.b64encode(pack(packet)).decode())

    async def said(self) -> list[dict[str, Any]]:
        """The packets of one poll; text becomes a packet of its own kind."""
        _, packets = await self.get()
        return [
            msgspec.msgpack.decode(base64.b64decode(packet[1:]))
            if packet.startswith("b")
            else {"text": packet}
            for packet in packets
        ]

    async def join(self) -> None:
        await self.send({"type": CONNECT, "nsp": NAMESPACE, "data": AUTH})
        assert (await self.said())[0]["type"] == CONNECT

    @property
    def _url(self) -> str:
        sid = f"&sid={self.sid}" if self.sid else ""
        return f"{self._node.url}/socket.io/?EIO=4&transport=polling{sid}"


@pytest.fixture
async def poller(start: Start) -> Poller:
    node = await start(polling=True, timings=Timings(closing=0.2, pong=0.3))
    return Poller(node)


async def test_polling_is_off_unless_the_operator_wants_it(node: Node) -> None:
    status, _ = await Poller(node).get()
    assert status == 400
    assert node.signaling.connections == 0


@pytest.mark.rule("W18")
@pytest.mark.parametrize(
    "body",
    [
        "x",
        "bnot base64",
        "4text",
        "2",
        "\x1e",
        "b" + base64.b64encode(b"\xc1").decode(),
        "4" + "[" * 50_000,
        "\x1e".join(["3"] * 100),
        "3\x1e" + "b" + base64.b64encode(pack({"type": EVENT, "nsp": NAMESPACE})).decode(),
    ],
    ids=repr,
)
async def test_what_no_client_posts_ends_the_connection(poller: Poller, body: str) -> None:
    node = poller._node
    await poller.open()
    await poller.join()
    assert await poller.post(body) == 200
    said = await poller.said()
    assert [packet["data"][1] for packet in said if packet.get("type") == EVENT] == [
        {"code": "protocol", "come_back": False}
    ]
    assert await poller.said() == [{"text": "1"}], "and then it is closed"
    await node.until(lambda: node.signaling.connections == 0)
    assert not node.room.members
    assert (await poller.get())[0] == 400


async def test_a_body_too_long_is_not_read(poller: Poller) -> None:
    await poller.open()
    assert await poller.post(b"x" * (limits.MESSAGE_BYTES + 1)) == 400
    node = poller._node
    await node.until(lambda: node.signaling.connections == 0)


@pytest.mark.rule("W26")
async def test_whoever_polls_no_more_is_noticed(start: Start) -> None:
    node = await start(polling=True, timings=Timings(ping=0.05, pong=0.1))
    poller = Poller(node)
    await poller.open()
    await poller.join()
    assert await poller.said() == [{"text": "2"}], "it is asked once"
    await node.until(lambda: node.signaling.connections == 0)
    assert not node.room.members


async def test_an_upgrade_that_is_not_finished_leaves_polling_as_it_was(poller: Poller) -> None:
    node = poller._node
    await poller.open()
    await poller.join()
    url = f"{node.url}/socket.io/?EIO=4&transport=websocket&sid={poller.sid}"
    async with node.http.ws_connect(url, headers=HEADERS) as ws:
        await ws.send_str("2wrong")
        await ws.receive()
    message = {"id": bytes(16), "name": "Add", "args": {"amount": 1}}
    await poller.send({"type": EVENT, "nsp": NAMESPACE, "data": ["command", message], "id": 0})
    assert node.room.count == 1


async def test_a_second_upgrade_beside_the_first_is_declined(poller: Poller) -> None:
    node = poller._node
    await poller.open()
    url = f"{node.url}/socket.io/?EIO=4&transport=websocket&sid={poller.sid}"
    async with node.http.ws_connect(url, headers=HEADERS) as ws:
        await ws.send_str("2probe")
        assert await ws.receive_str() == "3probe"
        with pytest.raises(aiohttp.WSServerHandshakeError) as declined:
            await node.http.ws_connect(url, headers=HEADERS)
        assert declined.value.status == 400
        await ws.send_str("5")
        await ws.send_bytes(pack({"type": CONNECT, "nsp": NAMESPACE, "data": AUTH}))
        assert msgspec.msgpack.decode(await ws.receive_bytes())["type"] == CONNECT


@pytest.mark.rule("W27")
async def test_whoever_is_dropped_while_he_is_let_in_leaves_nothing_behind(poller: Poller) -> None:
    node = poller._node
    await poller.open()
    auth = AUTH | {"session": COLD_SESSION}
    joining = asyncio.create_task(poller.send({"type": CONNECT, "nsp": NAMESPACE, "data": auth}))
    await node.until(lambda: node.door.asked == 1)
    (link,) = node.signaling._server.eio.sockets.values()
    link.abort()
    await node.until(lambda: node.signaling.connections == 0)
    node.rooms.cold.set()
    await joining
    assert not node.room.members
    assert node.signaling.sockets == 0
    assert node.signaling._server.manager.rooms == {}
