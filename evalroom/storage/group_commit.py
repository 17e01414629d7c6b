"""One thread that commits together whatever is waiting: the way past one disk flush a command.

There is no delay to fill a batch. While one batch is being flushed the next one gathers, so a lone
append is as fast as the disk and a crowd shares a flush. Nothing here blocks the event loop.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

from evalroom.storage.ledger import MAX_WAITING, LedgerUnavailable

MAX_BATCH: Final = 512
"""Jobs of one commit. Larger batches gain nothing measurable and make the first waiter wait."""

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")


class _Waiting(NamedTuple):
    waiter: "asyncio.Future[Any]"
    job: Any
    alone: bool


class GroupCommit(Generic[JobT, ResultT]):
    """Hands jobs to `commit` in batches, on a thread of its own, and answers all waiters at once.

    `commit` returns one outcome a job, an exception being an outcome too. Of the jobs with one
    `key` only the first is taken into a batch: the others were made without knowing how it ends.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[JobT]], Sequence[ResultT | Exception]],
        key: Callable[[JobT], Hashable],
    ) -> None:
        """Made on the event loop that it will answer to."""
        self._commit = commit
        self._key = key
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._under_way = 0
        self._closed = False
        # A daemon: what was not committed was not answered, so the process may end at any moment.
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)

    def start(self) -> None:
        """Start the thread (waits for it: not to be called on the loop)."""
        self._thread.start()

    def submit(self, job: JobT) -> "asyncio.Future[ResultT]":
        """Commit a job with others. Raises `LedgerUnavailable` when closed or overloaded."""
        return self._put(job, alone=False)

    def submit_alone(self, task: Callable[[], None]) -> "asyncio.Future[None]":
        """Run a task between two batches, so that its failure is nobody else's."""
        return self._put(task, alone=True)

    async def close(self) -> None:
        """Take nothing more, finish what was taken, end the thread."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _put(self, job: Any, alone: bool) -> "asyncio.Future[Any]":
        if self._closed:
            raise LedgerUnavailable("the ledger is closed")
        if self._under_way >= MAX_WAITING:
            raise LedgerUnavailable(f"{MAX_WAITING} appends are waiting already")
        self._under_way += 1
        waiter: asyncio.Future[Any] = self._loop.create_future()
        self._queue.put(_Waiting(waiter, job, alone))
        return waiter

    def _run(self) -> None:
        put_off: list[_Waiting] = []
        open_ = True
        while open_ or put_off:
            arrived, open_ = self._gather(put_off, open_)
            batch, put_off = self._choose(arrived)
            if batch:
                self._answer(batch, self._committed([waiting.job for waiting in batch]))

    def _gather(self, arrived: list[_Waiting], open_: bool) -> tuple[list[_Waiting], bool]:
        """What was put off, and what has come since: waits only when there is nothing."""
        while open_ and len(arrived) < MAX_BATCH:
            try:
                waiting = self._queue.get(block=not arrived)
            except queue.Empty:
                break
            if waiting is None:
                open_ = False
            elif waiting.alone:
                self._answer([waiting], [_result_of(waiting.job)])
            else:
                arrived.append(waiting)
        return arrived, open_

    def _choose(self, arrived: list[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
        batch: dict[Hashable, _Waiting] = {}
        put_off = [
            waiting
            for waiting in arrived
            if batch.setdefault(self._key(waiting.job), waiting) is not waiting
        ]
        return list(batch.values()), put_off

    def _committed(self, jobs: list[JobT]) -> Sequence[ResultT | Exception]:
        try:
            return self._commit(jobs)
        except Exception as bug:
            # A bug of ours must reach those who wait, and must not end the thread.
            return [bug] * len(jobs)

    def _answer(self, batch: list[_Waiting], outcomes: Sequence[Any]) -> None:
        try:
            self._loop.call_soon_threadsafe(self._settle, batch, outcomes)
        except RuntimeError:
            # The loop is closed: nobody waits any more.
            return

    def _settle(self, batch: list[_Waiting], outcomes: Sequence[Any]) -> None:
        self._under_way -= len(batch)
        for (waiter, _, _), outcome in zip(batch, outcomes, strict=True):
            if waiter.done():
                continue
            if isinstance(outcome, Exception):
                waiter.set_exception(outcome)
            else:
                waiter.set_result(outcome)


def _result_of(task: Callable[[], None]) -> Exception | None:
    try:
        task()
    except Exception as fault:
        return fault
    return None
