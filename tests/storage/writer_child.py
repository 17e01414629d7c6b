"""A process that appends under load until it is killed, and says what was acknowledged.

    python -m tests.storage.writer_child FOLDER SESSIONS

Goes on from what the ledger holds. Each acknowledged entry is a line on standard output, session
number and seq, written only after `append` has returned.
"""

import asyncio
import os
import secrets
import sys
from pathlib import Path

from evalroom.identity.keys import KeyRing
from evalroom.storage.entry import GENESIS, Head
from evalroom.storage.ledger import Appended
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.storage.records import compose
from tests.storage.parts import ADA, NINETY, NOON, session_id


async def live(ledger: SqliteLedger, number: int) -> None:
    session = session_id(number)
    head = await ledger.head(session) or GENESIS
    while True:
        entry = compose(
            head, session, NOON, ADA, secrets.token_bytes(16), "X", [NINETY], secrets.token_bytes
        )
        assert await ledger.append(entry, head.seq) is Appended.STORED
        head = Head(entry.seq, entry.head)
        # One system call a line, so that a kill leaves no acknowledgement untold in a buffer.
        os.write(1, f"{number} {entry.seq}\n".encode())


async def main(folder: Path, sessions: int) -> None:
    keys = await asyncio.to_thread(KeyRing.load_or_create, folder)
    ledger = await SqliteLedger.open(folder / "ledger.sqlite3", keys.at_rest)
    await asyncio.gather(*(live(ledger, number) for number in range(sessions)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
