"""A node that is killed in the middle of its work has lost nothing that it acknowledged."""

import asyncio
import os
import random
import sys
from pathlib import Path

import pytest

from evalroom.identity.keys import KeyRing
from evalroom.storage.chain import check
from evalroom.storage.entry import GENESIS
from evalroom.storage.ledger import LedgerUnavailable
from evalroom.storage.ledger_sqlite import SqliteLedger
from tests.storage.parts import RECORDS, session_id

ROOT = Path(__file__).parents[2]
SESSIONS = 30
# A longer loop for a quiet hour: EVALROOM_KILLS=100.
ROUNDS = int(os.environ.get("EVALROOM_KILLS", "6"))


async def start(folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.storage.writer_child",
        str(folder),
        str(SESSIONS),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )


async def acknowledged_until_killed(folder: Path, lines: int) -> dict[int, int]:
    """Kill the writer (SIGKILL) once it has acknowledged so many; session → last seq."""
    child = await start(folder)
    assert child.stdout is not None
    last: dict[int, int] = {}
    told = 0
    async for line in child.stdout:
        number, seq = map(int, line.split())
        last[number] = seq
        told += 1
        if told == lines:
            child.kill()
    await child.wait()
    assert told >= lines
    return last


@pytest.mark.rule("L31", "L34")
@pytest.mark.slow(90)
async def test_nothing_acknowledged_is_lost_to_a_kill(tmp_path: Path) -> None:
    chance = random.Random(7)
    keys = await asyncio.to_thread(KeyRing.load_or_create, tmp_path)
    acknowledged = dict.fromkeys(range(SESSIONS), 0)
    for _ in range(ROUNDS):
        acknowledged |= await acknowledged_until_killed(tmp_path, chance.randrange(50, 1_500))
        ledger = await SqliteLedger.open(tmp_path / "ledger.sqlite3", keys.at_rest)
        for number, last in acknowledged.items():
            reached, session = GENESIS, session_id(number)
            while page := await ledger.read(session, reached.seq):
                reached = check(page, session, reached)
                for entry in page:
                    RECORDS.read(entry)
            # At most the one append that was under way is there beyond the last answer.
            assert last <= reached.seq <= last + 1
            if reached.seq:
                # The deadline came with the entry, in one transaction.
                assert session in await ledger.overdue(reached.seq - 1)
                assert reached.seq == 1 or session not in await ledger.overdue(reached.seq - 2)
        await ledger.close()
    assert sum(acknowledged.values()) > ROUNDS * 50


@pytest.mark.rule("L40")
@pytest.mark.slow(30)
async def test_a_second_process_on_one_ledger_is_refused_until_the_first_is_gone(
    tmp_path: Path,
) -> None:
    keys = await asyncio.to_thread(KeyRing.load_or_create, tmp_path)
    path = tmp_path / "ledger.sqlite3"
    child = await start(tmp_path)
    assert child.stdout is not None
    await child.stdout.readline()
    with pytest.raises(LedgerUnavailable, match=rf"in use by another process \({child.pid}\)"):
        await SqliteLedger.open(path, keys.at_rest)
    child.kill()
    await child.communicate()
    # No stale lock: the system lets go with the process.
    ledger = await SqliteLedger.open(path, keys.at_rest)
    assert await ledger.head(session_id(0)) is not None
    await ledger.close()
