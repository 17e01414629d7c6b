"""The ledger as the rooms see it: append, read, find. The database behind it orders everything."""

from collections.abc import AsyncIterator, Sequence
from enum import Enum
from typing import Final, Protocol

import msgspec

from evalroom.storage.entry import HASH_BYTES, ID_BYTES, Entry, Head

MAX_ENTRY_BYTES: Final = 8 << 20
"""Bodies and salts of one entry. The largest is a genesis with the tender as a value: 119 bids of
20 items with long texts are under 2 MB; documents are named by their hash and lie elsewhere."""

MAX_STATE_BYTES: Final = 64 << 20
"""One snapshot. The largest state, 11,900 cells with their history, is under 4 MB."""

MAX_READ: Final = 1_000
"""Entries of one read; a longer history is read in pages, so that no fold holds all of it."""

MAX_READ_BYTES: Final = 16 << 20
"""A page ends with the entry that passes this size: few large ones are held at once."""

MAX_HEADS: Final = 512
"""Sessions whose heads are asked for at once: a few milliseconds for whoever looks them up."""

MAX_OVERDUE: Final = 1_000
"""Sessions named by one look for deadlines, the longest overdue first; the next look finds more."""

MAX_WAITING: Final = 2_048
"""Appends under way at once. A room has one, so this is more rooms than a node can hold busy."""


class Appended(Enum):
    """What became of an entry."""

    STORED = "stored"
    """On the disk, for good: it may be answered and told."""

    SEQ_TAKEN = "seq_taken"
    """A lost race: another entry has this seq. Read on, decide again."""

    COMMAND_KNOWN = "command_known"
    """The session has an entry of this command: `find` it and give its answer again."""


class Snapshot(msgspec.Struct, frozen=True):
    """A folded state and where it stood: nothing but saved work, thrown away freely."""

    seq: int
    head: bytes
    state: bytes


class LedgerUnavailable(Exception):
    """The ledger cannot serve now: disk full, locked by another process, overloaded, closed.

    Whether an append that fails so was stored is unknown: read the session again before the next
    one. A retry with the same command id is always safe.
    """


class LedgerTooNew(Exception):
    """The ledger was written by a newer version of the program: this one must not touch it."""

    def __init__(self, where: str, found: int, known: int) -> None:
        super().__init__(
            f"{where}: written by a newer EvalRoom (ledger version {found}; this program knows "
            f"versions up to {known}). Start the newer program, or restore a backup made before "
            "the upgrade."
        )
        self.found, self.known = found, known


class LedgerTooOld(Exception):
    """The ledger has still to be made, or brought up to date: done only when asked for.

    `found` is None where there is none.
    """

    def __init__(self, where: str, found: int | None, known: int) -> None:
        state = "holds no ledger yet" if found is None else f"ledger version {found} of {known}"
        care = "" if found is None else "make a backup, then "
        super().__init__(f"{where}: {state}: {care}start EvalRoom once with `--migrate`.")
        self.found, self.known = found, known


class LedgerDamaged(Exception):
    """What is stored is not what was written. Names the session and entry where they are known."""

    def __init__(self, reason: str, session: bytes | None = None, seq: int | None = None) -> None:
        place = "" if session is None else f"session {session.hex()}, entry {seq}: "
        super().__init__(place + reason)
        self.reason, self.session, self.seq = reason, session, seq


def refuse_too_many(sessions: Sequence[bytes]) -> None:
    """Raise ValueError for more sessions than `heads` takes."""
    if len(sessions) > MAX_HEADS:
        raise ValueError(f"the heads of {len(sessions)} sessions; at most {MAX_HEADS}")


def refuse_misshapen(entry: Entry) -> None:
    """Raise ValueError for an entry that `compose` never makes: every backend asks this first."""
    if len(entry.session) != ID_BYTES or len(entry.command_id) != ID_BYTES:
        raise ValueError(f"sessions and commands have ids of {ID_BYTES} bytes")
    if len(entry.head) != HASH_BYTES or entry.seq < 1:
        raise ValueError(f"a head has {HASH_BYTES} bytes and a seq counts from 1")
    size = sum(map(len, entry.bodies)) + sum(map(len, entry.salts))
    if size > MAX_ENTRY_BYTES:
        raise ValueError(f"an entry of {size} bytes; at most {MAX_ENTRY_BYTES}")


class Snapshots(Protocol):
    """Saved states. Losing all of them costs time and nothing else."""

    async def save_snapshot(
        self, session: bytes, seq: int, head: bytes, schema: str, state: bytes
    ) -> None:
        """Keep `state` as the session's only snapshot, unless a later one of `schema` is kept."""
        ...

    async def load_snapshot(self, session: bytes, schema: str) -> Snapshot | None:
        """The kept snapshot, if it has this schema and lies on the ledger's present history."""
        ...


class Ledger(Snapshots, Protocol):
    """An append-only record of sessions. (session, seq) and (session, command) are unique.

    Every method may raise `LedgerUnavailable`, the reading ones `LedgerDamaged`.
    """

    async def append(self, entry: Entry, due: int | None) -> Appended:
        """Store an entry at its seq, and with it when the session next needs a `Tick` (ms).

        Returns only when the outcome is durable. An entry that is not stored changes nothing,
        `due` included; where both answers apply, `COMMAND_KNOWN` is given. Raises ValueError for
        an entry that leaves a gap or is misshapen. A caller that is cancelled
        while waiting does not take the entry back.
        """
        ...

    async def read(self, session: bytes, after: int, limit: int = MAX_READ) -> tuple[Entry, ...]:
        """The entries that follow seq `after`, in order: at most `limit`, `MAX_READ` and about
        `MAX_READ_BYTES`; none at the end. Raises ValueError for a limit below 1."""
        ...

    async def find(self, session: bytes, command_id: bytes) -> Entry | None:
        """The entry that a command led to."""
        ...

    async def head(self, session: bytes) -> Head | None:
        """The last entry's seq and head; None for a session that is not in the ledger."""
        ...

    async def heads(self, sessions: Sequence[bytes]) -> dict[bytes, Head]:
        """The same of several, by session, in one look; those that are not in the ledger are left
        out. Raises ValueError for more than `MAX_HEADS`."""
        ...

    def sessions(self) -> AsyncIterator[bytes]:
        """Every session's id, ordered by id."""
        ...

    async def overdue(self, now: int) -> tuple[bytes, ...]:
        """Sessions whose `due` is at or before `now`, longest overdue first (`MAX_OVERDUE`)."""
        ...

    async def close(self) -> None:
        """Finish what was appended, then let go of the store. A second call does nothing."""
        ...
