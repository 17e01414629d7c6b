"""A small trade for the tests of storage: two events, a scribe who writes entries, real keys."""

import random
from pathlib import Path
from typing import Any

import msgspec

from evalroom.identity.keys import KeyRing
from evalroom.storage.entry import GENESIS, Entry, Head
from evalroom.storage.receipts import Signer
from evalroom.storage.records import Records, compose

NOON = 1_700_000_000_000


class Actor(msgspec.Struct, frozen=True):
    principal: str
    device: str | None = None
    workstation: str | None = None


class ScoreEntered(msgspec.Struct, frozen=True, tag_field="type", tag="ScoreEntered"):
    bid: str
    score: str
    note: str = ""


class SessionPaused(msgspec.Struct, frozen=True, tag_field="type", tag="SessionPaused"):
    clause: str


Event = ScoreEntered | SessionPaused

ADA = Actor("a000000000001", "d1", "w1")
NINETY = ScoreEntered("b1", "90.50")

RECORDS: Records[Actor, Event] = Records(Actor, Event)


def session_id(number: int) -> bytes:
    return number.to_bytes(16, "big")


def ring(folder: Path, seed: int = 1) -> KeyRing:
    """Keys that are the same for the same seed."""
    return KeyRing.load_or_create(folder / f"keys-{seed}", random.Random(seed).randbytes)


class Scribe:
    """Composes the entries of one session, one after the other."""

    def __init__(self, session: bytes, seed: int = 1) -> None:
        self.session = session
        self.head: Head = GENESIS
        self._random = random.Random(session + bytes([seed]))

    def next(
        self, *events: Event, command_id: bytes | None = None, vouch: Signer | None = None
    ) -> Entry:
        """The entry that would follow, without going on from it."""
        return compose(
            self.head,
            self.session,
            NOON + self.head.seq,
            ADA,
            command_id or self._random.randbytes(16),
            "EnterScore",
            events or (NINETY,),
            self._random.randbytes,
            vouch,
        )

    def write(self, *events: Event, **named: Any) -> Entry:
        """The next entry, and go on from it."""
        entry = self.next(*events, **named)
        self.head = Head(entry.seq, entry.head)
        return entry


def history(session: bytes, length: int, seed: int = 1) -> list[Entry]:
    scribe = Scribe(session, seed)
    return [scribe.write(ScoreEntered("b1", f"{number}.00")) for number in range(length)]
