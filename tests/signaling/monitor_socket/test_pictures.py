"""What goes out to a wall over real sockets: the same to all, nothing sealed, the present."""

import asyncio
import socket

import pytest

from evalroom.clock import SystemClock
from evalroom.monitoring import limits
from tests.monitoring.parts import CAMERA, SCREEN, SOUND
from tests.signaling.wall_node import Onlooker, WallNode


@pytest.mark.rule("M38", "M39")
async def test_two_viewers_see_the_same_bytes_and_hear_the_same_list(node: WallNode) -> None:
    vera, ada = await node.look("vera"), await node.look("ada")
    for onlooker in (vera, ada):
        listed = await onlooker.word("streams")
        assert [stream["source"] for stream in listed] == [CAMERA, SCREEN, SOUND]
        await onlooker.subscribe(node.handle(CAMERA))
    await node.until(lambda: node.publishing[CAMERA].stream.takers == 2)
    for number in range(5):
        node.push(CAMERA, bytes([number]), key=number == 0, size=number * 20_000 + 1)
    seen = [[await onlooker.picture() for _ in range(5)] for onlooker in (vera, ada)]
    assert seen[0] == seen[1]
    assert [(header.seq, header.key, len(data)) for header, data in seen[0]] == [
        (number, number == 0, number * 20_000 + 1) for number in range(5)
    ]
    assert [data[:1] for _, data in seen[0]] == [bytes([number]) for number in range(5)]


@pytest.mark.rule("M40")
async def test_not_one_byte_of_a_sealed_screen_comes_after_the_seal(node: WallNode) -> None:
    vera, ada = await node.look("vera"), await node.look("ada")
    for onlooker in (vera, ada):
        await onlooker.subscribe(node.handle(SCREEN), node.handle(CAMERA))
    await node.until(lambda: node.publishing[CAMERA].stream.takers == 2)
    for number in range(10):
        node.push(SCREEN, b"\x01", key=number == 0)
    # In one and the same step of the loop: the seal, and frames that were under way.
    node.gate.seal(SCREEN)
    for number in range(10):
        node.push(SCREEN, b"\x02", key=number == 5)
    await vera.subscribe(node.handle(SCREEN))
    assert await vera.word("refused") == node.handle(SCREEN)
    node.push(SCREEN, b"\x03", key=True)
    node.push(CAMERA, b"\x04", key=True)
    for onlooker in (vera, ada):
        while (await onlooker.picture())[1][:1] != b"\x04":
            pass
        assert {data[:1] for _, data in onlooker.pictures} == {b"\x01", b"\x04"}
        assert {"ended": node.handle(SCREEN), "code": "screen_sealed"} in onlooker.words
    node.gate.unseal(SCREEN, since=SystemClock().wall() + 1)
    await asyncio.sleep(0.002)
    await vera.subscribe(node.handle(SCREEN))
    await node.until(lambda: node.publishing[SCREEN].stream.takers == 1)
    node.push(SCREEN, b"\x05")
    node.push(SCREEN, b"\x06", key=True)
    assert (await vera.picture())[1][:1] == b"\x06"


@pytest.mark.rule("M42", "M57")
async def test_a_viewer_who_stops_reading_gets_the_present_when_he_goes_on_and_harms_nobody(
    node: WallNode,
) -> None:
    slow, quick = await node.look("vera"), await node.look("ada")
    for onlooker in (slow, quick):
        await onlooker.subscribe(node.handle(CAMERA))
    await node.until(lambda: node.publishing[CAMERA].stream.takers == 2)
    transport = slow.transport()
    transport.pause_reading()
    total = 600
    for number in range(total):
        node.push(CAMERA, number.to_bytes(2, "big"), key=number % 30 == 0, size=1_700)
        await quick.picture()
        await quick.say(ack={str(node.handle(CAMERA)): number})
    assert [header.seq for header, _ in quick.pictures] == list(range(total))
    assert node.walls.figures.wall_drops == 1
    transport.resume_reading()
    while len(slow.pictures) < limits.LAG_FRAMES + 1:
        await slow.picture()
        await slow.say(ack={str(node.handle(CAMERA)): slow.pictures[-1][0].seq})
    stale = sum(len(data) for _, data in slow.pictures)
    assert stale <= 80_000, "whatever he did not read meanwhile was not kept for him"
    asked = len(node.asked)

    def is_asked() -> bool:
        node.push(CAMERA)
        return len(node.asked) > asked

    await node.until(is_asked)
    node.push(CAMERA, b"now", key=True)
    header, data = await slow.picture()
    assert (header.key, data[:3]) == (True, b"now")


@pytest.mark.rule("M38")
async def test_compression_is_declined_and_little_waits_in_the_socket(node: WallNode) -> None:
    vera = await node.look()
    assert vera.ws.compress == 0
    [wall] = node.walls
    raw = wall.line._transport.get_extra_info("socket")
    # Linux doubles what it is asked for.
    assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * limits.SEND_BUFFER_BYTES


@pytest.mark.slow
@pytest.mark.rule("M57")
async def test_a_thousand_viewers_see_every_frame(node: WallNode) -> None:
    gate, handle, frames = node.gate, node.handle(CAMERA), 12
    for number in range(125):
        gate.open[f"v{number}"] = [CAMERA]
    onlookers: list[Onlooker] = []
    for number in range(1_000):
        onlookers.append(await node.look(f"v{number % 125}"))
        await onlookers[-1].subscribe(handle)
    await node.until(lambda: node.publishing[CAMERA].stream.takers == 1_000)

    async def watch(onlooker: Onlooker) -> list[int]:
        return [(await onlooker.picture())[0].seq for _ in range(frames)]

    watching = [asyncio.create_task(watch(onlooker)) for onlooker in onlookers]
    for number in range(frames):
        # Dated closely: their thousand readers share this loop, and acknowledge nothing.
        node.push(CAMERA, key=number == 0, size=3_300, at=number)
        await asyncio.sleep(0.01)
    assert [await seen for seen in watching] == [list(range(frames))] * 1_000
    assert node.walls.figures.wall_drops == 0
