"""Appends to a SQLite ledger, a batch a transaction. Lives on the writer's thread alone."""

import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Final, NamedTuple

from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Appended
from evalroom.storage.records import SealedBodies
from evalroom.storage.sqlite_file import explained

MAX_PLACES: Final = 65_536
"""Sessions whose place is remembered (300 bytes each); past it all are forgotten."""

_COLUMNS: Final = 6
# The unique indexes are the authority on order. A condition in SQL that keeps gaps out would cost
# a third more than this: the place in memory does it, exact because nobody else writes.
_INSERT: Final = """
insert into entry (session, seq, at, command_id, sealed, head)
select * from (values {rows}) where column1 is not null
on conflict do nothing
"""
_PLACE: Final = """
select id, coalesce((select max(seq) from entry where entry.session = session.id), 0), due
from session where session = ?
"""


_Row = tuple[int, int, int, bytes, bytes, bytes]


class Append(NamedTuple):
    """An entry to store, and when its session needs a `Tick` after it."""

    entry: Entry
    due: int | None


class _Place(NamedTuple):
    number: int
    last: int
    due: int | None


class Appends:
    """Stores batches: all of a batch is on the disk, or none of it."""

    def __init__(self, db: sqlite3.Connection, bodies: SealedBodies) -> None:
        self._db = db
        self._bodies = bodies
        self._places: dict[bytes, _Place] = {}

    def commit(self, batch: Sequence[Append]) -> Sequence[Appended | Exception]:
        """One outcome an append, after the flush. At most one entry of a session in a batch."""
        # A second one would be chained to a first that may yet lose its race.
        assert len({append.entry.session for append in batch}) == len(batch)
        sealed = [self._bodies.seal(append.entry) for append in batch]
        try:
            if all(map(self._just_follows, batch)):
                return self._store_together(batch, sealed)
            self._db.execute("begin immediate")
            outcomes = [self._store(*pair) for pair in zip(batch, sealed, strict=True)]
            self._db.execute("commit")
        except sqlite3.Error as fault:
            self._places.clear()
            if self._db.in_transaction:
                self._db.execute("rollback")
            return [explained(fault) for _ in batch]
        return outcomes

    def _just_follows(self, append: Append) -> bool:
        place = self._places.get(append.entry.session)
        return place is not None and place[1:] == (append.entry.seq - 1, append.due)

    def _store_together(
        self, batch: Sequence[Append], sealed: Sequence[bytes]
    ) -> Sequence[Appended | Exception]:
        # One statement, hence one transaction, for the usual batch: each call into SQLite lets go
        # of the interpreter, and to get it back beside a busy loop can take milliseconds.
        numbers = [self._places[append.entry.session].number for append in batch]
        rows = list(map(_row, numbers, batch, sealed))
        inserted = self._insert(rows)
        outcomes = [
            Appended.STORED
            if inserted == len(batch) or self._holds(number, append.entry)
            else self._why_not(number, append.entry)
            for number, append in zip(numbers, batch, strict=True)
        ]
        for number, (entry, due), outcome in zip(numbers, batch, outcomes, strict=True):
            if outcome is Appended.STORED:
                self._places[entry.session] = _Place(number, entry.seq, due)
        return outcomes

    def _store(self, append: Append, sealed: bytes) -> Appended | Exception:
        entry, due = append
        place = self._places.get(entry.session) or self._find_place(entry)
        if place is None:
            return _gap(entry)
        number, last, stored_due = place
        if entry.seq != last + 1 or not self._insert([_row(number, append, sealed)]):
            return self._why_not(number, entry)
        if due != stored_due:
            self._db.execute("update session set due = ? where id = ?", (due, number))
        self._places[entry.session] = _Place(number, entry.seq, due)
        return Appended.STORED

    def _insert(self, rows: Sequence[_Row]) -> int:
        """How many found their place free."""
        # Filled up to a power of two with rows of nothing, which are not inserted: ten statements
        # to keep prepared instead of one for each size of a batch.
        width = 1 << (len(rows) - 1).bit_length()
        values = [*chain.from_iterable(rows), *[None] * (_COLUMNS * (width - len(rows)))]
        return self._db.execute(_insert(width), values).rowcount

    def _find_place(self, entry: Entry) -> _Place | None:
        row = self._db.execute(_PLACE, (entry.session,)).fetchone()
        if row is None:
            if entry.seq != 1:
                return None
            made = self._db.execute("insert into session (session) values (?)", (entry.session,))
            row = made.lastrowid, 0, None
        if len(self._places) >= MAX_PLACES:
            self._places.clear()
        place = self._places[entry.session] = _Place(*row)
        return place

    def _why_not(self, number: int, entry: Entry) -> Appended | Exception:
        if self._exists("command_id", number, entry.command_id):
            return Appended.COMMAND_KNOWN
        if self._exists("seq", number, entry.seq):
            return Appended.SEQ_TAKEN
        return _gap(entry)

    def _holds(self, number: int, entry: Entry) -> bool:
        query = "select 1 from entry where session = ? and seq = ? and head = ?"
        return self._db.execute(query, (number, entry.seq, entry.head)).fetchone() is not None

    def _exists(self, column: str, number: int, value: object) -> bool:
        query = f"select 1 from entry where session = ? and {column} = ?"
        return self._db.execute(query, (number, value)).fetchone() is not None


def _row(number: int, append: Append, sealed: bytes) -> _Row:
    entry = append.entry
    return number, entry.seq, entry.at, entry.command_id, sealed, entry.head


@cache
def _insert(width: int) -> str:
    row = f"({', '.join('?' * _COLUMNS)})"
    return _INSERT.format(rows=", ".join([row] * width))


def _gap(entry: Entry) -> ValueError:
    return ValueError(f"session {entry.session.hex()}: entry {entry.seq} would leave a gap")
