"""Names looked up without taking threads from anybody else."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from evalroom.bus.redis.names import Names
from evalroom.bus.redis.reasons import words_of


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A name server that answers when it is let."""

    class SlowNames:
        def __init__(self) -> None:
            self.asked: list[str] = []
            self.answer = threading.Event()

        def __call__(self, host: str, *_: Any, **__: Any) -> Any:
            self.asked.append(host)
            self.answer.wait(10)
            return [(0, 0, 0, "", ("192.0.2.1", 0))]

    slow = SlowNames()
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    return slow


@pytest.mark.rule("B17")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_number_is_not_looked_up(slow_names: Any, host: str) -> None:
    assert await Names().addresses(host) == [host]
    assert slow_names.asked == []


@pytest.mark.rule("B17")
async def test_a_name_that_takes_its_time_is_asked_for_once_however_often_it_is_wanted(
    slow_names: Any,
) -> None:
    names = Names()
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await names.addresses("bus")
    waiting = asyncio.create_task(names.addresses("bus"))
    await asyncio.sleep(0)
    slow_names.answer.set()
    assert await waiting == ["192.0.2.1"]
    assert slow_names.asked == ["bus"]
    assert await names.addresses("bus") == ["192.0.2.1"]
    assert slow_names.asked == ["bus", "bus"]


@pytest.mark.rule("B17")
def test_an_answer_that_comes_when_nobody_is_left_disturbs_nobody(slow_names: Any) -> None:
    async def ask() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await Names().addresses("bus")

    before = set(threading.enumerate())
    asyncio.run(ask())
    (late,) = set(threading.enumerate()) - before
    slow_names.answer.set()
    late.join()


@pytest.mark.rule("B17")
async def test_what_cannot_be_a_name_is_refused_like_one_that_stands_for_nothing() -> None:
    with pytest.raises(OSError, match="no host has such a name"):
        await Names().addresses("a" * 64 + ".example")


@pytest.mark.rule("B17")
async def test_a_name_that_stands_for_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(OSError, match="not known") as refused:
        await Names().addresses("bus")
    assert words_of(refused.value) == "Name or service not known"
