"""The servers that the benches of media compare, each in a process of its own, and what cannot be
beaten: a bare socket with SRTP.
"""

import asyncio
import json
import os
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from multiprocessing.connection import Connection
from struct import Struct
from typing import Any

from aiortc import MediaStreamTrack, RTCSessionDescription
from pylibsrtp import Policy, Session

from bench.peers.media import CLOCK, RATE, Load, peer
from evalroom.monitoring.rtc import RtcSettings, SlotSpec, receive, send, vp8
from evalroom.wire.media_frame import Codec, EncodedFrame

Answer = Callable[[Any], Awaitable[Any]]
"""What is said to an offer, or to whatever else a peer asks for."""


async def serve(
    answer: Answer,
    count: Callable[[], int],
    parent: Connection,
    cost: Callable[[], float] = time.process_time,
    end: Callable[[], None] = lambda: None,
) -> None:
    """Answer offers, and say what it cost so far, until asked to stop."""
    over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            asked = json.loads(line)
            if asked == "stop":
                over.set()
                break
            if asked == "cost":
                reply: Any = [cost(), count()]
            else:
                reply = await answer(asked)
            writer.write(json.dumps(reply).encode() + b"\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=1 << 20)
    parent.send(server.sockets[0].getsockname()[1])
    await over.wait()
    end()
    os._exit(0)


async def ingest(mode: str, parent: Connection) -> None:
    """Take what publishers send, and count the frames."""
    frames = 0
    kept: list[Any] = []

    def came(*_: object) -> None:
        nonlocal frames
        frames += 1

    async def ours(offer: str) -> str:
        settings = RtcSettings(
            addresses=("127.0.0.1",),
            ports=(30_000, 33_999),
            datagram_path=mode == "direct",
            stock=mode == "stock",
        )
        inlet = await receive(offer, came, print, CLOCK, settings)
        kept.append(inlet)
        return inlet.answer

    async def decoding(offer: str) -> str:
        connection = peer()
        kept.append(connection)

        @connection.on("track")
        def on_track(track: MediaStreamTrack) -> None:
            kept.append(asyncio.ensure_future(drain(track)))

        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return connection.localDescription.sdp

    async def drain(track: MediaStreamTrack) -> None:
        while True:
            await track.recv()
            came()

    await serve(decoding if mode == "decode" else ours, lambda: frames, parent)


async def egress(mode: str, encoded: Sequence[tuple[bytes, bool]], parent: Connection) -> None:
    """Send one stream to whoever subscribes, in real time."""
    outlets: list[Any] = []
    sent = 0

    async def answer(offer: str) -> str:
        settings = RtcSettings(
            addresses=("127.0.0.1",), ports=(30_000, 33_999), stock=mode == "stock"
        )
        outlet = await send(offer, [SlotSpec("video", Codec.VP8)], print, CLOCK, settings)
        outlets.append(outlet)
        return outlet.answer

    async def pump() -> None:
        nonlocal sent
        begun, index = time.monotonic(), 0
        while True:
            data, key = encoded[index % len(encoded)]
            payloads = tuple(vp8.packetise(data, index))
            ticks = index * 90_000 // RATE
            frame = EncodedFrame(Codec.VP8, data, key, 0, ticks, CLOCK.wall(), payloads)
            for outlet in outlets:
                outlet.slots[0].send(frame)
            sent += len(outlets)
            index += 1
            await asyncio.sleep(begun + index / RATE - time.monotonic())

    task = asyncio.ensure_future(pump())
    await serve(answer, lambda: sent, parent)
    task.cancel()


# What cannot be beaten: the same packets through a bare socket and SRTP.

_KEY = bytes(30)
_HEAD = Struct("!BBHIIII")


def bare_receiver(parent: Connection) -> None:
    """Receive and unprotect, nothing else."""
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    parent.send(line.getsockname()[1])
    session = Session(Policy(key=_KEY, ssrc_type=Policy.SSRC_ANY_INBOUND))
    begun = time.process_time()
    while len(packet := line.recv(2_048)) > 1:
        session.unprotect(packet)
    parent.send(time.process_time() - begun)


def bare_sender(
    port: int,
    encoded: Sequence[tuple[bytes, bool]],
    load: Load,
    at_once: bool,
    parent: Connection,
) -> None:
    """Protect and send in real time, for `seconds`: a picture to all at once, or to each at its own
    time, as many publishers are.
    """
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.connect(("127.0.0.1", port))
    session = Session(Policy(key=_KEY, ssrc_type=Policy.SSRC_ANY_OUTBOUND))
    cut = [vp8.packetise(data, 0) for data, _ in encoded]
    number = 0
    before, begun = time.process_time(), time.monotonic()
    for index in range(int(load.seconds * RATE)):
        first = number
        for stream in range(load.streams):
            number = first
            for payload in cut[index % len(cut)]:
                head = _HEAD.pack(0x90, 97, number & 0xFFFF, index, stream + 1, 0xBEDE_0001, 0)
                line.send(session.protect(head + payload))
                number += 1
            if not at_once or stream == load.streams - 1:
                left = begun + (index + (stream + 1) / load.streams) / RATE - time.monotonic()
                if left > 0:
                    time.sleep(left)
    spent = time.process_time() - before
    line.send(b"x")
    parent.send(spent)
