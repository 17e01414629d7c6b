"""Where a session stands: its state, and the entry of the ledger that led to it."""

import logging
from typing import Final

from msgspec import Struct

from evalroom.room.bugs import place_of
from evalroom.sessions.catalogue import ANY_EVENT
from evalroom.sessions.evolving import fold
from evalroom.sessions.messages import Event
from evalroom.sessions.people import Actor
from evalroom.sessions.state import Session
from evalroom.storage.chain import extend
from evalroom.storage.entry import GENESIS, Entry, Head
from evalroom.storage.ledger import LedgerDamaged
from evalroom.storage.records import Recorded, Records

log = logging.getLogger(__name__)

records: Final[Records[Actor, Event]] = Records(Actor, ANY_EVENT)
"""Reads the entries of sessions."""


class Standing(Struct, frozen=True):
    """A state after the entry at `head`, which was made at server time `at` (ms)."""

    session: Session
    head: Head
    at: int


def follow(standing: Standing | None, entry: Entry) -> tuple[Standing, Recorded[Actor, Event]]:
    """The standing after the next entry, and what that entry says.

    Raises `LedgerDamaged` when the entry does not follow `standing` or cannot be made sense of,
    `UnknownEvent` when this program is too old for it.
    """
    previous = GENESIS if standing is None else standing.head
    reached = extend(previous, entry.session, entry.bodies, entry.salts)
    if reached.digest != entry.head or reached.seq != entry.seq:
        raise LedgerDamaged("does not follow what is before it", entry.session, entry.seq)
    recorded = records.read(entry)
    try:
        session = fold(None if standing is None else standing.session, recorded.events, entry.at)
    except Exception as bug:
        # What is in the ledger has happened: a program that cannot follow it must let it go.
        log.error("bug: an entry cannot be followed: %s", place_of(bug))
        raise LedgerDamaged("cannot be followed here", entry.session, entry.seq) from None
    return Standing(session, reached, entry.at), recorded
