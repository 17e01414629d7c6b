"""Who may open a wall, and what whoever may not is told."""

import asyncio
from typing import Any

import pytest

from evalroom.monitoring import limits
from evalroom.monitoring.wall_messages import WallClose
from evalroom.sessions.refusals import Refused
from evalroom.signaling import monitor_socket
from tests.monitoring.parts import SESSION
from tests.signaling.monitor_socket.conftest import Start
from tests.signaling.wall_node import WallNode


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
async def test_joins_are_limited_by_person(node: WallNode) -> None:
    onlookers = [await node.look() for _ in range(31)]
    assert (await onlookers[-1].farewell()).reason == "too_many_joins"
    assert await (await node.look("ada")).word("streams")
