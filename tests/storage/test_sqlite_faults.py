"""When the disk fills, another program holds the file, or bytes rot: said clearly, nothing lost."""

import asyncio
import resource
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evalroom.storage import sqlite_readers
from evalroom.storage.chain import check
from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Appended, LedgerDamaged, LedgerUnavailable
from evalroom.storage.ledger_sqlite import SqliteLedger
from tests.storage.parts import NOON, ScoreEntered, Scribe, history, ring, session_id

ROOM = session_id(7)

Open = Callable[[], Awaitable[SqliteLedger]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def open_ledger(path: Path, tmp_path: Path) -> Open:
    keys = ring(tmp_path).at_rest
    return lambda: SqliteLedger.open(path, keys)


@pytest.fixture
async def ledger(open_ledger: Open) -> AsyncIterator[SqliteLedger]:
    opened = await open_ledger()
    yield opened
    await opened.close()


def crowd(seed: int, size: int = 20) -> list[Entry]:
    """Entries of many sessions, 100 kB each."""
    large = ScoreEntered("b1", "1.00", "x" * 100_000)
    return [Scribe(session_id(100 + number), seed).next(large) for number in range(size)]


async def fill_and_recover(ledger: SqliteLedger, room_again: Callable[[], Awaitable[None]]) -> None:
    """With little room left: some batch fails whole, the rest is intact, and then it works."""
    kept = history(ROOM, 2)
    for entry in kept:
        assert await ledger.append(entry, NOON) is Appended.STORED
    entries = crowd(seed=1)
    # The first is a batch of its own; what gathers meanwhile is another.
    outcomes = await asyncio.gather(
        *(ledger.append(entry, None) for entry in entries), return_exceptions=True
    )
    failed = [each for each in outcomes if isinstance(each, LedgerUnavailable)]
    assert failed
    assert {each for each in outcomes if not isinstance(each, Exception)} <= {Appended.STORED}
    assert len(failed) + outcomes.count(Appended.STORED) == len(entries)
    # Reading goes on; a batch that failed left nothing behind.
    assert await ledger.read(ROOM, 0) == tuple(kept)
    for entry, outcome in zip(entries, outcomes, strict=True):
        expected = 1 if outcome is Appended.STORED else 0
        assert len(await ledger.read(entry.session, 0)) == expected
    with pytest.raises(LedgerUnavailable):
        await ledger.save_snapshot(ROOM, 2, kept[1].head, "s1", bytes(4 << 20))
    await room_again()
    again = await asyncio.gather(*(ledger.append(entry, None) for entry in entries))
    assert again.count(Appended.STORED) == len(failed)
    assert again.count(Appended.COMMAND_KNOWN) == len(entries) - len(failed)
    for entry in entries:
        assert check(await ledger.read(entry.session, 0), entry.session).seq == 1
    await ledger.save_snapshot(ROOM, 2, kept[1].head, "s1", bytes(4 << 20))


@pytest.mark.rule("L46")
async def test_a_database_that_may_not_grow_fails_whole_batches_and_recovers(
    ledger: SqliteLedger,
) -> None:
    writer = ledger._file.writer

    async def limit(pages: int) -> None:
        await asyncio.to_thread(writer.execute, f"pragma max_page_count = {pages}")

    await limit(100)
    await fill_and_recover(ledger, lambda: limit(1 << 30))


@pytest.mark.rule("L46")
async def test_a_file_that_may_not_grow_fails_whole_batches_and_recovers(
    ledger: SqliteLedger,
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def lift() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    resource.setrlimit(resource.RLIMIT_FSIZE, (512 << 10, before[1]))
    try:
        await fill_and_recover(ledger, lift)
    finally:
        await lift()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB, where this process may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting needs a privilege that this process has not")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.rule("L46")
async def test_a_full_disk_fails_whole_batches_and_the_ledger_recovers(
    small_disk: Path, tmp_path: Path
) -> None:
    keys = await asyncio.to_thread(ring, tmp_path)
    ledger = await SqliteLedger.open(small_disk / "ledger.sqlite3", keys.at_rest)
    enlarge = ["mount", "-o", "remount,size=64m", str(small_disk)]

    async def room_again() -> None:
        await asyncio.to_thread(subprocess.run, enlarge, check=True)

    try:
        await fill_and_recover(ledger, room_again)
    finally:
        await ledger.close()


@pytest.mark.rule("L47")
async def test_a_ledger_that_another_program_locks_says_so_and_goes_on_afterwards(
    ledger: SqliteLedger, path: Path
) -> None:
    scribe = Scribe(ROOM)
    first, second = scribe.write(), scribe.write()
    assert await ledger.append(first, None) is Appended.STORED
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(LedgerUnavailable, match="database is locked"):
            await ledger.append(second, None)
        assert await ledger.read(ROOM, 0) == (first,)
        other.execute("rollback")
    assert await ledger.append(second, None) is Appended.STORED


@pytest.mark.rule("L44")
async def test_rotten_bytes_in_the_file_are_damage_and_not_an_answer(open_ledger: Open) -> None:
    ledger = await open_ledger()
    entries = history(ROOM, 200)
    for entry in entries:
        await ledger.append(entry, None)
    path = ledger._file.path
    await ledger.close()
    await asyncio.to_thread(_rot, path)
    ledger = await open_ledger()
    with pytest.raises(LedgerDamaged):
        await ledger.read(ROOM, 0)
    await ledger.close()


def _rot(path: Path) -> None:
    """Overwrite every page but the first, as a failing disk might."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xa5" * (size - 4_096))


@pytest.mark.rule("L44")
async def test_an_append_to_a_rotten_file_is_damage_too(open_ledger: Open) -> None:
    ledger = await open_ledger()
    scribe = Scribe(ROOM)
    await ledger.append(scribe.write(), None)
    path = ledger._file.path
    await ledger.close()
    await asyncio.to_thread(_rot, path)
    ledger = await open_ledger()
    with pytest.raises(LedgerDamaged, match="the ledger's file is damaged"):
        await ledger.append(scribe.next(), None)
    await ledger.close()


async def test_more_reads_than_can_wait_are_turned_away(
    ledger: SqliteLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_readers, "MAX_READS_WAITING", 10)
    outcomes = await asyncio.gather(*(ledger.head(ROOM) for _ in range(15)), return_exceptions=True)
    assert outcomes.count(None) == 10
    assert [str(each) for each in outcomes if each] == ["10 reads are waiting already"] * 5
    assert await ledger.head(ROOM) is None


async def test_an_open_ledger_tells_what_its_operator_should_know(ledger: SqliteLedger) -> None:
    assert bool(ledger.warnings) is (sqlite3.sqlite_version_info < (3, 51, 3))
