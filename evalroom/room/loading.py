"""From the ledger to a room: the nearest snapshot and what followed it, or everything."""

from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from evalroom import __version__
from evalroom.room.standing import Standing, follow
from evalroom.room.tail import Step, Tail
from evalroom.sessions.state import Session
from evalroom.storage.entry import Head
from evalroom.storage.ledger import Ledger


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


async def load(ledger: Ledger, session: bytes) -> Loaded | None:
    """Follow the ledger from the nearest snapshot; None for a session that is not in it.

    Raises `LedgerUnavailable`, `LedgerDamaged`, `UnknownEvent`.
    """
    standing = await _from_snapshot(ledger, session)
    tail = None if standing is None else Tail(standing)
    snapshot = 0 if standing is None else standing.head.seq
    while page := await ledger.read(session, 0 if standing is None else standing.head.seq):
        for entry in page:
            standing, recorded = follow(standing, entry)
            if tail is None:
                tail = Tail(standing)
            else:
                weight = sum(map(len, entry.bodies))
                tail.add(Step(standing.head, entry.at, recorded.events, weight), standing)
    return Loaded(standing, tail, snapshot) if standing and tail else None


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
