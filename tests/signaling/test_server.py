"""A node as a whole: it drains, revokes, closes, and costs little while nothing happens."""

import asyncio
import json
import subprocess
import sys

import pytest

from evalroom.wire import limits
from tests.signaling.conftest import Node, Start
from tests.signaling.peer import CONNECT_ERROR, Closed


@pytest.mark.rule("W28")
async def test_a_node_that_drains_sends_everyone_elsewhere_little_by_little(node: Node) -> None:
    windows = [await node.seat("vera") for _ in range(6)]
    draining = asyncio.create_task(node.signaling.drain(0.3))
    await node.until(lambda: node.signaling.sockets < 6)
    assert node.signaling.sockets >= 4, "not all at once"
    async with node.peer("ada") as late:
        answer = await late.join()
        assert answer["type"] == CONNECT_ERROR
        assert answer["data"]["data"]["code"] == "restart"
        assert answer["data"]["data"]["retry_ms"] > 0
    for window in windows:
        bye = await window.farewell()
        assert (bye["code"], bye["come_back"]) == ("restart", True)
        assert bye["retry_ms"] > 0
        assert window.code == 1012
    await draining
    assert node.signaling.sockets == 0


@pytest.mark.rule("W28")
async def test_draining_without_time_or_without_anybody_ends_at_once(node: Node) -> None:
    await node.signaling.drain(30)
    ada = await asyncio.wait_for(node.peer("ada").__aenter__(), 5)
    assert (await ada.join())["data"]["data"]["code"] == "restart"
    await ada.ws.close()


@pytest.mark.rule("W28")
async def test_everyone_is_told_even_when_there_is_no_time(node: Node) -> None:
    windows = [await node.seat("vera") for _ in range(5)]
    await node.signaling.drain(0)
    for window in windows:
        assert (await window.farewell())["code"] == "restart"


async def test_closing_lets_a_command_under_way_end_and_cuts_every_line(node: Node) -> None:
    ada = await node.seat("ada")
    ack = await ada.post("Wait")
    await node.until(lambda: node.room.waiting == 1)
    closing = asyncio.create_task(node.signaling.close())
    await asyncio.sleep(0)
    assert not closing.done()
    node.room.may_go_on.set()
    assert (await ada.answer_to(ack))["ok"]
    with pytest.raises(Closed):
        await ada.next()
    await closing
    await node.until(lambda: node.signaling.connections == 0)


async def test_a_node_counts_what_happens(node: Node) -> None:
    ada = await node.seat("ada")
    await ada.command("Add", {"amount": 1})
    await ada.command("Break")
    figures = node.signaling.figures
    assert (figures.joins, figures.commands, figures.commands_refused, figures.bugs) == (1, 2, 1, 1)
    assert (node.signaling.sockets, node.signaling.connections) == (1, 1)


@pytest.mark.rule("W18")
@pytest.mark.parametrize("polling", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_a_stranger_writes_into_an_address_is_neither_repeated_nor_logged(
    start: Start, caplog: pytest.LogCaptureFixture, polling: bool, method: str
) -> None:
    caplog.set_level("INFO")
    node = await start(polling=polling)
    for transport in ("websocket", "polling"):
        query = {"EIO": "4", "transport": transport, "sid": "<script>alert(1)</script>"}
        url = f"{node.url}/socket.io/"
        async with node.http.request(method, url, params=query) as answer:
            assert answer.status == 400
            assert "script" not in await answer.text()
    assert [record for record in caplog.records if record.name.startswith("evalroom")] == []


IDLE = """
import asyncio, gc, json
from tests.signaling.idle import kilobytes_per_socket
print(json.dumps(asyncio.run(kilobytes_per_socket(300))))
"""


@pytest.mark.rule("W30")
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_an_idle_socket_takes_little_memory() -> None:
    done = subprocess.run([sys.executable, "-c", IDLE], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) <= limits.IDLE_SOCKET_BYTES / 1024
