"""The wall over real sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from evalroom.clock import SystemClock
from evalroom.monitoring import limits
from evalroom.monitoring.wall_messages import WallClose
from evalroom.sessions.refusals import Refused
from evalroom.signaling import monitor_socket
from tests.monitoring.parts import CAMERA, SCREEN, SESSION, SOUND
from tests.signaling.wall_node import Onlooker, WallNode

Start = Callable[..., Awaitable[WallNode]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start a node with what the test wants changed."""
    async with AsyncExitStack() as stack:

        async def start(**wanted: Any) -> WallNode:
            node = WallNode(stack, **wanted)
            await node.start()
            return node

        yield start


@pytest.fixture
async def node(start: Start) -> WallNode:
    return await start()


# What goes out


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


# Who may come in


@pytest.mark.rule("M49")
@pytest.mark.parametrize(
    ("wanted", "code", "reason"),
    [
        ({"who": None}, WallClose.LOGGED_OUT, "not_logged_in"),
        ({"who": "eve"}, WallClose.FORBIDDEN, "not_invited"),
        ({"origin": None}, WallClose.FORBIDDEN, "foreign_origin"),
        ({"origin": "https://evil.example"}, WallClose.FORBIDDEN, "foreign_origin"),
        ({"token": "Bearer spent"}, WallClose.LOGGED_OUT, "login_unknown"),
        ({"token": "Bearer later"}, WallClose.TRY_LATER, "unavailable"),
        ({"query": ""}, WallClose.PROTOCOL, "protocol"),
        ({"query": "session=main"}, WallClose.PROTOCOL, "protocol"),
        ({"query": f"session={SESSION}&all=1"}, WallClose.PROTOCOL, "protocol"),
    ],
)
async def test_whoever_may_not_stay_is_told_why_by_the_closing_code(
    node: WallNode, wanted: dict[str, Any], code: int, reason: str
) -> None:
    onlooker = await node.look(**wanted)
    gone = await onlooker.farewell()
    assert (gone.code, gone.reason) == (code, reason)
    assert (onlooker.words, len(node.walls)) == ([], 0)


@pytest.mark.rule("M49")
async def test_a_foreign_page_is_not_even_asked_who_it_is(node: WallNode) -> None:
    await (await node.look(origin="https://evil.example")).farewell()
    assert node.door.asked == 0


@pytest.mark.rule("M49")
async def test_a_program_with_a_token_needs_no_origin(node: WallNode) -> None:
    program = await node.look(None, origin=None, token="Bearer looks")
    assert await program.word("streams")


@pytest.mark.rule("M49")
async def test_a_session_is_loaded_before_the_gate_is_asked(start: Start) -> None:
    loaded: list[str] = []

    async def ready(session: str) -> None:
        loaded.append(session)
        if len(loaded) > 1:
            raise Refused("unknown_session")

    node = await start(ready=ready)
    assert await (await node.look()).word("streams")
    assert (await (await node.look()).farewell()).reason == "unknown_session"
    assert loaded == [SESSION, SESSION]


@pytest.mark.rule("M49")
async def test_a_session_that_cannot_be_loaded_in_time_is_tried_later(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor_socket, "JOIN_SECONDS", 0.05)
    node = await start(ready=lambda session: asyncio.Event().wait())
    assert (await (await node.look()).farewell()).code == WallClose.TRY_LATER


@pytest.mark.rule("M49")
async def test_a_bug_is_a_closing_code_and_a_line_in_the_log(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async def ready(session: str) -> None:
        raise ZeroDivisionError

    node = await start(ready=ready)
    gone = await (await node.look()).farewell()
    assert (gone.code, gone.reason) == (WallClose.BUG, "internal")
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.rule("M50")
async def test_the_ninth_wall_of_a_person_takes_the_place_of_his_oldest(node: WallNode) -> None:
    walls = [await node.look() for _ in range(limits.WALLS_PER_PRINCIPAL)]
    other = await node.look("ada")
    for onlooker in (*walls, other):
        await onlooker.word("streams")
    newest = await node.look()
    await newest.word("streams")
    assert (await walls[0].farewell()).code == WallClose.SUPERSEDED
    assert len(node.walls) == limits.WALLS_PER_PRINCIPAL + 1


@pytest.mark.rule("M49")
async def test_a_full_node_sends_newcomers_elsewhere(
    node: WallNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WALLS_PER_NODE", 1)
    await (await node.look()).word("streams")
    assert (await (await node.look()).farewell()).code == WallClose.TRY_LATER


@pytest.mark.rule("M49")
async def test_joins_are_limited_by_person(node: WallNode, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [(await node.look()) for _ in range(31)]
    assert (await codes[-1].farewell()).reason == "too_many_joins"
    assert await (await node.look("ada")).word("streams")


# What comes in


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


# How it ends


@pytest.mark.rule("M54")
@pytest.mark.parametrize("how", ["politely", "cut"])
async def test_a_wall_that_has_gone_leaves_nothing_behind(node: WallNode, how: str) -> None:
    vera = await node.look()
    await vera.subscribe(node.handle(CAMERA))
    await node.until(lambda: node.publishing[CAMERA].stream.takers == 1)
    if how == "politely":
        await vera.ws.close()
        assert vera.ws.close_code == 1000
    else:
        transport = vera.transport()
        transport.abort()
    await node.until(lambda: len(node.walls) == 0)
    assert node.publishing[CAMERA].stream.takers == 0
    assert (node.gate.watchers, node.hub._told, node.walls._walls) == ({}, {}, {})
    await node.walls.close()
    assert [(look.principal, look.source) for look in node.recorded] == [("vera", CAMERA)]


@pytest.mark.rule("M51")
async def test_a_log_in_that_ends_takes_its_walls_along(node: WallNode) -> None:
    vera, ada = await node.look("vera"), await node.look("ada")
    for onlooker in (vera, ada):
        await onlooker.word("streams")
    node.door.ended.add("vera")
    await node.walls.look()
    assert len(node.walls) == 2, "nobody is in doubt"
    node.walls.doubt(["vera", "ada"])
    await node.walls.look()
    gone = await vera.farewell()
    assert (gone.code, gone.reason) == (WallClose.LOGGED_OUT, "login_ended")
    await ada.subscribe(4711)
    assert await ada.word("refused") == 4711
    assert len(node.walls) == 1


@pytest.mark.rule("M51")
async def test_whoever_is_in_doubt_is_asked_for_before_he_is_heard(node: WallNode) -> None:
    vera = await node.look()
    await vera.word("streams")
    node.walls.doubt(None)
    asked = node.door.asked
    await vera.subscribe(4711)
    await vera.subscribe(4712)
    assert await vera.word("refused") == 4711
    assert await vera.word("refused") == 4712
    assert node.door.asked == asked + 1
    node.door.ended.add("vera")
    node.walls.doubt(None)
    await vera.subscribe(node.handle(CAMERA))
    assert (await vera.farewell()).code == WallClose.LOGGED_OUT
    assert node.publishing[CAMERA].stream.takers == 0


@pytest.mark.rule("M51")
async def test_while_nobody_can_be_asked_whoever_is_in_doubt_tries_later(node: WallNode) -> None:
    vera = await node.look()
    await vera.word("streams")
    node.door.away = True
    node.walls.doubt(None)
    with pytest.raises(Refused):
        await node.walls.look()
    await vera.subscribe(node.handle(CAMERA))
    assert (await vera.farewell()).code == WallClose.TRY_LATER


@pytest.mark.rule("M51")
async def test_a_log_in_that_ends_while_its_wall_opens_is_noticed(start: Start) -> None:
    opening, opened = asyncio.Event(), asyncio.Event()

    async def ready(session: str) -> None:
        opening.set()
        await opened.wait()

    node = await start(ready=ready)
    vera = await node.look()
    await opening.wait()
    node.door.ended.add("vera")
    node.walls.doubt(["vera"])
    opened.set()
    assert (await vera.farewell()).reason == "login_ended"


@pytest.mark.rule("M53")
async def test_a_draining_node_sends_everybody_elsewhere_and_lets_nobody_in(node: WallNode) -> None:
    onlookers = [await node.look(who) for who in ("vera", "ada", "vera", "ada")]
    for onlooker in onlookers:
        await onlooker.word("streams")
    draining = asyncio.create_task(node.walls.drain(0.2))
    assert {(await onlooker.farewell()).code for onlooker in onlookers} == {WallClose.RESTART}
    assert (await (await node.look()).farewell()).code == WallClose.RESTART
    await draining
    assert len(node.walls) == 0


class QuickClock(SystemClock):
    """Its seconds pass in milliseconds for whoever sleeps."""

    def __init__(self) -> None:
        self.slept = 0.0

    def wall(self) -> int:
        return super().wall() + int(self.slept * 1000)

    def monotonic(self) -> float:
        return super().monotonic() + self.slept

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.005)
        self.slept += seconds


@pytest.mark.rule("M52")
async def test_whoever_answers_no_ping_is_cut_off_after_a_while_and_whoever_does_is_not(
    start: Start,
) -> None:
    clock = QuickClock()
    node = await start(clock=clock)
    silent, alive = await node.look("vera", autoping=False), await node.look("ada")
    await alive.subscribe(node.handle(CAMERA))
    hearing = asyncio.create_task(alive.farewell())
    running = asyncio.create_task(node.walls.run())
    await node.until(lambda: len(node.walls) == 1)
    assert clock.slept >= limits.SILENT_SECONDS
    await node.until(lambda: clock.slept > 3 * limits.SILENT_SECONDS)
    assert [wall.viewer.principal.id for wall in node.walls] == ["ada"]
    assert node.recorded, "and looks are handed over as time goes by"
    running.cancel()
    hearing.cancel()
    assert (await silent.farewell()).code in (WallClose.SLOW, 1006, None)
    assert node.walls.figures.walls_cut_off == 1


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
