"""How a wall ends: with its viewer, his log-in, his line or the node, and nothing is left of it."""

import asyncio

import pytest

from evalroom.clock import SystemClock
from evalroom.monitoring import limits
from evalroom.monitoring.wall_messages import WallClose
from evalroom.sessions.refusals import Refused
from tests.monitoring.parts import CAMERA
from tests.signaling.monitor_socket.conftest import Start
from tests.signaling.wall_node import WallNode


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
