"""An event loop whose time is not the world's: it jumps to the next timer when nothing is left to
do. What runs on it is deterministic, and an hour of waiting costs nothing.
"""

import asyncio
import contextvars
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

NODE: contextvars.ContextVar[str] = contextvars.ContextVar("node", default="")
"""Which simulated machine a task runs on: what it starts runs there too, and dies with it."""


class EverythingWaits(AssertionError):
    """Nothing is left to do, no timer runs, and yet somebody waits."""


class TimeStandsStill(AssertionError):
    """Something goes round in a circle, and nobody waits for anything."""


TURNS_IN_NO_TIME = 100_000
"""Turns of the loop within one moment: an honest crowd needs a few hundred."""


class _Impatient(selectors.DefaultSelector):
    """Never waits: where a patient selector would, it moves the loop's time."""

    loop: "VirtualLoop"
    turns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise EverythingWaits
        self.turns = 0 if timeout else self.turns + 1
        if self.turns > TURNS_IN_NO_TIME:
            self.turns = 0
            raise TimeStandsStill
        self.loop.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at time 0. Threads are not used: what would run in one runs at once."""

    def __init__(self) -> None:
        self.now = 0.0
        selector = _Impatient()
        selector.loop = self
        super().__init__(selector)
        self._by_node: dict[str, dict[asyncio.Task[Any], None]] = {}
        self.set_task_factory(self._task)
        self.faults: list[BaseException] = []
        """What went wrong where nobody waited for it."""
        self.set_exception_handler(self._faulted)

    def time(self) -> float:
        return self.now

    def run_in_executor(  # type: ignore[override]  # no threads, so no executor either
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        done: asyncio.Future[T] = self.create_future()
        done.set_result(func(*args))
        return done

    def kill(self, node: str) -> None:
        """End everything that runs on a simulated machine, without a word."""
        for task in tuple(self._by_node.pop(node, ())):
            task.cancel()

    def kill_all(self) -> None:
        """End everything."""
        for node in tuple(self._by_node):
            self.kill(node)

    def _faulted(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.faults.append(context.get("exception") or AssertionError(context["message"]))

    def _task(
        self,
        loop: asyncio.AbstractEventLoop,
        work: Any,
        context: contextvars.Context | None = None,
        **named: Any,
    ) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, context=context, **named)
        node = (context or contextvars.copy_context()).get(NODE, "")
        tasks = self._by_node.setdefault(node, {})
        tasks[task] = None
        task.add_done_callback(lambda done: tasks.pop(done, None))
        return task


class VirtualClock:
    """A machine's clock on a virtual loop; its time of day may be set wrong."""

    def __init__(self, loop: VirtualLoop, start: int) -> None:
        self._loop = loop
        self._start = start
        self.error_ms = 0

    def wall(self) -> int:
        return self._start + self.error_ms + int(self._loop.now * 1000)

    def monotonic(self) -> float:
        return self._loop.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(work: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Run something from beginning to end in virtual time."""
    loop = VirtualLoop()
    try:
        result = loop.run_until_complete(work(loop))
        if loop.faults:
            raise loop.faults[0]
        return result
    finally:
        try:
            loop.kill_all()
            loop.run_until_complete(asyncio.sleep(0))
        finally:
            loop.close()
