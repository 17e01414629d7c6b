"""From the ledger to a room: the nearest snapshot and what followed it, or everything."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from evalroom import __version__
from evalroom.room.limits import FOLDING_SLICE, PAST_BYTES, PAST_ENTRIES
from evalroom.room.standing import Standing, follow
from evalroom.room.tail import Step, Tail
from evalroom.sessions.state import Session
from evalroom.storage.entry import Entry, Head
from evalroom.storage.ledger import MAX_READ, Ledger


class Kept(Struct, frozen=True):
    """What a snapshot holds beside its place in the ledger."""

    at: int
    session: Session


class Loaded(Struct, frozen=True):
    """A session as the ledger has it; `snapshot` is the seq of its last saved state, or 0."""

    standing: Standing
    tail: Tail
    snapshot: int


def _schema() -> str:
    # The version too: a state folded by older code is not to outlive what was wrong with it.
    shape = msgspec.json.encode(msgspec.json.schema(Kept), order="sorted")
    return sha256(__version__.encode() + b"\0" + shape).hexdigest()


SCHEMA: Final = _schema()
"""The name of the state's shape: a snapshot of another shape is as good as none."""


class Folding:
    """Follows ledgers, whatever their length, in turns that leave the loop to others."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        # One slice a turn of the loop, whoever's it is: a hundred sessions take a hundred turns.
        self._turn = asyncio.Lock()

    async def load(self, session: bytes) -> Loaded | None:
        """Follow the ledger from the nearest snapshot; None for a session that is not in it.

        Raises `LedgerUnavailable`, `LedgerDamaged`, `UnknownEvent`.
        """
        start = await _from_snapshot(self._ledger, session)
        followed = _Followed(start)
        while page := await self._ledger.read(session, followed.seq):
            await self._follow(followed, page)
        if followed.standing is None or followed.tail is None:
            return None
        return Loaded(followed.standing, followed.tail, start.head.seq if start else 0)

    async def deepen(self, session: bytes, tail: Tail) -> None:
        """Put before a tail what the ledger has of it, within the limits of the two.

        Raises `LedgerUnavailable`, `LedgerDamaged`, `UnknownEvent`.
        """
        until, past = tail.start.seq, _Followed(None)
        if until > PAST_ENTRIES:
            return
        while past.seq < until and past.weight <= PAST_BYTES:
            page = await self._ledger.read(session, past.seq, min(until - past.seq, MAX_READ))
            await self._follow(past, page)
            if not page:
                return
        if past.tail is not None:
            tail.put_before(past.tail)

    async def _follow(self, followed: "_Followed", page: Sequence[Entry]) -> None:
        for first in range(0, len(page), FOLDING_SLICE):
            async with self._turn:
                for entry in page[first : first + FOLDING_SLICE]:
                    followed.add(entry)
                await asyncio.sleep(0)


class _Followed(Struct):
    """Where one following of a ledger has come to."""

    standing: Standing | None
    tail: Tail | None = None
    weight: int = 0

    @property
    def seq(self) -> int:
        return 0 if self.standing is None else self.standing.head.seq

    def __post_init__(self) -> None:
        if self.standing is not None:
            self.tail = Tail(self.standing)

    def add(self, entry: Entry) -> None:
        self.standing, recorded = follow(self.standing, entry)
        weight = sum(map(len, entry.bodies))
        self.weight += weight
        if self.tail is None:
            self.tail = Tail(self.standing)
        else:
            step = Step(self.standing.head, entry.at, recorded.events, weight)
            self.tail.add(step, self.standing)


async def save(ledger: Ledger, standing: Standing) -> None:
    """Save the state, so that the next opening starts from it. Raises `LedgerUnavailable`."""
    state = _encoder.encode(Kept(standing.at, standing.session))
    head = standing.head
    session = bytes.fromhex(standing.session.id)
    await ledger.save_snapshot(session, head.seq, head.digest, SCHEMA, state)


async def _from_snapshot(ledger: Ledger, session: bytes) -> Standing | None:
    snapshot = await ledger.load_snapshot(session, SCHEMA)
    if snapshot is None:
        return None
    kept = _decoder.decode(snapshot.state)
    return Standing(kept.session, Head(snapshot.seq, snapshot.head), kept.at)


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Kept)
