"""What must hold whatever was killed, cut or stopped: nothing acknowledged is lost, nothing is
there twice, and everybody is shown the same.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Any

from msgspec import Struct

from evalroom.identity.keys import KeyRing
from evalroom.rehearsal.client import Client
from evalroom.storage.chain import check
from evalroom.storage.entry import Entry
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.postgres_server import Server
from tests.faults.author import Author, Shift

SETTLING_SECONDS = 10.0
"""How long changes may be under way before a difference counts: the sweep takes a second."""


_REASON = re.compile(rb'"reason":"([^"]*)"')


class Account(Struct):
    """What came out: commands that were acknowledged, and of these how many are not in the ledger,
    how many are there more than once, and how many had to be asked for again.
    """

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    repaired: int = 0

    def add(self, other: "Account") -> None:
        """Add up."""
        self.acknowledged += other.acknowledged
        self.lost += other.lost
        self.doubled += other.doubled
        self.repaired += other.repaired

    @property
    def right(self) -> bool:
        """Whether the law holds."""
        return self.lost == self.doubled == 0


async def entries_of(keys: KeyRing, address: str, session: str) -> list[Entry]:
    """The whole ledger of a session, its chain verified. Raises `ChainBroken`, `LedgerDamaged`."""
    ledger = await PostgresLedger.open(Server(address), keys.at_rest)
    try:
        raw, entries = bytes.fromhex(session), list[Entry]()
        while page := await ledger.read(raw, len(entries)):
            entries += page
    finally:
        await ledger.close()
    head = check(entries, raw)
    assert [entry.seq for entry in entries] == list(range(1, head.seq + 1))
    return entries


def account_of(
    entries: Iterable[Entry], authors: Iterable[Author], shifts: Iterable[Shift] = ()
) -> Account:
    """Hold what people were promised against the ledger."""
    entries = tuple(entries)
    found, kept = Account(), Counter(entry.command_id for entry in entries)
    for given in chain.from_iterable(author.given for author in authors):
        found.acknowledged += 1
        found.lost += not kept[given.command_id]
        found.doubled += kept[given.command_id] > 1
        found.repaired += given.times > 1
    for shift in shifts:
        _hold_words(found, entries, shift)
    return found


def _hold_words(found: Account, entries: tuple[Entry, ...], shift: Shift) -> None:
    """Not the ids alone: what was written stands where its command stands, and nowhere else."""
    written = {entry.command_id: _REASON.findall(b"".join(entry.bodies)) for entry in entries}
    times = Counter(chain.from_iterable(written.values()))
    for command_id, reason in shift.reasons.items():
        found.lost += reason.encode() not in written.get(command_id, ())
        found.doubled += times[reason.encode()] > 1


async def all_see_the_same(clients: Iterable[Client], urls: Iterable[str]) -> None:
    """Every client's copy becomes what each node shows him. Raises AssertionError when not."""
    for client in clients:
        shown = [await _view(client, url) for url in urls]
        async with asyncio.timeout(SETTLING_SECONDS):
            while any(client.view != view for view in shown):
                await asyncio.sleep(0.05)
                shown = [await _view(client, url) for url in urls]


async def shown_at(client: Client, url: str) -> tuple[int, Any]:
    """Status and body of his view at one node, whichever he sits at: his cookies go to every port
    of the host.
    """
    async with client._browser.http.get(f"{url}/api/sessions/{client._session}/view") as answer:
        return answer.status, await answer.json(content_type=None)


async def _view(client: Client, url: str) -> Any:
    status, body = await shown_at(client, url)
    assert status == 200, body
    return body["view"]
