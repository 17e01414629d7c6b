"""Who waits for the disk waits together, and nobody waits for another's fault."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence

import pytest

from evalroom.storage.group_commit import MAX_BATCH, GroupCommit
from evalroom.storage.ledger import MAX_WAITING, LedgerUnavailable

Job = tuple[str, int]


class Disk:
    """Commits when told to; remembers each batch. Job n of a session comes out as n."""

    def __init__(self) -> None:
        self.batches: list[list[Job]] = []
        self.ready = threading.Event()
        self.ready.set()
        self.begun = threading.Event()
        self.fault: Exception | None = None

    def commit(self, jobs: Sequence[Job]) -> Sequence[int | Exception]:
        self.batches.append(list(jobs))
        self.begun.set()
        assert self.ready.wait(10)
        if self.fault is not None:
            raise self.fault
        return [number if number >= 0 else ValueError(number) for _, number in jobs]


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
async def group(disk: Disk) -> AsyncIterator[GroupCommit[Job, int]]:
    made: GroupCommit[Job, int] = GroupCommit(disk.commit, key=lambda job: job[0])
    await asyncio.to_thread(made.start)
    yield made
    disk.ready.set()
    await made.close()


async def busy(disk: Disk, group: GroupCommit[Job, int]) -> "asyncio.Future[int]":
    """Let the disk begin with one job and stay at it."""
    disk.ready.clear()
    first = group.submit(("first", 0))
    assert await asyncio.to_thread(disk.begun.wait, 10)
    return first


@pytest.mark.rule("L35")
async def test_what_gathers_during_one_flush_shares_the_next(
    disk: Disk, group: GroupCommit[Job, int]
) -> None:
    first = await busy(disk, group)
    crowd = [group.submit((f"s{number}", number)) for number in range(100)]
    disk.ready.set()
    assert await asyncio.gather(first, *crowd) == [0, *range(100)]
    assert list(map(len, disk.batches)) == [1, 100]


async def test_a_batch_has_a_limit(disk: Disk, group: GroupCommit[Job, int]) -> None:
    first = await busy(disk, group)
    crowd = [group.submit((f"s{number}", number)) for number in range(MAX_BATCH + 1)]
    disk.ready.set()
    await asyncio.gather(first, *crowd)
    assert list(map(len, disk.batches)) == [1, MAX_BATCH, 1]


@pytest.mark.rule("L35")
async def test_one_session_has_one_job_in_a_batch_and_keeps_its_order(
    disk: Disk, group: GroupCommit[Job, int]
) -> None:
    first = await busy(disk, group)
    crowd = [group.submit((session, number)) for number in range(3) for session in "ab"]
    disk.ready.set()
    await asyncio.gather(first, *crowd)
    assert disk.batches[1:] == [
        [("a", 0), ("b", 0)],
        [("a", 1), ("b", 1)],
        [("a", 2), ("b", 2)],
    ]


async def test_an_outcome_may_be_a_fault_of_its_own(group: GroupCommit[Job, int]) -> None:
    outcomes = await asyncio.gather(
        group.submit(("a", 1)), group.submit(("b", -1)), return_exceptions=True
    )
    assert outcomes[0] == 1
    assert isinstance(outcomes[1], ValueError)


async def test_a_bug_in_a_commit_reaches_its_waiters_and_the_next_commit_works(
    disk: Disk, group: GroupCommit[Job, int]
) -> None:
    disk.fault = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        await group.submit(("a", 1))
    disk.fault = None
    assert await group.submit(("a", 2)) == 2


@pytest.mark.rule("L35")
async def test_whoever_stops_waiting_leaves_the_others_their_answers(
    disk: Disk, group: GroupCommit[Job, int]
) -> None:
    first = await busy(disk, group)
    crowd = [group.submit((f"s{number}", number)) for number in range(4)]
    crowd[1].cancel()
    crowd[2].cancel()
    disk.ready.set()
    assert [await each for each in (first, crowd[0], crowd[3])] == [0, 0, 3]
    # What was taken is committed, waited for or not.
    assert len(disk.batches[1]) == 4


@pytest.mark.rule("L35")
async def test_more_than_the_limit_is_turned_away_until_there_is_room(
    disk: Disk, group: GroupCommit[Job, int]
) -> None:
    first = await busy(disk, group)
    crowd = [group.submit((f"s{number}", number)) for number in range(MAX_WAITING - 1)]
    with pytest.raises(LedgerUnavailable, match=f"{MAX_WAITING} appends are waiting already"):
        group.submit(("one too many", 1))
    disk.ready.set()
    await asyncio.gather(first, *crowd)
    assert await group.submit(("one", 1)) == 1


async def test_a_task_runs_alone_and_its_failure_is_its_own(
    disk: Disk, group: GroupCommit[Job, int]
) -> None:
    def fail() -> None:
        raise LedgerUnavailable("disk full")

    done: list[str] = []
    first = await busy(disk, group)
    good, bad = group.submit_alone(lambda: done.append("task")), group.submit_alone(fail)
    job = group.submit(("a", 1))
    disk.ready.set()
    outcomes = await asyncio.gather(first, good, bad, job, return_exceptions=True)
    assert (outcomes[0], outcomes[1], outcomes[3], done) == (0, None, 1, ["task"])
    assert isinstance(outcomes[2], LedgerUnavailable)


@pytest.mark.rule("L39")
async def test_closing_finishes_what_was_taken_and_takes_nothing_more(
    disk: Disk, group: GroupCommit[Job, int]
) -> None:
    first = await busy(disk, group)
    crowd = [group.submit(("a", number)) for number in range(5)]
    closing = asyncio.ensure_future(group.close())
    await asyncio.sleep(0)
    with pytest.raises(LedgerUnavailable, match="the ledger is closed"):
        group.submit(("late", 1))
    with pytest.raises(LedgerUnavailable, match="the ledger is closed"):
        group.submit_alone(lambda: None)
    disk.ready.set()
    await closing
    assert await asyncio.gather(first, *crowd) == [0, *range(5)]
    await group.close()


def test_a_loop_that_ends_first_leaves_no_thread_in_trouble(disk: Disk) -> None:
    async def leave() -> GroupCommit[Job, int]:
        group: GroupCommit[Job, int] = GroupCommit(disk.commit, key=lambda job: job[0])
        await asyncio.to_thread(group.start)
        await busy(disk, group)
        return group

    group = asyncio.run(leave())
    disk.ready.set()
    # The commit ends after its loop has: the writer has nobody to tell, and closes as ever.
    asyncio.run(group.close())
    assert disk.batches == [[("first", 0)]]


async def test_the_loop_goes_on_while_the_disk_is_slow(
    disk: Disk, group: GroupCommit[Job, int]
) -> None:
    first = await busy(disk, group)
    turns = 0
    async with asyncio.timeout(5):
        while turns < 1_000:
            await asyncio.sleep(0)
            turns += 1
    assert not first.done()
    disk.ready.set()
    assert await first == 0
