"""What a wall says: wishes in its few words, and what no correct client says."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest
from hypothesis import given, settings, strategies as st

from evalroom.monitoring import limits
from evalroom.monitoring.wall_messages import WallClose
from tests.monitoring.parts import CAMERA
from tests.signaling.wall_node import WallNode


@pytest.mark.rule("M48")
@pytest.mark.parametrize("text", ["nonsense", '{"ask": 1}', '{"hidden": "yes"}', ""])
async def test_what_no_correct_client_says_closes_its_wall_alone(node: WallNode, text: str) -> None:
    vera, ada = await node.look("vera"), await node.look("ada")
    await vera.ws.send_str(text)
    gone = await vera.farewell()
    assert (gone.code, gone.reason) == (WallClose.PROTOCOL, "protocol")
    await ada.subscribe(node.handle(CAMERA))
    await node.until(lambda: node.publishing[CAMERA].stream.takers == 1)


@pytest.mark.rule("M48")
async def test_pictures_go_one_way_only(node: WallNode) -> None:
    vera = await node.look()
    await vera.ws.send_bytes(b"\x01" * 40)
    assert (await vera.farewell()).code == WallClose.PROTOCOL


@pytest.mark.rule("M48")
async def test_a_message_that_is_too_long_is_not_held(node: WallNode) -> None:
    vera = await node.look()
    await vera.ws.send_str(" " * (limits.WALL_MESSAGE_BYTES + 1))
    assert (await vera.farewell()).code == 1009


@pytest.mark.rule("M48")
async def test_a_message_of_the_greatest_length_is_read(node: WallNode) -> None:
    vera = await node.look()
    wish = f'{{"unsubscribe": [{node.handle(CAMERA)}], "hidden": true'
    await vera.ws.send_str(wish.ljust(limits.WALL_MESSAGE_BYTES - 1) + "}")
    await vera.say(subscribe=[{"stream": 4711, "layer": 0, "width": 1}])
    assert await vera.word("refused") == 4711


@pytest.mark.rule("M48")
async def test_whoever_speaks_without_end_is_sent_away(node: WallNode) -> None:
    vera = await node.look()
    for _ in range(limits.WALL_BURST + 1):
        await vera.say(hidden=False)
    await vera.subscribe(*range(1, 1 + limits.WALL_STREAMS))
    gone = await vera.farewell()
    assert (gone.code, gone.reason) == (WallClose.TOO_FAST, "too_fast")


@pytest.mark.rule("M48")
async def test_acknowledging_sixty_four_streams_is_not_too_fast(node: WallNode) -> None:
    vera = await node.look()
    began = time.monotonic()
    for number in range(limits.WALL_BURST - 10):
        await vera.say(ack={"1": number})
    assert time.monotonic() - began < 10
    await vera.subscribe(4711)
    assert await vera.word("refused") == 4711


@pytest.mark.rule("M48", "M55")
@given(st.binary(min_size=1, max_size=60))
@settings(max_examples=10)
def test_raw_bytes_harm_nobody(rubbish: bytes) -> None:
    async def throw() -> None:
        async with AsyncExitStack() as stack:
            node = WallNode(stack)
            await node.start()
            other, vera = await node.look("ada"), await node.look("vera")
            await other.word("streams")
            await vera.word("streams")
            transport = vera.transport()
            transport.write(rubbish)
            transport.write_eof()
            await node.until(lambda: len(node.walls) == 1)
            await other.subscribe(node.handle(CAMERA))
            await node.until(lambda: node.publishing[CAMERA].stream.takers == 1)

    asyncio.run(throw())
