"""One connection that appends batches to a PostgreSQL ledger; its statements are prepared once."""

from collections.abc import Mapping, MutableMapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from evalroom.storage.entry import Entry
from evalroom.storage.ledger import Appended
from evalroom.storage.postgres_schema import SCHEMA, look_over
from evalroom.storage.postgres_server import Connection, Server
from evalroom.storage.records import SealedBodies

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.prepared_stmt import PreparedStatement

APPEND_SECONDS: Final = 5.0
"""How long a batch may take. A server that is well answers in milliseconds; past this nobody knows
what became of the batch, and the connection is given up."""

# A plan is made when the tables may still be empty, and kept: it must be the one that is right for
# large ones. The rest makes sure that an answer means a flush, and that conflicts are seen.
_SETTINGS: Final = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "default_transaction_isolation": "read committed",
    "statement_timeout": str(int(APPEND_SECONDS * 1_000)),
}
_FLUSH: Final = (
    "select set_config('synchronous_commit', 'on', false) "
    "where current_setting('synchronous_commit') = 'off'"
)

_GIVEN: Final = "$1::bytea[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[]"
_COLUMNS: Final = "session, seq, at, command_id, sealed, head"

# For the usual batch, of which memory knows that it leaves no gap and moves no deadline.
_INSERT: Final = f"""
insert into {SCHEMA}.entry ({_COLUMNS})
select * from unnest({_GIVEN})
on conflict do nothing
returning session
"""
_INSERT_WITH_CARE: Final = f"""
with given as (
    select * from unnest({_GIVEN}, $7::bigint[]) as given ({_COLUMNS}, due)
), stored as (
    insert into {SCHEMA}.entry ({_COLUMNS})
    select {_COLUMNS} from given
    where seq = 1 or exists (
        select from {SCHEMA}.entry as before
        where before.session = given.session and before.seq = given.seq - 1
    )
    on conflict do nothing
    returning session
), noted as (
    insert into {SCHEMA}.session as known (session, due)
    select session, due from given join stored using (session)
    on conflict (session) do update set due = excluded.due
    where known.due is distinct from excluded.due
)
select session from stored
"""
_WHY_NOT: Final = f"""
select given.session,
    exists (select from {SCHEMA}.entry as kept
        where kept.session = given.session and kept.command_id = given.command_id) as known,
    exists (select from {SCHEMA}.entry as kept
        where kept.session = given.session and kept.seq = given.seq) as taken
from unnest($1::bytea[], $2::bytea[], $3::bigint[]) as given (session, command_id, seq)
"""


class Append(NamedTuple):
    """An entry to store, and when its session needs a `Tick` after it."""

    entry: Entry
    due: int | None


class Place(NamedTuple):
    """Where this node last saw a session: entries up to `seq` are stored, and this is its `due`."""

    seq: int
    due: int | None


class Line:
    """An appending connection. Used by one task at a time; of no use after it has raised."""

    def __init__(self, connection: Connection, bodies: SealedBodies) -> None:
        """Use `open`."""
        self._connection = connection
        self._bodies = bodies
        self._prepared: dict[str, PreparedStatement[Record]] = {}

    @classmethod
    async def open(cls, server: Server, bodies: SealedBodies) -> "Line":
        """Connect and prepare. Raises what `look_over` does."""
        connection = await server.connect(_SETTINGS)
        line = cls(connection, bodies)
        try:
            await look_over(connection, server)
            for query in (_INSERT, _INSERT_WITH_CARE, _WHY_NOT):
                line._prepared[query] = await connection.prepare(query)
            # Last, because it also ends the transaction that preparing leaves open, in which the
            # tables stay locked against migrations and time runs out.
            await connection.execute(_FLUSH)
        except BaseException:
            connection.terminate()
            raise
        return line

    async def commit(
        self, batch: Sequence[Append], places: MutableMapping[bytes, Place]
    ) -> Sequence[Appended | Exception]:
        """One outcome an append, after the flush. At most one entry of a session in a batch.

        Raises whatever went wrong, and then what became of the batch is not known.
        """
        # A second one would be chained to a first that may yet lose its race.
        assert len({append.entry.session for append in batch}) == len(batch)
        stored = await self._insert(batch, places)
        lost = [append.entry for append in batch if append.entry.session not in stored]
        reasons = await self._why_not(lost) if lost else {}
        for entry, due in batch:
            if entry.session in stored:
                places[entry.session] = Place(entry.seq, due)
        return [reasons.get(entry.session, Appended.STORED) for entry, _ in batch]

    def drop(self) -> None:
        """Let go at once, without waiting for the server."""
        self._connection.terminate()

    async def close(self) -> None:
        """Take leave of the server."""
        await self._connection.close(timeout=APPEND_SECONDS)

    async def _insert(self, batch: Sequence[Append], places: Mapping[bytes, Place]) -> set[bytes]:
        # Everybody takes sessions in this order, so that nobody waits in a circle.
        ordered = sorted(batch, key=attrgetter("entry.session"))
        columns = list(zip(*map(self._row, ordered), strict=True))
        usual = all(places.get(entry.session) == (entry.seq - 1, due) for entry, due in batch)
        query, given = (_INSERT, columns[:-1]) if usual else (_INSERT_WITH_CARE, columns)
        rows = await self._prepared[query].fetch(*given, timeout=APPEND_SECONDS)
        return {session for (session,) in rows}

    async def _why_not(self, entries: Sequence[Entry]) -> dict[bytes, Appended | Exception]:
        rows = await self._prepared[_WHY_NOT].fetch(
            [entry.session for entry in entries],
            [entry.command_id for entry in entries],
            [entry.seq for entry in entries],
            timeout=APPEND_SECONDS,
        )
        found = {session: (known, taken) for session, known, taken in rows}
        return {entry.session: _reason(entry, *found[entry.session]) for entry in entries}

    def _row(self, append: Append) -> tuple[bytes, int, int, bytes, bytes, bytes, int | None]:
        entry, due = append
        sealed = self._bodies.seal(entry)
        return entry.session, entry.seq, entry.at, entry.command_id, sealed, entry.head, due


def _reason(entry: Entry, known: bool, taken: bool) -> Appended | Exception:
    if known:
        return Appended.COMMAND_KNOWN
    if taken:
        return Appended.SEQ_TAKEN
    return ValueError(f"session {entry.session.hex()}: entry {entry.seq} would leave a gap")
