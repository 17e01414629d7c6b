"""A database that crashes under load has lost nothing that was acknowledged."""

import asyncio
import os
import random

import pytest

from evalroom.identity.keys import KeyRing
from evalroom.storage.chain import check
from evalroom.storage.entry import GENESIS, Head
from evalroom.storage.ledger import Appended, LedgerUnavailable
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.postgres_server import Server
from evalroom.storage.records import compose
from tests.postgres import Database
from tests.storage.parts import ADA, NINETY, NOON, RECORDS, session_id

SESSIONS = 20
# Each node has some to itself, and races with the other for the rest: whoever loses a race must
# read before it goes on, and might never win one.
SHARES = slice(0, 14), slice(6, 20)
# A longer loop for a quiet hour: EVALROOM_DATABASE_STOPS=20.
ROUNDS = int(os.environ.get("EVALROOM_DATABASE_STOPS", "3"))


class Node:
    """Rooms that append under load, and read on whenever they are in doubt."""

    def __init__(self, ledger: PostgresLedger, seed: int) -> None:
        self.acknowledged: dict[tuple[bytes, int], bytes] = {}
        self.turned_away = 0
        self.at_work = asyncio.Event()
        self._ledger = ledger
        self._chance = random.Random(seed)

    async def room(self, session: bytes, until: asyncio.Event) -> None:
        head = GENESIS
        while not until.is_set():
            entry = compose(
                head, session, NOON, ADA, self._chance.randbytes(16), "X", [NINETY],
                self._chance.randbytes,
            )  # fmt: skip
            try:
                if await self._ledger.append(entry, head.seq) is Appended.STORED:
                    head = Head(entry.seq, entry.head)
                    self.acknowledged[session, entry.seq] = entry.head
                    self.at_work.set()
                else:
                    head = check(await self._ledger.read(session, head.seq), session, head)
            except LedgerUnavailable:
                self.turned_away += 1
                await asyncio.sleep(0.05)


async def under_load(
    nodes: list[Node], sessions: list[bytes], database: Database, chance: random.Random
) -> None:
    """Stop the server in the middle of it, as a crash does; leave it running again."""
    until = asyncio.Event()
    shares = [(node, sessions[share]) for node, share in zip(nodes, SHARES, strict=True)]
    work = asyncio.gather(*(node.room(each, until) for node, own in shares for each in own))
    await asyncio.sleep(chance.uniform(0.1, 0.5))
    await asyncio.to_thread(database.server.stop, "immediate")
    await asyncio.to_thread(database.server.start)
    # Whoever was in the middle of something has to find out, and to go on.
    for node in nodes:
        node.at_work.clear()
    async with asyncio.timeout(20):
        await asyncio.gather(*(node.at_work.wait() for node in nodes))
    until.set()
    await work


class History:
    """What is in the ledger of a session, each entry checked once."""

    def __init__(self, session: bytes) -> None:
        self.session = session
        self.heads: list[bytes] = []

    async def read_on(self, ledger: PostgresLedger) -> None:
        reached = Head(len(self.heads), self.heads[-1]) if self.heads else GENESIS
        while page := await ledger.read(self.session, reached.seq):
            reached = check(page, self.session, reached)
            self.heads += [entry.head for entry in page]
            for entry in page:
                RECORDS.read(entry)
        assert await ledger.head(self.session) == reached


@pytest.mark.rule("L31", "L34", "L60", "L67")
@pytest.mark.slow(120)
async def test_two_nodes_lose_nothing_acknowledged_when_the_database_crashes(
    database: Database, keys: KeyRing
) -> None:
    server, chance = Server(database.address()), random.Random(7)
    ledgers = [await PostgresLedger.open(server, keys.at_rest) for _ in range(2)]
    nodes = [Node(ledger, seed) for seed, ledger in enumerate(ledgers)]
    sessions = list(map(session_id, range(SESSIONS)))
    histories = {session: History(session) for session in sessions}
    for _ in range(ROUNDS):
        await under_load(nodes, sessions, database, chance)
        for session, history in histories.items():
            await history.read_on(ledgers[0])
            # The deadline came with the entry, in one transaction.
            assert session in await ledgers[1].overdue(len(history.heads) - 1)
        for node in nodes:
            for (session, seq), head in node.acknowledged.items():
                assert histories[session].heads[seq - 1] == head
    assert all(node.turned_away for node in nodes)
    assert sum(len(node.acknowledged) for node in nodes) > 100 * ROUNDS
    for ledger in ledgers:
        await ledger.close()
