"""What the direct path keeps of Socket.IO, and what it must never lose: order, and nothing else."""

import asyncio
import gc
import random
import socket
import struct
from typing import Any

import pytest

from evalroom.signaling.fast_path import DirectSocket, Timings
from evalroom.signaling.rates import Rates
from evalroom.signaling.session_socket import SessionSocket
from evalroom.signaling.writer import DirectWriter
from evalroom.wire import limits
from evalroom.wire.frames import Frames
from evalroom.wire.messages import NAMESPACE
from tests.signaling.conftest import Node, Start
from tests.signaling.counter_room import CounterAnswer, CounterMembership, CounterRoom
from tests.signaling.peer import ACK, EVENT, Closed, Peer

UNLIMITED = Rates(command_burst=10**6, commands_per_second=10**6, replay_burst=10**6)


@pytest.mark.rule("W24")
async def test_a_library_s_own_way_of_sending_keeps_the_order_as_well(node: Node) -> None:
    ada = await node.seat("ada")
    server = node.signaling._server
    (member,) = node.room.members
    changes = Frames().changes([])
    for number in range(50):
        await server.emit("numbered", number, namespace=NAMESPACE)
        member.sink.write(changes)
    said = [(await ada.next_of(EVENT))["data"] for _ in range(100)]
    assert said == [
        data for number in range(50) for data in (["numbered", number], ["changes", []])
    ]


@pytest.mark.rule("W20")
@pytest.mark.slow
async def test_answers_and_changes_of_one_tick_never_overtake_each_other(start: Start) -> None:
    """10,000 rounds: what the room did in which order is what the reader is told."""
    rounds, seed = 10_000, 20_260_301
    node = await start(rates=UNLIMITED)
    room = node.rooms.rooms["5" * 32] = RestlessRoom(random.Random(seed))
    ada = await node.seat("ada")
    reader = asyncio.create_task(told(ada, rounds))
    for _ in range(rounds):
        await ada.post("Any")
    heard = await reader
    assert len(room.log) > rounds * 1.5
    # The answer that ends the reading may have changes of its own tick behind it.
    assert overtaken(heard, room.log) is None, f"seed {seed}"


class RestlessRoom(CounterRoom):
    """Does things in all orders that one tick allows, and writes down in which."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance
        self.log: list[str | list[Any]] = []

    def join(self, principal: Any, token: bytes, sink: Any) -> Any:
        membership = super().join(principal, token, sink)

        def before() -> None:
            self.flush()
            self.log.append("answer")

        sink.before_write = before
        return membership

    async def submit(self, *_: Any) -> CounterAnswer:
        loop = asyncio.get_running_loop()
        match self.chance.randrange(5):
            case 0:
                self._add(1)
            case 1:
                self._add(1)
                self.flush()
                self._add(1)
            case 2:
                loop.call_soon(self._add, 1)
            case 3:
                await asyncio.sleep(0)
                self._add(1)
            case _:
                loop.call_soon(self._add, 1)
                self._add(1)
                await asyncio.sleep(0)
        return CounterAnswer(None)

    def flush(self) -> None:
        if self._gathered:
            self.log.append(list(self._gathered))
        super().flush()


def overtaken(heard: list[Any], said: list[Any]) -> tuple[int, Any, Any] | None:
    """The first place where the two differ; a whole difference is too long to read."""
    for place, (one, other) in enumerate(zip(heard, said, strict=False)):
        if one != other:
            return place, one, other
    return None


async def told(peer: Peer, answers: int) -> list[str | list[Any]]:
    """What the peer is told, in order, up to the last answer."""
    heard: list[str | list[Any]] = []
    while answers:
        packet = await peer.next()
        if packet["type"] == ACK:
            heard.append("answer")
            answers -= 1
        else:
            heard.append(packet["data"][1])
    return heard


@pytest.mark.rule("W22")
async def test_a_reader_who_stops_reading_is_cut_off_and_costs_little(node: Node) -> None:
    ada, boris = await node.seat("ada"), await node.seat("boris")
    # Ada's machine takes little and her page nothing.
    transport = ada.transport()
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    transport.pause_reading()
    frame = Frames().changes([[["set", ["count"], "x" * 1_000]]])
    owed = []
    (slow,) = (member for member in node.room.members if member.principal.id == "ada")

    async def listen() -> int:
        heard = 0
        while heard < written:
            await boris.event("changes")
            heard += 1
        return heard

    written = 0
    while node.signaling.figures.cut_off == 0:
        assert written < 50_000, "never cut off"
        for member in tuple(node.room.members):
            member.sink.write(frame)
        written += 1
        await asyncio.sleep(0)
        owed.append(slow.sink.owed())
    assert max(owed) <= limits.OWED_BYTES + len(frame)
    assert await listen() == written, "boris missed nothing"
    await node.until(lambda: node.signaling.sockets == 1)
    transport.abort()


@pytest.mark.rule("W25")
async def test_compression_is_declined(node: Node) -> None:
    async with node.peer() as peer:
        assert peer.ws._response.headers.get("Sec-WebSocket-Extensions") is None
        assert peer.greeting["maxPayload"] == limits.MESSAGE_BYTES


@pytest.mark.rule("W26")
async def test_a_live_line_is_asked_now_and_then_and_stays(start: Start) -> None:
    node = await start(timings=Timings(ping=0.02, pong=0.5))
    ada = await node.seat("ada")
    assert ada.greeting["pingInterval"] == 20
    assert ada.greeting["pingTimeout"] == 500
    reading = asyncio.create_task(ada.event("changes"))
    await node.until(lambda: ada.pings >= 3)
    (member,) = node.room.members
    member.sink.write(Frames().changes([]))
    assert await reading == []


@pytest.mark.rule("W26")
async def test_a_dead_line_is_noticed(start: Start) -> None:
    node = await start(timings=Timings(ping=0.02, pong=0.05))
    ada = await node.seat("ada")
    ada.answers_pings = False
    with pytest.raises(Closed) as closed:
        await ada.next()
    assert closed.value.code == 1006
    await node.until(lambda: not node.room.members)


async def test_a_ping_of_the_websocket_itself_is_answered(node: Node) -> None:
    ada = await node.seat("ada")
    await ada.ws.ping(b"still there?")
    # The stock reader of this peer swallows pongs; that the line is in order shows here.
    assert (await ada.command("Look"))["ok"]


async def test_a_client_that_says_it_closes_is_let_go(node: Node) -> None:
    ada = await node.seat("ada")
    await ada.ws.send_str("1")
    await ada.rest()
    assert ada.code == 1000
    boris = await node.seat("boris")
    await boris.send({"type": 1, "nsp": NAMESPACE})
    await boris.rest()
    assert boris.code == 1000
    await node.until(lambda: not node.room.members)


@pytest.mark.rule("W27")
@pytest.mark.parametrize("way", ["close", "reset", "cut off", "bye", "malformed", "disconnect"])
async def test_a_socket_that_has_gone_leaves_nothing_behind(node: Node, way: str) -> None:
    vera = await node.seat("vera")
    await vera.command("Add", {"amount": 1})
    await end(node, vera, way)
    await vera.ws.close()
    await node.until(lambda: node.signaling.connections == 0)
    node.room.members.clear()
    server = node.signaling._server
    assert server.manager.rooms == {}
    assert server.manager.callbacks == {}
    assert server.manager.pending_connect == {}
    assert server.manager.pending_disconnect == {}
    assert server.environ == {}
    assert server.eio.unjoined == 0
    assert len(node.signaling._namespace.sockets) == 0
    assert not node.signaling._namespace.commands_under_way

    def all_gone() -> bool:
        gc.collect()
        ours = DirectSocket, DirectWriter, SessionSocket, CounterMembership
        return not any(isinstance(thing, ours) for thing in gc.get_objects())

    await node.until(all_gone)


async def end(node: Node, peer: Peer, way: str) -> None:
    """End the only socket in one of the ways there are."""
    (member,) = node.room.members
    (link,) = node.signaling._server.eio.sockets.values()
    match way:
        case "close":
            await peer.ws.close()
        case "reset":
            transport = peer.transport()
            hard = struct.pack("ii", 1, 0)
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, hard)
            transport.abort()
        case "cut off":
            link.abort()
        case "bye":
            member.sink.bye("closed", come_back=False)
            await peer.rest()
        case "malformed":
            await peer.ws.send_bytes(b"\xc1")
            await peer.rest()
        case _:
            await peer.send({"type": 1, "nsp": NAMESPACE})
            await peer.rest()
